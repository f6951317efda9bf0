# SPDX-License-Identifier: GPL-3.0-or-later
"""A carrier's exchange for the lab: answers every call over SIP and UDP, and writes down who called what.

    python3 carrier.py PORT FILE

It is a simulator that speaks the protocol to the real exchange; no sound comes from it. Standard library only.
"""

from __future__ import annotations

import re
import socket
import sys
from pathlib import Path

SDP = (
    "v=0\r\no=- 1 1 IN IP4 {here}\r\ns=-\r\nc=IN IP4 {here}\r\nt=0 0\r\nm=audio 40000 RTP/AVP 8\r\n"
    "a=rtpmap:8 PCMA/8000\r\n"
)
REPEATED = ("via", "from", "to", "call-id", "cseq", "record-route")
"""Headers that an answer has as the question."""


def answer(question: str, here: str) -> str | None:
    """The answer to a request; ``None`` to one that has none."""
    head, _, _ = question.partition("\r\n\r\n")
    first, *lines = head.split("\r\n")
    method = first.partition(" ")[0]
    if method == "ACK":
        return None
    kept = [line for line in lines if line.partition(":")[0].strip().lower() in REPEATED]
    kept = [f"{line};tag=1" if line.lower().startswith("to:") and "tag=" not in line else line for line in kept]
    body = SDP.format(here=here) if method == "INVITE" else ""
    said = [f"Contact: <sip:carrier@{here}>", "Content-Type: application/sdp"] if body else []
    return "\r\n".join(["SIP/2.0 200 OK", *kept, *said, f"Content-Length: {len(body)}", "", body])


def called(question: str) -> str | None:
    """The number that is called and the one that is shown, of an INVITE."""
    number = re.match(r"INVITE sip:([^@;>]+)", question)
    shown = re.search(r"^P-Asserted-Identity:.*sip:([^@]+)@", question, re.MULTILINE | re.IGNORECASE)
    return f"{number[1]} {shown[1] if shown else ''}" if number else None


def main(port: int, file: Path) -> None:
    """Answer until it is ended."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.bind(("0.0.0.0", port))  # noqa: S104 (a host of the lab)
        while True:
            data, whence = server.recvfrom(65536)
            question = data.decode("utf-8", "replace")
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
                probe.connect(whence)
                here = probe.getsockname()[0]
            if row := called(question):
                with file.open("a", encoding="utf-8") as log:
                    log.write(f"{row}\n")
            if reply := answer(question, here):
                server.sendto(reply.encode(), whence)


if __name__ == "__main__":
    main(int(sys.argv[1]), Path(sys.argv[2]))
