"""What the differential scripts share: a transcript on standard output, and proof of the library in use."""
import os
import re
import sys

_section = "start"
_masks = [(re.compile(r" at 0x[0-9a-f]+>"), ">")]


def section(name):
    global _section
    _section = name
    print("[%s]" % name)


def mask(pattern, word):
    """From now on, `word` stands for what matches the pattern: it is another in every run."""
    _masks.append((re.compile(pattern), word))


def say(*things):
    """Prints a line of the scenario."""
    line = " ".join(str(thing) for thing in things)
    for pattern, word in _masks:
        line = pattern.sub(word, line)
    print("[%s]" % _section, line)


def plain(value):
    """A value with the bytes of memory views in place of their addresses, whatever it is made of."""
    if isinstance(value, memoryview):
        return "memoryview(%r)" % value.tobytes()
    if isinstance(value, dict):
        return "{%s}" % ", ".join("%s: %s" % (plain(key), plain(item)) for key, item in value.items())
    if type(value) is list:
        return "[%s]" % ", ".join(plain(item) for item in value)
    if type(value).__name__ == "Described":
        return "Described(%s, %s)" % (plain(value.descriptor), plain(value.value))
    if type(value).__name__ == "Array":
        return "Array(%s, %s, %s)" % (plain(value.descriptor), value.type, plain(list(value.elements)))
    return "%s %r" % (type(value).__name__, value)


def attempt(what, function):
    """Says what a call gives, or which error it raises."""
    try:
        say(what, "=", function())
    except Exception as error:  # the kind of error is what is compared
        say(what, "raises", type(error).__name__, error)


def scenario(name):
    """A decorator: runs the function at once, as a section; an error that ends it is part of the transcript."""
    def run(function):
        section(name)
        try:
            function()
        except Exception as error:
            say("ended by", type(error).__name__, error)
        return function
    return run


def fields(thing, names):
    """Says what the attributes of a thing are, a line each."""
    for name in names.split():
        attempt(name, lambda: repr(getattr(thing, name)))


def text(data):
    """The text form of a `Data`. Releases 0.38 to 0.41 cut it behind some 14 bytes and give it as bytes; what all agree
    on is its start."""
    shown = data.format()
    return shown if isinstance(shown, str) else bytes(shown[:8])


def confirm_library():
    """Ends the script unless every Proton library in the process lies in the folder named on the command line.

    A binding that carries a core of its own has no library; then its own module is looked at."""
    wanted = os.path.realpath(sys.argv[1]) + "/"
    with open("/proc/self/maps") as maps:
        mapped = {line.split(None, 5)[5].strip() for line in maps if "proton" in line}
    files = [file for file in mapped if "/libqpid-proton" in file] or [file for file in mapped if "cproton" in file]
    if not files or not all(os.path.realpath(file).startswith(wanted) for file in files):
        sys.exit("not the library asked for: %s" % sorted(files))
