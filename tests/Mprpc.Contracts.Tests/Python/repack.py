"""Unpacks each argument, which is MessagePack in hexadecimal, and prints what Python packs of it again."""

import sys

import msgpack

for text in sys.argv[1:]:
    value = msgpack.unpackb(bytes.fromhex(text), strict_map_key=False)
    print(msgpack.packb(value).hex())
