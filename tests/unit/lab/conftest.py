# SPDX-License-Identifier: GPL-3.0-or-later
"""A proxy of the lab before a server that is not the lab's."""

from __future__ import annotations

import threading

import pytest
from fake_ldap_server import FakeServer
from lab.ldap_proxy import Proxy


@pytest.fixture
def server(tmp_path):
    with FakeServer(tmp_path / "server") as fake:
        thread = threading.Thread(target=fake.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        yield fake
        fake.shutdown()
        thread.join()


@pytest.fixture
def proxied(server, tmp_path):
    """Makes a proxy with modes before the fake server."""
    return lambda *modes: Proxy(server.address, server.ca, tmp_path / "proxy", modes)
