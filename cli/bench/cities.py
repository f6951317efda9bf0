# SPDX-License-Identifier: GPL-3.0-or-later
"""The generated cities that are measured: made by tests/scale/generator.py, the same ones for the same sizes."""

from __future__ import annotations

import datetime
import re
import shutil
import sys
from pathlib import Path

from .. import shell
from ..errors import UserError
from ..shell import BUILD, ROOT

GENERATOR = ROOT / "tests" / "scale" / "generator.py"
SEED = 1

MAIL = """\
mail:
  host: mail1.{domain}
  account: svc-posta
  postmaster: ["person:100000"]
mailing_lists:
  - {{code: herkes, name: Herkes, address: herkes, members: ["unit:{top}"], senders: ["person:100000"]}}
servers:
  - {{name: mail1, site: yer-0, address: 192.0.2.12, services: [mail]}}
service_accounts:
  - {{name: svc-posta, purpose: Posta sunucusunun dizinden okuması, owner: "100000", until: 2099-12-31}}
"""
"""The first person never leaves."""

TELEPHONY = """\
telephony:
  host: pbx1.{domain}
  area: "312"
  line: "9"
  caller: "+903120000000"
  ranges:
    - {{first: "1000", last: "1119", outside: "+90312000"}}
    - {{first: "100000", last: "111999", outside: "+903120"}}
  destinations:
    - {{code: local, name: Şehir içi, prefixes: ["+90312"]}}
    - {{code: national, name: Şehirler arası, prefixes: ["+90"]}}
    - {{code: mobile, name: Cep telefonları, prefixes: ["+905"]}}
    - {{code: international, name: Yurt dışı, prefixes: ["+"]}}
  trunks:
    - {{code: tasiyici, host: sip.tasiyici.example, priority: 1}}
  hours:
    - {{days: [mon, tue, wed, thu, fri], from: "08:00", until: "17:30"}}
  holidays:
    - {{day: {year}-10-29, name: Cumhuriyet Bayramı}}
    - {{day: {next_year}-10-29, name: Cumhuriyet Bayramı}}
servers:
  - {{name: pbx1, site: yer-0, address: 192.0.2.13, services: [pbx]}}
"""


def make(name: str, people: int, devices: int, domain: str = "ornek.bel.tr") -> Path:
    """Make a city anew under ``build/bench/NAME``, without a cache of earlier runs.

    :returns: its inventory folder.
    :raises UserError: if this is not a clone.
    """
    if not GENERATOR.exists():
        raise UserError("the generator of cities is not part of an installed collection", remedy="run it in a clone")
    home = BUILD / "bench" / name
    shutil.rmtree(home, ignore_errors=True)
    sizes = ["--people", str(people), "--devices", str(devices), "--seed", str(SEED), "--domain", domain]
    shell.run([sys.executable, GENERATOR, home / "inventory", *sizes], capture=True)
    (home / "inventory" / "konak.yml").write_text("plugin: konak.it.city\n", encoding="utf-8")
    return home / "inventory"


def beside(inventory: Path, *, root: str, server: str, language: str) -> None:
    """Change a generated city so that it can live in a directory beside the city of that directory.

    :arg root: the name of its own managed root.
    :arg server: the domain controller's name in the lab.
    :arg language: another than the other city's: groups are called by it, and a name is there once in a domain.
    """
    organisation = inventory / "organisation.yml"
    text = re.sub(r"(?m)^    root: .*$", f"    root: {root}", organisation.read_text(encoding="utf-8"))
    organisation.write_text(text.replace("\n  domain:", f"\n  language: {language}\n  domain:", 1), encoding="utf-8")
    servers = inventory / "servers.yml"
    servers.write_text(servers.read_text(encoding="utf-8").replace("name: dc1", f"name: {server}"), encoding="utf-8")
    for path in (inventory / "people").glob("*.yml"):
        text = re.sub(r"(?m)^    login: .*\n", "", path.read_text(encoding="utf-8"))
        path.write_text(re.sub(r'(?m)^(  - id: "(.*)"\n)', r"\1    login: p\2\n", text), encoding="utf-8")


def with_mail(inventory: Path, domain: str = "ornek.bel.tr") -> None:
    """Give a generated city a mail system: a mailbox for everyone and for each unit, and a list with everyone in it."""
    units = inventory / "units.yml"
    text = units.read_text(encoding="utf-8")
    top = re.search(r"(?m)^  - code: (.*)$", text)
    units.write_text(re.sub(r"(?m)^(  - code: (.*)\n)", r"\1    mailbox: {name: \2}\n", text), encoding="utf-8")
    (inventory / "mail.yml").write_text(MAIL.format(domain=domain, top=top[1] if top else ""), encoding="utf-8")


def with_telephony(inventory: Path, domain: str = "ornek.bel.tr") -> None:
    """Give a generated city an exchange: a line for everyone with an extension, and rights for every class."""
    classes = inventory / "access.yml"
    text = classes.read_text(encoding="utf-8")
    head, mark, policies = text.partition("password_policies:")
    given = re.sub(r"(?m)^(  - \{code: .*)\}$", r"\1, calls: [local, national], calls_closed: [local]}", head)
    classes.write_text(given + mark + policies, encoding="utf-8")
    year = datetime.datetime.now(datetime.UTC).year
    section = TELEPHONY.format(domain=domain, year=year, next_year=year + 1)
    (inventory / "telephony.yml").write_text(section, encoding="utf-8")


def edit_one_file(inventory: Path, number: int) -> None:
    """Give one person of the largest people file another title, as an admin would; ``number`` makes it a new one."""
    path = max((inventory / "people").glob("*.yml"), key=lambda file: (file.stat().st_size, file.name))
    text = path.read_text(encoding="utf-8")
    path.write_text(re.sub(r"(?m)^(    title: .*?)( \d+)?$", rf"\1 {number}", text, count=1), encoding="utf-8")
