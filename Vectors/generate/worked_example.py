"""The worked example of Docs/Protocol.md, section 9: one small set, one account, three vouchers, one reveal; every
intermediate value under its symbol.

`text()` is what stands between the two marks in the specification; `python Vectors/generate` puts it there, `--check`
compares.
"""

from __future__ import annotations

import hashlib
import textwrap
from collections.abc import Iterable
from dataclasses import replace

from envelope import Recorder, seeded
from pictures import changed_pictures, known_pictures
from reference.building import build_with_secrets
from reference.check_level import check_level
from reference.collector import Collector
from reference.custodians import KEY_GENERATION, Plan, Record
from reference.custody import BEGUN, EVALUATE, EVALUATED, Journal, Policy, Seeds, make_call, open_call
from reference.decoder import decoder, dense_elimination, syndrome_weights
from reference.entries import ListedHash, select_entries
from reference.epochs import AccountSecret
from reference.evaluation import Mask, Request, accepts, combine, evaluate, masked, request
from reference.field import Q, at_random, canonical
from reference.group import add, element_root, encode_scalar, hash_key, multiply, multiply_base, random_scalar
from reference.key_generation import Party
from reference.keys import SetSecrets, perceptual_key, sha256_key, source_public_key
from reference.labels import Draw, aead, blake2b_256, encode_integer, kdf, stream
from reference.open import OpenedSet, open_voucher
from reference.parameters import Parameters
from reference.payload import PDQ, SHA256, Payload
from reference.probes import probes
from reference.profile import PROFILE_2
from reference.raster import hypothesis_coefficients
from reference.registration import Registration
from reference.resolution import ResolutionRequest
from reference.reveal import reveal
from reference.seal import header_of, seal, slot_of
from reference.set_file import sign
from reference.sharing import polynomial_key, pseudonym_of, share_at, shared_words, sharing
from reference.table import decode, peel, positions
from reference.voucher import slot_mask_and_check, transcript

BEGIN = "<!-- worked example: begin (made by Vectors/generate) -->"
END = "<!-- worked example: end -->"
SEED = "worked example 4 36"  # of several tried, one whose first voucher has a chance opening beside its match
WIDTH = 92  # hexadecimal digits a line: 120 columns with the label


class Page:
    def __init__(self) -> None:
        self.lines: list[str] = []

    def say(self, sentence: str) -> None:
        if self.lines:
            self.lines.append("")
        self.lines += [*textwrap.wrap(sentence, 120, break_long_words=False, break_on_hyphens=False), ""]

    def put(self, symbol: str, value: bytes | int | str) -> None:
        if isinstance(value, bytes):
            lines = [value.hex()[at : at + WIDTH] for at in range(0, 2 * len(value), WIDTH)]
        else:
            lines = textwrap.wrap(str(value), WIDTH, break_long_words=False)
        for number, line in enumerate(lines):
            self.lines.append(f"    {symbol if number == 0 else '':<24}{line}".rstrip())


def word(value: int) -> bytes:
    return encode_integer(value, 8)


def elements(values: Iterable[int]) -> str:
    return " ".join(canonical(value).hex() for value in values)


