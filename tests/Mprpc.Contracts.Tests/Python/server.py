"""Answers one client's calls, each with the result of the case that has its method and params; anything else with an error that tells what came. Prints its port."""

import socket

import msgpack

from cases import CASES, same


def answer(method, params):
    known = [case for case in CASES if case[1] == method]
    for _, _, ways, result in known:
        if same(params, ways[0]):
            return None, result
    return f"{method}: got {params!r}, expected one of {[case[2][0] for case in known]!r}", None


with socket.create_server(("127.0.0.1", 0)) as listener:
    print(f"port {listener.getsockname()[1]}", flush=True)
    connection, _ = listener.accept()
    with connection:
        unpacker = msgpack.Unpacker(strict_map_key=False)
        while received := connection.recv(65536):
            unpacker.feed(received)
            for _, msgid, method, params in unpacker:
                connection.sendall(msgpack.packb([1, msgid, *answer(method, params)]))
