"""The extensions under $/ (docs/protocol.md 10) as a plain Python client uses them: a socket and msgpack, nothing else.

    extensions.py HOST PORT [CASE...]     prints one JSON object a case: {"case": name, "messages": [...]}

Cases that are not named run all, except those that need a server of their own: inspect and goaway. The latter prints "ready" when the server is to stop.

Each case has a connection of its own. What the server must answer is judged by tests/Mprpc.Interop.Tests/Peers/PythonExtensionTests.cs.
"""
import json
import socket
import sys

import msgpack

REQUEST, NOTIFICATION = 0, 2


class Peer:
    def __init__(self, host, port):
        self.socket = socket.create_connection((host, port), timeout=30)
        self.unpacker = msgpack.Unpacker(raw=False, strict_map_key=False)

    def request(self, msgid, method, *params):
        self.socket.sendall(msgpack.packb([REQUEST, msgid, method, list(params)]))

    def notify(self, method, *params):
        self.socket.sendall(msgpack.packb([NOTIFICATION, method, list(params)]))

    def read(self):
        while True:
            for message in self.unpacker:
                return message
            data = self.socket.recv(65536)
            if not data:
                raise EOFError("the server has closed the connection")
            self.unpacker.feed(data)


def hello(peer):
    peer.request(0, "$/hello", 1, {"errors": "map", "size": 1 << 20, "goaway": True})
    yield peer.read()
    peer.request(1, "fail", "boom")
    yield peer.read()
    peer.request(2, "$/hello", 1, {})
    yield peer.read()


def hello_wrong(peer):
    peer.request(0, "$/hello", 0, {})
    yield peer.read()
    peer.request(1, "$/hello", "1", None)
    yield peer.read()


def call(peer):
    peer.request(1, "$/call", {}, "sum", [1, 2])
    yield peer.read()
    peer.request(2, "$/call", None, "sum", [3, 4])
    yield peer.read()
    peer.request(3, "$/call", {"timeout": 10000, "later": [1]}, b"sum", [5, 6])
    yield peer.read()
    peer.notify("$/call", {}, "sum", [1, 2])
    peer.request(4, "$/call", {}, "nope", [])
    yield peer.read()


def call_wrong(peer):
    peer.request(1, "$/call", {}, "sum")
    yield peer.read()
    peer.request(2, "$/call", [], "sum", [1, 2])
    yield peer.read()
    peer.request(3, "$/call", {"timeout": -1}, "sum", [1, 2])
    yield peer.read()
    peer.request(4, "$/call", {}, "$/ping", [])
    yield peer.read()


def timeout(peer):
    peer.request(1, "$/call", {"timeout": 50}, "wait", [])
    yield peer.read()
    peer.request(2, "$/call", {"timeout": 0}, "sum", [1, 2])
    yield peer.read()
    peer.request(3, "sum", 1, 2)
    yield peer.read()


def cancel(peer):
    peer.request(5, "wait")
    peer.notify("$/cancel", 5)
    yield peer.read()
    peer.request(6, "wait")
    peer.notify("$/cancelRequest", 6)
    yield peer.read()
    peer.notify("$/cancel", 99)
    peer.notify("$/cancel")
    peer.notify("$/cancel", None)
    peer.request(7, "sum", 1, 2)
    yield peer.read()


def metadata(peer):
    peer.request(1, "$/call", {"meta": {"tenant": "x", "traceparent": b"\x00\xff"}}, "metadata", [])
    yield peer.read()
    peer.request(2, "$/call", {"meta": {"big": "v" * 9000}}, "metadata", [])
    yield peer.read()
    peer.request(3, "$/call", {"meta": {"Upper": "v"}}, "metadata", [])
    yield peer.read()
    peer.request(4, "$/call", {"meta": {"n": 1}}, "metadata", [])
    yield peer.read()
    peer.request(5, "metadata")
    yield peer.read()


def ping(peer):
    peer.request(10, "$/ping")
    yield peer.read()
    peer.request(11, "hold")
    peer.request(12, "$/ping")
    yield peer.read()
    yield peer.read()


def streams(peer):
    """Without credit a stream is a list, and a list is a stream."""
    peer.request(1, "count", 3)
    yield peer.read()
    peer.request(2, "total", [1, 2, 3])
    yield peer.read()
    peer.request(3, "total", None)
    yield peer.read()
    peer.request(4, "pipe", [1, 2, 3])
    yield peer.read()
    peer.request(5, "break")
    yield peer.read()
    peer.request(6, "count", 20000)
    yield peer.read()


def streamed(peer):
    """With credit it comes item by item, and without a hello too."""
    peer.request(7, "$/call", {"credit": 2}, "count", [3])
    yield peer.read()
    peer.notify("$/credit", 7, 2)
    peer_item = peer.read()
    # the last items may come by themselves or in the answer
    if peer_item[0] == 1:
        yield [2, "$/item", [7, peer_item[3]]]
        yield peer_item[:3] + [None]
    else:
        yield peer_item
        yield peer.read()
    peer.request(8, "total", -1)
    yield peer.read()
    peer.notify("$/item", -1, [1, 2])
    peer.notify("$/item", -1, [3])
    peer.notify("$/end", -1)
    yield peer.read()


def inspect(peer):
    peer.request(1, "$/inspect", "su")
    yield peer.read()
    peer.request(2, "$/inspect", 7)
    yield peer.read()


def goaway(peer):
    peer.request(0, "$/hello", 1, {"goaway": True})
    peer.read()
    print("ready", flush=True)
    yield peer.read()
    peer.request(1, "sum", 1, 2)
    yield peer.read()
    peer.request(2, "$/ping")
    yield peer.read()


def main(host, port, names):
    cases = [globals()[name] for name in names] or [hello, hello_wrong, call, call_wrong, timeout, cancel, metadata, ping, streams, streamed]
    for case in cases:
        peer = Peer(host, port)
        print(json.dumps({"case": case.__name__, "messages": list(case(peer))}, sort_keys=True), flush=True)
        peer.socket.close()


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), sys.argv[3:])
