# SPDX-License-Identifier: GPL-3.0-or-later
"""A sealed letter is opened by its recipients with a program that is not ours, and by nobody else."""

from __future__ import annotations

import datetime
import stat
import subprocess
from pathlib import Path
from typing import NamedTuple

import pytest
from ansible_collections.konak.it.plugins.module_utils.plan import Item
from ansible_collections.konak.it.plugins.plugin_utils.directory import letters
from ansible_collections.konak.it.plugins.plugin_utils.directory.letters import Letter, certificates, letter, write
from ansible_collections.konak.it.plugins.plugin_utils.directory.words import DirectoryError
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

PASSWORD = "canary-Of-the-1st-password"
ELIF = Letter("40117", "Elif Işık", "elif.isik", PASSWORD)


class Recipient(NamedTuple):
    """Where a certificate and its key lie."""

    certificate: Path
    key: Path


def recipient(folder: Path, name: str, key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey) -> Recipient:
    """A certificate that its own key signed."""
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    start = datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(start + datetime.timedelta(days=3650))
        .sign(key, hashes.SHA256())
    )
    made = Recipient(folder / f"{name}.pem", folder / f"{name}.key")
    made.certificate.write_bytes(certificate.public_bytes(Encoding.PEM))
    made.key.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return made


@pytest.fixture(scope="module")
def people(tmp_path_factory):
    """Who may open letters, and who may not: ``personnel``, ``archive``, ``stranger``."""
    folder = tmp_path_factory.mktemp("keys")
    names = ("personnel", "archive", "stranger")
    return {name: recipient(folder, name, rsa.generate_private_key(65537, 2048)) for name in names}


def opened(path: Path, by: Recipient) -> subprocess.CompletedProcess[bytes]:
    """As the docstring of the letters tells people to open one."""
    argv = ["openssl", "cms", "-decrypt", "-inform", "PEM", "-in", path, "-inkey", by.key]
    return subprocess.run(argv, capture_output=True, check=False)


def sealed(folder: Path, *to: Recipient, language: str = "tr", of: Letter = ELIF) -> Path:
    [path] = write(folder, [of], certificates(one.certificate for one in to), "Örnek Belediyesi", language)
    return path


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("tr", ["Örnek Belediyesi", "Sayın Elif Işık,", "Kullanıcı adı : elif.isik", f"İlk parola    : {PASSWORD}"]),
        ("en", ["Örnek Belediyesi", "Dear Elif Işık,", "Login          : elif.isik", f"First password : {PASSWORD}"]),
    ],
)
def test_each_recipient_opens_a_letter_with_a_program_that_is_not_ours(tmp_path, people, language, words):
    path = sealed(tmp_path / "letters", people["personnel"], people["archive"], language=language)
    for name in ("personnel", "archive"):
        done = opened(path, people[name])
        text = done.stdout.decode()
        assert done.returncode == 0, done.stderr
        assert all(line in [other.strip() for other in text.splitlines()] for line in words)
        assert "40117" in text


def test_nobody_else_opens_it_and_nothing_in_it_can_be_read(tmp_path, people):
    path = sealed(tmp_path / "letters", people["personnel"])
    assert PASSWORD.encode() not in opened(path, people["stranger"]).stdout
    raw = path.read_bytes()
    for word in (PASSWORD, "elif.isik", "Elif"):
        assert word.encode() not in raw


def test_the_content_is_encrypted_with_aes_256(tmp_path, people):
    path = sealed(tmp_path / "letters", people["personnel"])
    argv = ["openssl", "cms", "-cmsout", "-print", "-noout", "-inform", "PEM", "-in", path]
    assert b"aes-256-cbc" in subprocess.run(argv, capture_output=True, check=True).stdout


def test_a_letter_and_its_folder_are_their_owners_alone(tmp_path, people):
    folder = tmp_path / "build" / "letters"
    folder.mkdir(parents=True, mode=0o755)
    path = sealed(folder, people["personnel"])
    assert path == folder / "40117.p7m"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert [entry.name for entry in folder.iterdir()] == ["40117.p7m"], "nothing half written stays"


def test_a_letter_of_an_earlier_run_is_replaced(tmp_path, people):
    path = sealed(tmp_path / "letters", people["personnel"])
    again = sealed(tmp_path / "letters", people["personnel"], of=Letter("40117", "Elif Kaya", "elif.kaya", PASSWORD))
    assert again == path
    assert "elif.kaya" in opened(path, people["personnel"]).stdout.decode()


def test_a_number_does_not_lead_out_of_the_folder(tmp_path, people):
    path = sealed(tmp_path / "letters", people["personnel"], of=Letter("../40/117", "Elif Işık", "elif.isik", PASSWORD))
    assert path == tmp_path / "letters" / "___40_117.p7m"


def test_letters_of_accounts_that_were_not_made_are_taken_back(tmp_path, people):
    folder = tmp_path / "letters"
    kept, gone = (sealed(folder, people["personnel"], of=Letter(key, "A", "a", PASSWORD)) for key in ("1", "2"))
    letters.take_back(folder, ["2", "3"])
    assert (kept.exists(), gone.exists()) == (True, False)


def test_the_password_is_not_shown_with_the_letter():
    made = letter(Item("person", "40117", "Elif Işık", {"login": "elif.isik"}), PASSWORD)
    assert made == ELIF
    assert PASSWORD not in f"{made!r} {made}"


def refused(path: Path) -> DirectoryError:
    with pytest.raises(DirectoryError) as caught:
        certificates([path])
    return caught.value


def test_a_certificate_that_is_not_there(tmp_path):
    error = refused(tmp_path / "no.pem")
    assert (
        error.message == f"the certificate for letters {tmp_path / 'no.pem'} cannot be read: No such file or directory"
    )
    assert error.remedy == "mend directory_letter_certificates"


@pytest.mark.parametrize(
    "content", [b"", b"no certificate", b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"]
)
def test_a_file_that_is_no_certificate(tmp_path, content):
    path = tmp_path / "a.pem"
    path.write_bytes(content)
    assert refused(path).message == f"{path} is no certificate for which letters can be sealed"


def test_a_key_in_the_place_of_a_certificate(people):
    path = people["personnel"].key
    assert refused(path).message == f"{path} is no certificate for which letters can be sealed"


def test_a_certificate_with_a_key_that_cannot_seal(tmp_path):
    """Before the first account is made, and not when its letter is written."""
    path = recipient(tmp_path, "curve", ec.generate_private_key(ec.SECP256R1())).certificate
    error = refused(path)
    assert error.message == f"{path} is no certificate for which letters can be sealed"
    assert error.remedy == "give a PEM file with an X.509 certificate that has an RSA key"
