# SPDX-License-Identifier: GPL-3.0-or-later
"""The servers' own files: whole, without the password but for one, and with no path that nothing makes."""

from __future__ import annotations

import re
from xml.etree import ElementTree

import pytest
import yaml
from ansible_collections.konak.it.cli import shell
from ansible_collections.konak.it.plugins.plugin_utils.mail import configuration, maps
from ansible_collections.konak.it.plugins.plugin_utils.mail.configuration import (
    DIRECTORY_CONF,
    TEMPLATES,
)
from base_city import BASE_FILES
from unit.mail.post import answer_of, files_of, town

MAIN, DOVECOT = "/etc/postfix/main.cf", "/etc/dovecot/dovecot.conf"
ONLY = {"senders: anyone": "senders: [person:40003]"}
ENGLISH = BASE_FILES["organisation.yml"].decode().replace("language: tr", "language: en")


@pytest.mark.parametrize("changes", [{}, ONLY, {"  relays: [192.0.2.64/28]\n": "", "senders: [class:yonetici]": ""}])
def test_every_file_is_printed_and_nothing_of_a_template_is_left(changes):
    """An undefined variable would end it."""
    found = files_of(town(changes=changes))
    assert found.keys() == TEMPLATES.keys()
    for path, text in found.items():
        assert re.findall(r"\{%|%\}|\{\{|\{#|None|Undefined", text) == [], path
        bare = text == "canary" or path.startswith(configuration.WEB)
        assert bare or text.startswith("# Konak owns this file"), "a password, and what is public, has no comment"


def test_the_password_is_in_no_file_that_others_than_root_read():
    """Which are secret is told with the delivery; see ``tests/unit/ansible/test_mail_action.py``."""
    found = {path for path, text in files_of(town(), password="canary-password").items() if "canary-password" in text}
    assert {DIRECTORY_CONF} <= found <= {DIRECTORY_CONF, "/etc/konak/directory.password"}


def test_the_directory_is_asked_below_what_is_managed():
    lines = files_of(town())[DIRECTORY_CONF].splitlines()
    assert "ldap_auth_dn = svc-posta@deneme.bel.tr" in lines
    assert "ldap_base = OU=Deneme Belediyesi,DC=deneme,DC=bel,DC=tr" in lines


def setting(text: str, name: str) -> str:
    """A parameter of Postfix, as ``postconf`` puts it: on one line."""
    joined = re.sub(r"\n(#[^\n]*\n)*[ \t]+", " ", text)
    [value] = re.findall(rf"^{re.escape(name)} =(.*)$", joined, re.MULTILINE)
    return value.strip()


def test_lists_that_only_some_may_write_to_are_classes():
    main = files_of(town(changes=ONLY))[MAIN]
    known = setting(main, "smtpd_restriction_classes").split(", ")
    assert [name for name in known if not name.startswith("konak_")] == ["only-herkes", "only-raporlar"]
    for name in known:
        assert setting(main, name)
    assert setting(main, "only-herkes") == f"check_sender_access texthash:{maps.LISTS}/only-herkes, reject"
    usual = files_of(town())[MAIN]
    assert setting(usual, "smtpd_restriction_classes").endswith(", only-herkes")
    assert "only-raporlar" not in usual
    assert "only-kriz" not in usual, "a list of colleagues needs no class"


def test_who_may_hand_in_what():
    main = files_of(town())[MAIN]
    assert setting(main, "smtpd_sasl_auth_enable") == "no"
    assert setting(main, "smtpd_tls_auth_only") == "yes"
    assert setting(main, "konak_inward").startswith("reject_unauth_destination,")
    assert setting(main, "konak_outward").endswith("permit_sasl_authenticated, reject")
    assert setting(main, "message_size_limit") == str(30 << 20)
    assert setting(main, "smtpd_sender_restrictions") == "reject_non_fqdn_sender, reject_unknown_sender_domain"
    lab = files_of(town(), look_up_senders=False)[MAIN]
    assert setting(lab, "smtpd_sender_restrictions") == "reject_non_fqdn_sender"
    assert setting(main, "konak_own_sender").endswith("reject_sender_login_mismatch")
    for service in re.split(r"\n(?=\w)", files_of(town())["/etc/postfix/master.cf"]):
        if service.startswith("submission"):
            assert "-o smtpd_sender_restrictions=konak_own_sender\n" in service
            assert "-o smtpd_relay_restrictions=permit_sasl_authenticated,reject" in service
            assert re.search(r"-o smtpd_tls_(security_level=encrypt|wrappermode=yes)", service)


