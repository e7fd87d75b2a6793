"""A TCP proxy that breaks the first upload connections, so that nio must call its data provider again."""

from __future__ import annotations

import asyncio
import contextlib
import enum
from types import TracebackType


class Break(enum.Enum):
    """Where an upload breaks."""

    WHILE_SENDING = "the server has part of the request"
    BEFORE_THE_ANSWER = "the server has stored the file, and its answer is lost"


class BreakingProxy:
    """`async with BreakingProxy(port, [Break.WHILE_SENDING]) as proxy:` the first upload breaks so, later ones pass."""

    def __init__(self, server_port: int, breaks: list[Break]) -> None:
        self._server_port = server_port
        self._breaks = list(breaks)
        self._server: asyncio.Server | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self.uploads = 0
        self.broken = 0

    @property
    def address(self) -> str:
        assert self._server is not None
        port: int = self._server.sockets[0].getsockname()[1]
        return f"http://127.0.0.1:{port}"

    async def __aenter__(self) -> BreakingProxy:
        self._server = await asyncio.start_server(self._connection, "127.0.0.1", 0)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._server is not None
        self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._server.wait_closed()

    async def _connection(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        server_reader, server_writer = await asyncio.open_connection("127.0.0.1", self._server_port)
        #: What is to happen to the request under way on this connection; the client does not pipeline.
        under_way: list[Break | None] = [None]

        async def requests() -> None:
            sent = 0
            while data := await reader.read(1 << 16):
                if data.startswith(b"POST /_matrix/media/"):
                    self.uploads += 1
                    sent = 0
                    under_way[0] = self._breaks.pop(0) if self._breaks else None
                sent += len(data)
                server_writer.write(data)
                await server_writer.drain()
                if under_way[0] is Break.WHILE_SENDING and sent > 1 << 15:
                    self.broken += 1
                    return

        async def answers() -> None:
            while data := await server_reader.read(1 << 16):
                # An answer in the midst of the request would be "100 Continue"; aiohttp asks for none.
                if under_way[0] is Break.BEFORE_THE_ANSWER:
                    self.broken += 1
                    return
                writer.write(data)
                await writer.drain()

        directions = [asyncio.create_task(requests()), asyncio.create_task(answers())]
        try:
            await asyncio.wait(directions, return_when=asyncio.FIRST_COMPLETED)
        except asyncio.CancelledError:
            # By __aexit__, which waits for this task. asyncio would log it as an error.
            pass
        finally:
            for direction in directions:
                direction.cancel()
            await asyncio.gather(*directions, return_exceptions=True)
            for end in (writer, server_writer):
                # abort, not close: the other side sees a broken connection, not a polite end.
                end.transport.abort()
                with contextlib.suppress(OSError):
                    await end.wait_closed()
