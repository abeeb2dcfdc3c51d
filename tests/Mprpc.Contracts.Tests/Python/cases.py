"""What Python sends and expects, one case a type: the values of Kit/TypeCalls.cs as somebody writes them who has docs/contracts.md and python3-msgpack.

A case is (name, method, params, result). Where params is a list of lists, each is sent; the first is what the typed client of .NET sends.
"""

import datetime

from msgpack import ExtType, Timestamp

UTC = datetime.timezone.utc
TIME = Timestamp.from_datetime(datetime.datetime(2026, 11, 23, 4, 5, 6, tzinfo=UTC))
TIME_100NS = Timestamp(TIME.seconds, 100)
YEAR_1901 = Timestamp(int(datetime.datetime(1901, 1, 1, tzinfo=UTC).timestamp()))
LOCAL_0605 = Timestamp.from_datetime(datetime.datetime(2026, 11, 23, 6, 5, 6, tzinfo=UTC))
UUID = "00112233-4455-6677-8899-aabbccddeeff"
BOX = ["box", 2, None, [["a", 1, None, None], [None, -1, None, None]]]


def int128(number):
    return number.to_bytes(16, "little", signed=True)


def uint128(number):
    return number.to_bytes(16, "little")


def big(number):
    return number.to_bytes((number.bit_length() + 8) // 8, "little", signed=True)


def echo(name, method, value, *also):
    """A method of one parameter that gives back what it gets; the further values are other ways to write the same."""
    return (name, "types." + method, [[v] for v in (value, *also)], value)


def call(name, method, params, result):
    return (name, "types." + method, [params], result)


MIN = [-(2**7), -(2**15), -(2**31), -(2**63)]
MAX = [2**8 - 1, 2**16 - 1, 2**32 - 1, 2**64 - 1]

CASES = [
    call("signed", "signed", MIN, MIN),
    call("unsigned", "unsigned", MAX, MAX),
    call("others", "others", [0.5, -1.5e300, True, ord("A")], [0.5, -1.5e300, True, ord("A")]),
    echo("text", "text", "grün \u20ac \U0001F600", "grün \u20ac \U0001F600".encode()),
    echo("text: null", "text", None),
    echo("maybe number", "maybe_number", 300),
    echo("maybe number: null", "maybe_number", None),
    echo("maybe guid", "maybe_guid", UUID),
    echo("maybe guid: null", "maybe_guid", None),
    call("optional: given", "optional", [1, 2, "three", 200, 4.5], "1 2 three Blue 4.5"),
    ("optional: left out", "types.optional", [[1, 7, None, 1, 0.5], [1], [1, 7], [1, 7, None], [1, 7, None, 1]], "1 7 null Green 0.5"),
    ("params", "types.total", [["ab", 1, 2, 3], ["ab", [1, 2, 3]]], 8),
    ("params: none", "types.total", [["ab"], ["ab", []]], 2),
    echo("tuple", "tuple", [1, "a"]),
    echo("long tuple", "long_tuple", [1, 2, 3, 4, 5, 6, 7, [8, 9]]),
    echo("class tuple", "class_tuple", [1, "a"]),
    echo("enum", "enum", 200),
    echo("maybe enum", "maybe_enum", 1),
    echo("maybe enum: null", "maybe_enum", None),
    echo("flags", "flags", 2**64 - 1),
    echo("bytes", "bytes", b"\x00\xff\x80"),
    echo("bytes: null", "bytes", None),
    echo("memory", "memory", b"\x01\x02", "\x01\x02"),
    echo("writable memory", "writable_memory", b"\x01\x02", "\x01\x02"),
    echo("segment", "segment", b"\x02\x03", "\x02\x03"),
    echo("sequence", "sequence", b"\x01\x02\x03", "\x01\x02\x03"),
    echo("date and time", "date_time", TIME),
    echo("date and time: 100 ns", "date_time", TIME_100NS),
    echo("date and time: local", "date_time", TIME),
    echo("date and time: 1901", "date_time", YEAR_1901),
    echo("date and time with offset", "date_time_offset", [LOCAL_0605, 120]),
    echo("time span", "time_span", -15_000_000),
    echo("date", "date", datetime.date(1970, 1, 2).toordinal() - 1),
    echo("time", "time", (1 * 3600 + 2 * 60 + 3) * 10_000_000),
    echo("guid", "guid", UUID, UUID.upper()),
    echo("decimal", "decimal", "-12.50"),
    ("decimal: number", "types.decimal", [[-12.5]], "-12.5"),
    ("decimal: integer", "types.decimal", [[2**64 - 1]], str(2**64 - 1)),
    echo("maybe decimal", "maybe_decimal", "0.1", 0.1),
    echo("decimals", "decimals", ["1", "0.1"], [1, 0.1]),
    echo("int128: small", "int128", int128(-5), -5),
    echo("int128: large", "int128", int128(-(2**127))),
    echo("uint128: small", "u_int128", uint128(2**64 - 1), 2**64 - 1),
    echo("uint128: large", "u_int128", uint128(2**128 - 1)),
    echo("big integer: small", "big_integer", big(300), 300),
    echo("big integer: large", "big_integer", big(-(2**100))),
    echo("half", "half", 1.5),
    echo("uri", "uri", "http://a/b?c"),
    echo("version", "version", "1.2.3"),
    echo("array", "array", [1, -200, 70000]),
    echo("list", "list", ["a", None]),
    echo("read-only list", "read_only_list", [0.5, -1.0], [0.5, -1]),
    echo("enumerable", "enumerable", [1, 2**40]),
    echo("set", "set", ["a"]),
    echo("immutable array", "immutable", [1, 2]),
    echo("array of arrays", "jagged", [[1, 2], []]),
    echo("grid", "grid", [2, 3, [1, 2, 3, 4, 5, 6]]),
    echo("enums", "enums", [200, 0]),
    echo("dictionary", "dictionary", {"a": 1, "b": 2}),
    echo("dictionary of lists", "nested", {-1: ["x", "y"]}),
    echo("pair", "pair", ["a", 1]),
    echo("any: number", "any", 70000),
    echo("any: text", "any", "a"),
    echo("any: null", "any", None),
    echo("any: bytes", "any", b"\x01"),
    echo("any: time", "any", TIME),
    echo("any: object", "any", {"City": "Bonn", "Latitude": 1.5, "Longitude": 2.5}),
    echo("any: ext", "any", ExtType(7, b"*")),
    echo("dynamic", "dynamic", ["a", True]),
    echo("any list", "any_list", ["a", None, True, 0.5]),
    echo("any map", "any_map", {"a": "b", "c": None}),
    echo("raw", "raw", ExtType(7, b"*")),
    echo("object as array", "item", BOX),
    echo("object as map", "settings", {"Owner": "me", "Level": 1, "Color": 1}),
    echo("class without attributes", "plain", {"Number": 1, "Text": "a", "Time": TIME}),
    echo("record without attributes", "record", {"City": "Bonn", "Latitude": 50.5, "Longitude": 7.25}),
    echo("struct with names as keys", "point", {"x": 1, "y": -1}),
    echo("struct: null", "point", None),
    echo("objects", "items", [BOX, ["b", 0, None, None]]),
    echo("generic object", "page", [3, [BOX]]),
    echo("generic object of text", "text_page", [3, ["a"]]),
    echo("value task", "value_task", 5),
    call("no result", "nothing", [], None),
    call("no result, value task", "nothing_either", ["a"], None),
    call("default method", "default_method", [], "the interface's own"),
    echo("name set by hand", "by-another.name", "a"),
    echo("inherited", "inherited", "a"),
    echo("inherited twice", "inherited_twice", 5),
    call("inherited, generic", "find", [5], ["found", 5, None, None]),
]


def same(left, right):
    """Equal in value and in type: True is not 1, and 1 is not 1.0."""
    if type(left) is not type(right):
        return False
    if isinstance(left, dict):
        return left.keys() == right.keys() and all(same(left[key], right[key]) for key in left)
    if isinstance(left, (list, tuple)):
        return len(left) == len(right) and all(map(same, left, right))
    return left == right
