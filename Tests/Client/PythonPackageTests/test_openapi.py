"""Docs/openapi.yaml is true: schemathesis asks the service what the document allows, and what it does not."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

from published import Published
from sealedmatch import BlindedSet
from services import Service
from test_upload import NAME, client_of

ROOT = Path(__file__).resolve().parents[3]
DOCUMENT = ROOT / "Docs" / "openapi.yaml"
#: More, or another seed, by hand.
EXAMPLES = os.environ.get("SEALEDMATCH_EXAMPLES", "30")
SEED = os.environ.get("SEALEDMATCH_SEED", "1")


def test_the_service_is_what_the_document_says(published: Published, known: BlindedSet, tmp_path: Path) -> None:
    bodies = tmp_path / "bodies"
    bodies.mkdir()
    with client_of(tmp_path / "anna", known, 3) as anna:
        (registration,) = anna.registrations()
        (bodies / "registration").write_bytes(registration)
        (bodies / "vouchers").write_bytes(b"".join(waiting.voucher for waiting in anna.due()))
    epoch, root = int.from_bytes(registration[4:8], "little"), known.info.root.hex()
    # The examples are of this client and this set: then replies that need real ones come, too.
    text = DOCUMENT.read_text()
    for example, real in [(r"example: 692\b", f"example: {epoch}"), (r"example: [0-9a-f]{64}\b", f"example: {root}")]:
        text, count = re.subn(example, real, text)
        assert count == 1, example
    (tmp_path / "openapi.yaml").write_text(text)
    # The limit of an account's rate would be all that is left to see.
    options = ("--burst", "1000000000", "--vouchers-per-second", "1000000000")
    with Service(tmp_path / "service", published.file, options=options) as service:
        done = subprocess.run(
            [
                sys.executable, "-m", "schemathesis.cli", "run", tmp_path / "openapi.yaml",
                "--url", service.address, "--header", f"Authorization: Bearer {service.token(NAME, 3_600)}",
                # What a body has to be is in Docs/Protocol.md, and not in its schema: "binary" is no promise.
                "--exclude-checks", "positive_data_acceptance",
                "--max-redirects", "0", "--continue-on-failure", "--max-examples", EXAMPLES, "--seed", SEED,
                "--suppress-health-check", "all", "--no-color", "--warnings", "off",
            ],
            cwd=tmp_path, capture_output=True, text=True,
            env={
                **os.environ, "SCHEMATHESIS_HOOKS": "openapi_hooks", "PYTHONPATH": str(Path(__file__).parent),
                "SEALEDMATCH_BODIES": str(bodies), "SEALEDMATCH_VOUCHER_BYTES": str(known.info.voucher_bytes),
            },
        )  # fmt: skip
        assert done.returncode == 0, done.stdout + done.stderr
        tested = re.search(r"Tested: (\d+)", done.stdout)
        assert tested is not None and tested[1] == "5", done.stdout
        # It got through to the store, and nothing of it harmed the service.
        assert service.rows("SELECT count(*) FROM registration") == [(1,)] and len(service.stored()) >= 3
        replies = dict(
            re.findall(r'sealedmatch_replies_total\{status="(\d+)"\} (\d+)', service.admin("GET", "/metrics").decode())
        )
        assert {"200", "206", "304", "307", "400", "401", "404", "405", "415"} <= set(replies), replies
        assert "500" not in replies
