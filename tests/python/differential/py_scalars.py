"""Differential script: every scalar type of `proton.Data`, put and got, in range, at its ends and beyond."""
import uuid

from proton import (Data, byte, char, decimal32, decimal64, decimal128, float32, int32, short, symbol, timestamp, ubyte,
                    uint, ulong, ushort)

from transcript import attempt, confirm_library, plain, say, scenario, text

# What to put with put_NAME: values that fit, then values that may not.
VALUES = {
    "bool": ([True, False, 0, 1], ["x", 2, None]),
    "ubyte": ([0, 1, 127, 255, ubyte(9)], [256, -1, 2 ** 40, "1", None]),
    "byte": ([0, -1, 127, -128, byte(9)], [128, -129, "1", None]),
    "ushort": ([0, 255, 256, 65535, ushort(9)], [65536, -1, None]),
    "short": ([0, -1, 32767, -32768, short(9)], [32768, -32769, None]),
    "uint": ([0, 255, 256, 2 ** 32 - 1, uint(9)], [2 ** 32, -1, None]),
    "int": ([0, -1, 127, -128, 2 ** 31 - 1, -2 ** 31, int32(9)], [2 ** 31, -2 ** 31 - 1, "1", None]),
    "ulong": ([0, 255, 256, 2 ** 64 - 1, ulong(9)], [2 ** 64, -1, None]),
    "long": ([0, -1, 127, -128, 2 ** 63 - 1, -2 ** 63], [2 ** 63, -2 ** 63 - 1, "1", None]),
    "char": (["x", "\u20ac", "\U0001f600", char("y")], ["", "xy", None]),
    "timestamp": ([0, 1234567890123, 2 ** 63 - 1, timestamp(9)], [-1, "1", None]),
    "float": ([0.0, 0.5, -0.0, float("inf"), float32(1.5), 1], ["1", None]),
    "double": ([0.0, 0.1, -0.0, float("-inf"), 1e300, 1], ["1", None]),
    "decimal32": ([0, 1, 2 ** 32 - 1, decimal32(7)], ["1", None]),
    "decimal64": ([0, 1, 2 ** 64 - 1, decimal64(7)], ["1", None]),
    "decimal128": ([b"0123456789abcdef", decimal128(b"\0" * 16)], [None]),
    "uuid": ([uuid.UUID(int=0), uuid.UUID("00010203-0405-0607-0809-0a0b0c0d0e0f")], ["x", None]),
    "binary": ([b"", b"a\0b\xff", b"x" * 300], ["text", None, 1]),
    "string": (["", "text", "\u20ac\0\U0001f600", "x" * 300], [None, 1]),
    "symbol": (["", "amqp:symbol", symbol("s")], ["\u20ac", None, 1]),
}
GETTERS = sorted(VALUES)


def put(name, value):
    """Puts a value; gives what is there then, in every view."""
    data = Data()
    result = getattr(data, "put_" + name)(value)
    kind, got, octets = data.type(), getattr(data, "get_" + name)(), data.encode()
    return result, kind, plain(got), text(data), octets.hex()[:80], data.encoded_size() == len(octets)


def a_kind(name):
    fitting, others = VALUES[name]

    @scenario("%s values are put, got, shown and encoded" % name)
    def puts():
        for value in fitting:
            attempt(repr(value)[:60], lambda: put(name, value))
        for value in others:
            attempt("unfit %r" % (value,), lambda: put(name, value))

    @scenario("%s getters meet values of every other type" % name)
    def gets():
        for other in GETTERS:
            data = Data()
            getattr(data, "put_" + other)(VALUES[other][0][1])
            attempt(other, lambda: plain(getattr(data, "get_" + name)()))
        empty = Data()
        attempt("nothing", lambda: plain(getattr(empty, "get_" + name)()))


for each in VALUES:
    a_kind(each)


@scenario("the null value is neither a value nor nothing")
def null():
    data = Data()
    say(data.is_null(), data.type())
    data.put_null()
    say(data.is_null(), data.type(), data.get_object(), text(data), data.encode())
    data.put_object(None)
    say(data.is_null(), text(data), data.encode())
    for name in GETTERS:
        attempt(name, lambda: plain(getattr(data, "get_" + name)()))


@scenario("memory views are put as binary values")
def memory_views():
    data = Data()
    data.put_memoryview(memoryview(b"some octets")[2:6])
    say(plain(data.get_binary()), text(data), data.encode())
    for value in ("text", 1, None):
        attempt("unfit %r" % (value,), lambda: Data().put_memoryview(value))
    data.put_object(memoryview(b"object"))
    say(plain(data.get_object()), data.encode())
    attempt("an array of bytes", lambda: data.put_object(bytearray(b"array")))


@scenario("the special types check their range and know their names")
def special_types():
    for kind in (byte, short, int32, ubyte, ushort, uint, ulong, float32, timestamp, decimal32, decimal64, char, symbol):
        for value in (0, 1, -1, 2 ** 16, 2 ** 32, 2 ** 64, "x", "xy"):
            attempt("%s(%r)" % (kind.__name__, value), lambda: repr(kind(value)))
    attempt("decimal128", lambda: repr(decimal128(b"0" * 16)))
    say(ulong(1) == 1, ulong(1) == uint(1), hash(ulong(1)) == hash(1), symbol("a") == "a", symbol("a") == symbol("a"))
    say(hash(symbol("a")) == hash("a"), char("a") == "a", float32(0.5) == 0.5, timestamp(4) == 4)


@scenario("every type has a number and a name")
def type_names():
    for number in range(0, 28):
        attempt(number, lambda: Data.type_name(number))
    say(sorted(Data.type_names.items()))
    say([(name, getattr(Data, name)) for name in sorted(dir(Data)) if name.isupper()])


@scenario("objects of Python become the AMQP type that fits")
def objects():
    data = Data()
    for value in (True, 1, -2 ** 31, 2 ** 31, 2 ** 63 - 1, 2 ** 63, 1.5, "text", b"octets", char("c"), ubyte(1), byte(1),
                  ushort(1), short(1), uint(1), int32(1), ulong(1), timestamp(1), float32(1), decimal32(1), decimal64(1),
                  decimal128(b"1" * 16), symbol("s"), uuid.UUID(int=1), (1, 2), {3}, object, 1j, range(2)):
        def via():
            data.clear()
            data.put_object(value)
            return data.type(), text(data), plain(data.get_object())
        attempt("%s %s" % (type(value).__name__, str(value)[:40]), via)


confirm_library()
