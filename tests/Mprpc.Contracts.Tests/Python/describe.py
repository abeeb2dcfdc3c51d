"""Asks a server what its methods are, and looks whether each case fits: describe.py PORT. Ends with 0 where values are of the types that $/inspect tells."""

import socket
import sys

import msgpack
from msgpack import Timestamp

from cases import CASES

RANGES = {f"int{bits}": (-(2 ** (bits - 1)), 2 ** (bits - 1) - 1) for bits in (8, 16, 32, 64)}
RANGES.update({f"uint{bits}": (0, 2**bits - 1) for bits in (8, 16, 32, 64)})
# What is also accepted, besides what is described.
LENIENT = ("decimal: number", "decimal: integer")

PLAIN = {"bool": bool, "str": str, "bin": bytes, "timestamp": Timestamp, "nil": type(None)}


def split(arguments):
    """The arguments of a type, cut at the commas that stand in no angle brackets."""
    parts, depth = [""], 0
    for c in arguments:
        depth += {"<": 1, ">": -1}.get(c, 0)
        if c == "," and depth == 0:
            parts.append("")
        else:
            parts[-1] += c
    return parts


def fits(value, kind, types):
    if kind == "any":
        return True
    if kind.endswith("?"):
        return value is None or fits(value, kind[:-1], types)
    if kind in PLAIN:
        return isinstance(value, PLAIN[kind])
    if kind in RANGES:
        low, high = RANGES[kind]
        return isinstance(value, int) and not isinstance(value, bool) and low <= value <= high
    if kind in ("float32", "float64"):
        return isinstance(value, (int, float)) and not isinstance(value, bool)
    if kind.endswith(">"):
        name, arguments = kind[:-1].split("<", 1)
        parts = split(arguments)
        if name == "list":
            return isinstance(value, list) and all(fits(item, parts[0], types) for item in value)
        if name == "tuple":
            return isinstance(value, list) and len(value) == len(parts) and all(map(lambda v, k: fits(v, k, types), value, parts))
        return name == "map" and isinstance(value, dict) and all(fits(k, parts[0], types) and fits(v, parts[1], types) for k, v in value.items())
    named = types[kind]
    members = {key: member for member, _, key in named["members"]}
    if named["kind"] == "enum":
        return fits(value, named["members"][0][0], types)
    if named["kind"] == "map":
        return isinstance(value, dict) and all(k in members and fits(v, members[k], types) for k, v in value.items())
    return isinstance(value, list) and all(fits(v, members.get(i, "nil"), types) for i, v in enumerate(value))


class Client:
    def __init__(self, port):
        self.connection = socket.create_connection(("127.0.0.1", port), timeout=30)
        self.unpacker = msgpack.Unpacker(strict_map_key=False)
        self.sent = 0

    def call(self, method, params):
        self.sent += 1
        self.connection.sendall(msgpack.packb([0, self.sent, method, params]))
        while True:
            for kind, msgid, error, result in self.unpacker:
                if (kind, msgid, error) != (1, self.sent, None):
                    raise SystemExit(f"{method} was answered with {error!r}")
                return result
            received = self.connection.recv(65536)
            if not received:
                raise SystemExit("the server closed the connection")
            self.unpacker.feed(received)


def main(port):
    client = Client(port)
    document = client.call("$/inspect", [])
    functions = {function["name"]: function for function in document["functions"]}
    wrong = []

    if [function["name"] for function in client.call("$/inspect", ["types.ma"])["functions"]] != sorted(n for n in functions if n.startswith("types.ma")):
        wrong.append("a prefix gives other functions than those that begin with it")

    for name, method, ways, _ in CASES:
        function, params = functions[method], ways[0]
        kinds = [kind for kind, _ in function["parameters"]]
        rest = split(kinds.pop()[5:-1])[0] if function.get("rest") else None

        for i, param in enumerate(params):
            kind = kinds[i] if i < len(kinds) else rest
            if name not in LENIENT and not fits(param, kind, document["types"]):
                wrong.append(f"{name}: param {param!r} of {method} is no {kind}")

        if len(params) < function["required"]:
            wrong.append(f"{name}: {method} wants {function['required']} params")

        result = client.call(method, params)
        if not fits(result, function["return_type"], document["types"]):
            wrong.append(f"{name}: result {result!r} of {method} is no {function['return_type']}")

    print("\n".join(wrong) or f"{len(CASES)} cases fit {len(functions)} functions and {len(document['types'])} types")
    return 1 if wrong else 0


sys.exit(main(int(sys.argv[1])))
