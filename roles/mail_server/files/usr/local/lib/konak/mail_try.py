# SPDX-License-Identifier: GPL-3.0-or-later
"""Ask the mail server on this host which addresses it takes mail for, without sending any.

Each argument is an address and the first digit of the answer that is expected: ``a@ornek.bel.tr=2`` is taken, ``=5``
refused for good. Status 1 and a line for each that is answered otherwise; 75 if the server does not answer at all.
"""

import smtplib
import sys

A_SESSION = {"2": 100, "5": 5}
"""Addresses that are asked for in one session: the server slows one with refusals down, and soon ends it."""


def main(expected: list[str]) -> int:
    """Ask for all, those that are taken first; the exit status."""
    pairs = [row.rpartition("=")[::2] for row in expected]
    wrong = []
    try:
        for digit, most in A_SESSION.items():
            addresses = [address for address, wanted in pairs if wanted == digit]
            for start in range(0, max(len(addresses), 1), most):
                wrong += attempt(addresses[start : start + most], digit)
    except (OSError, smtplib.SMTPException) as error:
        print(f"the mail server does not answer: {error}")
        return 75
    print("\n".join(wrong))
    return 1 if wrong else 0


def attempt(addresses: list[str], digit: str) -> list[str]:
    """Ask for some addresses in one session that ends before there is a message."""
    wrong = []
    with smtplib.SMTP("127.0.0.1", 25, timeout=20) as server:
        server.ehlo("localhost")
        server.mail("")
        for address in addresses:
            code, text = server.rcpt(address)
            if str(code)[0] != digit:
                wrong.append(f"{address}: the server says {code} {text.decode(errors='replace')}, expected {digit}xx")
    return wrong


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
