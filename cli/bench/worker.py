# SPDX-License-Identifier: GPL-3.0-or-later
"""What is measured, in a process of its own: ``python -m ...cli.bench.worker TASK ARGUMENT...`` prints JSON.

The shape is ``{"seconds": {step: float}, "peak": MB}``; the peak is that of the process's whole life.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .timing import Seconds, peak, timed

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ...plugins.module_utils.plan import Item
    from ...plugins.plugin_utils.model.city import City

ZONE = "+0300"
"""The distance from UTC in what a mail server answers its senders by."""


def model(inventory: str, build: str) -> Seconds:
    """Load and check a city with the cache that is in ``build``, and compile the directory's intent."""
    seconds: Seconds = {}
    os.environ["KONAK_BUILD"] = build
    with timed(seconds, "imports"):
        from ...plugins.plugin_utils import session
        from ...plugins.plugin_utils.directory.intent import intent
    with timed(seconds, "load"):
        city = session.city(Path(inventory), None)
    with timed(seconds, "compile"):
        intent(city)
    return seconds


def plain_yaml(inventory: str) -> Seconds:
    """Read the same files with PyYAML's C loader, and do nothing with what is read."""
    seconds: Seconds = {}
    with timed(seconds, "imports"):
        import yaml
    with timed(seconds, "load"):
        kept = [
            yaml.load(path.read_bytes(), Loader=yaml.CSafeLoader)  # the safe loader, in C
            for path in sorted(Path(inventory).rglob("*.yml"))
        ]
    del kept
    return seconds


def bare_read(lab: str, server: str, domain: str, root: str) -> Seconds:
    """Read the attributes that a plan reads, with python-ldap alone, and do nothing with what is read."""
    import ldap
    from ldap.controls import SimplePagedResultsControl

    from ...plugins.plugin_utils.directory import live
    from ...plugins.plugin_utils.directory.connection import connect
    from .login import login

    seconds: Seconds = {}
    with connect(login(Path(lab), server, domain), domain) as connection, timed(seconds, "read"):
        base, rows = live.root_dn(connection, root), []
        control = SimplePagedResultsControl(criticality=True, size=live.PAGE, cookie="")
        while True:
            number = connection.ldap.search_ext(
                base, ldap.SCOPE_SUBTREE, "(objectClass=*)", live.READ, serverctrls=[control]
            )
            _, page, _, controls = connection.ldap.result3(number)
            rows += page
            control.cookie = controls[0].cookie
            if not control.cookie:
                break
    return seconds


def no_change(inventory: str, build: str, lab: str, server: str) -> Seconds:
    """The steps of the directory's action in a plan, one by one.

    :raises RuntimeError: if there is something to change.
    """
    os.environ["KONAK_BUILD"] = build
    from ...plugins.module_utils.guard import check_read
    from ...plugins.plugin_utils import session
    from ...plugins.plugin_utils.directory import reconcile
    from ...plugins.plugin_utils.directory.attributes import LIMITS, SYSTEM
    from ...plugins.plugin_utils.directory.connection import connect
    from ...plugins.plugin_utils.directory.intent import intent
    from ...plugins.plugin_utils.directory.live import read
    from ...plugins.plugin_utils.planning.assemble import limits
    from ...plugins.plugin_utils.planning.store import Part, write_part
    from .login import login

    seconds: Seconds = {}
    with timed(seconds, "load"):
        city = session.city(Path(inventory), None)
    settings = city.organisation.directory
    with connect(login(Path(lab), server, settings.domain), settings.domain) as connection:
        with timed(seconds, "read"):
            live = read(connection, settings.root)
        with timed(seconds, "compile"):
            wanted = intent(city)
        with timed(seconds, "compare"):
            changes = reconcile.changes(city, wanted, live)
            stops = check_read(SYSTEM, live.counts, live.remembered, limits(city, LIMITS), {})
            write_part(Path(build), Part(SYSTEM, tuple(changes), live.counts, tuple(stops)))
    if changes or stops:
        first = next((f", first {change.action} {change.kind} {change.key}" for change in changes), "")
        raise RuntimeError(f"{len(changes)} changes and {len(stops)} stops where there should be none{first}")
    return seconds


def mail_server(inventory: str, folder: str) -> Seconds:
    """Write what a mail server answers after an apply of the city: its files as such, the rest in one of JSON."""
    from ...plugins.plugin_utils import session
    from ...plugins.plugin_utils.mail import maps, reconcile
    from ...plugins.plugin_utils.mail.attributes import rights
    from ...plugins.plugin_utils.mail.intent import intent
    from ...plugins.plugin_utils.mail.live import interpret
    from ...plugins.plugin_utils.planning.after import after

    city = session.city(Path(inventory), None)
    wanted = intent(city)
    files = _configuration(city, wanted)
    rest = {
        "digests": {path: sha256(text.encode()).hexdigest() for path, text in files.items()},
        "places": {item.key: item.fields["place"] for item in wanted if item.kind == "mailbox"},
        "shared": {item.key: rights(item.key) for item in wanted if item.fields.get("shared")},
        "usage": {},
        "dkim": {},
        "spki": "",
    }
    # Every mailbox has its folder: those who have left got theirs while they were here.
    bare = interpret({**rest, "files": {}, "digests": {}, "shared": {}})
    items = after(bare.items, reconcile.changes(city, wanted, files, bare))
    for name, text in maps.render(items, ZONE).items():
        path = Path(folder, "files", name.lstrip("/"))
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    Path(folder, "rest.json").write_text(json.dumps(rest), encoding="utf-8")
    return {f"{kind}es": float(sum(item.kind == kind for item in items)) for kind in ("mailbox", "address")}


