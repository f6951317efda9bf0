# SPDX-License-Identifier: GPL-3.0-or-later
"""The konak command: every verb is a module of its own in verbs/."""
