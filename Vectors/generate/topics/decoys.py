"""Protocol 5.9 and 4.7."""

from __future__ import annotations

from envelope import Recorder, Topic, seeded
from reference.decoys import ONE, REDRAW, DecoyState, decoys, decoys_at_epoch_start, level_and_gate
from reference.labels import Draw, encode_integer

NOTES = {
    "FirstVoucher": "n = 0: every chain is drawn, whatever w says",
    "EdgeOfDraw": "random words at which a comparison changes its result",
    "ManyDevices": "the volume is that of all devices",
    "BusyEpoch": "n or the last epoch's number is above 300: the intensity falls",
    "GreatestVolume": "the greatest number of the last epoch: intensities round to almost nothing",
    "GreatestParameters": "16 cover slots: the six kinds of chains repeat",
    "LeastParameters": "4 cover slots",
    "TruncatedInput": "too short",
    "TrailingBytes": "bytes follow",
    "WrongMagic": "another format or version",
    "ReservedBytes": "bytes that must be zero are not",
    "OutOfRange": "a number outside the range that the specification gives",
}


def build() -> dict[str, Topic | bytes]:
    topic = Topic("decoys", "Which vouchers get how many decoys, and the state behind it.", NOTES)
    schedules(topic)
    states(topic)
    return {"decoys/decoys.json": topic}


def of_words(words: list[int]) -> Draw:
    left = iter(words)
    return lambda n: encode_integer(next(left), n)


def schedules(topic: Topic) -> None:
    group = topic.group("Schedule", "The schedule from the epoch's start, voucher by voucher: 2c words of random each.")
    keys = seeded("decoy schedules")

    def add(
        comment: str, c: int, devices: int, last: int, vouchers: int, draw: Draw | None, *flags: str, epoch: int = 679
    ) -> None:
        """Without a draw, the words are those at which the comparisons change their results."""
        secret, pseudonym = keys(32), keys(32)
        edges = EdgesOfDraw()
        recorder = Recorder(draw or edges)
        start = decoys_at_epoch_start(secret, pseudonym, epoch, c, devices, last)
        state, numbers, states = start, [], []
        for voucher in range(vouchers):
            edges.prepare(state, voucher)
            count, state = decoys(state, recorder)
            numbers.append(count)
            states.append(state.encode().hex())
        group.add(
            comment,
            {
                "secret": secret.hex(),
                "pseudonym": pseudonym.hex(),
                "epoch": epoch,
                "coverSlots": c,
                "devices": devices,
                "lastEpochVolume": last,
                "random": recorder.drawn.hex(),
            },
            lambda: {"levels": list(start.intensities), "decoys": numbers, "states": states},
            *flags,
        )

    add("c = 6, one device, first epoch", 6, 1, 0, 40, seeded("schedule 1"), "FirstVoucher")
    add("c = 4", 4, 1, 0, 20, seeded("schedule 2"), "LeastParameters")
    add("c = 16", 16, 2, 50, 12, seeded("schedule 3"), "GreatestParameters")
    add("330 vouchers: from 300 on the intensity falls", 4, 1, 0, 330, seeded("schedule 4"), "BusyEpoch")
    add("1,000 vouchers in the last epoch", 6, 1, 1000, 20, seeded("schedule 5"), "BusyEpoch")
    add("16 devices, 100 vouchers in the last epoch", 6, 16, 100, 20, seeded("schedule 6"), "ManyDevices")
    add(
        "256 devices: more than a state's c x V holds in 32 bits",
        16,
        256,
        2**30,
        3,
        seeded("schedule 7"),
        "ManyDevices",
        "GreatestVolume",
        "GreatestParameters",
    )
    add("2^30 vouchers in the last epoch", 6, 1, 2**30, 6, seeded("schedule 8"), "GreatestVolume")
    add("epoch 0", 6, 1, 0, 2, seeded("schedule 9"), epoch=0)
    add("epoch 2^32 - 1", 6, 1, 0, 2, seeded("schedule 10"), epoch=2**32 - 1)
    add("no voucher yet", 6, 1, 0, 0, seeded("none"))

    zero, full = [0] * 12, [2**64 - 1] * 12
    add("all words zero: every chain on, every slot a decoy", 6, 1, 0, 3, of_words(zero * 3), "EdgeOfDraw")
    add("all words 2^64 - 1: nothing is on", 6, 1, 0, 3, of_words(full * 3), "EdgeOfDraw")
    add(
        "on by the first voucher, then words at which chains i are just not redrawn, or just are",
        6,
        1,
        0,
        5,
        of_words(zero + edge_words(0, 0xFFFFFFFF) + zero + edge_words(-1, 0xFFFFFFFF) + edge_words(0, 0)),
        "EdgeOfDraw",
    )
    for comment, c, devices, last, vouchers, *flags in (
        ("the greatest intensity", 6, 1, 0, 8),
        ("V = 300, below the greatest intensity", 16, 1, 0, 4),
        ("V = 301 from the last epoch", 16, 1, 301, 4),
        ("V = 256 n", 16, 256, 0, 5, "ManyDevices"),
        ("V = 300 or 2 x 150", 16, 2, 150, 4, "ManyDevices"),
        ("10,000 vouchers: slot 2's gate is the constant", 6, 1, 10_000, 8),
        ("4,000 vouchers", 4, 1, 4_000, 8),
    ):
        add(
            f"{comment}: words at which each chain just is on or off, each slot just is a decoy or not",
            c,
            devices,
            last,
            vouchers,
            None,
            "EdgeOfDraw",
            *flags,
        )


