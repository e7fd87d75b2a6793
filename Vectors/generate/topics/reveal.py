"""Protocol 5.18."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import forms
from envelope import Topic, seeded
from item_sets import EPOCH
from reference.case_file import ListedEntry, finding
from reference.decoder import decoder, dense_elimination
from reference.entries import ListedHash, key_of
from reference.errors import ProtocolError
from reference.field import Q, at_random
from reference.labels import aead, decode_integer, encode_integer, stream
from reference.open import Opening
from reference.payload import MD5, NONE, PDQ, SHA256, VIDEO, Payload
from reference.profile import PROFILE_2, PROFILE_3, Profile
from reference.reveal import AccountEpoch, reveal
from reference.sharing import Sharing, share_at, sharing
from reference.voucher import Header

NOTES = {
    "AtThreshold": "exactly t openings, all matches",
    "BelowThreshold": "fewer than t usable openings, or matches from fewer than t vouchers or values of x",
    "AtBound": "k(R - t) = e",
    "BeyondBound": "k(R - t) < e",
    "AllChance": "no match among them",
    "WrongCommitment": "the registered commitment is another's",
    "MissingCommitment": "nothing is registered",
    "Residues": "words are read as residues, however they were written",
    "ZeroX": "x = 0, also as q and 2q: dropped, though it lies on the polynomials; it would tell p_j(0)",
    "SameVoucher": "several openings of one voucher, under keys of their own, of which one at most is a match",
    "DuplicateX": "openings of equal x: the first goes to the decoder, all of them are tested as matches",
    "SameShareTwice": "two slots of one voucher with the same x are one match",
    "ForeignCodeword": "more than t shares on polynomials of somebody else: taken off",
    "EightRounds": "at most eight runs of the decoder",
    "TwoSecrets": "two codewords",
    "RankOneErrors": "errors that are multiples of one vector",
    "OtherAccount": "openings of another account, epoch or k among them",
    "TwoProfiles": "devices of one account on two profiles in one epoch: their shares do not add up",
    "Quarantined": "not decoded, but tested as matches",
    "TamperedHeader": "inner does not open with this header: no match, though its share is right",
    "BadPayload": "inner opens, but its payload does not decode: no match",
    "WrongShare": "inner opens, but the share is not on the polynomials: no match",
    "Kinds": "payloads of every kind",
    "Distance": "PDQ hashes are near up to a distance of 31, at 0, too; exact hashes are equal or not",
    "Nearest": "the nearest entry, the first of equals",
    "Videos": "all hashes of a video's line are compared, as those of pictures",
    "Due": "a try happens if and only if t vouchers have an opening, and one came in since the last try",
    "Forms": "several (t, k) of one account-epoch: which first, and which verdict",
    "FirstCommitment": "the first commitment that was used stays",
    "AfterReveal": "later openings need no threshold of their own; other forms are not tried any more",
    "Reach": "an entry whose key is within r bits of the sent one is the one that was met, at any PDQ distance",
    "OtherKind": "equal bytes of another kind of hash are not the same hash",
}
COUNT = 128  # P


def build() -> dict[str, Topic | bytes]:
    topic = Topic(
        "reveal",
        "Which openings of an account and epoch are matches. Made without vouchers: openings are chosen.",
        NOTES,
    )
    reveals(topic)
    tries(topic)
    comparisons(topic)
    return {"reveal/reveal.json": topic}


class Account:
    """An account's openings, made as a client would, and otherwise."""

    def __init__(self, name: str, t: int = 3, k: int = 16, epoch: int = EPOCH) -> None:
        self.draw = seeded(f"reveal {name}")
        self.t, self.k, self.epoch = t, k, epoch
        self.pseudonym, self.secret = self.draw(32), self.draw(32)
        self.sharing = self.under(PROFILE_2)
        self.openings: list[Opening] = []

    def under(self, profile: Profile) -> Sharing:
        return sharing(self.secret, self.pseudonym, self.epoch, self.t, self.k, profile.digest())

    def x(self) -> int:
        while not 1 <= (value := decode_integer(self.draw(4)) & 0x7FFF_FFFF) < Q:
            pass
        return value

    def header(self) -> Header:
        return Header(12, 5, self.k, COUNT, self.epoch, self.draw(16), self.pseudonym, self.root)

    @property
    def root(self) -> bytes:
        return b"\x5e" * 32

    def payload(self) -> bytes:
        return Payload(SHA256, 0, self.draw(32), b"").encode(COUNT)

    def inner(self, header: Header, payload: bytes) -> bytes:
        nonce = self.draw(24)
        return nonce + aead(self.sharing.epoch_key, nonce, payload, header.encode())

    def slot(self) -> int:
        return self.draw(1)[0] % 12

    def opening(self, header: Header, words: bytes, inner: bytes) -> Opening:
        rkey = self.draw(32)
        return Opening(header, self.slot(), rkey, stream(rkey, words + inner))

    def written(self, values: Sequence[int]) -> bytes:
        """At random."""
        return b"".join(at_random(value, self.draw(1)[0] & 1) for value in values)

    def match(
        self,
        payload: bytes | None = None,
        header: Header | None = None,
        x: int | None = None,
        x_word: int | None = None,
    ) -> Opening:
        """`x_word` is how x is written, at random otherwise."""
        header = header or self.header()
        x = self.x() if x is None else x
        words = self.written((x, *share_at(self.sharing.polynomials, x)))
        if x_word is not None:
            words = encode_integer(x_word, 4) + words[4:]
        return self.opening(header, words, self.inner(header, payload or self.payload()))

    def chance(self, header: Header | None = None, words: bytes | None = None) -> Opening:
        """What a slot opens to by chance, in a voucher of its own."""
        words = self.draw(4 * self.k + 4) if words is None else words
        return self.opening(header or self.header(), words, self.draw(24 + COUNT + 16))

    def beside(self, opening: Opening) -> Opening:
        """Another slot of the same voucher, which opened by chance."""
        return replace(opening, slot=(opening.slot + 1) % 12, rkey=self.draw(32))

    def matches(self, count: int) -> Account:
        self.openings += [self.match() for _ in range(count)]
        return self

    def by_chance(self, count: int) -> Account:
        self.openings += [self.chance() for _ in range(count)]
        return self

    def add(self, *openings: Opening) -> Account:
        self.openings += openings
        return self

    def mixed(self) -> Account:
        self.openings = [o for _, o in sorted(((self.draw(8), o) for o in self.openings), key=lambda pair: pair[0])]
        return self

    def device(self, profile: Profile) -> Account:
        """Another device of the account, on another profile: the same secret, draws and openings."""
        made = Account.__new__(Account)
        made.__dict__.update(self.__dict__, sharing=self.under(profile))
        return made

    def of(self, other: Account, count: int) -> Account:
        """Openings with shares and inner of another secret, under this account."""
        stranger = Account.__new__(Account)
        stranger.__dict__.update(other.__dict__, pseudonym=self.pseudonym, epoch=self.epoch)
        self.openings += [stranger.match() for _ in range(count)]
        return self


