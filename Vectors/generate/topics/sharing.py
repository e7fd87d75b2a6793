"""Protocol 3 (F_q), 5.7 and 5.8."""

from __future__ import annotations

from collections.abc import Sequence

import forms
from envelope import Topic, seeded
from reference.decoder import decoder, dense_elimination
from reference.errors import ProtocolError
from reference.field import Q, at_random, inverse, residue
from reference.labels import Draw, decode_integer, encode_integer
from reference.profile import PROFILE_2, PROFILE_3
from reference.sharing import share_at, sharing

NOTES = {
    "EdgeOfField": "operands next to 0 and q: reduction must be complete",
    "NonCanonicalElement": "words from q on are residues like any other",
    "GreatestWords": "2^32 - 2 and 2^32 - 1 are read, and never written",
    "LeastParameters": "the least t and k",
    "GreatestParameters": "the greatest t or k that a set can have",
    "AtThreshold": "exactly t shares: all of them, unchecked",
    "BelowThreshold": "t - 1 shares",
    "AtBound": "k(R - t) = e or just above: the last number of others that can be taken out",
    "BeyondBound": "k(R - t) < e: nothing may be found, and nothing unchecked returned",
    "SingleWordErrors": "the others agree with the polynomials in all words but one",
    "RankOneErrors": "all errors are multiples of one vector: k sequences tell no more than one",
    "TwoSecrets": "the others lie on polynomials of somebody else",
    "EarlyExit": "so few others that the locator is known before all syndromes are made; the result must be the same",
    "NoErrors": "all shares lie on the polynomials",
    "HighDegree": "shares of polynomials of degree t: one too many",
    "Chance": "as of an account: words of chance openings are random 4 bytes, read as residues",
    "OrderMatters": "another algorithm may find something in some orders of the shares",
    "EdgeOfX": "x = 1 and x = q - 1",
    "OtherProfile": "another profile in the same epoch: other polynomials, another commitment",
}


def element(draw: Draw, least: int = 0) -> int:
    while not least <= (value := decode_integer(draw(4)) & 0x7FFF_FFFF) < Q:
        pass
    return value


class Shares:
    """Shares on random polynomials and others, in one list that is shuffled by sorting random words."""

    def __init__(self, name: str, t: int, k: int) -> None:
        self.draw = seeded(name)
        self.t, self.k = t, k
        self.polynomials = [[element(self.draw) for _ in range(t)] for _ in range(k)]
        self.shares: list[tuple[int, Sequence[int]]] = []

    def good(self, count: int, xs: Sequence[int] = ()) -> Shares:
        for i in range(count):
            x = xs[i] if i < len(xs) else element(self.draw, 1)
            self.shares.append((x, share_at(self.polynomials, x)))
        return self

    def noise(self, count: int) -> Shares:
        for _ in range(count):
            self.shares.append((element(self.draw, 1), [element(self.draw) for _ in range(self.k)]))
        return self

    def chance(self, count: int) -> Shares:
        """As a slot opens by chance: any 4 bytes a word."""
        for _ in range(count):
            words = [residue(decode_integer(self.draw(4))) for _ in range(self.k + 1)]
            self.shares.append((words[0], words[1:]))
        return self

    def off_by(self, count: int, vector: Sequence[int], fixed: bool = False) -> Shares:
        """Errors that are multiples of one vector."""
        for _ in range(count):
            x = element(self.draw, 1)
            factor = 1 if fixed else element(self.draw, 1)
            z = share_at(self.polynomials, x)
            self.shares.append((x, [(value + factor * error) % Q for value, error in zip(z, vector, strict=True)]))
        return self

    def mixed(self) -> Shares:
        keyed = [(self.draw(8), share) for share in self.shares]
        self.shares = [share for _, share in sorted(keyed, key=lambda pair: pair[0])]
        return self


def build() -> dict[str, Topic | bytes]:
    topic = Topic("sharing", "F_q, the sharing of an account's epoch key, and the decoder.", NOTES)
    field_cases(topic)
    derivations(topic)
    decodings(topic)
    return {"sharing/sharing.json": topic}


