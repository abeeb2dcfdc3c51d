"""The named cases, for every peer in Python. A peer gives calls; values come back compared as the peer itself sees them."""
import msgpack

JAPANESE = "こんにちは、世界。"
ALL_BYTES = bytes(range(256))
INTEGERS = [0, 1, 127, 128, 255, 256, 65535, 65536, 2**32 - 1, 2**32, 2**63 - 1, 2**63, 2**64 - 1,
            -1, -32, -33, -128, -129, -32768, -32769, -2**31, -2**31 - 1, -2**63]


class Skip(Exception):
    pass


def same(actual, expected):
    if actual != expected or isinstance(actual, bool) != isinstance(expected, bool):
        raise AssertionError(f"{actual!r:.80} instead of {expected!r:.80}")


def as_raw(value):
    """As an old peer sees it: every text is bytes."""
    if isinstance(value, str):
        return value.encode()
    if isinstance(value, list):
        return [as_raw(v) for v in value]
    if isinstance(value, dict):
        return {as_raw(k): as_raw(v) for k, v in value.items()}
    return value


def text_of(value):
    """All text in an error, whatever its shape."""
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    if isinstance(value, (list, tuple)):
        return " ".join(text_of(v) for v in value)
    if isinstance(value, dict):
        return " ".join(text_of(v) for v in value.values())
    return str(value)


class Peer:
    """What a peer must do; the cases are written on these."""
    seen_as = staticmethod(lambda value: value)
    has_ext = True
    has_timestamp = True
    bytes_method = "echo"       # what gives bytes back; another where echo would give them back as the text that they were sent as
    errors = (Exception,)

    def call(self, method, *params):
        raise NotImplementedError

    def notify(self, method, *params):
        raise NotImplementedError

    def call_many(self, method, rows):
        raise Skip("this client has one call at a time")

    def make_server_close(self):
        raise Skip("this client cannot send broken bytes, which is how a case makes the server close")

    def reconnect(self):
        raise NotImplementedError

    def error_text(self, error):
        return text_of(error.args)


def echo(peer, value):
    same(peer.call("echo", value), peer.seen_as(value))


def echo_bytes(peer, value):
    same(peer.call(peer.bytes_method, value), value)


def expect_error(peer, contains, method, *params):
    try:
        result = peer.call(method, *params)
    except peer.errors as e:
        text = peer.error_text(e)
        if contains not in text or not text:
            raise AssertionError(f"error {text!r:.120} does not say {contains!r}") from None
        return
    raise AssertionError(f"result {result!r} instead of an error")


def unknown_method(peer):
    expect_error(peer, "", "nosuch", 1)
    same(peer.call("sum", 1, 2), 3)


def integers(peer):
    for value in INTEGERS:
        echo(peer, value)


def concurrent(peer):
    same(peer.call_many("sum", [[i, 1] for i in range(1000)]), [i + 1 for i in range(1000)])


def notify_then_read(peer):
    peer.notify("set_x", 43)
    same(peer.call("get_x"), 43)


def reconnect(peer):
    peer.make_server_close()
    peer.reconnect()
    same(peer.call("sum", 1, 2), 3)


def ext(peer):
    if not peer.has_ext:
        raise Skip("this client knows no ext")
    echo(peer, msgpack.ExtType(5, b"\x01\x02\x03"))


def timestamp(peer):
    if not peer.has_timestamp:
        raise Skip("this client knows no timestamp")
    for seconds, nanoseconds in ((1, 0), (1700000000, 123456789), (-1, 1)):
        echo(peer, msgpack.Timestamp(seconds, nanoseconds))


CASES = [
    ("sum", lambda p: same(p.call("sum", 1, 2), 3)),
    ("error", lambda p: expect_error(p, "boom", "fail", "boom")),
    ("unknown_method", unknown_method),
    ("text_ascii", lambda p: echo(p, "hello")),
    ("text_japanese", lambda p: echo(p, JAPANESE)),
    ("text_40", lambda p: echo(p, "x" * 40)),
    ("text_70000", lambda p: echo(p, "x" * 70000)),
    ("binary_all_bytes", lambda p: echo_bytes(p, ALL_BYTES)),
    ("binary_1mib", lambda p: echo_bytes(p, ALL_BYTES * 4096)),
    ("nested", lambda p: echo(p, {"a": [1, {"b": [[], {}, [2, [3, None]]]}], "c": {"d": {"e": "f"}}})),
    ("integers", integers),
    ("float32", lambda p: echo(p, 0.5)),
    ("float64", lambda p: echo(p, 3.141592653589793)),
    ("nil", lambda p: echo(p, None)),
    ("booleans", lambda p: (echo(p, True), echo(p, False))),
    ("ext", ext),
    ("timestamp", timestamp),
    ("concurrent_1000", concurrent),
    ("notify_then_read", notify_then_read),
    ("reconnect", reconnect),
]


def run(peer):
    failed = 0
    for name, case in CASES:
        try:
            case(peer)
            verdict, detail = "ok", ""
        except Skip as e:
            verdict, detail = "skip", str(e)
        except Exception as e:
            verdict, detail = "fail", f"{type(e).__name__}: {e}"
            failed += 1
            try:
                peer.reconnect()
            except Exception:
                pass
        print(f"{name}\t{verdict}\t{' '.join(detail.split())[:300]}", flush=True)
    return 1 if failed else 0