def text() -> str:
    page = Page()
    draw = seeded(SEED)

    # Lists, entries, secrets
    picture, copy = next(
        (a, b)
        for a, b in zip(known_pictures(), changed_pictures())
        if PROFILE_2.short_key(a.pdq()) != PROFILE_2.short_key(b.pdq())
    )
    files = [b"first known film", b"second known film"]
    listed = [ListedHash("pdq", picture.pdq())] + [ListedHash("sha256", sha256_of(file)) for file in files]
    parameters = Parameters(
        threshold=2,
        polynomials=16,
        payload_count=128,
        minimum_sources=2,
        separation=6,
        profile=replace(PROFILE_2, probes=probes_needed(picture, copy)),
    )
    selection = select_entries([listed, listed], parameters.profile, parameters.minimum_sources, parameters.separation)
    seeds = sorted((draw(32) for _ in range(2)), key=source_public_key)
    sources = tuple(source_public_key(seed) for seed in seeds)
    secrets = SetSecrets.draw(selection.keys, draw)
    new = build_with_secrets(selection, secrets, sources, parameters, 1, 1_760_000_000, 1_790_000_000, draw)
    header = new.set_file.header

    page.say(
        "Values are the hexadecimal of their encodings, elements of F_q of their 4 bytes, canonical; lines that begin "
        f"without a symbol go on with the value above. Parameters: t = 2, k = 16, P = 128, M = "
        f"{parameters.profile.probes}, two sources of which both must list an entry, r = 6, the default levels, and "
        "what else profile 2 has. "
        "The entries are a picture's PDQ hash and the SHA-256 of two files, listed by two sources."
    )
    page.put("picture", f"Vectors/fingerprint/{picture.name}.png, its copy {copy.name}.png")
    page.put("PDQ of the picture", picture.pdq())
    page.put("profile's digest (4.8)", parameters.profile.digest())
    page.put("short key (5.11)", word(PROFILE_2.short_key(picture.pdq())))
    for number, y in enumerate(selection.keys, 1):
        page.put(f"y_{number}", y)
    page.put("entries digest", secrets.entries_digest)

    page.say(
        "**The set** (5.1, 5.2). m is the least there is; almost all cells are fillers (not printed; "
        "tableDigest is over all of them)."
    )
    page.put("version, issued, expires", f"{header.version}, {header.issued_at}, {header.expires_at}")
    page.put("n, m", f"{header.entries}, {header.cells}")
    for symbol, value in (
        ("tableID", secrets.table_id),
        ("positionSeed", secrets.position_seed),
        ("fillerSeed", secrets.filler_seed),
        ("α", encode_scalar(secrets.alpha)),
        ("L = αB", header.public_key),
    ):
        page.put(symbol, value)
    touched = [positions(y, secrets.position_seed, header.cells) for y in selection.keys]
    rounds = peel(touched, header.cells)
    free = {entry: cell for round_ in rounds for entry, cell in round_}
    for number, y in enumerate(selection.keys, 1):
        page.put(f"H(y_{number})", hash_key(secrets.table_id, y))
        page.put(f"αH(y_{number})", multiply(secrets.alpha, hash_key(secrets.table_id, y)))
        page.put(
            f"h_1, h_2, h_3 of y_{number}", ", ".join(map(str, touched[number - 1])) + f"; free cell {free[number - 1]}"
        )
        for cell in touched[number - 1]:
            page.put(f"T[{cell}]", new.set_file.table[32 * cell : 32 * cell + 32])
    page.put("tableDigest", header.table_digest)
    page.put("signed part [0..184]", new.set_file.signed_part[:184])
    page.put("signed part [768..824]", new.set_file.signed_part[768:824])
    page.put("signed part [832..876]", new.set_file.signed_part[832:876])
    for number, (seed, source) in enumerate(zip(seeds, sources)):
        page.put(f"source {number}, its seed", seed)
        page.put(f"source {number}, its key", source)
    page.put("root", new.set_file.root)
    for number, seed in enumerate(seeds):
        page.put(f"signature {number}", sign(seed, new.set_file.root))

    # Account
    account, epoch = draw(32), 679
    secret = AccountSecret(epoch, draw(32))
    pseudonym = pseudonym_of(secret.secret, account, epoch)
    form = (parameters.threshold, parameters.polynomials, parameters.profile.digest())
    shared = sharing(secret.secret, pseudonym, epoch, *form)
    page.say("**The account** (5.6, 5.7), one device, its first epoch.")
    page.put("account", account)
    page.put("epoch", epoch)
    page.put("s_e", secret.secret)
    page.put("pseudonym", pseudonym)
    page.put("polynomial key", polynomial_key(secret.secret, pseudonym, epoch, *form))
    page.put("p_1(0) … p_16(0)", elements(p[0] for p in shared.polynomials))
    page.put("coefficients of X", elements(p[1] for p in shared.polynomials))
    page.put("w", shared_words(p[0] for p in shared.polynomials))
    page.put("K_e", shared.epoch_key)
    page.put("token", shared.token)
    page.put("commitment", shared.commitment)
    registration = Registration(epoch, account, pseudonym, shared.commitment)
    page.put("registration", registration.encode())

    # The first voucher, in full
    fingerprint = copy.fingerprint()
    keys = probes(copy.sent(), parameters.profile, parameters.separation)
    page.say("**The first voucher** (5.9, 5.11 to 5.13): a recompressed copy of the picture.")
    page.put("PDQ of the copy", fingerprint.encoding())
    page.put("quality", fingerprint.quality)
    page.put("median", fingerprint.median.tobytes())
    page.put("raster, BLAKE2b-256", blake2b_256(copy.sent().raster.tobytes()))
    page.put("spread σ", sorted(abs(c - fingerprint.median) for c in fingerprint.coefficients)[127].tobytes())
    for h, hypothesis in enumerate(PROFILE_2.hypotheses):
        coefficients, median = hypothesis_coefficients(fingerprint, copy.sent().raster, hypothesis)
        x = [coefficients[position] - median for position in PROFILE_2.positions]
        cheapest = min(range(len(x)), key=lambda i: (abs(x[i]), i))
        page.put(
            f"hypothesis {h}",
            f"median {median.tobytes().hex()}, K {word(sum(1 << i for i, v in enumerate(x) if v > 0)).hex()}, "
            f"rank 0: index {cheapest}, cost {abs(x[cheapest]).tobytes().hex()}",
        )
    for number, y in enumerate(keys):
        page.put(f"probe {number}", y)
    page.put("the entry is probe", next(i for i, y in enumerate(keys) if y in selection.keys))
    payload = Payload(PDQ, fingerprint.quality, fingerprint.encoding(), b"example").encode(parameters.payload_count)
    n = check_level(0, parameters.levels)
    page.put("v, N", f"0, {n}")
    voucher_header = header_of(new.set_file, n, epoch, draw(32)[:16], pseudonym)
    random = Recorder(draw)
    voucher = seal(voucher_header, keys, payload, new.set_file, shared, random)
    replay = iter_draw(random.drawn)
    x = 0
    while not 1 <= x < Q:
        x = int.from_bytes(replay(4), "little") & 0x7FFF_FFFF
    z = share_at(shared.polynomials, x)
    coins = replay(3)
    bits = [int.from_bytes(coins, "little") >> i & 1 for i in range(17)]
    written = b"".join(at_random(value, bit) for value, bit in zip((x, *z), bits))
    rkey, nonce = replay(32), replay(24)
    inner = nonce + aead(shared.epoch_key, nonce, payload, voucher_header.encode())
    plain = written + inner
    page.put("header", voucher_header.encode())
    page.put("payload", payload)
    page.put("x", canonical(x))
    page.put("z_1 … z_16", elements(z))
    page.put("coins", coins)
    page.put("x, z written at random", " ".join(written[at : at + 4].hex() for at in range(0, len(written), 4)))
    page.put("rkey", rkey)
    page.put("inner (nonce first)", inner)
    body = stream(rkey, plain)
    page.put("body", body)
    t_ = transcript(voucher_header.encode(), body)
    page.put("transcript", t_)
    made = []
    for number, y in enumerate(keys):
        stand_in_key = replay(8)
        beta, gamma = random_scalar(replay), random_scalar(replay)
        stand_in_s = replay(32)
        q = add(multiply(beta, hash_key(secrets.table_id, y)), multiply_base(gamma))
        decoded = decode(new.set_file.table, y, secrets.position_seed)
        s = add(multiply(beta, decoded), multiply(gamma, header.public_key))
        made.append(slot_of(rkey, s, q, secrets.table_id, t_, n))
        mask, check = slot_mask_and_check(s, secrets.table_id, q, t_, n)
        h = kdf(s, "slot check", secrets.table_id + q + t_)[:8]
        page.say(f"Slot {number}, before the shuffle ({'a match' if y in selection.keys else 'no match'}):")
        for symbol, value in (
            ("β", encode_scalar(beta)),
            ("γ", encode_scalar(gamma)),
            ("H(y)", hash_key(secrets.table_id, y)),
            ("decode(y)", decoded),
            ("Q", q),
            ("S", s),
            ("mask", mask),
            ("wrapped", made[-1].wrapped),
            ("h", h),
            ("check", bytes([check])),
        ):
            page.put(symbol, value)
        page.put("not used: key, S", stand_in_key.hex() + " " + stand_in_s.hex())
    order = [made.index(slot) for slot in voucher.slots]
    assert sorted(order) == list(range(voucher_header.probes))
    page.say("The shuffle's words, and for each slot of the voucher, from 0, which it was before:")
    page.put(
        "w",
        " ".join(random.drawn[i : i + 8].hex() for i in range(len(random.drawn) - replay.left(), len(random.drawn), 8)),
    )
    page.put("order", ", ".join(map(str, order)))
    page.put("bytes of the voucher", len(voucher.encode()))

    # Two more vouchers, and the authority
    vouchers = [voucher]
    for number, file in enumerate(files, 1):
        h = header_of(new.set_file, check_level(number, parameters.levels), epoch, draw(32)[:16], pseudonym)
        digest = sha256_of(file)
        padded = Payload(SHA256, 0, digest, b"").encode(128)
        vouchers.append(seal(h, [sha256_key(digest)], padded, new.set_file, shared, draw))
    page.say(
        "**Open** (5.17): what opens in this voucher and in those of the two files, v = 1 and 2 (their other values "
        "are not printed). S′ = αQ, slots from 0; the residues of the plain body's words are x, z_1 … z_16."
    )
    opened = OpenedSet(header, secrets.alpha)
    openings = []
    for number, sealed in enumerate(vouchers, 1):
        for opening in open_voucher(sealed, opened):
            openings.append(opening)
            page.put(
                f"voucher {number}, slot {opening.slot}: S′",
                multiply(secrets.alpha, sealed.slots[opening.slot].element),
            )
            page.put("rkey′", opening.rkey)
            page.put("its residues", elements(opening.words))
    found = decoder(2, 16, [(o.x, o.z) for o in openings])
    assert found is not None
    assert found == replace(dense_elimination(2, 16, [(o.x, o.z) for o in openings]), early=found.early)
    revealed = reveal(openings, pseudonym, epoch, 2, 16, shared.commitment)
    errors = len(openings) - len(found.members)
    page.say(
        f"**Reveal** (5.18): V = 3, C = {len(openings)}, R = {len(found.members)}, e = {errors}, and k(R − t) = "
        f"{16 * (len(found.members) - 2)} ≥ e. "
        "The decoder names the shares that lie on k common polynomials of degree below t; the others opened by chance."
    )
    weights = syndrome_weights([o.x for o in openings])
    for number, weight in enumerate(weights):
        page.put(f"w_{number}", canonical(weight))
    for j in range(16):
        syndromes = [
            sum(weight * pow(o.x, m, Q) * o.z[j] for weight, o in zip(weights, openings)) % Q
            for m in range(len(openings) - 2)
        ]
        page.put(f"S_{{{j + 1},m}}, m = 0 … {len(openings) - 3}", elements(syndromes))
    locator = [1]
    for index, opening in enumerate(openings):
        if index not in found.members:
            locator = [(a - opening.x * b) % Q for a, b in zip(locator + [0], [0] + locator)]
    page.put(f"Λ_0 … Λ_{len(locator) - 1}", elements(locator))
    page.put("members, from 0", ", ".join(map(str, found.members)))
    page.put("p_1(0) … p_16(0)", elements(found.constants))
    page.put("K_e", revealed.epoch_key)
    for match in revealed.matches:
        page.put("a match: voucherID", match.opening.header.voucher_id)
        page.put("its fingerprint", match.payload.fingerprint)
    page.say("**Resolve** (5.21, 4.13, 4.14): the authority asks for the name, and the collector releases it.")
    request = ResolutionRequest(epoch, pseudonym, revealed.token)
    page.put("request", request.encode())
    seed = draw(32)
    page.put("the collector's seed", seed)
    collector = Collector(seed=seed)
    collector.register(account, registration.encode())
    release = collector.resolve(request.encode())
    page.put("release", release.encode())
    release.verify(source_public_key(seed))
    assert revealed.epoch_key == shared.epoch_key and len(revealed.matches) == 3 and errors > 0
    custodians(page)
    return "\n".join(page.lines) + "\n"


