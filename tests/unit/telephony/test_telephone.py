# SPDX-License-Identifier: GPL-3.0-or-later
"""What one telephone is given and what is learned from it, by events that baresip 1.1.0 sent before Asterisk 22.10."""

from __future__ import annotations

import json
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.konak.it.plugins.module_utils.sip_calls_telephone import (
    Line,
    Telephone,
    TelephoneError,
    decode,
    encode,
    write_files,
)
from hypothesis import given
from hypothesis import strategies as st

LINE = Line("ayse", "1000", "s3cret", "santral.ornek.bel.tr", 5061, "srtp-mand", "/etc/ssl/konak/pbx-ca.pem")

AOR = '"accountaor":"sip:1000@santral.ornek.bel.tr:5061"'
TO_2004 = '"direction":"outgoing","peeruri":"sip:2004@santral.ornek.bel.tr:5061;transport=tls","id":"0253ad864e8d5cdc"'
FROM_1000 = '"direction":"incoming","peeruri":"sip:1000@192.0.2.10","id":"8369ccfa-65fd-403d-9cf9-dfae22908856"'

TO_2000 = '"direction":"outgoing","peeruri":"sip:2000@santral.ornek.bel.tr:5061;transport=tls"'
FORBIDDEN = '"param":"403 Forbidden"'
REFUSED = [
    f'{{"event":true,"type":"CALL_LOCAL_SDP","class":"other",{AOR},{TO_2000},"param":"offer"}}',
    '{"response":true,"ok":true,"data":"call id: c65b80e5ec95a6fb\\n","token":"dial"}',
    f'{{"event":true,"type":"CALL_CLOSED","class":"call",{AOR},{TO_2000},"id":"c65b80e5ec95a6fb",{FORBIDDEN}}}',
]
ANSWERED = [
    '{"response":true,"ok":true,"data":"call id: 0253ad864e8d5cdc\\n","token":"dial"}',
    *(
        f'{{"event":true,"type":"{kind}","class":"{group}",{AOR},{TO_2004},"remoteaudiodir":"sendrecv","param":"{param}"}}'
        for kind, group, param in (
            ("CALL_ANSWERED", "call", "sip:2004@santral.ornek.bel.tr:5061;transport=tls"),
            ("CALL_REMOTE_SDP", "other", "answer"),
            ("CALL_MENC", "call", "0,audio,AES_CM_128_HMAC_SHA1_80"),
            ("CALL_ESTABLISHED", "call", "sip:2004@santral.ornek.bel.tr:5061;transport=tls"),
            ("CALL_RTPESTAB", "other", "audio"),
        )
    ),
]
CLOSED = f'{{"event":true,"type":"CALL_CLOSED","class":"call",{AOR},{TO_2004},"param":"Connection reset by user"}}'
RINGS = f'{{"event":true,"type":"CALL_INCOMING","class":"call",{AOR},{FROM_1000},"param":"sip:1000@192.0.2.10"}}'
ACCEPTED = f'{{"event":true,"type":"CALL_ESTABLISHED","class":"call",{AOR},{FROM_1000},"param":"sip:1000@192.0.2.10"}}'


def registration(kind: str, param: str) -> str:
    return f'{{"event":true,"type":"{kind}","class":"register",{AOR},"param":"{param}"}}'


@pytest.fixture
def phone(tmp_path: Path) -> Iterator[Telephone]:
    """A telephone whose process does nothing, with a control socket that nobody serves."""
    with socket.create_server(("127.0.0.1", 0)) as server, subprocess.Popen(["sleep", "60"]) as process:
        made = Telephone(LINE, tmp_path, server.getsockname()[1], process)
        with made.socket:
            yield made
        process.kill()


def tell(phone: Telephone, *lines: str) -> None:
    for line in lines:
        phone.take(json.loads(line))


# --- what goes over the control socket ----------------------------------------------------------------------------


def test_a_command_is_a_netstring() -> None:
    assert encode({"command": "dial", "params": "1001"}) == b'37:{"command": "dial", "params": "1001"},'
    assert encode({"a": "ş"}).startswith(b"15:")


@given(st.lists(st.dictionaries(st.text(), st.text())), st.data())
def test_what_is_encoded_is_decoded_however_it_is_cut(messages: list[dict[str, str]], data: Any) -> None:
    sent = b"".join(map(encode, messages))
    cut = data.draw(st.integers(0, len(sent)))
    first, rest = decode(sent[:cut])
    second, rest = decode(rest + sent[cut:])
    assert first + second == messages
    assert rest == b""


def test_what_is_no_netstring_is_told() -> None:
    with pytest.raises(TelephoneError, match="something else than baresip"):
        decode(b"SSH-2.0: x")


