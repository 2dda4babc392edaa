"""Differential script: AMQP values and messages through the Python binding."""
import datetime
import uuid

from proton import (UNDESCRIBED, Array, Data, Described, Message, byte, char, decimal32, decimal64, decimal128,
                    float32, int32, short, symbol, timestamp, ubyte, uint, ulong, ushort)

from transcript import attempt, confirm_library, plain, say, section, text

IDENTITY = uuid.UUID("00010203-0405-0607-0809-0a0b0c0d0e0f")

VALUES = [
    None, True, False, ubyte(200), byte(-5), ushort(60000), short(-6), uint(0), uint(70000), int32(-7), char("x"),
    ulong(0), ulong(2 ** 63), -2 ** 40, timestamp(1234567890123), float32(0.5), 2.25, decimal32(1), decimal64(2),
    decimal128(b"0123456789abcdef"), IDENTITY, b"bytes\x00\xff", "text \u20ac", symbol("a-symbol"),
    [], [1, "two", None, [3]], {}, {"k": 1, symbol("s"): [1, {"deep": b"x"}]},
    Described(symbol("descriptor"), "value"), Described(ulong(0x70), [True, ubyte(4)]),
    Array(UNDESCRIBED, Data.INT, 1, 2, 3), Array(UNDESCRIBED, Data.STRING, "a", "bc"),
    Array(symbol("d"), Data.ULONG, ulong(1), ulong(2)), Array(UNDESCRIBED, Data.SYMBOL),
    ["x" * 300], list(range(300)), {str(n): n for n in range(60)},
]


def round_trip(value):
    data = Data()
    data.put_object(value)
    encoded = data.encode()
    back = Data()
    consumed = back.decode(encoded)
    back.rewind()
    back.next()
    return consumed == len(encoded), plain(back.get_object()), back.type()


def values():
    section("values")
    for value in VALUES:
        attempt(repr(value)[:60], lambda: round_trip(value))


def navigation():
    section("navigation")
    data = Data()
    data.put_map()
    data.enter()
    for key, value in (("one", 1), ("two", 2)):
        data.put_string(key)
        data.put_int(value)
    data.exit()
    data.put_described()
    data.enter()
    data.put_symbol("d")
    data.put_list()
    data.enter()
    data.put_null()
    data.exit()
    data.exit()
    data.rewind()
    say(data.next(), data.type(), data.get_map(), data.enter())
    say(data.lookup("two"), data.get_int(), data.lookup("three"))
    say(data.exit(), data.next(), data.is_described(), data.next(), data.prev())
    say(text(data))
    data.clear()
    say(repr(text(data)), data.next())


def malformed():
    section("malformed")
    for octets in (b"", b"\xa1\x05abc", b"\xff", b"\xd0\x00\x00\x00\x08\x00\x00\x00\x02\x54\x01", b"\x01"):
        attempt(repr(octets), lambda: Data().decode(octets))
    attempt("encode nothing", lambda: Data().encode())


def say_message(what, message):
    say(what, repr(message))
    for name in ("inferred", "durable", "priority", "ttl", "first_acquirer", "delivery_count", "id", "user_id", "address",
                 "subject", "reply_to", "correlation_id", "content_type", "content_encoding", "expiry_time",
                 "creation_time", "group_id", "group_sequence", "reply_to_group_id", "instructions", "annotations",
                 "properties", "body"):
        attempt("%s %s" % (what, name), lambda: repr(getattr(message, name)))


def messages():
    section("messages")
    full = Message(
        body={"list": [1, 2.5, None], "when": timestamp(99)}, address="there", subject="about", reply_to="here",
        correlation_id=ulong(7), id=IDENTITY, user_id=b"me", content_type="text/plain", content_encoding="utf-8",
        durable=True, priority=7, ttl=1.5, first_acquirer=True, delivery_count=3, expiry_time=12.5, creation_time=1.25,
        group_id="g", group_sequence=4, reply_to_group_id="h", properties={"colour": "green", "n": uint(3)},
        annotations={symbol("x-opt"): "a"}, instructions={symbol("x-hop"): 1})
    say_message("full", full)
    again = Message()
    again.decode(full.encode())
    say_message("again", again)
    for body in VALUES[1:]:
        message, copy = Message(body=body), Message()
        copy.decode(message.encode())
        attempt("body", lambda: plain(copy.body)[:120])
    inferred = Message(body=b"opaque", inferred=True)
    again = Message()
    again.decode(inferred.encode())
    say(again.inferred, plain(again.body))
    attempt("a wrong priority", lambda: setattr(full, "priority", 300))
    full.clear()
    say(full.address, full.body, full.priority, full.id)


values()
navigation()
malformed()
messages()
confirm_library()
