"""Differential script: compound values of `proton.Data`, and moving about in them."""
from proton import UNDESCRIBED, Array, Data, Described, char, symbol, ubyte, ulong

from transcript import attempt, confirm_library, plain, say, scenario, text


def where(data):
    return data.type(), plain(data.get_object())[:80] if data.type() is not None else None


def sample():
    """A list of an int, a map, a described array and a string; then a symbol beside it."""
    data = Data()
    data.put_list()
    data.enter()
    data.put_int(1)
    data.put_object({"k": "v", symbol("n"): [2, None]})
    data.put_array(True, Data.LONG)
    data.enter()
    data.put_symbol("d")
    data.put_long(5)
    data.put_long(6)
    data.exit()
    data.put_string("end")
    data.exit()
    data.put_symbol("beside")
    data.rewind()
    return data


@scenario("next and prev walk the siblings and stop at the ends")
def siblings():
    data = Data()
    for number in range(3):
        data.put_int(number)
    data.rewind()
    say(where(data), data.prev())
    say([(data.next(), data.get_int()) for _ in range(4)])
    say([(data.prev(), data.get_int()) for _ in range(4)])
    say(data.next(), data.get_int(), data.enter(), data.exit())


@scenario("enter and exit go down and up")
def down_and_up():
    data = sample()
    say(data.enter(), data.next(), data.get_list(), data.enter(), data.next(), data.get_int())
    say(data.next(), data.get_map(), data.enter(), data.next(), data.get_string(), data.next(), data.get_string())
    say(data.next(), data.get_symbol(), data.next(), data.get_list(), data.next())
    say(data.exit(), data.type(), data.next(), data.get_array(), data.enter(), data.next(), data.get_symbol())
    say(data.next(), data.get_long(), data.next(), data.get_long(), data.next(), data.exit(), data.exit())
    say(data.type(), data.next(), data.get_symbol(), data.exit(), data.type())


@scenario("compound getters answer for other values with nothing")
def compound_getters():
    data = sample()
    data.next()
    say(data.get_list(), data.get_map(), data.get_array(), data.is_described(), data.is_null())
    data.next()
    say(data.get_list(), data.get_map(), data.get_array(), data.is_described())
    for name in ("get_dict", "get_sequence", "get_py_array", "get_py_described"):
        attempt(name, lambda: plain(getattr(data, name)()))
    empty = Data()
    for name in ("get_list", "get_map", "get_array", "get_object", "is_described", "get_dict", "get_sequence"):
        attempt(name, lambda: getattr(empty, name)())


@scenario("narrow makes the current node the root until widen")
def narrow():
    data = sample()
    data.next()
    data.enter()
    data.next()
    data.next()
    data.narrow()
    say(data.type(), data.prev(), data.next(), data.exit(), data.type())
    data.rewind()
    say(data.type(), data.next(), data.type())
    data.widen()
    say(data.type(), data.next(), data.exit(), data.next())
    data.widen()
    say(where(data))
    data.rewind()
    data.narrow()
    say(data.next(), where(data))
    data.widen()


@scenario("what is put in a narrowed tree stays inside it")
def put_narrowed():
    data = Data()
    data.put_list()
    data.narrow()
    data.enter()
    data.put_int(1)
    data.exit()
    say(text(data))
    data.widen()
    data.rewind()
    say(text(data), len(data.encode()) > 4)


@scenario("lookup finds a value by its string key or its symbol")
def lookup():
    data = Data()
    data.put_object({"one": 1, symbol("two"): 2, 3: "three", "four": {"one": 11}})
    data.rewind()
    say(data.lookup("one"))
    data.next()
    data.enter()
    for key in ("one", "two", "3", "", "four", "five"):
        say(key, data.lookup(key), where(data))
        data.rewind()
        data.next()
        data.enter()


@scenario("a put replaces what follows the current node")
def replace():
    data = sample()
    data.next()
    data.put_string("instead of the symbol")
    say(text(data))
    data.rewind()
    data.put_ubyte(7)
    say(text(data), data.encode())
    data.rewind()
    data.next()
    data.put_list()
    data.enter()
    data.put_int(8)
    data.exit()
    say(text(data))


@scenario("copy takes another tree whole, where it stands or not")
def copy():
    source, data = sample(), Data()
    data.put_int(99)
    source.next()
    source.enter()
    source.next()
    data.copy(source)
    say(text(data) == text(source), where(data), where(source))
    source.clear()
    say(text(source), where(data))
    data.copy(source)
    say(text(data), data.type())


