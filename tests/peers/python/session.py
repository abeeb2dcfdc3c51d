"""A MessagePack-RPC client whose habits are parameters: the Python and Java clients differ in these alone."""
import socket
import struct

import msgpack


class RemoteError(Exception):
    def __init__(self, error, result=None):
        super().__init__(error)
        self.error = error
        self.result = result


class OldUnpacker:
    """Reads the old specification only: what came after it (str8, bin, ext) is an error here, where msgpack-java 0.6 stops for ever."""

    def __init__(self):
        self.buffer = bytearray()

    def feed(self, data):
        self.buffer += data

    def __iter__(self):
        while self.buffer:
            try:
                value, end = self.read(0)
            except IndexError:
                return
            del self.buffer[:end]
            yield value

    def read(self, at):
        code = self.buffer[at]
        at += 1
        if code <= 0x7F:
            return code, at
        if code >= 0xE0:
            return code - 256, at
        if code <= 0x8F:
            return self.items(at, (code & 15) * 2, True)
        if code <= 0x9F:
            return self.items(at, code & 15, False)
        if code <= 0xBF:
            return self.raw(at, code & 31)
        if code in (0xC0, 0xC2, 0xC3):
            return {0xC0: None, 0xC2: False, 0xC3: True}[code], at
        fixed = {0xCA: ">f", 0xCB: ">d", 0xCC: ">B", 0xCD: ">H", 0xCE: ">I", 0xCF: ">Q", 0xD0: ">b", 0xD1: ">h", 0xD2: ">i", 0xD3: ">q"}.get(code)
        if fixed:
            return self.number(at, fixed)
        if code in (0xDA, 0xDB):
            length, at = self.number(at, ">H" if code == 0xDA else ">I")
            return self.raw(at, length)
        if 0xDC <= code <= 0xDF:
            count, at = self.number(at, ">I" if code & 1 else ">H")
            return self.items(at, count * (2 if code >= 0xDE else 1), code >= 0xDE)
        raise ValueError(f"0x{code:02x} is not of the old specification")

    def number(self, at, form):
        end = at + struct.calcsize(form)
        if end > len(self.buffer):
            raise IndexError
        return struct.unpack(form, self.buffer[at:end])[0], end

    def raw(self, at, length):
        if at + length > len(self.buffer):
            raise IndexError
        return bytes(self.buffer[at:at + length]), at + length

    def items(self, at, count, is_map):
        values = []
        for _ in range(count):
            value, at = self.read(at)
            values.append(value)
        return (dict(zip(values[::2], values[1::2])) if is_map else values), at


class Style:
    """What distinguishes one client from another."""

    def __init__(self, first_id, next_id, packer, unpacker, is_error, pipelines, note, knows_raw_only=False, reads_error_alone=False, bytes_method="echo"):
        self.first_id = first_id
        self.next_id = next_id
        self.packer = packer
        self.unpacker = unpacker
        self.is_error = is_error
        self.pipelines = pipelines
        self.note = note
        self.knows_raw_only = knows_raw_only
        self.reads_error_alone = reads_error_alone
        self.bytes_method = bytes_method


def current_packer():
    return msgpack.Packer(use_bin_type=True, unicode_errors="surrogateescape", use_single_float=False)


def current_unpacker():
    return msgpack.Unpacker(raw=False, unicode_errors="surrogateescape", strict_map_key=False, max_buffer_size=64 << 20)


STYLES = {
    # gevent's client: one call at a time, errors by truthiness, a C int for a msgid.
    "mprpc-python": Style(1, lambda i: (i + 1) & 0x7FFFFFFF, current_packer, current_unpacker, bool, False, "one call at a time on a connection"),
    # tornado's client: writes raws only, as msgpack does without use_bin_type; reads all of today's types, and makes bytes of each text; "is not None".
    "msgpack-rpc-python": Style(0, lambda i: (i + 1) % (1 << 30), lambda: msgpack.Packer(use_bin_type=False, unicode_errors="surrogateescape"),
                                lambda: msgpack.Unpacker(raw=True, strict_map_key=False, max_buffer_size=64 << 20),
                                lambda error: error is not None, True, "", knows_raw_only=True),
    # AirSim's: msgpack-rpc-python that takes raw for text, and stops for ever at one that is no UTF-8; it writes raws only.
    "airsim": Style(0, lambda i: (i + 1) % (1 << 30), lambda: msgpack.Packer(use_bin_type=False),
                    lambda: msgpack.Unpacker(raw=False, unicode_errors="strict", strict_map_key=False, max_buffer_size=64 << 20),
                    lambda error: error is not None, True, "", bytes_method="to_bytes"),
    # msgpack-java 0.6: a type newer than raw stops it for ever; its msgids go negative. Its Future throws RemoteError(error), and leaves the result beside it unread.
    "msgpack-rpc-java": Style(2**31 - 3, lambda i: i + 1 if i < 2**31 - 1 else -2**31, lambda: msgpack.Packer(use_bin_type=False, unicode_errors="surrogateescape"),
                              OldUnpacker, lambda error: error is not None, True, "", knows_raw_only=True, reads_error_alone=True),
}


class Session:
    def __init__(self, style, host, port):
        self.style = style
        self.msgid = style.first_id
        self.packer = style.packer()
        self.unpacker = style.unpacker()
        self.socket = socket.create_connection((host, port), timeout=10)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.waiting = []

    def send(self, method, params):
        msgid = self.msgid
        self.msgid = self.style.next_id(msgid)
        self.socket.sendall(self.packer.pack([0, msgid, method, params]))
        return msgid

    def notify(self, method, *params):
        self.socket.sendall(self.packer.pack([2, method, list(params)]))

    def receive(self):
        while not self.waiting:
            data = self.socket.recv(65536)
            if not data:
                raise ConnectionError("the server closed")
            self.unpacker.feed(data)
            self.waiting += self.unpacker
        kind, msgid, error, result = self.waiting.pop(0)
        if kind != 1:
            raise ValueError(f"message of type {kind}")
        return msgid, error, result

    def call(self, method, *params):
        sent = self.send(method, list(params))
        msgid, error, result = self.receive()
        if msgid != sent:
            raise ValueError(f"answer to {msgid} instead of {sent}")
        if self.style.is_error(error):
            raise RemoteError(error, result)
        return result

    def close(self):
        self.socket.close()
