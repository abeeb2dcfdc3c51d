#!/usr/bin/python3
"""Clients and a server that speak as mprpc, msgpack-rpc-python, AirSim and msgpack-rpc-java do.

    peer.py STYLE client HOST PORT
    peer.py STYLE server PORT
"""
import socket
import sys
import time



import cases
from session import STYLES, RemoteError, Session


class StyledPeer(cases.Peer):
    errors = (RemoteError,)

    def __init__(self, style, host, port):
        self.style = style
        self.address = host, port
        self.session = None
        self.bytes_method = style.bytes_method
        self.has_ext = self.has_timestamp = not style.knows_raw_only
        if style.knows_raw_only:
            self.seen_as = cases.as_raw
        self.reconnect()

    def call(self, method, *params):
        return self.session.call(method, *params)

    def notify(self, method, *params):
        self.session.notify(method, *params)

    def call_many(self, method, rows):
        if not self.style.pipelines:
            raise cases.Skip(self.style.note)
        ids = [self.session.send(method, row) for row in rows]
        answers = {}
        for _ in rows:
            msgid, error, result = self.session.receive()
            cases.same(error, None)
            answers[msgid] = result
        return [answers[i] for i in ids]

    def error_text(self, error):
        return cases.text_of([error.error] if self.style.reads_error_alone else [error.error, error.result])

    def make_server_close(self):
        self.session.socket.sendall(b"\xc1")
        try:
            cases.same(self.session.socket.recv(1), b"")
        except ConnectionResetError:
            pass

    def reconnect(self):
        if self.session:
            self.session.close()
        self.session = Session(self.style, *self.address)


def serve(style_name, port, seconds=120):
    """One connection at a time. As mprpc's server it takes one message a recv, so that its requests must not be pipelined; as the others, all."""
    listener = socket.create_server(("127.0.0.1", port))
    listener.settimeout(seconds)
    print("listening", listener.getsockname()[1], flush=True)
    methods = {"sum": lambda x, y: x + y, "echo": lambda v: v, "fail": fail, "slow": slow}
    end = time.monotonic() + seconds
    try:
        while time.monotonic() < end:
            connection, _ = listener.accept()
            connection.settimeout(seconds)
            serve_connection(STYLES[style_name], connection, methods)
    except socket.timeout:
        pass


def serve_connection(style, connection, methods):
    unpacker, packer = style.unpacker(), style.packer()
    with connection:
        while data := connection.recv(65536):
            unpacker.feed(data)
            for message in unpacker:
                if not handle(style, packer, connection, message, methods):
                    return
                if not style.pipelines:
                    break


def handle(style, packer, connection, message, methods):
    """False: the connection is to be closed."""
    if style.pipelines and isinstance(message, list) and len(message) == 3 and message[0] == 2:
        return True
    if not isinstance(message, list) or len(message) != 4 or message[0] != 0:
        return False
    _, msgid, method, params = message
    method = method.decode() if isinstance(method, bytes) else method
    if method not in methods:
        if not style.knows_raw_only:
            return False
        connection.sendall(packer.pack([1, msgid, ".CallError.NoMethodError", None]))
        return True
    try:
        response = [1, msgid, None, methods[method](*params)]
    except Exception as e:
        text = cases.text_of(e.args)
        response = [1, msgid, "RemoteError", [text]] if style is STYLES["msgpack-rpc-java"] else [1, msgid, text, None]
    connection.sendall(packer.pack(response))
    return True


def fail(message):
    raise Exception(message)


def slow(ms):
    time.sleep(ms / 1000)
    return ms


if __name__ == "__main__":
    name, role, *rest = sys.argv[1:]
    if role == "server":
        serve(name, int(rest[0]))
    else:
        sys.exit(cases.run(StyledPeer(STYLES[name], rest[0], int(rest[1]))))
