#!/usr/bin/python3
"""pynvim's own session layer as a client. Its first bytes are a notification whose method is bin.

    pynvim_peer.py client HOST PORT      (listener profile: neovim)
"""
import sys

import cases
from pynvim import tcp_session
from pynvim.msgpack_rpc.session import Session

# pynvim's Nvim object sets this so; it takes the message from the pair [code, message].
Session.error_wrapper = staticmethod(lambda e: RuntimeError(e[1]))


class PynvimPeer(cases.Peer):
    errors = (RuntimeError,)

    def __init__(self, host, port):
        self.address = host, port
        self.session = tcp_session(host, port)

    def call(self, method, *params):
        return self.session.request(method, *params)

    def notify(self, method, *params):
        self.session.request(method, *params, async_=True)

    def call_many(self, method, rows):
        answers, asynchronous = {}, self.session._async_session

        def take(index):
            def callback(error, result):
                answers[index] = result if not error else error
                if len(answers) == len(rows):
                    asynchronous.stop()
            return callback

        for index, row in enumerate(rows):
            asynchronous.request(method, row, take(index))
        asynchronous.run(lambda *_: None, lambda *_: None)
        return [answers[i] for i in range(len(rows))]

    def make_server_close(self):
        self.session.loop.send(b"\xc1")
        try:
            self.session.request("sum", 1, 2)
        except OSError:
            return
        raise AssertionError("still answered after c1")

    def reconnect(self):
        self.session.close()
        self.session = tcp_session(*self.address)


if __name__ == "__main__":
    sys.exit(cases.run(PynvimPeer(sys.argv[2], int(sys.argv[3]))))
