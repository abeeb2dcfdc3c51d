"""Calls a server with every case: client.py PORT. Ends with 0 where each answer is, unpacked, what was expected."""

import socket
import sys

import msgpack

from cases import CASES, same


def main(port):
    wrong = 0
    sent = 0
    with socket.create_connection(("127.0.0.1", port), timeout=30) as connection:
        unpacker = msgpack.Unpacker(strict_map_key=False)
        for name, method, ways, expected in CASES:
            for params in ways:
                sent += 1
                connection.sendall(msgpack.packb([0, sent, method, params]))
                message = receive(connection, unpacker)
                kind, msgid, error, result = message
                if (kind, msgid, error) != (1, sent, None) or not same(result, expected):
                    wrong += 1
                    print(f"{name}: {method}{params!r} was answered with {message!r}, expected {expected!r}")
    print(f"{sent - wrong} of {sent} answers as expected")
    return 0 if wrong == 0 else 1


def receive(connection, unpacker):
    while True:
        for message in unpacker:
            return message
        received = connection.recv(65536)
        if not received:
            raise SystemExit("the server closed the connection")
        unpacker.feed(received)


sys.exit(main(int(sys.argv[1])))
