# SPDX-License-Identifier: GPL-3.0-or-later
"""One module a verb: SUMMARY, one line; ``configure(parser)``; ``run(args)``, which returns the exit status.

``PASS_UNKNOWN = True`` hands arguments that the parser does not know to ``run`` as ``args.unknown``.
A verb imports what is heavy inside ``run``: ``./konak --help`` starts none of it.
"""
