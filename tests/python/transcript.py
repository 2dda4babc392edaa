"""What the differential scripts share: a transcript on standard output, and proof of the library in use."""
import os
import sys

_section = "start"


def section(name):
    global _section
    _section = name
    print("[%s]" % name)


def say(*things):
    print("[%s]" % _section, *things)


def attempt(what, function):
    """Says what a call gives, or which error it raises."""
    try:
        say(what, "=", function())
    except Exception as error:  # the kind of error is what is compared
        say(what, "raises", type(error).__name__, error)


def confirm_library():
    """Ends the script unless every Proton library in the process lies in the folder named on the command line."""
    wanted = os.path.realpath(sys.argv[1]) + "/"
    with open("/proc/self/maps") as maps:
        files = {line.split(None, 5)[5].strip() for line in maps if "/libqpid-proton" in line}
    if not files or not all(os.path.realpath(file).startswith(wanted) for file in files):
        sys.exit("not the library asked for: %s" % sorted(files))
