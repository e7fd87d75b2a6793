"""The wheel with the least that it needs, by an interpreter of its processor: the package is found, it loads its own
library, whose results come back whole, and seals. No test runner: `make test-wheel` runs it under an emulator, too.
"""

from __future__ import annotations

import json
import platform
import sys
from pathlib import Path

import sealedmatch
from sealedmatch import AccountSecret, BlindedSet, MediaItem, Sealer, SealedMatchError, TrustPolicy, account_of

VECTORS = Path(__file__).resolve().parents[3] / "Vectors"
NOW = 1_760_001_000


def cases(topic: str, kind: str) -> list[dict]:
    groups = json.loads((VECTORS / topic / f"{topic}.json").read_text())["testGroups"]
    return next(group["tests"] for group in groups if group["type"] == kind)


def expect(what: str, found: object, expected: object) -> None:
    if found != expected:
        sys.exit(f"{what}: {found!r}, not {expected!r}")


expect("processor", platform.machine(), sys.argv[1])
mapped = {line.split()[-1] for line in Path("/proc/self/maps").read_text().splitlines() if "libsealedmatch" in line}
expect("library", mapped, {str(Path(sealedmatch.__file__).resolve().parent / "libsealedmatch.so.4")})
for case in cases("client", "AccountName"):
    if case["result"] == "valid":
        expect("account", account_of(bytes.fromhex(case["input"]["name"])).hex(), case["output"]["account"])
case = cases("set-file", "OpenSet")[0]
sources = [bytes.fromhex(key) for key in case["input"]["policy"]["sources"]]
trust = TrustPolicy(sources, minimum_signatures=2, minimum_entries=10)
with BlindedSet.open(VECTORS / "set-file" / case["input"]["set"]["file"], trust, now=NOW) as known:
    expect("root", known.info.root.hex(), case["output"]["root"])
    expect("entries", known.info.entries, case["output"]["entries"])
    gradient = memoryview(bytes((x * y) & 255 for y in range(64) for x in range(64))).cast("B", (64, 64))
    with AccountSecret.create(known, now=NOW) as secret:
        with Sealer(known, secret, account_of("bob"), now=NOW) as sealer:
            for item in MediaItem.picture(gradient), MediaItem.exact(bytes(32)), MediaItem.unreadable():
                voucher = sealer.seal(item, b"a note")
                expect("size", len(voucher), known.info.voucher_bytes)
                expect("root", voucher[64:96].hex(), case["output"]["root"])
try:
    BlindedSet.open(VECTORS / "set-file" / case["input"]["set"]["file"], trust, now=2 * NOW)
    sys.exit("an expired set was opened")
except SealedMatchError as error:
    expect("error", error.name, "SET_EXPIRED")
print(f"the wheel seals on {platform.machine()}, Python {platform.python_version()}")
