# SPDX-License-Identifier: GPL-3.0-or-later
"""The lab that is measured in."""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from .. import lab, playbook
from ..errors import UserError
from ..lab_city import bring_up
from ..shell import BUILD, ROOT

Progress = Callable[[str], None]


@dataclass(frozen=True)
class Site:
    """The lab's directory.

    :ivar folder: keys and records of the lab.
    :ivar name: the domain controller's name, ``server`` its address.
    :ivar language: that of the city which lives there.
    """

    folder: Path
    name: str
    server: str
    domain: str
    language: str


def of_the_lab(args: argparse.Namespace, progress: Progress) -> Site:
    """The lab of the city on the command line, brought up if it is not."""
    city = playbook.city(args)
    if not lab.is_up(ROOT, args.inventory):
        progress("bringing the lab up; ./konak lab down takes it down again")
    quiet = argparse.Namespace(**{**vars(args), "as_of": None})
    try:
        bring_up(quiet)
    except lab.LabError as error:
        raise UserError(error.message, remedy=error.remedy) from None
    name = next((server.name for server in city.inventory.servers if "directory" in server.services), "")
    record = json.loads((BUILD / "lab" / "lab.json").read_text(encoding="utf-8"))
    if name not in record["hosts"]:
        raise UserError("the lab of this city has no domain controller", remedy="measure with the example city")
    address = record["hosts"][name]["address"]
    return Site(BUILD / "lab", name, address, city.organisation.directory.domain, city.organisation.language)