# --- what is learned ----------------------------------------------------------------------------------------------


def test_a_refused_call(phone: Telephone) -> None:
    tell(phone, *REFUSED)
    leg = phone.leg(incoming=False)
    assert leg is not None
    assert (leg.answered, leg.closed, leg.reason, leg.encryption) == (False, True, "403 Forbidden", "")


def test_an_answered_call(phone: Telephone) -> None:
    tell(phone, *ANSWERED)
    leg = phone.leg(incoming=False)
    assert leg is not None
    assert (leg.answered, leg.closed, leg.encryption) == (True, False, "AES_CM_128_HMAC_SHA1_80")
    tell(phone, CLOSED)
    assert leg.closed


def test_a_call_that_comes(phone: Telephone) -> None:
    tell(phone, RINGS)
    leg = phone.leg(incoming=True)
    assert leg is not None
    assert phone.leg(incoming=False) is None
    assert (leg.rang, leg.answered) == (True, False)
    tell(phone, ACCEPTED)
    assert leg.answered


def test_a_call_of_which_nothing_is_told_can_be_ended(phone: Telephone) -> None:
    tell(phone, REFUSED[1])
    leg = phone.leg(incoming=False)
    assert leg is not None
    assert not leg.closed


def test_what_still_comes_of_an_earlier_call_is_not_of_the_next(phone: Telephone) -> None:
    tell(phone, *ANSWERED)
    (phone.folder / "heard.wav").touch()
    phone.forget()
    tell(phone, CLOSED)
    assert phone.leg(incoming=False) is None
    assert not (phone.folder / "heard.wav").exists()


def test_a_command_that_is_not_done(phone: Telephone) -> None:
    tell(phone, '{"response":true,"ok":false,"data":"could not find UA for 2000\\n","token":"dial"}')
    assert phone.refusal == "could not find UA for 2000"


def test_registration(phone: Telephone) -> None:
    assert phone.registration is None
    tell(phone, registration("REGISTER_FAIL", "401 Unauthorized"))
    tell(phone, registration("REGISTER_FAIL", "Operation timed out"))
    assert phone.registration == "401 Unauthorized"
    tell(phone, registration("REGISTER_OK", "200 OK"))
    assert phone.registration == ""


@pytest.mark.parametrize("reason", ["hostname mismatch", "self-signed certificate in certificate chain"])
def test_what_is_wrong_with_a_certificate_is_read_from_the_log(phone: Telephone, reason: str) -> None:
    log = (
        "baresip is ready.\n\x1b[31mtls: verify_handler: err          = 62\n\x1b[;m"
        f"\x1b[31mtls: verify_handler: error_string = {reason}\n\x1b[;m"
        "\x1b[31mtls: verify_handler: depth        = 0\n\x1b[;m\x1b[31mtls: connect: error (r=-1, ssl_err=1)\n\x1b[;m"
    )
    (phone.folder / "log").write_text(log)
    tell(phone, registration("REGISTER_FAIL", "Protocol error"))
    assert phone.registration == f"TLS: certificate verify failed: {reason}"


# --- what it is given ---------------------------------------------------------------------------------------------


def test_its_files_are_for_their_owner(tmp_path: Path) -> None:
    folder = tmp_path / "0"
    write_files(folder, LINE, 5300, 4444)
    modes = {path.name: path.stat().st_mode & 0o777 for path in (folder, *folder.iterdir())}
    assert modes == {"0": 0o700, "config": 0o600, "accounts": 0o600}
    assert "s3cret" not in (folder / "config").read_text()


def test_the_account_is_read_after_encryption_and_nothing_rings(tmp_path: Path) -> None:
    write_files(tmp_path / "0", LINE, 5300, 4444)
    lines = (tmp_path / "0/config").read_text().splitlines()
    assert lines.index("module srtp.so") < lines.index("module_app account.so")
    assert "ring_aufile none" in lines
    assert "sip_verify_server yes" in lines
    assert "sip_cafile /etc/ssl/konak/pbx-ca.pem" in lines
    assert "dns_server 127.0.0.1:5300" in lines
    assert "ctrl_tcp_listen 127.0.0.1:4444" in lines


@pytest.mark.parametrize(("media", "said"), [("srtp-mand", "mediaenc=srtp-mand;"), ("none", "")])
def test_the_account(media: str, said: str) -> None:
    line = Line("ayse", "1000", "s3cret", "santral.ornek.bel.tr", 5061, media, "ca.pem")
    assert line.account() == (
        "<sip:1000@santral.ornek.bel.tr:5061;transport=tls>;auth_user=1000;auth_pass=s3cret;"
        f"{said}answermode=manual;regint=600\n"
    )
    assert "s3cret" not in repr(line)
