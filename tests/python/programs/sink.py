"""sink.py HOST:PORT COUNT: takes messages from whoever connects, prints address and body of each, and goes."""
import sys

from proton.handlers import MessagingHandler
from proton.reactor import Container


class Sink(MessagingHandler):
    def __init__(self, address, count):
        super().__init__()
        self.address, self.left = address, count

    def on_start(self, event):
        event.container.listen(self.address)

    def on_message(self, event):
        body = event.message.body
        text = bytes(body).decode() if isinstance(body, (bytes, memoryview)) else body
        print(event.message.address, text, flush=True)
        self.left -= 1
        if self.left == 0:
            event.container.stop()


Container(Sink(sys.argv[1], int(sys.argv[2]))).run()
