# SPDX-License-Identifier: GPL-3.0-or-later
"""Settings of all tests."""

from __future__ import annotations

import os

from hypothesis import settings

# In CI the same examples every time, so that a run speaks of the change and not of the dice; elsewhere new ones,
# which is where they find something. How long an example takes says how busy the machine is, and nothing of the code.
settings.register_profile("konak", deadline=None, derandomize=os.environ.get("CI") == "true")
settings.load_profile("konak")