def quarantined(opening: Opening) -> Opening:
    return replace(opening, quarantined=True)


def with_plain(opening: Opening, words: bytes, inner: bytes) -> Opening:
    return replace(opening, body=stream(opening.rkey, words + inner))


def with_inner(opening: Opening, inner: bytes) -> Opening:
    return with_plain(opening, opening.plain[: opening.header.share_bytes], inner)


def off(opening: Opening, errors: Sequence[int]) -> Opening:
    """The same opening with errors added to its words."""
    values = [(value + error) % Q for value, error in zip(opening.words, errors, strict=True)]
    return with_plain(opening, b"".join(at_random(value, 0) for value in values), opening.inner)


def at(made: Account, x: int) -> Opening:
    """A chance opening with this x."""
    return made.chance(words=made.written((x, *range(1, made.k + 1))))


def opening_form(opening: Opening) -> dict:
    return {
        "header": opening.header.encode().hex(),
        "slot": opening.slot,
        "rkey": opening.rkey.hex(),
        "body": opening.body.hex(),
        "quarantined": opening.quarantined,
    }


def reveals(topic: Topic) -> None:
    group = topic.group(
        "Reveal", "The openings of one form (t, k) in the order of recording; forced, without an earlier commitment."
    )

    def add(
        comment: str, made: Account, expected: int | str, *flags: str, commitment: bytes | None | str = "own"
    ) -> None:
        registered = made.sharing.commitment if isinstance(commitment, str) else commitment
        openings = tuple(made.openings)

        def run() -> dict:
            results = []
            for decode in (dense_elimination, decoder):
                try:
                    results.append(reveal(openings, made.pseudonym, made.epoch, made.t, made.k, registered, decode))
                except ProtocolError as error:
                    if error.name != expected:
                        raise AssertionError(f"{comment}: {error.name} by {decode.__name__}") from error
            if not results:
                raise ProtocolError(str(expected))
            found = results[-1]
            if len(results) != 2 or any(other.matches != found.matches for other in results):
                raise AssertionError(f"{comment}: the two decoders differ")
            if len(found.matches) != expected:
                raise AssertionError(f"{comment}: {len(found.matches)} matches")
            return {
                "epochKey": found.epoch_key.hex(),
                "token": found.token.hex(),
                "matches": [
                    {
                        "voucherID": m.opening.header.voucher_id.hex(),
                        "slot": m.opening.slot,
                        "setRoot": m.opening.header.root.hex(),
                        **forms.payload(m.payload),
                        "quarantined": m.opening.quarantined,
                    }
                    for m in found.matches
                ],
            }

        group.add(
            comment,
            {
                "pseudonym": made.pseudonym.hex(),
                "epoch": made.epoch,
                "threshold": made.t,
                "polynomials": made.k,
                "commitment": None if registered is None else registered.hex(),
                "openings": [opening_form(o) for o in openings],
            },
            run,
            *flags,
            result="valid" if isinstance(expected, int) else expected,
        )

    below, undecodable, mismatch = "belowThreshold", "notDecodable", "commitmentMismatch"

    # At the threshold and at the bound
    add("no openings", Account("empty"), below, "BelowThreshold")
    add("t - 1 matches", Account("t-1").matches(2), below, "BelowThreshold")
    add("t matches", Account("t").matches(3), 3, "AtThreshold")
    add("t matches, t = 2, epoch 0", Account("t=2", 2, 16, 0).matches(2), 2, "AtThreshold")
    add(
        "t openings, one of them by chance",
        Account("t, one decoy").matches(2).by_chance(1).mixed(),
        undecodable,
        "AtThreshold",
    )
    add(
        "t matches and one by chance",
        Account("t and a decoy").matches(3).by_chance(1).mixed(),
        undecodable,
        "BeyondBound",
    )
    add("t + 1 matches and k by chance", Account("bound").matches(4).by_chance(16).mixed(), 4, "AtBound")
    beyond = Account("beyond").matches(4).by_chance(17).mixed()
    add("t + 1 matches and k + 1 by chance", beyond, undecodable, "BeyondBound")
    add("t + 2 matches and 2k by chance", Account("bound 2").matches(5).by_chance(32).mixed(), 5, "AtBound")
    beyond = Account("beyond 2").matches(5).by_chance(33).mixed()
    add("t + 2 matches and 2k + 1 by chance", beyond, undecodable, "BeyondBound")
    add("t + 3 matches and 2k + 1 by chance", Account("within").matches(6).by_chance(33).mixed(), 6)
    add("t + 6 matches and three by chance", Account("easy").matches(9).by_chance(3).mixed(), 9)
    add("twenty by chance", Account("chance").by_chance(20), undecodable, "AllChance")
    same = Account("chance beside matches").matches(5)
    add(
        "five matches, and in each of their vouchers two more slots opened",
        same.add(*(same.beside(o) for o in same.openings), *(same.beside(same.beside(o)) for o in same.openings)),
        5,
        "SameVoucher",
    )
    kinds = Account("kinds")
    d = kinds.draw
    for payload in (
        Payload(PDQ, 87, d(32), b"a note"),
        Payload(SHA256, 0, d(32), b""),
        Payload(MD5, 0, d(16), b"\x00\xff"),
        Payload(NONE, 0, b"", b""),
        Payload(PDQ, 0, d(32), b"n" * 92),
    ):
        kinds.add(kinds.match(payload.encode(COUNT)))
    loud = Payload(PDQ, 100, d(32), b"").encode(COUNT)
    kinds.add(kinds.match(loud[:1] + b"\xc8" + loud[2:]))
    add("payloads of every kind, one with a quality of 200", kinds.by_chance(3).mixed(), 6, "Kinds")

    # Commitments
    add(
        "t + 2 matches, another commitment",
        Account("wrong commitment").matches(5),
        mismatch,
        "WrongCommitment",
        commitment=bytes(32),
    )
    add(
        "t + 2 matches and k by chance, another commitment",
        Account("wrong commitment 2").matches(5).by_chance(16).mixed(),
        mismatch,
        "WrongCommitment",
        commitment=b"\xff" * 32,
    )
    other_epoch = Account("commitment of another epoch").matches(5)
    add(
        "the commitment of the next epoch",
        other_epoch,
        mismatch,
        "WrongCommitment",
        commitment=sharing(other_epoch.secret, other_epoch.pseudonym, EPOCH + 1, 3, 16, PROFILE_2.digest()).commitment,
    )
    add("no commitment", Account("no commitment").matches(5), "notRegistered", "MissingCommitment", commitment=None)

    # Words
    for name, word in (("0", 0), ("q", Q), ("2^32 - 2", 2**32 - 2)):
        odd = Account(f"x = {name}").matches(4)
        add(f"x = {name} with the right values is no match", odd.add(odd.match(x=0, x_word=word)), 4, "ZeroX")
        odd = Account(f"only with x = {name}").matches(2)
        last = odd.match(x=0, x_word=word)
        add(f"two matches and one of x = {name}", odd.add(last), below, "ZeroX", "BelowThreshold")
    for name, x, word in (("5", 5, 5), ("q + 5", 5, Q + 5), ("q + 1", 1, Q + 1), ("2^32 - 1", 1, 2**32 - 1)):
        odd = Account(f"x written as {name}").matches(2)
        add(f"three matches, x of one written as {name}", odd.add(odd.match(x=x, x_word=word)), 3, "Residues")
    for name, coin in (("canonical", 0), ("all q or more", 1)):
        odd = Account(f"words {name}").matches(3)
        last = odd.match()
        words = b"".join(at_random(value, coin) for value in last.words)
        add(f"four matches, the words of one {name}", odd.add(with_plain(last, words, last.inner)), 4, "Residues")
    odd = Account("all ones").matches(4)
    add("words of 2^32 - 1 only, by chance", odd.add(odd.chance(words=b"\xff" * 68)), 4, "Residues")
    odd = Account("x written twice").matches(5)
    real = odd.openings[0]
    twice = with_plain(odd.chance(), encode_integer((real.x + Q) % 2**32, 4) + bytes(64), odd.draw(24 + COUNT + 16))
    odd.openings.insert(1, twice)
    add("one by chance has a match's x, written otherwise", odd, 5, "Residues", "DuplicateX")

    # Equal x
    same = Account("duplicate x").matches(4)
    real = same.openings[0]
    add(
        "one by chance of the same x after the match",
        same.add(at(same, real.x)),
        4,
        "DuplicateX",
    )
    same = Account("duplicate x first").matches(5)
    real = same.openings[0]
    same.openings.insert(0, at(same, real.x))
    add("one by chance of the same x before the match: the match is found all the same", same, 5, "DuplicateX")
    same = Account("x of two vouchers").matches(4)
    add("two vouchers with the same x are two matches", same.add(same.match(x=same.openings[1].x)), 5, "DuplicateX")
    same = Account("x of three vouchers").matches(2)
    add(
        "t vouchers, but two of them with the same x",
        same.add(same.match(x=same.openings[1].x)),
        below,
        "DuplicateX",
        "BelowThreshold",
    )
    same = Account("same share twice").matches(4)
    twice = same.openings[2]
    add(
        "two slots of a voucher with the same share",
        same.add(replace(twice, slot=(twice.slot + 1) % 12)),
        4,
        "SameShareTwice",
    )
    same = Account("same share, chance before").matches(4)
    same.openings.insert(2, same.beside(same.openings[2]))
    add("another slot of a match's voucher opened by chance before it", same, 4, "SameVoucher")
    same = Account("few x").matches(2)
    header_only = [with_inner(same.match(), same.draw(24 + COUNT + 16)) for _ in range(3)]
    add(
        "two matches, three vouchers whose inner does not open",
        same.add(*header_only),
        below,
        "BelowThreshold",
        "TamperedHeader",
    )

    same = Account("few x, many vouchers").matches(2)
    no_inner = [with_inner(same.match(), same.draw(24 + COUNT + 16)) for _ in range(2)]
    add(
        "three vouchers with two x, and two shares on the polynomials whose inner does not open",
        same.add(same.match(x=same.openings[0].x), *no_inner),
        below,
        "DuplicateX",
        "BelowThreshold",
        "TamperedHeader",
    )

    # Others' codewords
    add(
        "five matches, ten shares of somebody else",
        Account("foreign").matches(5).of(Account("stranger 1"), 10).mixed(),
        5,
        "ForeignCodeword",
        "TwoSecrets",
    )
    add("only somebody else's", Account("foreign only").of(Account("stranger 2"), 5), mismatch, "ForeignCodeword")
    add(
        "t shares of somebody else: nothing checks them, so they are no codeword",
        Account("foreign t").of(Account("stranger 3"), 3),
        undecodable,
        "ForeignCodeword",
        "AtThreshold",
    )
    add(
        "two matches, then nine shares of somebody else: too few are left",
        Account("foreign and few").matches(2).of(Account("stranger 4"), 9).mixed(),
        mismatch,
        "ForeignCodeword",
        "BelowThreshold",
    )
    add(
        "two strangers, one after the other",
        Account("foreign two").matches(4).of(Account("stranger 6"), 7).of(Account("stranger 7"), 21).mixed(),
        4,
        "ForeignCodeword",
    )
    # While one stranger is there, the account's three are too few: k(R - t) < 17. Each has more shares than the one
    # before: of equally many steps 1 to 6 find neither.
    for strangers, expected in ((7, 3), (8, mismatch)):
        made = Account(f"{strangers} strangers", 2).matches(3)
        for i in range(strangers):
            made.of(Account(f"stranger {strangers}.{i}", 2), 17 + i)
        add(
            f"{strangers} strangers, each taken off before the account's own",
            made.mixed(),
            expected,
            "ForeignCodeword",
            "EightRounds",
        )

    # Two profiles in one epoch: one pseudonym, two sets of polynomials
    def two_profiles(name: str, own: int, other: int) -> Account:
        made = Account(f"two profiles {name}").matches(own)
        made.device(PROFILE_3).matches(other)
        return made.mixed()

    for comment, own, other, expected, *flags in (
        ("t matches, one of them by a device on another profile", 2, 1, undecodable, "AtThreshold"),
        ("t - 1 matches under each of two profiles", 2, 2, undecodable),
        ("t matches under the registered profile, one under another", 3, 1, undecodable, "BeyondBound"),
        ("t + 1 matches under the registered profile, t under another: the first alone", 4, 3, 4),
        ("t + 1 under the registered profile, t + 4 under another, which are taken off", 4, 7, 4, "ForeignCodeword"),
        ("t - 1 under the registered profile, t + 2 under another", 2, 5, mismatch, "ForeignCodeword"),
    ):
        add(comment, two_profiles(comment, own, other), expected, "TwoProfiles", *flags)
    moved = Account("the other profile registered").matches(2)
    moved.device(PROFILE_3).matches(5)
    add(
        "the same account with the other profile's commitment: that one's matches",
        moved.mixed(),
        5,
        "TwoProfiles",
        commitment=moved.under(PROFILE_3).commitment,
    )

    # Errors by design
    made = Account("rank one few").matches(6)
    add(
        "t + 3 matches, three errors of rank one; their inner opens, but their shares are wrong",
        made.add(*(rank_one_error(made) for _ in range(3))),
        6,
        "RankOneErrors",
        "WrongShare",
    )
    made = Account("one word wrong").matches(6)
    add("a share that is wrong in its last word", made.add(off(made.match(), (*[0] * 16, 1))), 6, "WrongShare")

    # What is tested
    made = Account("header").matches(5)
    moved = made.match()
    changed = replace(moved, header=replace(moved.header, voucher_id=made.draw(16)))
    add("an opening under another voucherID", made.add(changed), 5, "TamperedHeader")
    made = Account("header root").matches(5)
    moved = made.match()
    add(
        "an opening under another root",
        made.add(replace(moved, header=replace(moved.header, root=bytes(32)))),
        5,
        "TamperedHeader",
    )
    made = Account("roots").matches(3)
    second = replace(made.header(), root=b"\x5f" * 32)
    add("matches of two sets", made.add(made.match(header=second)), 4)
    made = Account("bad payload").matches(4)
    good = made.payload()
    add(
        "payloads with padding that is not zero, and of no known kind",
        made.add(made.match(good[:-1] + b"\1"), made.match(b"\7" + good[1:])),
        4,
        "BadPayload",
    )
    made = Account("bad payloads only").matches(2)
    add(
        "two matches and two payloads that do not decode",
        made.add(made.match(good[:-1] + b"\1"), made.match(b"\7" + good[1:])),
        below,
        "BadPayload",
        "BelowThreshold",
    )

    # Not of this account-epoch
    made = Account("others' openings").matches(4)
    other = Account("another account").matches(3)
    add("openings of another account", made.add(*other.openings).mixed(), 4, "OtherAccount")
    made = Account("others' openings count").matches(2)
    add(
        "two matches and five openings of another account",
        made.add(*Account("another account 2").matches(5).openings),
        below,
        "OtherAccount",
        "BelowThreshold",
    )
    made = Account("copied").matches(4)
    copied = [replace(o, header=replace(o.header, pseudonym=other.pseudonym)) for o in made.openings[:2]]
    late = [replace(o, header=replace(o.header, epoch=EPOCH + 1)) for o in made.openings[2:]]
    add(
        "its own openings once more, under another account and another epoch",
        made.add(*copied, *late),
        4,
        "OtherAccount",
    )
    made = Account("chance of another epoch").matches(4)
    add(
        "ten by chance of another epoch",
        made.add(*(made.chance(replace(made.header(), epoch=EPOCH - 1)) for _ in range(10))),
        4,
        "OtherAccount",
    )
    made = Account("sealed for another").matches(4)
    foreign = [replace(made.header(), pseudonym=other.pseudonym), replace(made.header(), epoch=EPOCH + 1)]
    add(
        "under the same K_e, but sealed with another account's or epoch's header: no matches here",
        made.add(*(made.match(header=header) for header in foreign)),
        4,
        "OtherAccount",
    )
    made = Account("another k").matches(4)
    wide = Account("another k, wide", 3, 17)
    wide.pseudonym = made.pseudonym
    add("openings of k = 17", made.add(*(wide.chance() for _ in range(6))), 4, "OtherAccount")

    # Quarantine
    made = Account("quarantine").matches(4)
    add(
        "two of six matches are quarantined",
        made.add(quarantined(made.match()), quarantined(made.match())),
        6,
        "Quarantined",
    )
    made = Account("quarantined chance").matches(4)
    add("ten by chance are quarantined", made.add(*(quarantined(made.chance()) for _ in range(10))), 4, "Quarantined")
    made = Account("quarantine only").matches(2)
    add(
        "two matches, three more are quarantined",
        made.add(*(quarantined(made.match()) for _ in range(3))),
        below,
        "Quarantined",
        "BelowThreshold",
    )
    made = Account("quarantine first").matches(4)
    real = made.openings[1]
    made.add(quarantined(replace(real, slot=(real.slot + 1) % 12)))
    add("the same share in a quarantined slot: one match, the first", made, 4, "Quarantined", "SameShareTwice")


