# SPDX-License-Identifier: GPL-3.0-or-later
"""The directory on the lab's real domain controller: a plan with nothing to change, and a first apply."""

from __future__ import annotations

import argparse
import json
import os
from collections.abc import Iterator, Sequence
from pathlib import Path

from ...plugins.plugin_utils import session
from ...plugins.plugin_utils.directory.intent import intent
from ...plugins.plugin_utils.directory.places import of_intent
from ..errors import UserError
from . import cities, files
from .figures import Figure, Peer, middle
from .process import Measured, durations, follow, median_of, playbook_line, work
from .site import Progress, Site, of_the_lab

REPEAT = 3
LOOPED = 100
"""Entries that the loop of Ansible's module is measured with: with all of them it takes the better part of an hour."""
FIRST = 1_000
"""People of a first apply."""
READ_FLOOR, ADD_FLOOR = 1.5, 1.1
"""How often the time of the bare peer, at most."""


def measure(args: argparse.Namespace, names: Sequence[str], progress: Progress) -> list[Figure]:
    """The figures of ``directory``, ``apply`` and ``files``; not measured where there can be no lab."""
    if os.geteuid() != 0:
        return [Figure(name, None, note="the lab needs root") for name in names]
    site = of_the_lab(args, progress)
    figures: list[Figure] = []
    if "directory" in names:
        figures += _no_change(site, args.people, progress)
    if "apply" in names:
        figures += _first_apply(site, min(FIRST, args.people), progress)
    if "files" in names:
        figures += files.measure(site, progress)
    return figures


def _made(site: Site, name: str, people: int, root: str, progress: Progress) -> Path:
    """A generated city that may live beside the lab's own, with its root in the directory and nothing else in that."""
    inventory = cities.make(name, people, 0, site.domain)
    cities.beside(inventory, root=root, server=site.name, language="en" if site.language == "tr" else "tr")
    follow(playbook_line(inventory, site.folder, "playbooks/bootstrap.yml"), progress)
    work("make_room", inventory, site.folder, site.server)
    return inventory


# --- a plan with nothing to change --------------------------------------------------------------------------------


def _no_change(site: Site, people: int, progress: Progress) -> list[Figure]:
    progress(
        f"directory: {people} people; adding them takes the server about {people / 22:.0f} s, if they are not there"
    )
    inventory = _made(site, "directory", people, "Ölçek Belediyesi", progress)
    build = inventory.parent / "build"
    follow(playbook_line(inventory, site.folder, "playbooks/site.yml"), progress)
    city = session.city(inventory, None)
    progress("directory: nothing to change any more; measuring")
    bare, own, wall, start = [], [], [], []
    for _ in range(REPEAT):
        bare.append(work("bare_read", site.folder, site.server, site.domain, city.organisation.directory.root))
        own.append(work("no_change", inventory, build, site.folder, site.server))
        wall.append(_timed_play(site, inventory, "--check", "playbooks/site.yml"))
        start.append(_timed_play(site, inventory, "--check", "--tags", "none-has-this-tag", "playbooks/site.yml"))
    dns = _names_of_people(inventory)
    progress(f"directory: community.general.ldap_entry, {LOOPED} entries one by one")
    loop = _loop(site, inventory, dns[:LOOPED]) / min(LOOPED, len(dns)) * len(dns)
    return list(_plan_figures(median_of(bare), median_of(own), median_of(wall), median_of(start), loop, people))


def _plan_figures(
    bare: Measured, own: Measured, wall: Measured, start: Measured, loop: float, people: int
) -> Iterator[Figure]:
    what, reading = f"directory, {people} people, no change", bare.seconds["read"]
    peer = Peer("bare LDAP read", reading)
    compile_ = own.seconds["compile"]
    read_and_compare = own.seconds["read"] + own.seconds["compare"]
    yield Figure(f"{what}: read and compare", read_and_compare, floor=READ_FLOOR * reading, peer=peer)
    yield Figure(f"{what}: compile", compile_)
    yield Figure(f"{what}: Ansible's start and the model", start.seconds["wall"])
    floor = READ_FLOOR * reading + compile_ + start.seconds["wall"]
    yield Figure(f"{what}: the whole plan", wall.seconds["wall"], floor=floor, peer=peer)
    yield Figure(f"{what}: the task of konak.it.directory", wall.seconds["task"])
    yield Figure(
        f"{what}: the whole plan beside Ansible's module",
        wall.seconds["wall"],
        peer=Peer(f"community.general.ldap_entry, {LOOPED} entries scaled", loop),
    )
    yield Figure(f"{what}: peak memory of read and compare", own.peak, "MB", peer=Peer(peer.name, bare.peak))
    yield Figure(f"{what}: peak memory of Ansible's largest process", wall.peak, "MB")