def edge_words(offset: int, low: int) -> list[int]:
    """w_i whose high half is R + offset (at most 2^32 - 1), z_i = 0."""
    return [word for i in range(6) for word in (min(REDRAW[i] + offset, 2**32 - 1) << 32 | low, 0)]


class EdgesOfDraw:
    """Words that redraw every chain: the greatest low half of w that turns it on and the least that turns it off, the
    greatest high half of z at which a slot is a decoy and the least at which it is not; by turns."""

    def __init__(self) -> None:
        self.words: list[int] = []

    def prepare(self, state: DecoyState, voucher: int) -> None:
        for i in range(state.c):
            level, a = level_and_gate(state, i)
            on = (level * ONE - 1) // a  # the greatest low half with low a / 2^32 < m
            low = on + (voucher + i) % 2
            high = a - 1 if (voucher + i) % 4 < 2 else min(a, ONE - 1)
            self.words += [min(low, ONE - 1), high << 32 | 0xFFFFFFFF]

    def __call__(self, n: int) -> bytes:
        return encode_integer(self.words.pop(0), n)


def states(topic: Topic) -> None:
    group = topic.group("DecodeState", "Decoded and encoded again; coverSlots is the c that is expected.")
    base = DecoyState(6, 2, 120, 7, 0b100101, tuple(2**30 + 1000 * i for i in range(6)))

    def add(comment: str, data: bytes, *flags: str, c: int = 6, result: str = "valid") -> None:
        group.add(
            comment,
            {"bytes": data.hex(), "coverSlots": c},
            lambda: {"bytes": DecoyState.decode(data).encode().hex()},
            *flags,
            result=result,
        )

    def changed(offset: int, value: int, size: int, data: bytes = base.encode()) -> bytes:
        return data[:offset] + encode_integer(value, size) + data[offset + size :]

    good = base.encode()
    add("a state", good)
    add("the least of everything", DecoyState(4, 1, 0, 0, 0, (2**30,) * 4).encode(), "LeastParameters", c=4)
    add(
        "the greatest of everything",
        DecoyState(16, 256, 2**30, 2**30, 2**16 - 1, (2**32 - 1,) * 16).encode(),
        "GreatestParameters",
        c=16,
    )
    add("the last byte is missing", good[:-1], "TruncatedInput", result="wrongLength")
    add("empty", b"", "TruncatedInput", result="wrongLength")
    add("a byte follows", good + b"\0", "TrailingBytes", result="wrongLength")
    add("magic of another version", b"SMD2" + good[4:], "WrongMagic", result="invalidMagic")
    small = DecoyState(4, 1, 0, 0, 0, (2**30,) * 4).encode()
    add(
        "c = 3, fitting otherwise",
        changed(32, 0, 4, changed(4, 3, 2, small)),
        "OutOfRange",
        c=3,
        result="parameterOutOfRange",
    )
    add(
        "c = 17",
        changed(4, 17, 2, DecoyState(16, 1, 0, 0, 0, (2**30,) * 16).encode()),
        "OutOfRange",
        c=17,
        result="parameterOutOfRange",
    )
    add("no devices", changed(6, 0, 2), "OutOfRange", result="parameterOutOfRange")
    add("257 devices", changed(6, 257, 2), "OutOfRange", result="parameterOutOfRange")
    add("2^30 + 1 vouchers in the last epoch", changed(8, 2**30 + 1, 4), "OutOfRange", result="parameterOutOfRange")
    add("2^30 + 1 vouchers in this epoch", changed(12, 2**30 + 1, 4), "OutOfRange", result="parameterOutOfRange")
    add("a chain is on while n = 0", changed(12, 0, 4), "ReservedBytes", result="nonCanonical")
    add("a chain from c on is on", changed(16, 1 << 6, 2), "ReservedBytes", result="nonCanonical")
    add("reserved bytes are not zero", changed(18, 1, 2), "ReservedBytes", result="nonCanonical")
    add("U_6 is not zero", changed(20 + 24, 2**30, 4), "ReservedBytes", result="nonCanonical")
    add("U_5 is below 2^30", changed(20 + 20, 2**30 - 1, 4), "OutOfRange", result="parameterOutOfRange")