def custodians(page: Page) -> None:
    """4.15, 5.22 and 5.23 for two parties who must both take part."""
    page.say(
        "**Custodians** (4.15, 5.22, 5.23): two parties, both of whom must take part, generate a key and evaluate an "
        "element with it."
    )
    draw = seeded("worked example: custodians")
    seeds = sorted((draw(32), draw(32)), key=source_public_key)
    keys = tuple(map(source_public_key, seeds))
    plan = Plan(KEY_GENERATION, 2, draw(16), draw(16), bytes(32), keys, (1, 2))
    for number, seed in enumerate(seeds, 1):
        page.put(f"party {number}'s seed", seed)
    page.put("plan", plan.encode())
    page.put("run", plan.run)
    parties = [Party(seed, plan) for seed in seeds]
    first = [party.begin(draw) for party in parties]
    for number, party in enumerate(parties, 1):
        page.put(f"party {number}'s a_0, a_1", b"".join(map(encode_scalar, party.coefficients)))
        page.put(f"party {number}'s x", party.secret)
        page.put(f"party {number}'s SMP1", party.first)
    second = [party.deal(first, draw) for party in parties]
    page.put("transcript_1", parties[0].before)
    for number, message in enumerate(second, 1):
        page.put(f"party {number}'s SMP2", message)
    third = [party.confirm(second) for party in parties]
    page.put("transcript_2", parties[0].transcript)
    page.put("C_0 = L, C_1", b"".join(parties[0].commitments))
    shares = [party.finish(third) for party in parties]
    for share in shares:
        page.put(f"α_{share.party}", encode_scalar(share.secret))
        page.put(f"L_{share.party}", share.record.share_key(share.party))
    page.put("name of the record", shares[0].record.name)
    e = multiply_base(random_scalar(draw))
    page.put("E_1", e)
    mask = Mask.draw(1, draw)
    page.put("d_1, ρ, σ", b"".join(map(encode_scalar, (*mask.weights, mask.factor, mask.shift))))
    probe = masked(mask, [e])
    page.put("E_0", probe)
    page.put("roots of E_1, E_0", element_root(e) + element_root(probe))
    record = shares[0].record
    answers = []
    for share in shares:
        asked = request(record, [e, probe], share.party, (1, 2), proved=False)
        answers.append((asked, evaluate(share, asked)))
        page.put(f"w for party {share.party}", encode_scalar(asked.weight))
        page.put("its D_1, D_0", b"".join(answers[-1][1].products))
        page.put("their roots", b"".join(answers[-1][1].roots))
    products = combine(record, answers)
    page.put("P_1 = αE_1, P_0", b"".join(products))
    assert accepts(mask, record.public_key, products[:1], products[1])
    custody(page, draw, seeds[0], answers[0][0], record)


