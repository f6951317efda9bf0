# SPDX-License-Identifier: GPL-3.0-or-later
"""The lab's keys: one for SSH, a certification authority with a certificate per host, and the master secret."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from .base import LabError, Places, write_private

Public = ec.EllipticCurvePublicKey | rsa.RSAPublicKey

VALID = timedelta(days=397)
AUTHORITY = "Konak lab CA"


def _private_pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def ensure_ssh(places: Places) -> str:
    """The public line of the lab's SSH key, making the pair where it is not whole."""
    public = places.ssh_key.with_suffix(".pub")
    if not (places.ssh_key.is_file() and public.is_file()):
        key = ed25519.Ed25519PrivateKey.generate()
        private = key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.OpenSSH, serialization.NoEncryption()
        )
        line = key.public_key().public_bytes(serialization.Encoding.OpenSSH, serialization.PublicFormat.OpenSSH)
        write_private(places.ssh_key, private)
        write_private(public, line + b" konak-lab\n", 0o644)
    return public.read_text().strip()


def ensure_master_secret(places: Places) -> None:
    """A random secret of 256 bits, made once per lab."""
    if not places.master_secret.is_file():
        write_private(places.master_secret, secrets.token_hex(32).encode() + b"\n")


def _builder(
    subject: str, issuer: str, public: ec.EllipticCurvePublicKey | rsa.RSAPublicKey
) -> x509.CertificateBuilder:
    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, subject[:64])]))
        .issuer_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, issuer)]))
        .public_key(public)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + VALID)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
    )


def _usage(*, authority: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=True, key_cert_sign=authority, crl_sign=authority, content_commitment=False,
        key_encipherment=False, data_encipherment=False, key_agreement=False, encipher_only=False, decipher_only=False,
    )  # fmt: skip


def ensure_authority(places: Places) -> None:
    """The lab's certification authority in pki/ca.pem and ca.key."""
    certificate, key_file = places.pki / "ca.pem", places.pki / "ca.key"
    if certificate.is_file() and key_file.is_file() and _still_valid(_read(certificate)):
        return
    key = ec.generate_private_key(ec.SECP256R1())
    signed = (
        _builder(AUTHORITY, AUTHORITY, key.public_key())
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(authority=True), critical=True)
        .sign(key, hashes.SHA256())
    )
    write_private(key_file, _private_pem(key))
    write_private(certificate, signed.public_bytes(serialization.Encoding.PEM), 0o644)


def ensure_letters(places: Places) -> Path:
    """The certificate that first passwords are sealed for, and its key beside it: the lab's personnel department."""
    certificate, key_file = places.pki / "letters.pem", places.pki / "letters.key"
    if not (key_file.is_file() and _still_valid(_read(certificate))):
        key = rsa.generate_private_key(public_exponent=65537, key_size=3072)
        signed = _builder("Konak lab letters", "Konak lab letters", key.public_key()).sign(key, hashes.SHA256())
        write_private(
            key_file,
            key.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            ),
        )
        write_private(certificate, signed.public_bytes(serialization.Encoding.PEM), 0o644)
    return certificate


def _read(path: Path) -> x509.Certificate | None:
    try:
        return x509.load_pem_x509_certificate(path.read_bytes())
    except (OSError, ValueError):
        return None


def _still_valid(certificate: x509.Certificate | None) -> bool:
    return certificate is not None and certificate.not_valid_after_utc > datetime.now(UTC) + timedelta(days=30)


def _serves(certificate: x509.Certificate | None, names: set[x509.GeneralName], authority: x509.Certificate) -> bool:
    """Whether a certificate is of this authority, long enough valid and for exactly these names."""
    if certificate is None or not _still_valid(certificate):
        return False
    try:
        certificate.verify_directly_issued_by(authority)
        have = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except (InvalidSignature, TypeError, ValueError, x509.ExtensionNotFound):
        return False
    return set(have) == names


def ensure_certificate(
    places: Places, name: str, fqdn: str, addresses: Iterable[IPv4Address], aliases: Iterable[str] = ()
) -> tuple[Path, Path]:
    """(certificate, key) of a host, as PEM files on this machine; made anew when a name or an address changed.

    aliases: further names of it, in full (``posta.ornek.bel.tr``).
    """
    path, key_file = places.pki / f"{name}.pem", places.pki / f"{name}.key"
    authority = x509.load_pem_x509_certificate((places.pki / "ca.pem").read_bytes())
    names: list[x509.GeneralName] = [x509.DNSName(each) for each in (fqdn, name, *sorted(set(aliases)))]
    names += [x509.IPAddress(address) for address in sorted(set(addresses))]
    if key_file.is_file() and _serves(_read(path), set(names), authority):
        return path, key_file
    signer = serialization.load_pem_private_key((places.pki / "ca.key").read_bytes(), None)
    if not isinstance(signer, ec.EllipticCurvePrivateKey):
        raise LabError(
            "The lab's certification authority has a key of another kind.", "Run './konak lab down', then up."
        )
    key = ec.generate_private_key(ec.SECP256R1())
    signed = (
        _builder(fqdn, AUTHORITY, key.public_key())
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(authority=False), critical=True)
        .add_extension(
            x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH]), critical=False
        )
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key()), critical=False)
        .sign(signer, hashes.SHA256())
    )
    write_private(key_file, _private_pem(key))
    write_private(path, signed.public_bytes(serialization.Encoding.PEM), 0o644)
    return path, key_file
