#!/usr/bin/python3
"""The conformance service over python3-msgpack: what the S runner and the peers are proven against.

    reference_server.py PORT [--all-profiles] [--old-spec] [--errors neovim|ruby|jubatus] [--broken FAULT] [--seconds N]

Prints "listening PORT" (with --all-profiles also "PROFILE PORT" lines) and ends by itself after --seconds.
--broken plants one fault, so that one can see the cases that notice it fail.
"""
import argparse
import asyncio
import msgpack

FAULTS = ("one-message-a-read", "empty-errors", "answers-notifications", "narrow-msgid", "replaces-utf8", "never-closes", "serial", "drops-on-fin")


class ToCaller(Exception):
    pass


class WrongParams(Exception):
    pass


class NoMethod(Exception):
    pass


class BrokenWire(Exception):
    pass


class Service:
    x = None

    def sum(self, x, y):
        return x + y

    def echo(self, value):
        if depth(value) > 64:
            raise ToCaller("The value is nested deeper than 64.")
        return value

    def set_x(self, value):
        Service.x = value

    def get_x(self):
        return Service.x

    async def slow(self, ms):
        await asyncio.sleep(ms / 1000)
        return ms

    def fail(self, message):
        raise ToCaller(message or "The call failed.")

    def throw_in_notification(self):
        raise RuntimeError("thrown")

    def to_bytes(self, value):
        return value if isinstance(value, bytes) else value.encode("utf-8", "surrogateescape")

    def to_text(self, value):
        return value.decode("utf-8", "surrogateescape") if isinstance(value, bytes) else value


ARITY = {"sum": 2, "echo": 1, "set_x": 1, "get_x": 0, "slow": 1, "fail": 1, "throw_in_notification": 0, "to_bytes": 1, "to_text": 1}


def depth(value):
    level, current = 0, [value]
    while current:
        level += 1
        current = [i for v in current if isinstance(v, (list, dict)) for i in (v if isinstance(v, list) else v.values())]
    return level


def is_int(value, least, most):
    return type(value) is int and least <= value <= most


class Connection:
    def __init__(self, options, reader, writer):
        self.options = options
        self.reader = reader
        self.writer = writer
        self.service = Service()
        self.tasks = set()
        self.packer = msgpack.Packer(use_bin_type=not options.old_spec, unicode_errors="surrogateescape")

    async def run(self):
        unicode_errors = "replace" if self.options.broken == "replaces-utf8" else "surrogateescape"
        unpacker = msgpack.Unpacker(raw=False, unicode_errors=unicode_errors, strict_map_key=False, max_buffer_size=64 << 20, max_bin_len=32 << 20, max_str_len=32 << 20)
        try:
            while data := await self.reader.read(65536):
                unpacker.feed(data)
                for message in unpacker:
                    await self.receive(message)
                    if self.options.broken == "one-message-a-read":
                        unpacker = msgpack.Unpacker(raw=False, unicode_errors=unicode_errors, strict_map_key=False, max_buffer_size=64 << 20, max_bin_len=32 << 20, max_str_len=32 << 20)
                        break
            if self.tasks and self.options.broken != "drops-on-fin":
                await asyncio.wait(self.tasks)
        except (BrokenWire, ValueError, msgpack.UnpackException):
            if self.options.broken == "never-closes":
                await asyncio.sleep(5)
        except (ConnectionError, asyncio.CancelledError):
            pass
        finally:
            self.writer.close()

    async def receive(self, message):
        if not isinstance(message, list) or not message:
            raise BrokenWire
        kind = message[0]
        if kind == 0 and len(message) == 4 and is_int(message[1], -2**31, 2**32 - 1):
            await self.start(self.answer(*message[1:]))
        elif kind == 1 and len(message) == 4:
            pass
        elif kind == 2 and len(message) == 3:
            try:
                await self.call(*message[1:])
            except Exception:
                pass
            if self.options.broken == "answers-notifications":
                self.write([1, 0, None, None])
        else:
            raise BrokenWire

    async def start(self, work):
        if self.options.broken == "serial":
            await work
            return
        task = asyncio.ensure_future(work)
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)
        await asyncio.sleep(0)

    async def answer(self, msgid, method, params):
        try:
            error, result = None, await self.call(method, params)
        except Exception as e:
            error, result = self.shape(e)
        if self.options.broken == "narrow-msgid":
            msgid &= 0x7fffffff
        self.write([1, msgid, error, result])

    async def call(self, method, params):
        if isinstance(method, bytes):
            method = method.decode("utf-8", "replace")
        if method not in ARITY:
            raise NoMethod(f"There is no method '{method}'.")
        params = [] if params is None else params
        if not isinstance(params, list) or len(params) != ARITY[method]:
            raise WrongParams(f"Method '{method}' takes {ARITY[method]} params.")
        result = getattr(self.service, method)(*params)
        return await result if asyncio.iscoroutine(result) else result

    def shape(self, e):
        text = str(e) if isinstance(e, (ToCaller, NoMethod, WrongParams)) else "Internal error."
        if self.options.broken == "empty-errors":
            text = ""
        if self.options.errors == "neovim":
            return [0, text], None
        if self.options.errors == "ruby":
            code = {NoMethod: ".CallError.NoMethodError", WrongParams: ".CallError.ArgumentError"}.get(type(e), "RemoteError")
            return code, [text]
        if self.options.errors == "jubatus":
            return {NoMethod: 1, WrongParams: 2}.get(type(e), text), None
        return text, None

    def write(self, message):
        if not self.writer.is_closing():
            self.writer.write(self.packer.pack(message))


async def listen(options, port):
    server = await asyncio.start_server(lambda r, w: Connection(options, r, w).run(), "127.0.0.1", port)
    return server.sockets[0].getsockname()[1]


async def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("port", type=int)
    parser.add_argument("--all-profiles", action="store_true")
    parser.add_argument("--old-spec", action="store_true")
    parser.add_argument("--errors", choices=("message", "neovim", "ruby", "jubatus"), default="message")
    parser.add_argument("--broken", choices=FAULTS)
    parser.add_argument("--seconds", type=float, default=120)
    options = parser.parse_args()
    if options.all_profiles:
        for profile, change in (("old-spec", {"old_spec": True}), ("neovim", {"errors": "neovim"}), ("ruby", {"errors": "ruby"}), ("jubatus", {"errors": "jubatus"}),
                                ("old-spec+ruby", {"old_spec": True, "errors": "ruby"}), ("old-spec+jubatus", {"old_spec": True, "errors": "jubatus"})):
            print(profile, await listen(argparse.Namespace(**{**vars(options), **change}), 0), flush=True)
    print("listening", await listen(options, options.port), flush=True)
    await asyncio.sleep(options.seconds)


if __name__ == "__main__":
    try:
        asyncio.run(main())
    except KeyboardInterrupt:
        pass
