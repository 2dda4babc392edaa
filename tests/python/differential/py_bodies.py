"""Differential script: the body of `proton.Message` and the bytes of its sections."""
import uuid

from proton import (UNDESCRIBED, Array, Data, Described, Message, byte, char, decimal32, decimal64, decimal128, float32,
                    int32, short, symbol, timestamp, ubyte, uint, ulong, ushort)

from transcript import attempt, confirm_library, plain, say, scenario

BODIES = [
    None, True, False, 1, -1, 2 ** 40, 1.5, "text", "", b"octets", b"", [], [1, "two", None], {}, {"k": "v"}, symbol("s"),
    ubyte(1), byte(-1), ushort(1), short(-1), uint(1), int32(-1), ulong(1), timestamp(1), float32(0.5), decimal32(1),
    decimal64(1), decimal128(b"0" * 16), char("c"), uuid.UUID(int=5), Described(symbol("d"), "v"), Described(ulong(117), b"x"),
    Array(UNDESCRIBED, Data.INT, 1, 2), [[1], [2]], {"a": {"b": [None]}}, "x" * 70000, b"x" * 70000,
]


def round_trip(message):
    again = Message()
    again.decode(message.encode())
    return again


def inferring(inferred):
    @scenario("bodies of every type, inferred %s, go there and back" % inferred)
    def bodies():
        for body in BODIES:
            def there_and_back():
                again = round_trip(Message(body, inferred=inferred))
                return again.inferred, plain(again.body)[:80]
            attempt(plain(body)[:60], there_and_back)

    @scenario("bodies, inferred %s, stand in the section that fits" % inferred)
    def sections():
        for body in (None, "text", b"octets", 5, True, symbol("s"), ulong(7), Described(symbol("d"), 1)):
            octets = Message(body, inferred=inferred).encode()
            at = octets.find(b"\x00Su"), octets.find(b"\x00Sv"), octets.find(b"\x00Sw")
            say(plain(body), [position >= 0 for position in at], octets[max(at):].hex())


inferring(False)
inferring(True)


@scenario("bodies that are no AMQP value are refused")
def unfit():
    for body in (object, 1j, {1, 2}, range(3), lambda: None):
        attempt(type(body).__name__, lambda: Message(body).encode())


@scenario("sections written by others are read")
def sections_read():
    header, value = "005370", "005377"
    symbolic = "00a311" + b"amqp:amqp-value:*".hex()
    for octets in (value + "a10178", header + "45" + value + "40", header + "c0020141" + value + "41", symbolic + "41",
                   "005375a00161", "005375a00161005375a00162", "005376c0020141", "005376c0020141005376c0020142",
                   "005371c1010000537741", "005372c10602a30178500500537740", "005373c0020140" + value + "41",
                   "005374c10702a1016ba10176" + value + "41", value + "41005378c10100", value + "45", value + "c0020141",
                   value + "0053705401", "0080" + "00" * 7 + "7741", "005375" + "5401", "005376" + "41", "005400" + "41"):
        def read():
            message = Message()
            message.decode(bytes.fromhex(octets))
            return (message.inferred, plain(message.body), plain(message.annotations), plain(message.instructions),
                    plain(message.properties), message.durable, plain(message.id))
        attempt(octets, read)


@scenario("what is not a message is refused")
def not_messages():
    for octets in (b"\x00", b"\x00Sw", b"\x00Sw\xa1\x05ab", b"\xff\xff", b"\x00Sp\xc0\x05\x01", b"\x41", b"\x40", b"\xa1\x01a",
                   b"\x00Sp\xc0\x02\x01\x41\x00"):
        attempt(repr(octets), lambda: Message().decode(octets))
    for value in (None, 5, "text"):
        attempt(repr(value), lambda: Message().decode(value))


@scenario("header fields are read whatever their number")
def headers_read():
    for fields in ("45", "c0020141", "c003024041", "c00402415005", "c00a0441500570000003e841",
                   "c00c0541500570000003e8415203", "c006054040404040", "c00706404040404041"):
        def read():
            message = Message()
            message.decode(bytes.fromhex("005370" + fields))
            return message.durable, message.priority, message.ttl, message.first_acquirer, message.delivery_count
        attempt(fields, read)


@scenario("a message shows what it has")
def shows():
    for message in (Message(), Message("b"), Message(b"b", inferred=True), Message([1], inferred=True), Message({"k": 1}),
                    Message("b", durable=True, priority=7, ttl=1, id="i", user_id=b"u", address="a", subject="s", reply_to="r",
                            correlation_id=5, content_type="t", content_encoding="e", expiry_time=1, creation_time=2,
                            group_id="g", group_sequence=3, reply_to_group_id="h", properties={"p": 1},
                            annotations={symbol("a"): 1}, instructions={symbol("i"): 1})):
        say(repr(message))


confirm_library()