@scenario("clear empties a tree and leaves it usable")
def clear():
    data = sample()
    data.clear()
    say(text(data), data.type(), data.next(), data.encode(), data.encoded_size())
    data.put_int(1)
    say(text(data))


@scenario("arrays hold one type, described or not")
def arrays():
    for described, kind in ((False, Data.INT), (True, Data.STRING), (False, Data.LIST), (False, Data.NULL)):
        data = Data()
        data.put_array(described, kind)
        data.enter()
        if described:
            data.put_ulong(9)
        for value in ("a", 1, None, [1]):
            attempt(repr(value), lambda: data.put_object(value))
        data.exit()
        attempt("get", data.get_array)
        attempt("shown", lambda: text(data))


@scenario("arrays of Python objects go there and back")
def python_arrays():
    for array in (Array(UNDESCRIBED, Data.INT, 1, 2, 3), Array(UNDESCRIBED, Data.STRING), Array(symbol("d"), Data.BOOL, True),
                  Array(UNDESCRIBED, Data.LIST, [1], []), Array(ulong(3), Data.UBYTE, ubyte(1), ubyte(2)),
                  Array(UNDESCRIBED, Data.DOUBLE, 1.5), Array(UNDESCRIBED, Data.BINARY, b"a", b"bc"),
                  Array(UNDESCRIBED, Data.MAP, {"a": 1}), Array(UNDESCRIBED, Data.CHAR, char("x")),
                  Array(UNDESCRIBED, Data.ARRAY, Array(UNDESCRIBED, Data.INT, 1))):
        def there_and_back():
            data = Data()
            data.put_py_array(array)
            back = Data()
            back.decode(data.encode())
            back.rewind()
            back.next()
            return text(data), plain(back.get_py_array())
        attempt(repr(array), there_and_back)
    one, same, other = (Array(UNDESCRIBED, Data.INT, n) for n in (1, 1, 2))
    say(one == same, one == other, one != same, repr(one))
    attempt("not an array", lambda: Data().put_py_array([1]))


@scenario("described values go there and back")
def described():
    for value in (Described("d", "v"), Described(symbol("d"), [1]), Described(ulong(112), {"a": 1}),
                  Described(ulong(1), Described(3, None))):
        data = Data()
        data.put_py_described(value)
        back = Data()
        back.decode(data.encode())
        back.rewind()
        say(back.next(), back.is_described(), text(back), plain(back.get_py_described()))
    say(Described(1, 2) == Described(1, 2), Described(1, 2) == Described(1, 3), repr(Described(symbol("a"), 2)))
    data = Data()
    data.put_described()
    say(data.is_described(), data.enter(), data.next(), data.exit())
    attempt("without content, size", data.encoded_size)
    attempt("without content, shown", lambda: text(data))


@scenario("dictionaries and sequences go there and back")
def dictionaries():
    data = Data()
    data.put_dict({"a": [1, {"b": None}], 2: symbol("c"), symbol("d"): (1, 2)})
    say(text(data), plain(data.get_dict()))
    data.clear()
    data.put_sequence(["a", [], {}, [[[]]]])
    say(text(data), plain(data.get_sequence()))
    for value in ({"a": object()}, {object(): 1}):
        attempt("unfit", lambda: Data().put_dict(value))
    attempt("a dict of none", lambda: Data().put_dict(None))
    attempt("a sequence of none", lambda: Data().put_sequence(None))


@scenario("asking for the encoded size does not move")
def size():
    data = sample()
    data.next()
    before = where(data)
    say(data.encoded_size() > 0, before == where(data))


@scenario("deep nests of lists are built, encoded, decoded and shown")
def deep():
    data = Data()
    for _ in range(40):
        data.put_list()
        data.enter()
    say(text(data))
    octets = data.encode()
    back = Data()
    say(back.decode(octets) == len(octets), text(back) == text(data))


@scenario("the text of a value escapes what is not printable")
def texts():
    for value in ("a\"b\\c\n\t\x01\u20ac", b"a\"b\\c\n\x00\xff", symbol("a b"), symbol("a:b-c"), symbol("a_b"), "x" * 60,
                  2 ** 63 - 1, -1, 1e100, 0.1, float("nan"), {"k": symbol("v")}, Described(symbol("x"), None)):
        data = Data()
        data.put_object(value)
        say(text(data))


confirm_library()