Step = tuple[int, list[Opening]] | tuple[bytes | None, bool]
"""t and what is recorded under it; or a try, its commitment and whether it is forced"""


def tries(topic: Topic) -> None:
    group = topic.group(
        "Tries",
        "Openings of one account and epoch that come in, and tries in between. `threshold` is the t of the set that "
        "the openings' vouchers name; openings of one voucher come together. A try's matches are listed by voucherID; "
        "`notDue`: nothing was tried.",
    )

    def add(comment: str, made: Account, steps: Sequence[Step], expected: list[str | int], *flags: str) -> None:
        recorded = [o for first, second in steps if not isinstance(second, bool) for o in second]
        after = [o.quarantined for o in recorded]
        assert after == sorted(after), "quarantined openings come last"
        assert len({o.header.voucher_id for o in recorded}) == len({(o.header, o.body) for o in recorded})

        def run() -> dict:
            state = AccountEpoch(made.pseudonym, made.epoch)
            results = []
            for first, second in steps:
                if isinstance(first, int) and not isinstance(second, bool):
                    state.record((first, made.k if not second else second[0].header.polynomials), second)
                    continue
                assert not isinstance(first, int) and isinstance(second, bool)
                try:
                    found = state.try_reveal(first, second)
                except ProtocolError as sealed:
                    results.append({"verdict": sealed.name, "matches": []})
                    continue
                results.append(
                    {
                        "verdict": "notDue" if found is None else "revealed",
                        "matches": [match.opening.header.voucher_id.hex() for match in found or ()],
                    }
                )
            got = [len(r["matches"]) if r["verdict"] == "revealed" else r["verdict"] for r in results]
            if got != expected:
                raise AssertionError(f"{comment}: {got}")
            return {"tries": results}

        group.add(
            comment,
            {
                "pseudonym": made.pseudonym.hex(),
                "epoch": made.epoch,
                "steps": [
                    {"threshold": first, "record": [opening_form(o) for o in second]}
                    if isinstance(first, int) and not isinstance(second, bool)
                    else {"commitment": None if first is None else bytes(first).hex(), "forced": second}
                    for first, second in steps
                ],
            },
            run,
            *flags,
        )

    def taken(made: Account) -> list[Opening]:
        made.openings, openings = [], made.openings
        return openings

    one = Account("tries: no openings")
    own = one.sharing.commitment
    add(
        "a registered account without openings, and one without a registration",
        one,
        [(own, False), (own, True), (None, True), (bytes(32), False)],
        ["belowThreshold", "belowThreshold", "notRegistered", "belowThreshold"],
        "BelowThreshold",
        "MissingCommitment",
    )
    one = Account("tries: nothing is kept without openings")
    own = one.sharing.commitment
    add(
        "a commitment that was tried without openings is not kept",
        one,
        [(bytes(32), True), (3, taken(one.matches(3))), (own, False)],
        ["belowThreshold", 3],
        "FirstCommitment",
    )
    one = Account("tries: due")
    own = one.sharing.commitment
    add(
        "below t no try; then with every opening that came in, and not without one",
        one,
        [
            (3, taken(one.matches(2))),
            (own, False),
            (3, taken(one.by_chance(18))),
            (own, False),
            (own, False),
            (3, taken(one.matches(2))),
            (own, False),
            (3, taken(one.by_chance(1))),
            (own, False),
            (3, taken(one.matches(4))),
            (own, False),
            (own, False),
        ],
        ["notDue", "notDecodable", "notDue", "notDecodable", "notDecodable", 8, 8],
        "Due",
    )
    one = Account("tries: openings of few vouchers")
    own = one.sharing.commitment
    two = taken(one.by_chance(2))
    many = [o for first in two for o in (first, one.beside(first), one.beside(one.beside(first)))]
    third = one.chance()
    add(
        "six openings of two vouchers are no try: fewer than t vouchers; with a third there is one",
        one,
        [
            (3, many),
            (own, False),
            (3, [third, one.beside(third)]),
            (own, False),
            (own, False),
            (3, taken(one.matches(4))),
            (own, False),
        ],
        ["notDue", "notDecodable", "notDue", 4],
        "Due",
        "SameVoucher",
    )
    one = Account("tries: few vouchers, forced")
    own = one.sharing.commitment
    first = one.chance()
    add(
        "six openings of two vouchers, forced",
        one,
        [
            (3, [o for o in (first, one.beside(first), one.beside(one.beside(first)))]),
            (3, taken(one.matches(1))),
            (own, False),
            (own, True),
            (3, taken(one.matches(3))),
            (own, False),
        ],
        ["notDue", "notDecodable", 4],
        "Due",
        "SameVoucher",
    )
    for matches, others, more in ((4, 17, 1), (5, 33, 1)):
        one = Account(f"tries: one of {matches + others}")
        own = one.sharing.commitment
        add(
            f"{matches} matches and {others} by chance are one match too few: the next opening decides, not the next "
            "5 %",
            one,
            [
                (3, taken(one.matches(matches).by_chance(others).mixed())),
                (own, False),
                (3, taken(one.matches(more))),
                (own, False),
            ],
            ["notDecodable", matches + more],
            "Due",
            "AtBound",
        )
    one = Account("tries: forced")
    own = one.sharing.commitment
    add(
        "a forced try counts as the last try",
        one,
        [
            (3, taken(one.matches(3).by_chance(1))),
            (own, True),
            (own, False),
            (own, True),
            (3, taken(one.matches(1))),
            (own, False),
        ],
        ["notDecodable", "notDue", "notDecodable", 4],
        "Due",
    )
    one = Account("tries: forced below t")
    own = one.sharing.commitment
    add(
        "a forced try below t",
        one,
        [(3, taken(one.matches(2))), (own, True), (own, False), (3, taken(one.matches(1))), (own, False)],
        ["belowThreshold", "notDue", 3],
        "Due",
        "BelowThreshold",
    )
    one = Account("tries: quarantined")
    own = one.sharing.commitment
    add(
        "quarantined openings and their vouchers are not counted: with two others and three of them there is no try",
        one,
        [
            (3, taken(one.matches(2))),
            (3, [quarantined(o) for o in taken(one.matches(3))]),
            (own, False),
            (own, True),
        ],
        ["notDue", "belowThreshold"],
        "Due",
        "Quarantined",
    )
    one = Account("tries: a quarantined one is no new one")
    own = one.sharing.commitment
    add(
        "a quarantined opening that came in is no reason for a try",
        one,
        [
            (3, taken(one.matches(3).by_chance(1))),
            (own, False),
            (3, [quarantined(o) for o in taken(one.matches(2))]),
            (own, False),
        ],
        ["notDecodable", "notDue"],
        "Due",
        "Quarantined",
    )
    one = Account("tries: quarantined after a reveal")
    own = one.sharing.commitment
    add(
        "quarantined openings are matches once the account is revealed",
        one,
        [
            (3, taken(one.matches(4).by_chance(1))),
            (own, False),
            (3, [quarantined(o) for o in taken(one.matches(2).by_chance(2))]),
            (own, False),
        ],
        [4, 6],
        "AfterReveal",
        "Quarantined",
    )
    one = Account("tries: first commitment")
    own = one.sharing.commitment
    add(
        "the first commitment stays, also after a verdict, and a missing one is said first",
        one,
        [(3, taken(one.matches(5))), (bytes(32), False), (own, False), (own, True), (None, True), (bytes(32), False)],
        ["commitmentMismatch", "commitmentConflict", "commitmentConflict", "notRegistered", "notDue"],
        "FirstCommitment",
        "WrongCommitment",
    )
    one = Account("tries: after a reveal")
    own = one.sharing.commitment
    add(
        "after a reveal one more match is enough, chance disturbs nobody, and another's commitment is refused",
        one,
        [
            (3, taken(one.matches(3))),
            (own, False),
            (3, taken(one.by_chance(40).matches(1).mixed())),
            (own, False),
            (bytes(32), False),
            (own, True),
        ],
        [3, 4, "commitmentConflict", 4],
        "AfterReveal",
        "FirstCommitment",
    )
    one = Account("tries: another t after a reveal")
    own = one.sharing.commitment
    add(
        "after a reveal, shares on the polynomials under a set of another t are of another form: no matches",
        one,
        [
            (3, taken(one.matches(4))),
            (own, False),
            (4, taken(one.matches(2))),
            (own, False),
            (3, taken(one.matches(1))),
            (own, True),
        ],
        [4, 4, 5],
        "AfterReveal",
        "Forms",
    )
    one, five = Account("tries: forms"), Account("tries: forms, k = 17", 3, 17)
    five.pseudonym = one.pseudonym
    own = one.sharing.commitment
    stranger = Account("tries: forms, a stranger", 3, 17)
    add(
        "two forms, one of them somebody else's polynomials: commitmentMismatch stands before notDecodable",
        one,
        [(3, taken(one.matches(3).by_chance(9))), (3, taken(five.of(stranger, 5))), (own, False), (own, False)],
        ["commitmentMismatch", "notDue"],
        "Forms",
        "ForeignCodeword",
    )
    one, five = Account("tries: forms below t"), Account("tries: forms below t, k = 17", 3, 17)
    five.pseudonym = one.pseudonym
    own = one.sharing.commitment
    add(
        "notDecodable stands before belowThreshold, whichever form is larger",
        one,
        [
            (9, taken(one.matches(4))),
            (3, taken(five.by_chance(3))),
            (own, True),
            (3, taken(one.matches(4))),
            (own, False),
        ],
        ["notDecodable", 4],
        "Forms",
        "BelowThreshold",
    )
    one = Account("tries: equal counts")
    own = one.sharing.commitment
    same = taken(one.matches(5))
    add(
        "equal counts: the lesser t is tried first, though it came in later and both would reveal",
        one,
        [(4, same), (3, taken(one.matches(5))), (own, False)],
        [5],
        "Forms",
    )
    one = Account("tries: quarantined do not make a form greater")
    own = one.sharing.commitment
    add(
        "the form with most openings first: quarantined ones do not count for it",
        one,
        [
            (4, taken(one.matches(5))),
            (3, taken(one.matches(6))),
            (4, [quarantined(o) for o in taken(one.matches(4))]),
            (own, False),
        ],
        [6],
        "Forms",
        "Quarantined",
    )


