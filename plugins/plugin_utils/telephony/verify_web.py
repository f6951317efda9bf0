# Copyright: (c) 2026, Konak contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Prove over HTTPS that a telephone fetches its own file, and nobody anything else."""

from __future__ import annotations

import base64
import http.client
import socket
import ssl
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

from ..model.city import City
from ..proof import DONE, REFUSED, Proof
from .handsets import fetching, handsets, path_of
from .objects import Password
from .phonebook import ROOTS, url_of

Fetch = Callable[[str, str, str], int]
"""Asks for a path with a name and a password, none if both are empty, and gives the status."""

CLIENT: Final = "HTTPS"
_UNKNOWN: Final = "00005e005300"
"""A MAC address of no telephone: of those for documentation (RFC 7042)."""


def fetching_from(address: str, name: str, ca: Path) -> Fetch:
    """Fetch from a server, its certificate verified for its name."""

    def fetch(path: str, user: str, password: str) -> int:
        context = ssl.create_default_context(cafile=str(ca))
        connection = http.client.HTTPSConnection(name, timeout=20)
        headers = {}
        if user:
            headers["Authorization"] = f"Basic {base64.b64encode(f'{user}:{password}'.encode()).decode()}"
        with socket.create_connection((address, 443), timeout=20) as plain:
            connection.sock = context.wrap_socket(plain, server_hostname=name)
            try:
                connection.request("GET", path, headers=headers)
                return connection.getresponse().status
            except http.client.HTTPException as error:
                raise OSError(f"{name} does not speak HTTP: {error}") from None
            finally:
                connection.close()

    return fetch


def web(city: City, fetch: Fetch, password: Password) -> Iterator[Proof]:
    """The first telephone's own file, with and without its password; another's, an unknown one's, and a listing."""
    found = list(handsets(city))
    yield _proof("the list of telephones", REFUSED, fetch("/telephones/", "", ""))
    if not found:
        return
    paths = [f"/telephones/{Path(path_of(item)).name}" for item in found]
    key = found[0].key
    own = password(fetching(key))
    yield _proof(f"telephone {key} fetches its file", DONE, fetch(paths[0], key, own))
    yield _proof(f"its file without a password: {key}", REFUSED, fetch(paths[0], "", ""))
    yield _proof(f"its file with a wrong password: {key}", REFUSED, fetch(paths[0], key, "yanlis"))
    yield _proof(f"telephone {key} fetches one of a telephone that is not there", REFUSED,
                 fetch(f"/telephones/{_UNKNOWN}.cfg", key, own))  # fmt: skip
    yield _proof(f"telephone {key} looks for a list", REFUSED, fetch("/telephones/", key, own))
    for path in map(url_of, sorted(ROOTS)):
        yield _proof(f"telephone {key} fetches {path}", DONE, fetch(path, key, own))
        yield _proof(f"{path} without a password", REFUSED, fetch(path, "", ""))
    for path in paths[1:2]:
        yield _proof(f"telephone {key} fetches that of another", REFUSED, fetch(path, key, own))


def _proof(what: str, expected: str, status: int) -> Proof:
    got = DONE if status == 200 else REFUSED if status in {401, 403, 404} else f"status {status}"
    return Proof(what, CLIENT, expected, got)
