"""Differential script: the dictionaries and lists with restricted members, conditions, and URLs of the binding."""
from proton import AnnotationDict, Condition, Described, PropertyDict, SymbolList, Url, symbol, uint, ulong

from transcript import attempt, confirm_library, say, scenario


def ordered(mapping):
    return sorted((str(key), type(key).__name__, value) for key, value in mapping.items())


def restricted(kind):
    name = kind.__name__

    @scenario("%s takes strings for symbols" % name)
    def strings():
        one = kind(one=1, two=2)
        others = [kind({"one": 1, symbol("two"): 2}), kind(zip(["one", symbol("two")], [1, 2])),
                  kind([("one", 1), (symbol("two"), 2)]), kind(one)]
        say(ordered(one), [other == one for other in others], repr(kind(one=1)))
        one.update({"three": 3})
        one.update(four=4)
        one["five"] = 5
        one.setdefault("six", 6)
        say(ordered(one), one["one"], one.get("nine"), "two" in one, one.pop("three"), len(one), symbol("four") in one)

    @scenario("%s refuses other keys or lets them through" % name)
    def others():
        for key in (ulong(3), 2, uint(2), 1.5, b"x", None, (1,)):
            attempt(repr(key), lambda: repr(kind({key: "v"})))
            attempt("%r let through" % (key,), lambda: repr(kind({key: "v"}, raise_on_error=False)))
        strict = kind()
        attempt("set", lambda: strict.__setitem__(2, "two"))
        attempt("update", lambda: strict.update({2: "two"}))
        say(ordered(strict))


restricted(PropertyDict)
restricted(AnnotationDict)


@scenario("SymbolList takes strings for symbols and refuses the rest")
def symbol_list():
    names = SymbolList(["one", symbol("two")])
    names.append("three")
    names.extend(["four", symbol("five")])
    names.insert(0, "zero")
    say(repr(names), {type(name).__name__ for name in names}, names == SymbolList(names), names.index("two"))
    say(repr(names + ["six"]), type(names + ["six"]).__name__)
    names += ["seven"]
    names[0] = "null"
    say(repr(names), type(names).__name__)
    for value in (3, b"x", None, ["a"]):
        attempt(repr(value), lambda: SymbolList([value]))
        attempt("append %r" % (value,), lambda: names.append(value))
        attempt("let through %r" % (value,), lambda: SymbolList([value], raise_on_error=False))
    attempt("a string alone", lambda: repr(SymbolList("alone")))


@scenario("conditions are equal when all three parts are")
def conditions():
    one = Condition("app:name", "words", {symbol("k"): 1})
    say(repr(one), one.name, one.description, one.info)
    say(one == Condition("app:name", "words", {symbol("k"): 1}), one == Condition("app:name", "words"),
        one == Condition("app:other", "words", {symbol("k"): 1}), one == "app:name")
    say(repr(Condition("app:name")), repr(Condition("app:name", "words")), Condition("x").info)


@scenario("URLs fall into their parts and come together again")
def urls():
    for address in ("amqp://user:pass@host:1234/path", "amqps://host", "host", "host:5671", "//host/path", "amqp:host",
                    "host/a/b", "user@host", "user:pass@host", "[::1]:5672", "[::1]", "amqp://[::1]/p", ":1234", "", None,
                    "amqp://us%40er:p%3Aw@host", "host:amqps", "host:amqp", "host:service-nobody-knows", "host:99999",
                    "amqp://host:1/a?b=c#d", "/path", "amqp:///path"):
        def parts():
            url = Url(address)
            return url.scheme, url.username, url.password, url.host, url.port, url.path, str(url)
        attempt(repr(address), parts)


@scenario("URLs without defaults keep what is not said")
def bare_urls():
    for address in ("host", "", ":", "amqp://", "//", "host:"):
        def parts():
            url = Url(address, defaults=False)
            return url.scheme, url.host, url.port, url.path, str(url), str(url.defaults())
        attempt(repr(address), parts)


@scenario("URLs are made of parts, compared and changed")
def made_urls():
    url = Url(scheme="amqps", username="me", password="secret", host="h", port=7, path="p")
    say(str(url), repr(url), url == Url("amqps://me:secret@h:7/p"), url != Url("h"))
    url.host, url.port, url.path = "other", "amqp", "q"
    say(str(url), int(url.port))
    say(str(Url("h:1", port=2, host="i")), Url.AMQP, Url.AMQPS)
    attempt("port", lambda: setattr(url, "port", "nonsense"))
    attempt("class", lambda: (Url.Port("amqp"), int(Url.Port("amqps")), Url.Port(5)))
    attempt("out of range", lambda: Url.Port(2 ** 16))


@scenario("described values and symbols show what they are")
def shows():
    say(repr(Described(symbol("a"), ulong(1))), repr(symbol("x")), repr(ulong(5)), str(symbol("x")), repr([symbol("y")]))


confirm_library()
