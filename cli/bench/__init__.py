# SPDX-License-Identifier: GPL-3.0-or-later
"""The benchmarks: every figure with the peer or the limit that was measured in the same run."""
