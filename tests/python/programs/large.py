"""large.py HOST:PORT QUEUE SIZE...: messages of these sizes, over a broker and back."""
import sys

from proton import Message
from proton.utils import BlockingConnection

# Often enough for the pieces of a message to come at different moments.
TIMES = 5

connection = BlockingConnection(sys.argv[1], timeout=60)
sender = connection.create_sender(sys.argv[2])
receiver = connection.create_receiver(sys.argv[2], credit=1)
for size in map(int, sys.argv[3:]):
    body = (bytes(range(251)) * (size // 251 + 1))[:size]
    for _ in range(TIMES):
        sender.send(Message(body=body))
        got = bytes(receiver.receive(timeout=60).body)
        if got != body:
            sys.exit("sent %d bytes, got %d other ones" % (size, len(got)))
    print("%d bytes came whole" % size)
connection.close()
