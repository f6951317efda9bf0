# Copyright: (c) 2026, Konak contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A name server for some names, on loopback: it gives telephones the addresses that this host itself has for them.

baresip asks name servers by itself, and so knows nothing of ``/etc/hosts``; and it verifies a certificate's name only
if it connects by that name. It asks this one, and connects to where we say, under the name that we want verified.

Standard library only: this runs on managed hosts.
"""

from __future__ import annotations

import contextlib
import ipaddress
import socket
import threading
from collections.abc import Mapping, Sequence

_TYPES = {1: 4, 28: 6}
"""A and AAAA, by the version of the address."""


def addresses_of(host: str) -> list[str]:
    """Addresses of a host, by this host's own means.

    :raises OSError: it has none.
    """
    found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]).partition("%")[0] for entry in found))


def answer(query: bytes, known: Mapping[str, Sequence[str]]) -> bytes | None:
    """The answer to a question (RFC 1035); None to what is none. Other names and types have no records."""
    labels, at = [], 12
    try:
        while length := query[at]:
            labels.append(query[at + 1 : at + 1 + length])
            at += 1 + length
        kind = int.from_bytes(query[at + 1 : at + 3], "big")
    except IndexError:
        return None
    question = query[12 : at + 5]
    if len(query) < at + 5:
        return None
    asked = b".".join(labels).decode("ascii", "replace").lower()
    found = [ipaddress.ip_address(each) for name in known if name.lower() == asked for each in known[name]]
    packed = [each.packed for each in found if _TYPES.get(kind) == each.version]
    records = [  # the name is a pointer to that of the question; it lives for a minute
        b"\xc0\x0c" + query[at + 1 : at + 5] + (60).to_bytes(4, "big") + len(data).to_bytes(2, "big") + data
        for data in packed
    ]
    counts = b"\x00\x01" + len(records).to_bytes(2, "big") + bytes(4)
    return query[:2] + b"\x85\x80" + counts + question + b"".join(records)


class NameServer:
    """Answers on a free port of loopback, from ``start`` on; what was asked before waits."""

    def __init__(self, known: Mapping[str, Sequence[str]]) -> None:
        self._known = known
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.settimeout(0.1)
        self._socket.bind(("127.0.0.1", 0))
        self.port = int(self._socket.getsockname()[1])
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._serve, daemon=True)

    def start(self) -> None:
        """Answer what was asked, and what will be."""
        self._thread.start()

    def close(self) -> None:
        """Answer nothing more."""
        self._ended.set()
        if self._thread.is_alive():
            self._thread.join()
        self._socket.close()

    def _serve(self) -> None:
        while not self._ended.is_set():
            with contextlib.suppress(OSError):  # nobody asked, or who asked has gone
                query, whence = self._socket.recvfrom(4096)
                if reply := answer(query, self._known):
                    self._socket.sendto(reply, whence)