def field_cases(topic: Topic) -> None:
    group = topic.group("Field", "Arithmetic of F_q, q = 2^31 - 1; the inverse is that of a.")
    draw = seeded("field")
    edges = [0, 1, 2, 3, 2**15, 2**16 - 1, 2**16, 2**30, Q // 2, Q - 2, Q - 1]
    pairs = [(a, b) for a in edges for b in (0, 1, 2**16 + 1, 2**30, Q - 1)]
    pairs += [(element(draw), element(draw)) for _ in range(16)]
    for a, b in pairs:
        flags = ["EdgeOfField"] if a in edges else []
        group.add(
            f"{a} and {b}",
            {"a": forms.element(a), "b": forms.element(b)},
            lambda: {
                "sum": forms.element((a + b) % Q),
                "difference": forms.element((a - b) % Q),
                "product": forms.element(a * b % Q),
                "inverse": None if a == 0 else forms.element(inverse(a)),
            },
            *flags,
        )
    group = topic.group("DecodeField", "A word of 4 bytes, however it was written, and its residue.")
    for value, comment in (
        (0, "0"),
        (1, "1"),
        (Q - 1, "q - 1"),
        (Q, "q: zero"),
        (Q + 1, "q + 1"),
        (2**31 + 1, "2^31 + 1"),
        (2 * Q - 1, "2q - 1"),
        (2 * Q, "2q = 2^32 - 2: zero"),
        (2**32 - 1, "2^32 - 1"),
    ):
        flags = ["NonCanonicalElement"] if value >= Q else []
        flags += ["GreatestWords"] if value >= 2 * Q else []
        word = encode_integer(value, 4)
        group.add(comment, {"word": word.hex()}, lambda: {"element": forms.element(residue(value))}, *flags)
    group = topic.group("EncodeField", "An element written at random: its word under a coin.")
    for value in (0, 1, 2**16, Q - 1, element(draw)):
        for coin in (0, 1):
            group.add(
                f"{value}, coin {coin}",
                {"element": forms.element(value), "coin": coin},
                lambda: {"word": at_random(value, coin).hex()},
                *(["EdgeOfField"] if value in (0, Q - 1) else []),
            )


def derivations(topic: Topic) -> None:
    group = topic.group(
        "Derive", "An account secret's polynomials by their values at 0, K_e, token, commitment, and shares at given x."
    )
    draw = seeded("derive")
    for comment, epoch, t, k, xs, *flags in (
        ("t = 3, k = 16", 679, 3, 16, 3),
        ("the least t and k", 0, 2, 16, 2, "LeastParameters"),
        ("the default t and k", 680, 30, 312, 1),
        ("the last epoch", 2**32 - 1, 3, 17, 1),
        ("the greatest t", 1, 1024, 16, 1, "GreatestParameters"),
        ("the greatest k", 1, 2, 1024, 1, "GreatestParameters"),
        ("x = 1 and x = q - 1", 679, 5, 16, 0, "EdgeOfX"),
    ):
        secret, pseudonym = draw(32), draw(32)
        points = [element(draw, 1) for _ in range(xs)] or [1, Q - 1]

        def derive(
            secret: bytes = secret,
            pseudonym: bytes = pseudonym,
            epoch: int = epoch,
            t: int = t,
            k: int = k,
            points: list[int] = points,
            digest: bytes = PROFILE_2.digest(),
        ) -> dict:
            made = sharing(secret, pseudonym, epoch, t, k, digest)
            return {
                "secrets": forms.elements(polynomial[0] for polynomial in made.polynomials),
                "epochKey": made.epoch_key.hex(),
                "token": made.token.hex(),
                "commitment": made.commitment.hex(),
                "shares": [forms.share(x, share_at(made.polynomials, x)) for x in points],
            }

        group.add(
            comment,
            {
                "secret": secret.hex(),
                "pseudonym": pseudonym.hex(),
                "epoch": epoch,
                "threshold": t,
                "polynomials": k,
                "profileDigest": PROFILE_2.digest().hex(),
                "xs": forms.elements(points),
            },
            derive,
            *flags,
        )
    secret, pseudonym = draw(32), draw(32)
    two, three = PROFILE_2.digest(), PROFILE_3.digest()
    bit = bytes([two[0] ^ 1]) + two[1:]
    for comment, t, k, digest, *flags in (
        ("the same secret with t = 3, k = 16", 3, 16, two),
        ("and with t = 4: other polynomials", 4, 16, two),
        ("and with k = 17: other polynomials", 3, 17, two),
        ("and with profile 3: other polynomials", 3, 16, three, "OtherProfile"),
        ("and with a digest that differs in one bit", 3, 16, bit, "OtherProfile"),
        ("and with a digest of zeros", 3, 16, bytes(32), "OtherProfile"),
    ):
        group.add(
            comment,
            {
                "secret": secret.hex(),
                "pseudonym": pseudonym.hex(),
                "epoch": 679,
                "threshold": t,
                "polynomials": k,
                "profileDigest": digest.hex(),
                "xs": [],
            },
            lambda t=t, k=k, digest=digest: derive(secret, pseudonym, 679, t, k, [], digest),
            *flags,
        )


def decodings(topic: Topic) -> None:
    every = topic.group(
        "Decode",
        "The decoder, 5.8, by whatever algorithm. x are distinct and not zero; those that are not are dropped before "
        "(reveal.json). k may be less than a set's.",
    )
    steps = topic.group(
        "DecodeSteps",
        "Errors that are not in general position: what steps 1 to 6 of 5.8 find. Another algorithm may find more or "
        "less, but never anything that is not on polynomials.",
    )

    def add(comment: str, made: Shares, *flags: str, result: str = "valid", general: bool = True) -> None:
        t, k, shares = made.t, made.k, made.shares

        def decode() -> dict:
            if len(shares) < t:
                raise ProtocolError("belowThreshold")
            found, full = decoder(t, k, shares), decoder(t, k, shares, early_exit=False)
            if (found is None) != (full is None) or (found and full and found.members != full.members):
                raise AssertionError("the early exit changes the result")
            for order in (1, -1) if general else ():
                other = dense_elimination(t, k, shares[::order])
                members = other and sorted(len(shares) - 1 - i if order < 0 else i for i in other.members)
                if members != (found and list(found.members)):
                    raise AssertionError(f"dense elimination finds {other}, and the steps {found}")
            if found is None:
                raise ProtocolError("notDecodable")
            if ("EarlyExit" in flags) > found.early:
                raise AssertionError("no early exit")
            return {"members": list(found.members), "secrets": forms.elements(found.constants)}

        (every if general else steps).add(
            comment,
            {"threshold": t, "polynomials": k, "shares": [forms.share(x, z) for x, z in shares]},
            decode,
            *flags,
            result=result,
        )

    def special(comment: str, made: Shares, *flags: str, result: str = "valid") -> None:
        add(comment, made, "OrderMatters", *flags, result=result, general=False)

    def shares(name: str, t: int = 3, k: int = 4) -> Shares:
        return Shares(f"decode {name}", t, k)

    add("no shares", shares("none"), "BelowThreshold", result="belowThreshold")
    add("t - 1 shares", shares("t-1").good(2), "BelowThreshold", result="belowThreshold")
    add("t shares", shares("t").good(3), "AtThreshold")
    add(
        "t shares, one of them noise: unchecked, the caller compares the commitment",
        shares("t noise").good(2).noise(1).mixed(),
        "AtThreshold",
    )
    add("t shares, t = 2, k = 4", shares("least", 2, 4).good(2), "AtThreshold", "LeastParameters")
    add("t + 1 shares, no others", shares("t+1").good(4), "NoErrors")
    add("t + 4 shares, no others", shares("t+4").good(7), "NoErrors", "EarlyExit")
    add("x = 1 and x = q - 1 among them", shares("edge").good(5, [1, Q - 1]).noise(4).mixed(), "EdgeOfX")
    add("R = t, one other", shares("R=t").good(3).noise(1).mixed(), "BeyondBound", result="notDecodable")
    add("R = t + 1, e = k", shares("bound 1").good(4).noise(4).mixed(), "AtBound")
    add("R = t + 1, e = k + 1", shares("beyond 1").good(4).noise(5).mixed(), "BeyondBound", result="notDecodable")
    add("R = t + 3, e = 3k", shares("bound 3").good(6).noise(12).mixed(), "AtBound")
    add("R = t + 3, e = 3k + 1", shares("beyond 3").good(6).noise(13).mixed(), "BeyondBound", result="notDecodable")
    add("R = t + 3, e = 3k - 1", shares("below 3").good(6).noise(11).mixed(), "AtBound")
    add("R = t + 6, e = 5", shares("easy").good(9).noise(5).mixed(), "EarlyExit")
    add("the others first, then the shares", shares("others first").noise(6).good(8), "EarlyExit")
    add("the shares first, then the others", shares("others last").good(8).noise(6), "EarlyExit")
    add(
        "t = 2, k = 4, R = 4, e = 8", shares("least bound", 2, 4).good(4).noise(8).mixed(), "AtBound", "LeastParameters"
    )
    add("t = 5, k = 7, R = 8, e = 21", shares("bound 5 7", 5, 7).good(8).noise(21).mixed(), "AtBound")
    add(
        "t = 5, k = 7, R = 8, e = 22",
        shares("beyond 5 7", 5, 7).good(8).noise(22).mixed(),
        "BeyondBound",
        result="notDecodable",
    )
    add("only noise", shares("noise").noise(9), "BeyondBound", result="notDecodable")
    add("k = 64, t = 3, R = 5, e = 40", shares("wide", 3, 64).good(5).noise(40).mixed())
    add("shares of polynomials of degree t", high_degree(), "HighDegree", result="notDecodable")
    add("only the last of the k polynomials has degree t", one_high_degree(), "HighDegree", result="notDecodable")

    # The bound: R = t + ceil(e/k), one less and one more, with shares and words of chance.
    for t, k, e in ((2, 16, 1), (2, 16, 16), (2, 16, 17), (3, 16, 33), (5, 16, 48), (3, 17, 35), (4, 32, 33)):
        least = t - (-e // k)
        for count, flag in ((least - 1, "BeyondBound"), (least, "AtBound"), (least + 1, "AtBound")):
            made = shares(f"chance {t} {k} {e} {count}", t, k).good(count).chance(e).mixed()
            add(
                f"t = {t}, k = {k}, {e} of chance, R = {count}",
                made,
                "Chance",
                flag,
                result="notDecodable" if count < least else "valid",
            )
    for comment, count, errors, *flags in (
        ("R = t, one of chance", 4, 1, "BeyondBound"),
        ("R = t + 1, 24 of chance", 5, 24),
    ):
        made = shares(f"k = 312, {comment}", 4, 312).good(count).chance(errors).mixed()
        result = "notDecodable" if flags else "valid"
        add(f"t = 4 and the default k, {comment}", made, "Chance", *flags, result=result)
    made = shares("default", 30, 312).good(31).chance(2).mixed()
    add("the default t and k, R = t + 1, two of chance", made, "Chance")

    first = [1, 0, 0, 0]
    special(
        "two others that differ in one word only",
        shares("one word").good(7).off_by(2, first).mixed(),
        "SingleWordErrors",
    )
    rank_one = [5, Q - 1, 7, 2**16]
    special(
        "R = t + 3, three others of rank one: half the redundancy",
        shares("rank 1 half").good(6).off_by(3, rank_one).mixed(),
        "RankOneErrors",
        "AtBound",
    )
    special(
        "R = t + 3, four others of rank one: more than half",
        shares("rank 1").good(6).off_by(4, rank_one).mixed(),
        "RankOneErrors",
        "BeyondBound",
        result="notDecodable",
    )
    special(
        "R = t + 3, twelve others of rank one",
        shares("rank 1 many").good(6).off_by(12, rank_one).mixed(),
        "RankOneErrors",
        "BeyondBound",
        result="notDecodable",
    )
    special(
        "R = t + 3, four others off by the same vector: themselves shares of other polynomials, and the fewer",
        shares("constant").good(6).off_by(4, rank_one, fixed=True).mixed(),
        "RankOneErrors",
        "TwoSecrets",
        "BeyondBound",
        result="notDecodable",
    )

    def two(name: str, mine: int, theirs: int, t: int = 3) -> Shares:
        made, other = shares(name, t), Shares(f"decode {name}, the other", t, 4).good(theirs)
        made.good(mine).shares.extend(other.shares)
        return made.mixed()

    special("nine shares of one secret and three of another: the nine", two("9 and 3", 9, 3), "TwoSecrets")
    special(
        "six and six of two secrets: neither", two("6 and 6", 6, 6), "TwoSecrets", "BeyondBound", result="notDecodable"
    )
    special("four and eight of two secrets: the eight", two("4 and 8", 4, 8, 2), "TwoSecrets")


def one_high_degree() -> Shares:
    """Only the last polynomial has degree t: what is checked on the others alone passes."""
    made = Shares("decode last of high degree", 3, 4).good(9)
    extra = int.from_bytes(seeded("decode last of high degree, coefficient")(7), "little")
    made.shares = [(x, (*z[:-1], (z[-1] + extra * pow(x, 3, Q)) % Q)) for x, z in made.shares]
    return made


def high_degree() -> Shares:
    made = Shares("decode high degree", 4, 4).good(9)
    made.t = 3
    return made
