from __future__ import annotations

import asyncio
import datetime
import ssl
from enum import IntEnum
from typing import Any, Dict, List, Optional, Tuple, TypedDict
from urllib.parse import urlsplit

import msgpack


class MprpcError(Exception):
    """The server's answer was an error. `error` is what it sent."""

    def __init__(self, error: Any) -> None:
        super().__init__(error.get("message", error) if isinstance(error, dict) else error)
        self.error = error


class MprpcConnection:
    """A connection to a server. Calls may be made at once; `asyncio.wait_for` limits how long one is waited for."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer
        self._calls: Dict[int, "asyncio.Future[Any]"] = {}
        self._next_id = 0
        self._lost: Optional[Exception] = None
        self._reading = asyncio.ensure_future(self._read())

    @classmethod
    async def open(cls, url: str, tls: Optional[ssl.SSLContext] = None) -> "MprpcConnection":
        """Connects to tcp://host:port, tls://host:port or unix:///path."""
        parts = urlsplit(url)
        if parts.scheme == "unix":
            return cls(*await asyncio.open_unix_connection(parts.path))
        if parts.scheme == "tls":
            return cls(*await asyncio.open_connection(parts.hostname, parts.port, ssl=tls or ssl.create_default_context()))
        if parts.scheme == "tcp":
            return cls(*await asyncio.open_connection(parts.hostname, parts.port))
        raise ValueError(f"The address '{url}' is none. Allowed are tcp://host:port, tls://host:port and unix:///path.")

    async def __aenter__(self) -> "MprpcConnection":
        return self

    async def __aexit__(self, *_: Any) -> None:
        await self.close()

    async def call(self, method: str, *params: Any) -> Any:
        if self._lost is not None:
            raise self._lost
        message_id = self._next_id
        self._next_id = (self._next_id + 1) & 0xFFFFFFFF
        answer: "asyncio.Future[Any]" = asyncio.get_running_loop().create_future()
        self._calls[message_id] = answer
        try:
            await self._send([0, message_id, method, params])
            return await answer
        finally:
            self._calls.pop(message_id, None)

    async def notify(self, method: str, *params: Any) -> None:
        if self._lost is not None:
            raise self._lost
        await self._send([2, method, params])

    async def close(self) -> None:
        self._reading.cancel()
        self._end(ConnectionError("The connection was closed."))
        self._writer.close()
        try:
            await self._writer.wait_closed()
        except OSError:
            pass

    async def _send(self, message: Any) -> None:
        self._writer.write(msgpack.packb(message, datetime=True))
        await self._writer.drain()

    async def _read(self) -> None:
        unpacker = msgpack.Unpacker(raw=False, timestamp=3, strict_map_key=False)
        try:
            while True:
                data = await self._reader.read(65536)
                if not data:
                    raise ConnectionError("The server closed the connection.")
                unpacker.feed(data)
                for message in unpacker:
                    await self._handle(message)
        except (OSError, ValueError, msgpack.UnpackException) as error:
            self._end(error if isinstance(error, OSError) else ConnectionError(f"What the server sent is not MessagePack-RPC: {error}"))
            self._writer.close()

    async def _handle(self, message: Any) -> None:
        if message[0] == 1:
            answer = self._calls.pop(message[1], None)
            if answer is not None and not answer.done():
                if message[2] is None:
                    answer.set_result(message[3])
                else:
                    answer.set_exception(MprpcError(message[2]))
        elif message[0] == 0:
            await self._send([1, message[1], f"The method '{message[2]}' was not found.", None])

    def _end(self, error: Exception) -> None:
        self._lost = self._lost or error
        for answer in self._calls.values():
            if not answer.done():
                answer.set_exception(error)
        self._calls.clear()


