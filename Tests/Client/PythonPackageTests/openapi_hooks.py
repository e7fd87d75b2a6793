"""What schemathesis loads for Docs/openapi.yaml: bodies of the two media types that only SealedMatch has.

SEALEDMATCH_BODIES names a folder with `registration` and `vouchers`: what a client made. Bodies are these, damaged
forms of them, and anything.
"""

from __future__ import annotations

import os
from pathlib import Path

import schemathesis
from hypothesis import strategies as st

_folder = Path(os.environ["SEALEDMATCH_BODIES"])
REGISTRATION = (_folder / "registration").read_bytes()
VOUCHERS = (_folder / "vouchers").read_bytes()
#: All of a set's vouchers have one size.
SIZE = int(os.environ["SEALEDMATCH_VOUCHER_BYTES"])


@st.composite
def damaged(draw: st.DrawFn, content: bytes) -> bytes:
    """Cut, longer, or with some bytes changed, above all in the header."""
    changed = bytearray(content)
    for _ in range(draw(st.integers(0, 3))):
        changed[draw(st.integers(0, min(len(content), 128) - 1) | st.integers(0, len(content) - 1))] = draw(
            st.integers(0, 255)
        )
    end = draw(st.just(len(content)) | st.integers(0, len(content)))
    return bytes(changed[:end]) + draw(st.just(b"") | st.binary(max_size=300))


@st.composite
def batches(draw: st.DrawFn) -> bytes:
    """Some vouchers, some of them twice, some damaged; sometimes more than a request may have."""
    count = len(VOUCHERS) // SIZE
    numbers = draw(st.lists(st.integers(0, count - 1), min_size=1, max_size=8))
    vouchers = [VOUCHERS[number * SIZE : (number + 1) * SIZE] for number in numbers]
    if draw(st.booleans()):
        place = draw(st.integers(0, len(vouchers) - 1))
        vouchers[place] = draw(damaged(vouchers[place]))
    return b"".join(vouchers) * draw(st.sampled_from([1, 1, 1, 1, 40]))


anything = st.binary(max_size=400)
schemathesis.openapi.media_type(
    "application/vnd.sealedmatch.registration", st.just(REGISTRATION) | damaged(REGISTRATION) | anything
)
schemathesis.openapi.media_type("application/vnd.sealedmatch.vouchers", st.just(VOUCHERS) | batches() | anything)
