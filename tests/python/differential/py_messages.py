"""Differential script: `proton.Message`, its fields one by one, their types and their ranges."""
import uuid

from proton import AnnotationDict, Message, PropertyDict, byte, symbol, timestamp, uint, ulong

from transcript import attempt, confirm_library, fields, plain, say, scenario

FIELDS = ("inferred durable priority ttl first_acquirer delivery_count id user_id address subject reply_to "
          "correlation_id content_type content_encoding expiry_time creation_time group_id group_sequence "
          "reply_to_group_id instructions annotations properties body")
IDENTITY = uuid.UUID("00010203-0405-0607-0809-0a0b0c0d0e0f")

# What to set each field to: fitting values and others.
VALUES = {
    "inferred": (True, False, 1, None, "x"),
    "durable": (True, False, 1, None, "x"),
    "priority": (0, 4, 9, 255, 256, -1, "5", None, byte(3)),
    "ttl": (0, 1, 1.5, 0.0004, 4294967, 4294968, -1, "5", None),
    "first_acquirer": (True, False, None),
    "delivery_count": (0, 1, 2 ** 32 - 1, 2 ** 32, -1, "1", None),
    "id": (None, "text", b"octets", 7, ulong(2 ** 63), IDENTITY, "", b"", -1, 2 ** 64, 1.5, [1], uint(7)),
    "correlation_id": (None, "text", b"octets", 7, ulong(2 ** 63), IDENTITY, -1, [1]),
    "user_id": (b"me", b"", b"a\0b", "text", None, 5),
    "address": ("there", "", "\u20ac", None, b"octets", 5),
    "subject": ("about", "", None, 5),
    "reply_to": ("here", "", None, 5),
    "content_type": (symbol("text/plain"), "text/plain", "", None, 5),
    "content_encoding": (symbol("gzip"), "gzip", "", None, 5),
    "expiry_time": (0, 1, 1.25, 2 ** 40, -1, "1", None),
    "creation_time": (0, 1, 1.25, 2 ** 40, -1, "1", None),
    "group_id": ("g", "", None, 5),
    "group_sequence": (0, 1, 2 ** 31 - 1, -1, 2 ** 32, None),
    "reply_to_group_id": ("h", "", None, 5),
}


def round_trip(message):
    again = Message()
    again.decode(message.encode())
    return again


def a_field(name):
    @scenario("the field %s of a message is set, kept, sent and cleared" % name)
    def set_and_get():
        say("at first", plain(getattr(Message(), name)))
        for value in VALUES[name]:
            message = Message()

            def there_and_back():
                setattr(message, name, value)
                again = round_trip(message)
                return plain(getattr(message, name)), plain(getattr(again, name))
            attempt(plain(value), there_and_back)
            message.clear()
            say("cleared", plain(getattr(message, name)))


for each in VALUES:
    a_field(each)


@scenario("a new message has nothing set")
def new_message():
    fields(Message(), FIELDS)
    fields(round_trip(Message()), FIELDS)
    say(repr(Message()), Message.DEFAULT_PRIORITY)


@scenario("a message takes its fields as keywords")
def keywords():
    message = Message("body", address="a", subject="s", id=5, properties={"p": 1}, ttl=2, durable=True)
    say(repr(message))
    attempt("an unknown one", lambda: Message(nonsense=1).nonsense)


@scenario("the annotations take symbols and numbers for keys")
def annotations():
    for name in ("annotations", "instructions", "properties"):
        for value in ({symbol("s"): 1}, {"text": 1}, {ulong(5): 1}, {5: 1}, {1.5: 1}, {None: 1}, AnnotationDict(one=1),
                      PropertyDict(two=2), {}, None, [1], "text", {"deep": {"d": [1, {"e": None}]}}):
            def there_and_back():
                message = Message()
                setattr(message, name, value)
                kept = plain(getattr(message, name))
                message.encode()
                return kept, plain(getattr(message, name)), plain(getattr(round_trip(message), name))
            attempt("%s %s" % (name, plain(value)), there_and_back)


@scenario("properties take values of every type")
def properties():
    message = Message(properties={"string": "s", "int": 1, "ulong": ulong(2), "float": 1.5, "bool": True, "null": None,
                                  "bytes": b"b", "uuid": IDENTITY, "list": [1], "map": {"k": 1}, "time": timestamp(3)})
    for key, value in sorted(round_trip(message).properties.items()):
        say(key, plain(value))


@scenario("a message that was changed is encoded anew")
def changed():
    message = Message("one", subject="s")
    first = message.encode()
    message.body = "two"
    message.subject = None
    second = message.encode()
    say(first != second, round_trip(message).body, round_trip(message).subject)
    again = Message()
    again.decode(first)
    again.body = [again.body]
    say(round_trip(again).body, round_trip(again).subject)


@scenario("a message that was used before forgets what it held")
def used_before():
    message = Message("old", subject="old", properties={"old": 1}, annotations={symbol("o"): 1}, durable=True, id="old",
                      instructions={symbol("i"): 1})
    message.decode(Message("new").encode())
    fields(message, FIELDS)


@scenario("two messages are apart")
def apart():
    one, two = Message("one", id=1), Message("two", id=2)
    one.decode(two.encode())
    two.id = 3
    say(one.id, one.body, two.id)


confirm_library()
