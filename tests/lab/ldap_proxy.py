# SPDX-License-Identifier: GPL-3.0-or-later
"""A proxy before a domain controller: it behaves as a Windows one does, or fails as one may.

It takes LDAPS connections on this machine, opens one to the real server for each, and passes the messages on. Modes
(:mod:`.ldap_modes`) say what is done differently::

    with Proxy("192.0.2.10", ca, tmp_path, [cap_values(1500), refuse("modify", 53, "read-only")]) as proxy:
        ...  # a client at proxy.address
    assert proxy.writes == 0
"""

from __future__ import annotations

import asyncio
import socket
import ssl
import threading
from collections import Counter
from collections.abc import Iterable, Sequence
from contextlib import suppress
from ipaddress import IPv4Address
from pathlib import Path
from types import TracebackType
from typing import Self

from ansible_collections.konak.it.cli.lab.base import Places, write_private
from ansible_collections.konak.it.cli.lab.keys import ensure_certificate

from . import ber
from .ldap_modes import WRITES, Close, Mode, Session, Step, Wait

OPENING_SECONDS = 5
"""How long a client or the server may take to begin."""
STOPPING_SECONDS = 20
"""How long the proxy may take to stop: longer than all that it waits for then."""
GOODBYE_SECONDS = 1
"""How long a peer may take to answer the end of TLS."""
CHUNK = 65536
"""Bytes to read at once."""

