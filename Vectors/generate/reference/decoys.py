"""Protocol 5.9: which of the c cover slots are decoys; 4.7: the decoy state.

32-bit fixed point; all divisions round down; words are 64 bits.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from .errors import ProtocolError
from .labels import Draw, kdf, word_stream

ONE = 2**32
RATE = 1200
CEILING = 2576980377  # 0.6
GATE = 343597383  # 0.08: i mod 6 = 2
REDRAW = (429496729, ONE, 28633115, 715827882, ONE, 268435456)
MAXIMUM_COUNT = 2**30
LEAST_INTENSITY = 2**30
STATE_BYTES = 84
MAGIC = b"SMD1"


@dataclass(frozen=True)
class DecoyState:
    """4.7"""

    c: int
    devices: int
    last: int  # n-hat: what this device sealed in the last epoch
    n: int
    chains: int  # bit i: chain i is on
    intensities: tuple[int, ...]  # U_0 ... U_{c-1}

    def encode(self) -> bytes:
        padded = self.intensities + (0,) * (16 - self.c)
        return (
            MAGIC
            + self.c.to_bytes(2, "little")
            + self.devices.to_bytes(2, "little")
            + self.last.to_bytes(4, "little")
            + self.n.to_bytes(4, "little")
            + self.chains.to_bytes(2, "little")
            + bytes(2)
            + b"".join(u.to_bytes(4, "little") for u in padded)
        )

    @staticmethod
    def decode(data: bytes) -> DecoyState:
        if len(data) != STATE_BYTES:
            raise ProtocolError("wrongLength")
        if data[0:4] != MAGIC:
            raise ProtocolError("invalidMagic")
        c, devices = int.from_bytes(data[4:6], "little"), int.from_bytes(data[6:8], "little")
        last, n = int.from_bytes(data[8:12], "little"), int.from_bytes(data[12:16], "little")
        chains = int.from_bytes(data[16:18], "little")
        words = tuple(int.from_bytes(data[20 + 4 * i : 24 + 4 * i], "little") for i in range(16))
        if not 4 <= c <= 16 or not 1 <= devices <= 256 or last > MAXIMUM_COUNT or n > MAXIMUM_COUNT:
            raise ProtocolError("parameterOutOfRange")
        if any(u < LEAST_INTENSITY for u in words[:c]):  # "at least 2^30 for i < c,
            raise ProtocolError("parameterOutOfRange")
        # else zero"; "none from c on, and none while n = 0"
        if any(words[c:]) or data[18:20] != bytes(2) or chains >> c or (n == 0 and chains):
            raise ProtocolError("nonCanonical")
        return DecoyState(c, devices, last, n, chains, words[:c])


def decoys_at_epoch_start(s_e: bytes, pseudonym: bytes, epoch: int, c: int, devices: int, last: int) -> DecoyState:
    """Step 1: "U_i = 2^30 + floor(3 h/4), h the high 32 bits of word i of wordStream(KDF(s_e, "decoy key",
    pseudonym || epoch)). n = 0, all chains off." """
    stream = word_stream(kdf(s_e, "decoy key", pseudonym + epoch.to_bytes(4, "little")))
    intensities = tuple(2**30 + 3 * (next(stream) >> 32) // 4 for _ in range(c))
    return DecoyState(c, devices, min(last, MAXIMUM_COUNT), 0, 0, intensities)


def level_and_gate(state: DecoyState, i: int) -> tuple[int, int]:
    """Steps 3 and 4: m and a of slot i."""
    # 3. "V = max(300, devices max(n-hat, n)); B = min(2576980377, floor(1200 2^32/(c V)))"
    volume = max(300, state.devices * max(state.last, state.n))
    base = min(CEILING, RATE * ONE // (state.c * volume))
    # 4. "level m = floor(U_i B/2^32); a = min(2^32, max(g, 2m)), g = 343597383 for i mod 6 = 2, else 2^32"
    level = state.intensities[i] * base // ONE
    gate = GATE if i % 6 == 2 else ONE
    return level, min(ONE, max(gate, 2 * level))


def decoys(state: DecoyState, draw: Draw) -> tuple[int, DecoyState]:
    """Steps 2-8 for one voucher. Output: the number of decoys, and the new state."""
    c = state.c
    # 2. "take fresh random words w_0, z_0, ..., w_{c-1}, z_{c-1}, in this order"
    words = [int.from_bytes(draw(8), "little") for _ in range(2 * c)]
    count, chains = 0, state.chains
    for i in range(c):
        w, z = words[2 * i], words[2 * i + 1]
        level, a = level_and_gate(state, i)  # 3, 4
        # 5. "Redraw if n = 0 or floor(w_i/2^32) < R"
        if state.n == 0 or w >> 32 < REDRAW[i % 6]:
            # 6. "On a redraw the chain is on if floor((w_i mod 2^32) a/2^32) < m, else off."
            on = (w % ONE) * a // ONE < level
            chains = chains & ~(1 << i) | int(on) << i
        # 7. "Slot i is a decoy if its chain is on and floor(z_i/2^32) < a."
        if chains >> i & 1 and z >> 32 < a:
            count += 1
    # 8. "n <- n + 1, up to 2^30."
    return count, replace(state, n=min(state.n + 1, MAXIMUM_COUNT), chains=chains)
