# SPDX-License-Identifier: GPL-3.0-or-later
"""The base of the negative corpus with its mail system, and what is changed in it."""

from __future__ import annotations

import datetime
import tempfile
from collections.abc import Mapping
from pathlib import Path

from ansible_collections.konak.it.plugins.plugin_utils.model.city import City
from ansible_collections.konak.it.plugins.plugin_utils.model.load import load
from base_city import AS_OF, BASE, BASE_FILES

MAIL = (BASE.parent / "parts/mail.yml").read_text("utf-8")


def mail_city(changes: Mapping[str, str] | None = None, day: datetime.date = AS_OF, **files: str) -> City:
    """The city on a day.

    :arg changes: texts of ``mail.yml`` that stand there once, and what stands there instead.
    :arg files: further files by their names without ``.yml``.
    """
    text = MAIL
    for old, new in (changes or {}).items():
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    more = {f"{name}.yml": content.encode() for name, content in files.items()}
    with tempfile.TemporaryDirectory() as above:
        folder = Path(above) / "inventory"
        for name, content in {**BASE_FILES, "mail.yml": text.encode(), **more}.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        return load(folder, day)