def comparisons(topic: Topic) -> None:
    group = topic.group(
        "Compare",
        "A payload's fingerprint and the plaintext list: what 4.12 calls its finding. Profile 2; `separation` is r; "
        "`index` is the place in the list of the first hash of the entry that is named.",
    )
    draw = seeded("comparisons")
    pdq, sha, md5 = draw(32), draw(32), draw(16)

    def add(
        comment: str,
        payload: Payload,
        listed: list[tuple[str, bytes] | tuple[str, bytes, list[bytes]]],
        *flags: str,
        r: int = 6,
    ) -> None:
        keys = [key_of(ListedHash(kind, bytes_), PROFILE_2) for kind, bytes_, *_ in listed]
        entries = [
            ListedEntry("pdq" if kind == "video" else kind, one, str(keys.index(keys[index])), key=keys[index])
            for index, (kind, bytes_, *rest) in enumerate(listed)
            for one in [bytes_, *sum(rest, [])]
        ]

        def run() -> dict[str, Any]:
            found = finding(payload, entries, PROFILE_2, r)
            return {
                "finding": found.name,
                "distance": found.distance,
                "keyDistance": found.key_distance,
                "index": None if found.listed is None else int(found.listed.label),
            }

        group.add(
            comment,
            {
                **forms.payload(payload),
                "separation": r,
                "listed": [
                    {"kind": kind, "bytes": bytes_.hex()}
                    | {"companions": [one.hex() for one in found] for found in rest}
                    for kind, bytes_, *rest in listed
                ],
            },
            run,
            *flags,
        )

    def away(bits: int) -> bytes:
        """A hash that differs from `pdq` in so many bits."""
        flips = sum(1 << (5 * i + 3) % 256 for i in range(bits))
        return (int.from_bytes(pdq, "big") ^ flips).to_bytes(32, "big")

    picture = Payload(PDQ, 87, pdq, b"")
    for distance in (0, 1, 2, 30, 31, 32, 33, 128):
        add(f"PDQ, distance {distance}", picture, [("pdq", away(distance))], "Distance")
    for distance in (0, 31, 32):
        add(
            f"a video's frame, distance {distance}", Payload(VIDEO, 87, pdq, b""), [("pdq", away(distance))], "Distance"
        )
    for sent in (picture, Payload(VIDEO, 87, pdq, b"")):
        name = "a picture" if sent.kind == PDQ else "a video"
        add(f"{name}, a listed video's key", sent, [("video", away(9), [away(128)])], "Videos")
        add(
            f"{name}, a listed video's companion",
            sent,
            [("pdq", away(40)), ("video", away(128), [away(140), away(31)])],
            "Videos",
        )
        add(
            f"{name}, a companion nearer than a picture and than its key",
            sent,
            [("pdq", away(12)), ("video", away(20), [away(3)]), ("video", away(13), [])],
            "Videos",
            "Nearest",
        )
        add(
            f"{name}, as far from a picture as from a companion: the first",
            sent,
            [("video", away(128), [away(7)]), ("pdq", away(7))],
            "Videos",
            "Nearest",
        )
        add(
            f"{name}, no hash of a video's line within 31",
            sent,
            [("video", away(32), [away(33), away(128)])],
            "Videos",
            "Distance",
        )
    in_key = [i for i in PROFILE_2.positions]
    outside = [i for i in range(256) if i not in in_key]

    def moved(key_bits: int, others: int) -> bytes:
        """A hash that differs from `pdq` in so many bits of its key, and in so many others."""
        flips = sum(1 << i for i in in_key[:key_bits] + outside[:others])
        return (int.from_bytes(pdq, "big") ^ flips).to_bytes(32, "big")

    for sent in (picture, Payload(VIDEO, 87, pdq, b"")):
        name = "a picture" if sent.kind == PDQ else "a video"
        for key_bits, others in ((0, 0), (0, 60), (6, 26), (6, 54), (7, 24), (7, 25), (6, 200)):
            add(
                f"{name}, {key_bits} bits of the key and {others} others away",
                sent,
                [("pdq", moved(key_bits, others))],
                "Reach",
                "Distance",
            )
    add(
        "an entry within reach is named before one that is nearer by PDQ",
        picture,
        [("pdq", moved(7, 0)), ("pdq", moved(3, 50))],
        "Reach",
        "Nearest",
    )
    add(
        "of two within reach the one of the nearer key, though farther by PDQ",
        picture,
        [("pdq", moved(2, 0)), ("pdq", moved(1, 40))],
        "Reach",
        "Nearest",
    )
    add(
        "of one key's hashes the nearest by PDQ, then the first",
        picture,
        [("pdq", moved(2, 30)), ("pdq", moved(2, 20)), ("pdq", moved(2, 20))],
        "Reach",
        "Nearest",
    )
    add(
        "a video's companion is of its line's key, not of its own",
        picture,
        [("video", moved(7, 100), [moved(0, 5)]), ("video", moved(4, 100), [moved(20, 0)])],
        "Reach",
        "Videos",
    )
    for r in (0, 1, 16):
        add(f"r = {r}, a key one bit away", picture, [("pdq", moved(1, 40))], "Reach", r=r)
    add("r = 0, the same key", picture, [("pdq", moved(0, 40))], "Reach", r=0)
    add("r = 16, sixteen bits of the key", picture, [("pdq", moved(16, 40)), ("pdq", moved(17, 3))], "Reach", r=16)
    add("SHA-256 in place of a key", picture, [("sha256", moved(0, 0))], "Reach", "OtherKind")
    add("the complement", picture, [("pdq", bytes(byte ^ 255 for byte in pdq))], "Distance")
    add("the nearest of three", picture, [("pdq", away(20)), ("pdq", away(6)), ("pdq", away(12))], "Nearest")
    other = (int.from_bytes(pdq, "big") ^ 0b111).to_bytes(32, "big")
    add(
        "two at the same distance: the first", picture, [("pdq", away(20)), ("pdq", other), ("pdq", away(3))], "Nearest"
    )
    add("32 bytes that are a SHA-256", picture, [("sha256", pdq)], "OtherKind")
    add("SHA-256", Payload(SHA256, 0, sha, b""), [("pdq", pdq), ("sha256", sha)], "Kinds")
    add("SHA-256, listed as a PDQ hash", Payload(SHA256, 0, sha, b""), [("pdq", sha)], "OtherKind")
    add(
        "SHA-256, one bit away", Payload(SHA256, 0, sha, b""), [("sha256", sha[:-1] + bytes([sha[-1] ^ 1]))], "Distance"
    )
    add(
        "a hash listed twice: the first",
        Payload(SHA256, 0, sha, b""),
        [("md5", md5), ("sha256", sha), ("sha256", sha)],
        "Nearest",
    )
    add("MD5", Payload(MD5, 0, md5, b""), [("md5", md5)], "Kinds")
    add("MD5, with zeros listed as a SHA-256", Payload(MD5, 0, md5, b""), [("sha256", md5 + bytes(16))], "OtherKind")
    add("no fingerprint", Payload(NONE, 0, b"", b""), [("sha256", bytes(32)), ("pdq", bytes(32))], "Kinds")
    add("an empty list", picture, [], "Distance")


def rank_one_error(made: Account) -> Opening:
    """A match whose z is wrong by a multiple of one vector."""
    factor = made.x()
    return off(made.match(), [factor * error % Q for error in (0, *range(3, 35, 2))])