def _timed_play(site: Site, inventory: Path, *arguments: str) -> Measured:
    """Run a playbook: its wall time, and that of the directory's task as Ansible's own record has it."""
    output = inventory.parent / "playbook.json"
    env = {"ANSIBLE_STDOUT_CALLBACK": "ansible.posix.json"}
    run = work("run", output, *playbook_line(inventory, site.folder, *arguments), env=env)
    tasks = durations(json.loads(output.read_text(encoding="utf-8")))
    task = sum(seconds for name, seconds in tasks.items() if name.endswith("Plan the directory"))
    return Measured({**run.seconds, "task": task}, run.peak)


def _names_of_people(inventory: Path) -> list[str]:
    """The distinguished names of everyone's account, under a root that is put in by the playbook."""
    city = session.city(inventory, None)
    base = ",".join(f"DC={label}" for label in city.organisation.directory.domain.split("."))
    items = [item for item in intent(city) if not item.existing_only]
    where = of_intent(f"OU={city.organisation.directory.root},{base}", items)
    return [where.dn((item.kind, item.key)) for item in items if item.kind == "person"]


def _loop(site: Site, inventory: Path, dns: Sequence[str]) -> float:
    """Seconds that a loop of Ansible's own module takes to find that the entries are there."""
    entry = {
        "server_uri": f"ldaps://{site.server}",
        "ca_path": str(site.folder / "pki" / "ca.pem"),
        "bind_dn": f"svc-konak@{site.domain}",
        "bind_pw": "{{ lookup('konak.it.secret', 'directory/bind') }}",
        "dn": "{{ item }}",
        "objectClass": ["top", "person", "organizationalPerson", "user"],
        "state": "present",
    }
    task = {"name": "Entries", "community.general.ldap_entry": entry, "loop": list(dns)}
    python = {"ansible_python_interpreter": "{{ ansible_playbook_python }}"}
    play = {"hosts": "localhost", "connection": "local", "gather_facts": False, "vars": python, "tasks": [task]}
    path, output = inventory.parent / "loop.yml", inventory.parent / "loop.json"
    path.write_text(json.dumps([play], ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    env = {"ANSIBLE_STDOUT_CALLBACK": "ansible.posix.json"}
    work("run", output, *playbook_line(inventory, site.folder, str(path)), env=env)
    record = json.loads(output.read_text(encoding="utf-8"))
    if changed := sum(stats["changed"] for stats in record["stats"].values()):
        raise UserError(f"community.general.ldap_entry changed {changed} hosts where there is nothing to change")
    return durations(record)["Entries"]


# --- a first apply ------------------------------------------------------------------------------------------------


def _first_apply(site: Site, people: int, progress: Progress) -> list[Figure]:
    progress(f"apply: {people} people, by an apply and bare, then removed again")
    inventory = _made(site, "apply", people, "İlk Uygulama", progress)
    run = work("first_apply", inventory, site.folder, site.server)
    peer = Peer("bare pipelined LDAP adds", _both(run, "bare"))
    what = f"directory, first apply of {people} people"
    return [
        Figure(what, _both(run, "apply"), floor=ADD_FLOOR * peer.value, peer=peer),
        Figure(
            f"directory, one attribute changed of {people} people: read, compare and apply",
            _both(run, "change"),
            peer=Peer("bare pipelined LDAP modifies", _both(run, "bare change")),
        ),
        Figure(f"{what}: peak memory", run.peak, "MB"),
    ]


def _both(run: Measured, step: str) -> float:
    return middle([run.seconds[step], run.seconds[f"{step} again"]])
