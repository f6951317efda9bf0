# SPDX-License-Identifier: GPL-3.0-or-later
"""Each way in which the LDAP proxy differs from the server behind it, seen from a client."""

from __future__ import annotations

import time

import ldap
import pytest
from fake_ldap_server import ALL, BRANCH, GROUP, PEOPLE, ROOT, change, client, paged, subtree
from lab.ldap_modes import (
    cap_values,
    cut_after,
    drop_after_writes,
    empty,
    hang,
    hide,
    refer,
    refer_part,
    refuse,
    short_page,
    slow,
    without_page_cookie,
)

ELSEWHERE = "ldap://dc2.ornek.bel.tr/DC=ornek,DC=bel,DC=tr"


# --- what Windows does --------------------------------------------------------------------------------------------


def test_many_values_come_by_range(server, proxied):
    """The first of them with the plain name beside it, the rest when asked for, the end with an asterisk."""
    mode = cap_values(3)
    with proxied(mode) as proxy, client(proxy.address, server.ca) as handle:
        [(_, group)] = handle.search_s(GROUP, ldap.SCOPE_BASE)
        assert list(group) == ["cn", "member", "member;range=0-2"]
        assert group["member"] == []
        members = group["member;range=0-2"]
        for start, name in ((3, "member;range=3-5"), (6, "member;range=6-*")):
            [(_, group)] = handle.search_s(GROUP, ldap.SCOPE_BASE, attrlist=[f"member;range={start}-*"])
            assert set(group) == {"cn", name}
            members += group[name]
    assert members == [person.encode() for person in PEOPLE]
    assert mode.acted == 2


@pytest.mark.parametrize("mode", [cap_values(7), cap_values(3, "memberOf")], ids=["no more than that", "another name"])
def test_few_values_come_as_ever(server, proxied, mode):
    with proxied(mode) as proxy, client(proxy.address, server.ca) as handle:
        assert len(handle.search_s(GROUP, ldap.SCOPE_BASE)[0][1]["member"]) == 7
    assert mode.acted == 0


def test_a_search_is_referred_elsewhere(server, proxied):
    mode = refer(ELSEWHERE)
    with proxied(mode) as proxy, client(proxy.address, server.ca) as handle:
        with pytest.raises(ldap.REFERRAL) as raised:
            subtree(handle)
        assert ELSEWHERE in raised.value.args[0]["info"]
    assert (mode.acted, proxy.count("search")) == (1, 0)


def test_a_part_of_a_search_is_referred_elsewhere(server, proxied):
    mode = refer_part(ELSEWHERE)
    with proxied(mode) as proxy, client(proxy.address, server.ca) as handle:
        *entries, reference = handle.search_s(ROOT, ldap.SCOPE_SUBTREE)
        assert [dn for dn, _ in entries] == ALL
        assert reference == (None, [ELSEWHERE])
        assert len(handle.search_s(ROOT, ldap.SCOPE_BASE)) == 1
    assert mode.acted == 1


# --- an answer that is not whole ----------------------------------------------------------------------------------


def test_a_branch_is_hidden(server, proxied):
    mode = hide(BRANCH.replace("İmar", "i̇MAR"))
    with proxied(mode) as proxy, client(proxy.address, server.ca) as handle:
        assert subtree(handle) == [ROOT, GROUP]
    assert mode.acted == 8


def test_a_subtree_is_empty(server, proxied):
    mode = empty()
    with proxied(mode) as proxy, client(proxy.address, server.ca) as handle:
        assert subtree(handle) == []
        assert paged(handle, 4) == ([], [b""])
        assert len(handle.search_s(ROOT, ldap.SCOPE_BASE)) == 1
    assert mode.acted == 10 + 4 + 1


@pytest.mark.parametrize(
    ("most", "cookies", "acted"), [(3, [b""], 2), (6, [b"4", b""], 3), (4, [b""], 1), (10, [b"4", b"8", b""], 0)]
)
def test_a_paged_search_ends_early_as_though_it_was_whole(server, proxied, most, cookies, acted):
    mode = short_page(most)
    with proxied(mode) as proxy, client(proxy.address, server.ca) as handle:
        assert paged(handle, 4) == (ALL[:most], cookies)
        assert mode.acted == acted
        assert paged(handle, 4) == (ALL[:most], cookies), "a new search counts from the beginning"


