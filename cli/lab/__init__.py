# SPDX-License-Identifier: GPL-3.0-or-later
"""The lab: every server of an inventory as a container with systemd, reached over SSH like production."""

from __future__ import annotations

from .base import LabError, LabHost, Progress
from .lifecycle import down, execute, is_up, up
from .prerequisites import missing

__all__ = ["LabError", "LabHost", "Progress", "down", "execute", "is_up", "missing", "up"]