def mail_no_change(inventory: str, build: str, folder: str) -> Seconds:
    """The steps of the mail's action in a plan, one by one, with the server's answer read from files.

    :raises RuntimeError: if there is something to change, or nothing to compare.
    """
    os.environ["KONAK_BUILD"] = build
    from ...plugins.plugin_utils import session
    from ...plugins.plugin_utils.mail import reconcile
    from ...plugins.plugin_utils.mail.attributes import SYSTEM
    from ...plugins.plugin_utils.mail.intent import intent
    from ...plugins.plugin_utils.mail.live import interpret
    from ...plugins.plugin_utils.planning.store import Part, write_part

    seconds: Seconds = {}
    city = session.city(Path(inventory), None)
    rest = json.loads(Path(folder, "rest.json").read_text(encoding="utf-8"))
    with timed(seconds, "intent"):
        wanted = intent(city)
    with timed(seconds, "read"):
        files = Path(folder, "files")
        texts = {f"/{path.relative_to(files)}": path.read_text(encoding="utf-8") for path in _files(files)}
    with timed(seconds, "parse"):
        live = interpret({**rest, "files": texts})
    with timed(seconds, "compare"):
        changes = reconcile.changes(city, wanted, _configuration(city, wanted), live)
        stops = tuple(reconcile.stops(city, changes, live))
        write_part(Path(build), Part(SYSTEM, tuple(changes), live.counts, stops, notes=tuple(reconcile.held(city))))
    if changes or stops or not live.counts.get("mailbox"):
        first = next((f", first {change.action} {change.kind} {change.key}" for change in changes), "")
        raise RuntimeError(f"{len(changes)} changes where there should be none, of {live.counts}{first}")
    return seconds


def plain_lines(folder: str) -> Seconds:
    """Read the same files and split their lines, and do nothing with the words."""
    seconds: Seconds = {}
    with timed(seconds, "read"):
        kept = [
            [line.split() for line in path.read_text(encoding="utf-8").splitlines()]
            for path in _files(Path(folder, "files"))
        ]
    del kept
    return seconds


def _files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


def _configuration(city: City, items: Iterable[Item]) -> dict[str, str]:
    """The mail server's own files, as the action has them printed."""
    from ...plugins.plugin_utils.mail import configuration

    if city.mail is None:
        raise RuntimeError("the city has no section `mail`")
    uris = (f"ldaps://dc1.{city.organisation.directory.domain}",)
    settings = configuration.Settings.of(city, city.mail, items, uris=uris, password="")
    return configuration.render(settings)


def run(output: str, *argv: str) -> Seconds:
    """Run a program with what it prints in a file; the peak is that of the largest of its processes.

    :raises RuntimeError: if its status is not 0.
    """
    seconds: Seconds = {}
    with Path(output).open("wb") as file, timed(seconds, "wall"):
        done = subprocess.run(argv, stdin=subprocess.DEVNULL, stdout=file, check=False)
    if done.returncode != 0:
        raise RuntimeError(f"{argv[0]} ended with status {done.returncode}; what it printed is in {output}")
    return seconds


def task(name: str) -> Callable[..., Seconds]:
    """The task of that name; those that write to a directory, and those of telephony, are in rooms of their own."""
    if name in {"first_apply", "make_room"}:
        from . import apply

        return apply.first_apply if name == "first_apply" else apply.make_room
    if name in {"exchange", "exchange_no_change", "plain_json"}:
        from . import exchange

        found: Callable[..., Seconds] = getattr(exchange, name)
        return found
    tasks: tuple[Callable[..., Seconds], ...] = (
        model,
        plain_yaml,
        bare_read,
        no_change,
        run,
        mail_server,
        mail_no_change,
        plain_lines,
    )
    return {function.__name__: function for function in tasks}[name]


def main() -> None:
    """Do the task and print the figures; an error is one line on stderr and status 1."""
    name, *arguments = sys.argv[1:]
    try:
        seconds = task(name)(*arguments)
    except Exception as error:  # noqa: BLE001  # the parent process shows it to people
        sys.exit(f"{type(error).__name__}: {error}")
    most = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024 if name == "run" else peak()
    result: dict[str, Any] = {"seconds": seconds, "peak": most}
    print(json.dumps(result))


if __name__ == "__main__":
    main()