def test_a_page_comes_without_a_cookie(server, proxied):
    mode = without_page_cookie()
    with proxied(mode) as proxy, client(proxy.address, server.ca) as handle:
        assert paged(handle, 4) == (ALL[:4], [None])
    assert mode.acted == 1


# --- a server that is slow, unwilling or gone ---------------------------------------------------------------------


def test_answers_are_slow(server, proxied):
    with proxied(slow(0.3)) as proxy, client(proxy.address, server.ca) as handle:
        begin = time.monotonic()
        assert subtree(handle) == ALL
        assert 0.3 <= time.monotonic() - begin < 2, "a search waits once, not once an entry"
    with pytest.raises(ValueError, match="no test waits 61 seconds"):
        slow(61)


def test_searches_are_never_answered(server, proxied):
    mode = hang()
    with proxied(mode) as proxy, client(proxy.address, server.ca, seconds=1) as handle:
        with pytest.raises(ldap.TIMEOUT):
            subtree(handle)
        change(handle)
    assert (mode.acted, proxy.count("search")) == (1, 0)


def test_writes_are_refused_from_the_second_on(server, proxied):
    mode = refuse("modify", ldap.INSUFFICIENT_ACCESS.errnum, "00002098: no rights", after=2)
    with proxied(slow(0), mode) as proxy, client(proxy.address, server.ca) as handle:
        change(handle)
        for _ in range(2):
            with pytest.raises(ldap.INSUFFICIENT_ACCESS) as raised:
                change(handle)
            assert raised.value.args[0]["info"] == "00002098: no rights"
        handle.add_s(f"CN=Yeni,{BRANCH}", [("cn", [b"Yeni"])])
    assert mode.acted == 2
    assert (proxy.writes, proxy.count("modify"), proxy.count("add")) == (2, 1, 1)
    assert server.got.count("modify") == 1


def test_what_is_not_refused_is_said():
    with pytest.raises(ValueError, match="modifydn is not refused here"):
        refuse("modifydn", 50, "")


def test_a_connection_is_cut_in_the_middle_of_a_read(server, proxied):
    mode = cut_after(3)
    with proxied(mode) as proxy:
        for _ in range(2):
            with client(proxy.address, server.ca) as handle:
                number = handle.search(ROOT, ldap.SCOPE_SUBTREE)
                assert [handle.result(number, all=0)[1][0][0] for _ in range(3)] == ALL[:3]
                with pytest.raises(ldap.SERVER_DOWN):
                    handle.result(number, all=0)
    assert mode.acted == 2


def test_a_connection_is_dropped_before_the_answer_to_a_write(server, proxied):
    """Of three at once the server did two, and the client knows of none; the third never reached the server."""
    mode = drop_after_writes(2)
    server.delay = 0.1
    with proxied(mode) as proxy:
        with client(proxy.address, server.ca) as handle:
            numbers = [handle.modify_ext(PEOPLE[0], [(ldap.MOD_REPLACE, "title", b"Memur")]) for _ in range(3)]
            with pytest.raises(ldap.SERVER_DOWN):
                handle.result3(numbers[0])
        assert proxy.writes == server.got.count("modify") == 2
        with client(proxy.address, server.ca) as handle:
            change(handle)
    assert proxy.writes == server.got.count("modify") == 3


def test_modes_work_together(server, proxied):
    modes = [cap_values(3), hide(BRANCH), refer_part(ELSEWHERE), refuse("delete", 53, "read-only")]
    with proxied(*modes) as proxy, client(proxy.address, server.ca) as handle:
        rows = handle.search_s(ROOT, ldap.SCOPE_SUBTREE)
        assert [dn for dn, _ in rows] == [ROOT, GROUP, None]
        assert "member;range=0-2" in rows[1][1]
        with pytest.raises(ldap.UNWILLING_TO_PERFORM, match="read-only"):
            handle.delete_s(GROUP)
    assert [mode.acted for mode in modes] == [1, 8, 1, 1]
    assert proxy.writes == 0
