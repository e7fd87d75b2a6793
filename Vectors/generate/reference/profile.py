"""Protocol 2, 4.1 and 5.11, the profile: which bits of a PDQ hash make a perceptual key, how many probes there are, and
what may have happened to a picture since it was hashed."""

from __future__ import annotations

from dataclasses import dataclass

from .errors import require
from .labels import decode_integer, encode_integer, kdf

AS_SENT, RASTER, VIGNETTE, S_CURVE, HIGHLIGHTS = range(5)
GREATEST_STRENGTH = {VIGNETTE: 2_048, S_CURVE: 31, HIGHLIGHTS: 31}
"""of the kinds that have a strength"""
HYPOTHESIS_COUNT = 8
MAXIMUM_HYPOTHESES = 16


@dataclass(frozen=True)
class Hypothesis:
    kind: int = AS_SENT
    tone: int = 0
    shift: int = 0
    """in 1/1,024 of a raster cell"""
    zoom: int = 0
    """1,024: as the picture is; of kind "raster" alone"""
    penalty: int = 0
    """in 1/256 of the spread"""
    strength: int = 0
    """of the kinds after "raster", whose tone and zoom are zero here and whose zoom is 1,024"""

    def check(self) -> None:
        require(AS_SENT <= self.kind <= HIGHLIGHTS, "unknownProfile", "a hypothesis' kind")
        if self.kind == AS_SENT:
            require(self == Hypothesis(), "unknownProfile", "as sent: the other fields are zero")
            return
        require(-2_048 <= self.shift <= 2_048, "unknownProfile", "shift")
        require(0 <= self.penalty <= 1_024, "unknownProfile", "penalty")
        if self.kind == RASTER:
            require(-2 <= self.tone <= 2, "unknownProfile", "tone")
            require(1_000 <= self.zoom <= 1_100, "unknownProfile", "zoom")
        else:
            require(self.tone == 0, "unknownProfile", "the byte of the tone")
            require(1 <= self.strength <= GREATEST_STRENGTH[self.kind], "unknownProfile", "strength")

    def encode(self) -> bytes:
        """kind (1) ‖ tone (1) ‖ shift (2) ‖ zoom or strength (2) ‖ penalty (2), tone and shift in two's complement."""
        return (
            encode_integer(self.kind, 1)
            + encode_integer(self.tone % 2**8, 1)
            + encode_integer(self.shift % 2**16, 2)
            + encode_integer(self.strength if self.kind in GREATEST_STRENGTH else self.zoom, 2)
            + encode_integer(self.penalty, 2)
        )

    @staticmethod
    def decode(data: bytes) -> Hypothesis:
        """Of any 8 bytes; `check` refuses what is out of range."""
        kind, word = data[0], decode_integer(data[4:6])
        zoom, strength = (0, word) if kind in GREATEST_STRENGTH else (word, 0)
        return Hypothesis(kind, signed(data[1:2]), signed(data[2:4]), zoom, decode_integer(data[6:8]), strength)


def signed(data: bytes) -> int:
    value, size = decode_integer(data), 8 * len(data)
    return value - (1 << size) if value >> (size - 1) else value