def custody(page: Page, draw: Draw, seed: bytes, request: Request, record: Record) -> None:
    """4.15 and 5.23 for party 1's service: what allows the request, carries it and counts it."""
    page.say(
        "**A custodian's service** (4.15, 5.23): how party 1's request came, what its policy says, and what it wrote "
        "down; and the seeds of a set under this key (4.2)."
    )
    coordinator, key, now = draw(32), source_public_key(seed), 1_800_000_000
    table, asked = record.plan.table_id, request.encode()
    policy = Policy(table, now + 86_400 * 120, 50_000_000, 20_000, (source_public_key(coordinator),))
    page.put("policy", policy.encode())
    page.put("coordinator's seed", coordinator)
    page.put("the request", asked)
    call = make_call(coordinator, EVALUATE, key, now, asked)
    page.put("the call before it", call[:144])
    opened = open_call(call, EVALUATE, key, now + 5)
    assert (opened.coordinator, opened.asked) == (policy.coordinators[0], asked)
    journal = Journal(totals={})
    begun = journal.follow(seed, BEGUN, now - 60, table, record.plan.run, bytes(32), 0)
    counted = journal.follow(seed, EVALUATED, now + 5, table, request.digest, policy.coordinators[0], 2)
    page.put("entry 0", begun.encode())
    page.put("entry 1", counted.encode())
    assert Journal.read(begun.encode() + counted.encode(), key).totals == {table: 2}
    page.put("seeds", Seeds(table, draw(32), draw(32), draw(32)).encode())


def sha256_of(content: bytes) -> bytes:
    return hashlib.sha256(content).digest()


def probes_needed(picture, copy) -> int:
    """The least M with which the copy probes the picture's key."""
    key = perceptual_key(PROFILE_2.short_key(picture.pdq()))
    return next(i for i, y in enumerate(probes(copy.sent(), PROFILE_2, 6), 1) if y == key)


class iter_draw:
    """Replays recorded bytes."""

    def __init__(self, recorded: bytes) -> None:
        self._bytes = recorded
        self._at = 0

    def __call__(self, n: int) -> bytes:
        self._at += n
        return self._bytes[self._at - n : self._at]

    def left(self) -> int:
        return len(self._bytes) - self._at


def in_document(document: str) -> str:
    """The specification with this example in its place."""
    before, rest = document.split(BEGIN)
    _, after = rest.split(END)
    return f"{before}{BEGIN}\n\n{text()}\n{END}{after}"