def test_relays_are_looked_up_in_a_table_that_knows_prefixes():
    inward = setting(files_of(town())[MAIN], "konak_inward")
    assert re.search(r"check_client_access cidr:\{ ?\{192\.0\.2\.64/28[ =]+konak_relay\},? ?\}", inward)


def paths(text: str) -> set[str]:
    """Paths of ours that a file names."""
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    return {found for line in lines for found in re.findall(r"/[\w./%{}-]*(?:konak|vmail)[\w./%{}-]*", line)}


@pytest.mark.parametrize("changes", [{}, ONLY])
def test_every_path_is_one_that_is_delivered_or_that_the_role_makes(changes):
    city = town(changes=changes)
    found = files_of(city)
    delivered = {**answer_of(city)["files"], **found}
    made = made_by_the_role()
    assert "/etc/ssl/konak/mail.pem" in made
    named = {path for text in found.values() for path in paths(text)}
    assert {maps.ADDRESSES, maps.USERS, "/var/vmail/%{user}"} < named
    unknown = {path for path in named - delivered.keys() if not path.endswith((".sieve", ".svbin"))} - made
    assert {path for path in unknown if path.rpartition("/")[0] not in made} == set()
    assert f"{maps.SIEVE}/%{{user}}.sieve" in named
    own = (maps.POSTFIX, maps.DOVECOT)
    lookups = {path for path in delivered.keys() - found.keys() if path.startswith(own)}
    lookups = {path for path in lookups if not path.startswith(maps.SIEVE)}
    assert lookups - named == set(), "a file that nobody reads"
    assert "!include konak-directory.conf" in found[DOVECOT]


def made_by_the_role() -> set[str]:
    """Folders, and files in ``/etc/ssl/konak``, that the role ``mail_server`` makes."""
    tasks = yaml.safe_load((shell.ROOT / "roles/mail_server/tasks/configure.yml").read_text(encoding="utf-8"))
    found = set()
    for task in tasks:
        rows = [row for row in task.get("loop", ()) if isinstance(row, dict)]
        found |= {row["path"] for row in rows if "path" in row}
        copy = task.get("ansible.builtin.copy", {})
        found |= {copy["dest"].replace("{{ item.dest }}", row["dest"]) for row in rows if "dest" in row}
        found |= {copy["dest"]} if copy and "{{" not in copy["dest"] else set()
    return found


def test_the_organisation_s_language_names_the_branch_of_units():
    english = files_of(town(organisation=ENGLISH))[DOVECOT]
    assert "prefix = Units/$user/" in english
    assert "prefix = Birimler/$user/" in files_of(town())[DOVECOT]


def test_the_settings_know_no_people():
    """A joiner, a leaver and a rename change none of these files."""
    assert configuration.SPOOL == "/var/vmail"
    assert files_of(town(day="2026-06-01")) == files_of(town(day="2026-12-01"))


def test_mail_programs_and_other_servers_are_told_what_is_so():
    """XML that is well-formed whatever the city is called; no host ``mta-sts`` where there is no policy."""
    files = files_of(town(organisation=ENGLISH.replace("Deneme Belediyesi", "Deneme & Ortakları <Belediye>")))
    for name in ("autoconfig", "autodiscover"):
        root = ElementTree.fromstring(files[f"{configuration.WEB}/{name}.xml"])  # noqa: S314 (ours)
        texts = [element.text for element in root.iter() if element.text == "posta.deneme.bel.tr"]
        assert len(texts) == 2
    assert (
        "<displayName>Deneme &amp; Ortakları &lt;Belediye&gt;</displayName>"
        in files[f"{configuration.WEB}/autoconfig.xml"]
    )
    assert files[f"{configuration.WEB}/mta-sts.txt"].splitlines()[:3] == [
        "version: STSv1",
        "mode: testing",
        "mx: posta.deneme.bel.tr",
    ]
    assert "server_name mta-sts.deneme.bel.tr;" in files["/etc/nginx/nginx.conf"]
    without = files_of(town(changes={"  mta_sts: testing\n": ""}))
    assert "mta-sts" not in without["/etc/nginx/nginx.conf"]
