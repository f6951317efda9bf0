# SPDX-License-Identifier: GPL-3.0-or-later
"""The example city's mail, as it was reviewed. ``tests/golden/README.md`` says how to renew it."""

from __future__ import annotations

import json

from ansible_collections.konak.it.plugins.plugin_utils.mail.intent import intent
from ansible_collections.konak.it.plugins.plugin_utils.model.load import load
from golden import golden
from golden.test_directory import DAY, INVENTORY


def test_intent():
    wanted = intent(load(INVENTORY, DAY))
    text = golden.items_as_text(wanted)
    assert len(json.loads(text)) == len(wanted)
    golden.hold("mail_intent.json", text)
