# Copyright: (c) 2026, Konak contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""First passwords on their way to joiners: a sealed letter each, which only its recipients can open.

A letter is a CMS envelope (RFC 5652, AES-256) for the certificates of those who hand passwords over, such as the
personnel department. They open it with the key of their certificate and print it::

    openssl cms -decrypt -inform PEM -in 40140.p7m -inkey key.pem
"""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.ciphers import algorithms
from cryptography.hazmat.primitives.serialization import Encoding, pkcs7

from ...module_utils.plan import Item
from .words import DirectoryError

_TEXTS = {
    "tr": """\
{organisation}

Sayın {name},

Kurumumuzdaki hesabınız açılmıştır.

  Kullanıcı adı : {login}
  İlk parola    : {password}

Bu parola yalnız ilk girişiniz içindir: bilgisayar sizden hemen yeni bir parola seçmenizi ister.
Parolanızı kimseye söylemeyin; Bilgi İşlem de sormaz. Bu yazıyı ilk girişten sonra yok edin.

Sicil numarası: {number}
""",
    "en": """\
{organisation}

Dear {name},

your account has been opened.

  Login          : {login}
  First password : {password}

This password is for your first logon only: the computer asks you at once to choose one of your own.
Tell your password to nobody; the IT department does not ask for it. Destroy this letter after the first logon.

Personnel number: {number}
""",
}


@dataclass(frozen=True)
class Letter:
    """What a joiner is told."""

    number: str
    name: str
    login: str
    password: str = field(repr=False)


def letter(item: Item, password: str) -> Letter:
    """The letter for a person of the intent."""
    return Letter(item.key, item.label, item.fields["login"], password)


def certificates(paths: Iterable[Path]) -> list[x509.Certificate]:
    """The certificates of those who can open letters.

    :raises DirectoryError: if a file is no certificate that a letter can be sealed for.
    """
    found = []
    for path in paths:
        try:
            certificate = x509.load_pem_x509_certificate(path.read_bytes())
            pkcs7.PKCS7EnvelopeBuilder().add_recipient(certificate)
        except OSError as error:
            raise DirectoryError(
                f"the certificate for letters {path} cannot be read: {error.strerror}",
                remedy="mend directory_letter_certificates",
            ) from None
        except (ValueError, TypeError, UnsupportedAlgorithm):
            raise DirectoryError(
                f"{path} is no certificate for which letters can be sealed",
                remedy="give a PEM file with an X.509 certificate that has an RSA key",
            ) from None
        found.append(certificate)
    return found


def write(
    folder: Path, letters: Iterable[Letter], recipients: Sequence[x509.Certificate], organisation: str, language: str
) -> list[Path]:
    """Seal letters into a folder that is its owner's alone; a letter of an earlier run is replaced.

    :returns: their files, ``NUMBER.p7m``.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder.chmod(0o700)
    paths = []
    for one in letters:
        text = _TEXTS[language].format(
            organisation=organisation, name=one.name, login=one.login, password=one.password, number=one.number
        )
        path = _path(folder, one.number)
        handle, name = tempfile.mkstemp(dir=folder, prefix=".letter-")  # mode 0600
        with os.fdopen(handle, "wb") as file:
            file.write(_sealed(text, recipients))
        Path(name).replace(path)
        paths.append(path)
    return paths


def take_back(folder: Path, numbers: Iterable[str]) -> None:
    """Remove the letters of accounts that were not made after all."""
    for number in numbers:
        _path(folder, number).unlink(missing_ok=True)


def _path(folder: Path, number: str) -> Path:
    return folder / f"{re.sub('[^0-9A-Za-z-]', '_', number)}.p7m"


def _sealed(text: str, recipients: Sequence[x509.Certificate]) -> bytes:
    builder = pkcs7.PKCS7EnvelopeBuilder().set_data(text.encode()).set_content_encryption_algorithm(algorithms.AES256)
    for certificate in recipients:
        builder = builder.add_recipient(certificate)
    return builder.encrypt(Encoding.PEM, [pkcs7.PKCS7Options.Binary])
