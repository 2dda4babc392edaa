"""Differential script: the bytes of AMQP values, written and read through `proton.Data`."""
from proton import UNDESCRIBED, Array, Data, Described, symbol, timestamp, ubyte, uint, ulong

from transcript import attempt, confirm_library, plain, say, scenario, text


def encoded(value):
    data = Data()
    data.put_object(value)
    return data.encode().hex()


def decoded(octets):
    data = Data()
    consumed = data.decode(bytes.fromhex(octets))
    data.rewind()
    kinds = []
    while True:
        kind = data.next()
        if kind is None:
            break
        kinds.append((kind, plain(data.get_object())))
    return consumed, kinds, text(data)


@scenario("scalars are written in their smallest form")
def scalars():
    for value in (None, True, False, uint(0), uint(1), uint(255), uint(256), ulong(0), ulong(255), ulong(256), 0, 127, 128,
                  -128, -129, 2 ** 31, timestamp(1), "x" * 255, "x" * 256, b"x" * 255, b"x" * 256, symbol("x" * 256)):
        attempt(repr(value)[:20], lambda: encoded(value)[:40])


@scenario("compounds are written in their smallest form")
def compounds():
    for value in ([], [1], {}, {"a": 1}, [None] * 300, ["x" * 250], {"k": "x" * 300}, Described(symbol("d"), [1]), Described(symbol("d"), [1, None]),
                  Array(UNDESCRIBED, Data.INT, 1), Array(symbol("d"), Data.INT, 1), Array(UNDESCRIBED, Data.STRING),
                  Array(UNDESCRIBED, Data.LIST, [1]), [Array(UNDESCRIBED, Data.UBYTE, ubyte(1))]):
        attempt(repr(value)[:40], lambda: encoded(value)[:60])


@scenario("every encoding of the standard is read")
def every_encoding():
    for octets in ("40", "41", "42", "5601", "5600", "50ff", "51ff", "60ffff", "61ffff", "7000000001", "52ff", "43",
                   "71ffffffff", "54ff", "800000000000000001", "53ff", "44", "81ffffffffffffffff", "55ff", "723f800000",
                   "823ff0000000000000", "7400000001", "840000000000000001", "94" + "01" * 16, "7300000041",
                   "830000000000000001", "98" + "02" * 16, "a00161", "b00000000161", "a10161", "b10000000161", "a30161",
                   "b30000000161", "45", "c0020141", "d0000000050000000141", "c10402530141",
                   "d10000000700000002530141", "e00402560100", "f00000000700000002550102", "00537045",
                   "00a3016140", "e0070100a301645301"):
        attempt(octets, lambda: decoded(octets))


@scenario("only the first value of several is read")
def first_only():
    attempt("two", lambda: decoded("54015402"))
    data = Data()
    say(data.decode(bytes.fromhex("5401")), data.decode(bytes.fromhex("a10178")), text(data))
    data.rewind()
    say(data.next(), data.next(), data.next())


@scenario("what is cut short or unknown is refused")
def cut():
    for octets in ("", "54", "7100", "a105616263", "b1000000", "c0", "c005", "d00000000800000002" + "5401", "ff", "01", "00",
                   "0000", "0053", "005370", "e0", "e00401", "9800", "57", "46", "c0ff0140", "f0"):
        attempt(octets, lambda: decoded(octets))


@scenario("a failed reading leaves the tree usable")
def after_failure():
    data = Data()
    data.put_int(1)
    attempt("decode", lambda: data.decode(b"\xa1\x05abc"))
    data.clear()
    data.put_string("again")
    say(text(data), data.encode())


@scenario("what is not bytes cannot be decoded")
def not_bytes():
    for value in (None, 1, "text", [], bytearray(b"\x41"), memoryview(b"\x41")):
        attempt(type(value).__name__, lambda: Data().decode(value))


@scenario("nothing is encoded as nothing")
def nothing():
    data = Data()
    attempt("encode", data.encode)
    say(data.encoded_size())
    data.put_described()
    attempt("an empty described value", data.encode)
    say(data.encoded_size())


@scenario("several values are encoded one behind the other")
def several():
    data = Data(1)
    for value in (1, "two", None, True):
        data.put_object(value)
    say(data.encode(), data.encoded_size(), text(data))


@scenario("large values come back whole")
def large():
    for value in ("x" * 70000, b"y" * 70000, list(range(3000)), {str(n): n for n in range(2000)},
                  Array(UNDESCRIBED, Data.INT, *range(3000))):
        data, back = Data(), Data()
        data.put_object(value)
        octets = data.encode()
        consumed = back.decode(octets)
        back.rewind()
        back.next()
        say(type(value).__name__, consumed == len(octets), back.get_object() == value)


confirm_library()
