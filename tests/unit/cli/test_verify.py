# SPDX-License-Identifier: GPL-3.0-or-later
"""``./konak verify``: statuses and shapes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

HOLDS = {"system": "directory", "proof": "p", "client": "kinit", "expected": "a ticket", "got": "a ticket", "ok": True}
FAILS = {**HOLDS, "got": "refused", "ok": False}
ERROR = {"message": "m", "file": None, "line": None, "path": None, "host": "dc1", "remedy": None}


def leaving(konak, proofs: list[dict] | None, status: int, errors: list[dict] | None = None):
    def run(env: dict[str, str]) -> int:
        if proofs is not None:
            (konak.build / "verify").mkdir(parents=True, exist_ok=True)
            (konak.build / "verify" / "directory.json").write_text(json.dumps(proofs), encoding="utf-8")
        if errors:
            Path(env["KONAK_ERRORS"]).write_text(json.dumps({"errors": errors}), encoding="utf-8")
        return status

    konak.playbook = run


@pytest.mark.parametrize(("proofs", "playbook", "status"), [([HOLDS], 0, 0), ([HOLDS, FAILS], 2, 1)])
def test_the_status_says_whether_all_proofs_hold(konak, proofs, playbook, status):
    leaving(konak, proofs, playbook, [ERROR] if playbook else None)
    assert konak("verify", "--json") == status
    assert konak.json == proofs
    assert konak("verify") == status
    assert f"{sum(proof['ok'] for proof in proofs)} of {len(proofs)} proofs hold." in konak.out


def test_a_proof_that_does_not_hold_says_what_it_got(konak):
    leaving(konak, [FAILS], 2)
    konak("verify")
    assert "  NOT PROVEN: p: a ticket, got refused [kinit]" in konak.out


def test_proofs_of_an_earlier_run_prove_nothing(konak):
    leaving(konak, [HOLDS], 0)
    assert konak("verify") == 0
    leaving(konak, None, 2, [ERROR])
    assert konak("verify", "--json") == 1
    assert konak.json == {"errors": [ERROR]}
