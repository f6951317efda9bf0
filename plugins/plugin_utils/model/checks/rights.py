# Copyright: (c) 2026, Konak contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Groups, their members, delegations, password policies and pictures."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

from .. import asof
from ..rights import DatedMember, Delegation, Group, GroupPolicies, PasswordSettings
from .mail import mail_members
from .references import circle, nearest
from .rule import Finding, rule
from .telephony import line_members

if TYPE_CHECKING:
    from ..city import City

_NOUNS = {
    "person": "person",
    "unit": "unit",
    "class": "access class",
    "role": "application role",
    "group": "group",
    "service": "service account",
    "server": "server",
    "list": "mailing list",
}
_LARGEST_PHOTO = 100 * 1024
"""Bytes: the most that the directory's attribute takes."""
_JPEG = b"\xff\xd8\xff"


def _known(city: City) -> Mapping[str, Iterable[str]]:
    return {
        "person": city.people,
        "unit": city.units,
        "class": city.access_classes,
        "role": city.role_names,
        "group": city.groups,
        "service": city.service_accounts,
        "server": city.servers,
        "list": city.mailing_lists,
    }


def _unknown(name: str, known: Mapping[str, Iterable[str]]) -> tuple[str, str] | None:
    """Message and remedy where a member or trustee is not there."""
    kind, _, key = name.partition(":")
    if key in known[kind]:
        return None
    return f"there is no {_NOUNS[kind]} {key!r}", nearest(key, known[kind])


def _members(
    city: City, keys: tuple[str, ...] = ("set", "add")
) -> Iterator[tuple[int, Group, tuple[str, str, int], DatedMember]]:
    """Every entry of the groups' lists: the group's position, the group, where in it, and the member with its days."""
    for position, group in enumerate(city.inventory.groups):
        for key in keys:
            for place, entry in enumerate(getattr(group.members, key) or ()):
                dated = DatedMember(member=entry) if isinstance(entry, str) else entry
                yield position, group, ("members", key, place), dated


@rule("unknown-member")
def unknown_member(city: City) -> Iterator[Finding]:
    """A member of a group or list exists, so does who may do something with a mailbox or list, or answers a line."""
    known = _known(city)
    for position, _, path, entry in _members(city, ("set", "add", "remove")):
        if wrong := _unknown(entry.member, known):
            yield "groups", position, path, *wrong
    for section, position, place, member in (*mail_members(city), *line_members(city)):
        if wrong := _unknown(member, known):
            yield section, position, place, *wrong


@rule("member-twice")
def member_twice(city: City) -> Iterator[Finding]:
    """A member is named once for any day, and not in `add` and `remove` at once."""
    seen: dict[tuple[int, str, str], list[tuple[asof.Day | None, asof.Day | None]]] = defaultdict(list)
    for position, group, path, entry in _members(city):
        days, before = (entry.from_, entry.until), seen[position, path[1], entry.member]
        if any(asof.overlap(days, other) for other in before):
            yield "groups", position, path, f"{entry.member} is named twice for the same days", "keep one of them"
        before.append(days)
        if entry.member in group.members.remove:
            message = f"{entry.member} is in `{path[1]}` and in `remove`"
            yield "groups", position, path, message, "keep one of them"


@rule("member-without-account")
def member_without_account(city: City) -> Iterator[Finding]:
    """A server that belongs to a group has an account: it is a member of the domain and does not carry it."""
    without = {
        server.name: "take it from the list; the account of a domain controller is the directory's own"
        if "directory" in server.services
        else "write `domain_member: true` at the server, or take it from the list"
        for server in city.inventory.servers
        if not server.domain_member or "directory" in server.services
    }
    for position, _, path, entry in _members(city):
        kind, _, name = entry.member.partition(":")
        if kind == "server" and name in without:
            message = f"the server {name} has no account that could belong to the group"
            yield "groups", position, path, message, without[name]


def _delegations(city: City) -> Iterator[tuple[str, int, tuple[str, ...], Delegation, int]]:
    for position, unit in enumerate(city.inventory.units):
        for place, entry in enumerate(unit.delegations):
            yield "units", position, ("delegations",), entry, place
    for place, entry in enumerate(city.organisation.directory.delegations):
        yield "organisation", 0, ("directory", "delegations"), entry, place


@rule("unknown-trustee")
def unknown_trustee(city: City) -> Iterator[Finding]:
    """A group to which something is delegated exists."""
    known = _known(city)
    for section, position, path, entry, place in _delegations(city):
        if wrong := _unknown(entry.to, known):
            yield section, position, (*path, place, "to"), *wrong


@rule("trustee-without-rights")
def trustee_without_rights(city: City) -> Iterator[Finding]:
    """Nothing is delegated to a group that is for mail only."""
    for section, position, path, entry, place in _delegations(city):
        kind, _, key = entry.to.partition(":")
        if kind == "group" and key in city.groups and city.groups[key].use == "distribution":
            message = f"rights cannot be given to {entry.to}: its `use` is distribution"
            yield section, position, (*path, place, "to"), message, "make it a security group, or name another"


@rule("empty-delegation")
def empty_delegation(city: City) -> Iterator[Finding]:
    """A delegation names a right, and each once."""
    for section, position, path, entry, place in _delegations(city):
        if not entry.rights or len(set(entry.rights)) != len(entry.rights):
            message = f"the delegation to {entry.to} names {'a right twice' if entry.rights else 'no right'}"
            yield section, position, (*path, place, "rights"), message, "name each right once, or take the entry away"