Stream = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class Proxy:
    """Listens while its ``with`` block lasts.

    :arg server: host name or address of the real server, with ``:port`` if that is not 636, as its certificate says.
    :arg ca: PEM file of the authority that signed the server's certificate; its key ``ca.key`` lies beside it and
        signs the proxy's own certificate.
    :arg folder: where the proxy keeps that certificate; a temporary one.
    :ivar address: where clients find it, ``127.0.0.1:PORT``.
    :ivar passed: how many requests of each kind reached the server.
    """

    def __init__(self, server: str, ca: Path, folder: Path, modes: Sequence[Mode] = ()) -> None:
        host, _, port = server.partition(":")
        self._server = (host, int(port or 636))
        self._modes = list(modes)
        self._inner = ssl.create_default_context(cafile=str(ca))
        self._outer = _listening_context(ca, folder)
        self._errors: list[BaseException] = []
        self.passed: Counter[str] = Counter()

    @property
    def writes(self) -> int:
        """How many writes reached the server."""
        return sum(self.passed[op] for op in WRITES)

    def count(self, op: str) -> int:
        """How many requests of a kind reached the server: ``search``, ``add``, ``modify``, ``modifyDN``..."""
        return self.passed[op]

    def __enter__(self) -> Self:
        listener = socket.create_server(("127.0.0.1", 0))
        self.address = f"127.0.0.1:{listener.getsockname()[1]}"
        self._loop, self._stop = asyncio.new_event_loop(), asyncio.Event()
        self._thread = threading.Thread(target=self._run, args=(listener,), name="ldap-proxy")
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Close all connections and end the thread.

        :raises BaseExceptionGroup: what went wrong in the proxy or in a mode; a fault of ours is no fault of a server.
        """
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(STOPPING_SECONDS)
        if self._thread.is_alive():
            raise TimeoutError(f"the proxy did not stop within {STOPPING_SECONDS} seconds")
        if self._errors:
            raise BaseExceptionGroup("the LDAP proxy failed", self._errors)

    def _run(self, listener: socket.socket) -> None:
        try:
            self._loop.run_until_complete(self._serve(listener))
        finally:
            self._loop.close()

    async def _serve(self, listener: socket.socket) -> None:
        listener.settimeout(0)
        self._loop.add_reader(listener, self._accept, listener)
        await self._stop.wait()
        self._loop.remove_reader(listener)
        listener.close()
        await asyncio.gather(*asyncio.all_tasks() - {asyncio.current_task()}, return_exceptions=True)

    def _accept(self, listener: socket.socket) -> None:
        """Take one client; asyncio's own server leaves a client behind that comes while it is closed."""
        with suppress(OSError):
            connection, _ = listener.accept()
            self._loop.create_task(self._session(connection)).add_done_callback(self._ended)

    async def _session(self, connection: socket.socket) -> None:
        """Serve one client until it, the server or a mode ends the connection."""
        streams: list[Stream] = []
        host, port = self._server
        try:
            streams.append(await self._greet(connection))
            opening = asyncio.open_connection(
                host, port, ssl=self._inner, server_hostname=host, ssl_shutdown_timeout=GOODBYE_SECONDS
            )
            streams.append(await asyncio.wait_for(opening, OPENING_SECONDS))
            await self._connect(*streams)
        except (OSError, EOFError):
            pass  # a broken connection ends like a closed one
        finally:
            await _close(writer for _, writer in streams)

    async def _greet(self, connection: socket.socket) -> Stream:
        """Begin TLS with a client."""
        reader = asyncio.StreamReader()
        protocol = asyncio.StreamReaderProtocol(reader)
        transport, _ = await self._loop.connect_accepted_socket(
            lambda: protocol, connection, ssl=self._outer, ssl_handshake_timeout=OPENING_SECONDS,
            ssl_shutdown_timeout=GOODBYE_SECONDS,
        )  # fmt: skip
        return reader, asyncio.StreamWriter(transport, protocol, reader, self._loop)

    def _ended(self, session: asyncio.Task[None]) -> None:
        """Keep what went wrong; the end of the ``with`` block raises it."""
        if not session.cancelled() and (error := session.exception()):
            self._errors.append(error)

    async def _connect(self, client: Stream, server: Stream) -> None:
        """Pass messages both ways until one way ends, or the proxy stops."""
        session = Session()
        ways = [
            asyncio.create_task(self._requests(session, client[0], server[1], client[1])),
            asyncio.create_task(self._replies(session, server[0], client[1])),
            asyncio.create_task(self._stopped()),
        ]
        try:
            done, _ = await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
            for way in done:
                way.result()
        finally:
            for way in ways:
                way.cancel()
            await asyncio.gather(*ways, return_exceptions=True)

    async def _stopped(self) -> None:
        await self._stop.wait()

    async def _requests(
        self, session: Session, reader: asyncio.StreamReader, server: asyncio.StreamWriter, client: asyncio.StreamWriter
    ) -> None:
        buffer = bytearray()
        while chunk := await reader.read(CHUNK):
            buffer += chunk
            for message in ber.messages(buffer):
                if message.asks == "search":
                    session.searches[message.number] = message
                answers = (mode.on_request(message, session) for mode in self._modes)
                answer = next((steps for steps in answers if steps is not None), None)
                if answer is None:
                    self.passed[message.asks] += 1
                    server.write(message.encode())
                    await server.drain()
                elif await self._answer(session, answer, client):
                    return

    async def _replies(self, session: Session, reader: asyncio.StreamReader, client: asyncio.StreamWriter) -> None:
        buffer = bytearray()
        while chunk := await reader.read(CHUNK):
            buffer += chunk
            for message in ber.messages(buffer):
                if await self._answer(session, [message], client):
                    return

    async def _answer(self, session: Session, steps: Sequence[Step], client: asyncio.StreamWriter) -> bool:
        """Give the client an answer as the modes change it; whether that ends the connection."""
        for mode in self._modes:
            steps = [new for step in steps for new in mode.on_reply(step, session)]
        for step in steps:
            if isinstance(step, Close):
                return True
            if isinstance(step, Wait):
                await asyncio.sleep(step.seconds)
            else:
                client.write(step.encode())
                await client.drain()
        return False


async def _close(writers: Iterable[asyncio.StreamWriter]) -> None:
    """Send what is still to be sent, and close."""
    writers = list(writers)
    for writer in writers:
        writer.close()
    for writer in writers:
        with suppress(OSError):
            await writer.wait_closed()


def _listening_context(ca: Path, folder: Path) -> ssl.SSLContext:
    """TLS as a server with a certificate for this machine, signed by the lab's authority."""
    places = Places(folder)
    for suffix in (".pem", ".key"):
        write_private(places.pki / f"ca{suffix}", ca.with_suffix(suffix).read_bytes())
    certificate, key = ensure_certificate(places, "ldap-proxy", "localhost", [IPv4Address("127.0.0.1")])
    (places.pki / "ca.key").unlink()
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate, key)
    return context
