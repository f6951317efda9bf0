# SPDX-License-Identifier: GPL-3.0-or-later
"""The text of policy links: what it says, in which order, and that nothing of others is touched on the way."""

from __future__ import annotations

from dataclasses import replace

import pytest
from ansible_collections.konak.it.plugins.plugin_utils.directory.group_policy import Link, link_text, links
from hypothesis import given
from hypothesis import strategies as st

BASE = "DC=ornek,DC=bel,DC=tr"
DEFAULT = "{31B2F340-016D-11D2-945F-00C04FB984F9}"
OURS = "{F3B9DF67-210A-543E-B2AE-7DF3528226C6}"


def written(guid: str, options: str, base: str = BASE) -> str:
    return f"[LDAP://cn={guid},cn=policies,cn=system,{base};{options}]"


@pytest.mark.parametrize(
    ("options", "disabled", "enforced"),
    [("0", False, False), ("1", True, False), ("2", False, True), ("3", True, True)],
)
def test_the_options_are_two_bits(options, disabled, enforced):
    assert links(written(DEFAULT, options)) == (Link(DEFAULT, disabled, enforced),)
    assert link_text([Link(DEFAULT, disabled, enforced)], BASE) == written(DEFAULT, options)


def test_the_order_is_that_of_the_text():
    text = written(DEFAULT, "0") + written(OURS, "2")
    assert [link.guid for link in links(text)] == [DEFAULT, OURS]
    assert link_text(reversed(links(text)), BASE) == written(OURS, "2") + written(DEFAULT, "0")


@pytest.mark.parametrize("text", ["", " "])
def test_no_links_are_nothing_or_the_blank_of_the_console(text):
    assert links(text) == ()
    assert link_text([], BASE) == ""


FOREIGN = st.one_of(
    st.sampled_from(["", "konak", "LDAP://cn=x;0", "ldap://CN={0};x", "LDAP://cn=İmar;0"]),
    st.text(st.characters(exclude_characters="[]"), max_size=30),
    st.builds(
        lambda guid, base, options: f"ldap://CN={{{str(guid).lower()}}},Cn=Policies,CN=System,{base};{options}",
        st.uuids(),
        st.sampled_from([BASE, "dc=baska,dc=bel,dc=tr"]),
        st.integers(0, 99),
    ),
)


@given(st.lists(FOREIGN, max_size=6))
def test_what_is_not_changed_is_written_byte_for_byte(bodies):
    text = "".join(f"[{body}]" for body in bodies)
    assert link_text(links(text), BASE) == text


@given(st.lists(FOREIGN, max_size=4), st.lists(FOREIGN, max_size=4), st.booleans(), st.booleans())
def test_a_link_between_others_leaves_them_alone(before, after, disabled, enforced):
    head, tail = ("".join(f"[{body}]" for body in bodies) for bodies in (before, after))
    own = Link(OURS, disabled, enforced)
    text = link_text([*links(head), own, *links(tail)], BASE)
    assert text == head + written(OURS, str(disabled + 2 * enforced)) + tail
    assert links(text)[len(before)] == own


def test_a_changed_flag_keeps_the_name_and_the_bits_that_nobody_knows():
    (link,) = links("[ldap://CN={31b2f340-016d-11d2-945f-00c04fb984f9},CN=Policies,CN=System,DC=baska;13]")
    assert link == Link(DEFAULT, disabled=True)
    after = link_text([replace(link, disabled=False, enforced=True)], BASE)
    assert after == "[ldap://CN={31b2f340-016d-11d2-945f-00c04fb984f9},CN=Policies,CN=System,DC=baska;14]"


def test_a_changed_guid_is_a_new_link():
    (link,) = links(written(DEFAULT, "2", "DC=baska"))
    assert link_text([replace(link, guid=OURS)], BASE) == written(OURS, "2")


def test_the_default_policy_of_another_domain_is_not_this_ones():
    here, there, broken = links(written(DEFAULT, "0", BASE.lower()) + written(DEFAULT, "0", "DC=baska") + "[konak]")
    assert here == there
    assert [link.is_in(BASE) for link in (here, there, broken, Link(OURS))] == [True, False, False, True]


def test_a_link_that_nobody_understands_has_no_guid():
    assert [link.guid for link in links("[konak][LDAP://cn={31B2F340},cn=policies,cn=system,DC=x;0]")] == ["", ""]
    assert links(written(DEFAULT, "x"))[0].guid == ""


@pytest.mark.parametrize("text", ["konak", "[LDAP://x", written(DEFAULT, "0") + "konak", "[[x]]"])
def test_what_stands_outside_of_brackets_stops_everything(text):
    with pytest.raises(ValueError, match="cannot be understood"):
        links(text)


@pytest.mark.parametrize(
    "guid", ["", "konak", DEFAULT.strip("{}"), "{31B2F340-016D-11D2-945F-00C04FB984F9;0]}", "{" + "-" * 36 + "}"]
)
def test_no_other_text_gets_into_a_distinguished_name(guid):
    with pytest.raises(ValueError, match="is no GUID"):
        link_text([Link(guid)], BASE)


def test_a_new_guid_is_written_in_capitals():
    assert link_text([Link(OURS.lower())], BASE) == written(OURS, "0")
