# SPDX-License-Identifier: GPL-3.0-or-later
"""Settings of all tests."""

from __future__ import annotations

import os

from hypothesis import settings

# In CI the same examples every time, so that a run speaks of the change and not of the dice; elsewhere new ones,
# which is where they find something.
settings.register_profile("ci", derandomize=True)
if os.environ.get("CI") == "true":
    settings.load_profile("ci")