@dataclass(frozen=True)
class Profile:
    id: int
    minimum_quality: int
    """of a listed hash"""
    probe_quality: int
    """of a picture that is sent"""
    probes: int
    """M"""
    positions: tuple[int, ...]
    """bit i of a perceptual key is PDQ bit positions[i]"""
    hypotheses: tuple[Hypothesis, ...] = (Hypothesis(),)
    marks: int = 0
    """1: the hypotheses of what was put on a picture come after these"""

    @property
    def b(self) -> int:
        return len(self.positions)

    def check(self) -> None:
        """Ranges of section 2; offsets 174 to 256, 768 to 832 and 876 to 940 of the set file but for reserved bytes.
        All are `unknownProfile`."""
        require(1 <= self.b <= 64, "unknownProfile", "b")
        require(1 <= self.probes <= 64 and (self.b >= 12 or self.probes <= 2**self.b), "unknownProfile", "M")
        require(0 <= self.id < 2**32, "unknownProfile", "id")
        require(0 <= self.minimum_quality <= 100, "unknownProfile", "minimum quality")
        require(0 <= self.probe_quality <= 100, "unknownProfile", "probe quality")
        require(all(0 <= p <= 255 for p in self.positions), "unknownProfile", "positions")
        require(len(set(self.positions)) == self.b, "unknownProfile", "positions are not distinct")
        require(self.marks in (0, 1), "unknownProfile", "marks")
        require(1 <= len(self.hypotheses) <= MAXIMUM_HYPOTHESES, "unknownProfile", "H")
        require(self.hypotheses[0] == Hypothesis(), "unknownProfile", "the first hypothesis is as sent")
        for hypothesis in self.hypotheses:
            hypothesis.check()

    def digest(self) -> bytes:
        """KDF(none, "profile", id (4) ‖ minimum quality (1) ‖ probe quality (1) ‖ b (1) ‖ H (1) ‖ positions ‖
        hypotheses (8·H) ‖ marks (1) if it is not 0), 4.8."""
        return kdf(
            None,
            "profile",
            encode_integer(self.id, 4)
            + bytes([self.minimum_quality, self.probe_quality, self.b, len(self.hypotheses)])
            + bytes(self.positions)
            + b"".join(hypothesis.encode() for hypothesis in self.hypotheses)
            + (bytes([self.marks]) if self.marks else b""),
        )

    def short_key(self, pdq: bytes) -> int:
        """The perceptual key's bits as a word: a picture's short key has hash bit positions[i] as its bit i.

        The hash's 32-byte encoding has bits 255…248 in byte 0: it is a big-endian integer.
        """
        require(len(pdq) == 32, "badHashLength")
        bits = int.from_bytes(pdq, "big")
        return sum(((bits >> position) & 1) << i for i, position in enumerate(self.positions))


def lowest_frequencies(count: int) -> tuple[int, ...]:
    """5.11, profiles 2 and 3: the pairs (i, j) of the least ((i + 1)² + (j + 1)², 16i + j), as 16i + j ascending."""
    pairs = sorted(range(256), key=lambda index: ((index // 16 + 1) ** 2 + (index % 16 + 1) ** 2, index))
    return tuple(sorted(pairs[:count]))


PROFILE_2 = Profile(
    id=2,
    minimum_quality=50,
    probe_quality=40,
    probes=32,
    positions=lowest_frequencies(50),
    hypotheses=(
        Hypothesis(),
        Hypothesis(RASTER, 0, 0, 1_024, 0),
        Hypothesis(RASTER, 0, 315, 1_024, 0),
        Hypothesis(RASTER, 0, 157, 1_034, 26),
        Hypothesis(RASTER, 0, 157, 1_045, 38),
        Hypothesis(RASTER, 1, 157, 1_024, 51),
        Hypothesis(RASTER, -1, 157, 1_024, 51),
    ),
)
"""Profile 2: b = 50, M = 32, listed quality ≥ 50, sent quality ≥ 40."""

PROFILE_3 = Profile(
    id=3,
    minimum_quality=50,
    probe_quality=40,
    probes=64,
    positions=lowest_frequencies(53),
    hypotheses=(
        Hypothesis(),
        Hypothesis(RASTER, 0, 0, 1_024, 0),
        Hypothesis(RASTER, 0, 315, 1_024, 0),
        Hypothesis(RASTER, 0, 157, 1_034, 41),
        Hypothesis(RASTER, 0, 157, 1_045, 53),
        Hypothesis(RASTER, 1, 157, 1_024, 51),
        Hypothesis(RASTER, -1, 157, 1_024, 51),
        Hypothesis(VIGNETTE, shift=157, penalty=75, strength=717),
        Hypothesis(S_CURVE, shift=157, penalty=90, strength=11),
        Hypothesis(HIGHLIGHTS, shift=157, penalty=60, strength=3),
        Hypothesis(RASTER, 0, 157, 1_004, 90),
        Hypothesis(RASTER, 0, 1_468, 1_034, 90),
    ),
    marks=1,
)
"""Profile 3: b = 53, M = 64, marks are looked for."""