@rule("group-cycle")
def group_cycle(city: City) -> Iterator[Finding]:
    """No group belongs, by its members, to itself."""
    members: dict[str, list[str]] = {f"group:{group.code}": [] for group in city.inventory.groups}
    for _, group, _, entry in _members(city):
        if entry.member.startswith("group:"):
            members[f"group:{group.code}"].append(entry.member)
    for position, group in enumerate(city.inventory.groups):
        if way := circle(f"group:{group.code}", members):
            yield "groups", position, ("members",), f"the group belongs to itself: {way}", "mend one of these lists"


@rule("group-scope")
def group_scope(city: City) -> Iterator[Finding]:
    """A group's scope takes its members: global ones hold global ones, and only domain-local ones hold all."""
    takes = {"global": {"global"}, "universal": {"global", "universal"}, "domain-local": set(_WIDTH)}
    for position, group, path, entry in _members(city):
        scope = _scope(city, entry.member)
        if scope is not None and scope not in takes[group.scope]:
            message = f"a {group.scope} group cannot hold {entry.member}, which is {scope}"
            remedy = f"make {group.code} domain-local, or name the members of {entry.member} instead"
            yield "groups", position, path, message, remedy


_WIDTH = ("global", "universal", "domain-local")


def _scope(city: City, member: str) -> str | None:
    kind, _, key = member.partition(":")
    if kind == "group":
        return city.groups[key].scope if key in city.groups else None
    return {"unit": "global", "class": "global", "role": "domain-local"}.get(kind)


@rule("set-and-add")
def set_and_add(city: City) -> Iterator[Finding]:
    """A list either is exactly what `set` says or has what `add` says too; both at once would contradict each other."""
    for position, group in enumerate(city.inventory.groups):
        if group.members.set is not None and (group.members.add or group.members.remove):
            message = "`set` says exactly who belongs to the group, so `add` and `remove` say nothing"
            yield "groups", position, ("members", "set"), message, "keep `set`, or `add` and `remove`"
    for section, position, path, links in _group_policies(city):
        if links.set is not None and links.add:
            message = "`set` says exactly which policies are linked, so `add` says nothing"
            yield section, position, (*path, "set"), message, "keep `set`, or `add`"


def _group_policies(city: City) -> Iterator[tuple[str, int, tuple[str, ...], GroupPolicies]]:
    for position, unit in enumerate(city.inventory.units):
        if unit.group_policies is not None:
            yield "units", position, ("group_policies",), unit.group_policies
    if city.organisation.directory.group_policies is not None:
        yield "organisation", 0, ("directory", "group_policies"), city.organisation.directory.group_policies


@rule("policy-precedence")
def policy_precedence(city: City) -> Iterator[Finding]:
    """Password policies have different precedences: of two alike the directory would choose by chance."""
    seen: dict[int, str] = {}
    for position, policy in enumerate(city.inventory.password_policies):
        if other := seen.get(policy.precedence):
            message = f"the precedence {policy.precedence} is that of {other} too"
            yield "password_policies", position, ("precedence",), message, "give each policy a number of its own"
        seen.setdefault(policy.precedence, policy.code)


@rule("policy-values")
def policy_values(city: City) -> Iterator[Finding]:
    """A password may be changed before it must be, and a lock lasts at least as long as wrong passwords are counted."""
    found: list[tuple[str, int, tuple[str, ...], PasswordSettings]] = [
        ("password_policies", position, (), policy) for position, policy in enumerate(city.inventory.password_policies)
    ]
    if city.organisation.directory.password_policy is not None:
        place = ("directory", "password_policy")
        found.append(("organisation", 0, place, city.organisation.directory.password_policy))
    for section, position, path, settings in found:
        if settings.maximum_days and settings.minimum_days >= settings.maximum_days:
            message = (
                f"a password must be changed after {settings.maximum_days} days, but not before {settings.minimum_days}"
            )
            yield section, position, (*path, "minimum_days"), message, "make `minimum_days` smaller than `maximum_days`"
        if settings.lockout_minutes and settings.lockout_minutes < settings.lockout_window_minutes:
            message = (
                f"an account is unlocked after {settings.lockout_minutes} minutes, "
                f"but wrong passwords are counted for {settings.lockout_window_minutes}"
            )
            remedy = "make `lockout_minutes` as large as `lockout_window_minutes`, or 0: until somebody unlocks it"
            yield section, position, (*path, "lockout_minutes"), message, remedy


@rule("protected-login")
def protected_login(city: City) -> Iterator[Finding]:
    """An account that no plan touches is no person's and no program's."""
    protected = {login: place for place, login in enumerate(city.organisation.directory.protected)}
    logins = {login: f"person {owner}" for owner, login in city.logins.current.items() if login}
    logins |= {name: f"service account {name}" for name in city.service_accounts}
    for login in protected.keys() & logins.keys():
        message = f"the protected login {login} is that of the {logins[login]}"
        path = ("directory", "protected", protected[login])
        yield "organisation", 0, path, message, "take it from the list, or give that account another login"


@rule("photo")
def photo(city: City) -> Iterator[Finding]:
    """A picture is there, is a JPEG, and is no larger than the directory takes."""
    for position, person in enumerate(city.inventory.people):
        if person.photo and asof.state(person, city.as_of) != "left":
            path = city.folder / person.photo
            try:
                content = path.read_bytes()
            except OSError as error:
                wrong = f"the picture {person.photo} cannot be read: {error.strerror}", "put the file there"
            else:
                if not content.startswith(_JPEG):
                    wrong = f"the picture {person.photo} is no JPEG, whatever its name says", "save it as JPEG"
                elif len(content) > _LARGEST_PHOTO:
                    message = f"the picture {person.photo} has {len(content)} bytes, more than {_LARGEST_PHOTO}"
                    wrong = message, "make it smaller; 96 by 96 pixels will do"
                else:
                    continue
            yield "people", position, ("photo",), *wrong
