"""Protocol 5.12, "Seal an item", and 5.13, "Seal", with the order of draws."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from .check_level import check_level
from .client_state import ClientState
from .distinctness import distinctness, distinctness_key
from .epochs import AccountSecret
from .errors import ProtocolError, require
from .field import at_random
from .group import add, hash_key, multiply, multiply_base, random_scalar
from .keys import sha256_key
from .labels import Draw, aead, decode_integer, encode_integer, stream
from .payload import NONE, PDQ, SHA256, VIDEO, Payload
from .probes import Picture, own_key, probed_hash, probes
from .profile import Profile
from .registration import Registration
from .set_file import SetFile
from .sharing import Sharing, pseudonym_of, share, sharing
from .table import decode
from .video import video_probes
from .voucher import Header, Slot, Voucher, exclusive_or, slot_mask_and_check, transcript


def shuffle(slots: list[Slot], draw: Draw) -> list[Slot]:
    """5.13, step 6: "Shuffle the slots uniformly (Fisher-Yates, indices by rejection)."

    "for i from the last index down to 1 a word w of 8 bytes below the greatest multiple of i + 1 that 2^64 holds, drawn
    again until it is, and slots i and w mod (i + 1) change places"
    """
    shuffled = list(slots)
    for i in range(len(shuffled) - 1, 0, -1):
        limit = 2**64 - 2**64 % (i + 1)
        while (w := decode_integer(draw(8))) >= limit:
            pass
        j = w % (i + 1)
        shuffled[i], shuffled[j] = shuffled[j], shuffled[i]
    return shuffled


def slot_of(key: bytes, s: bytes, q: bytes, table_id: bytes, transcript_: bytes, n: int) -> Slot:
    """ "Slot of (key, S, Q): Q || key XOR KDF(S, "slot mask", .) || the check of S under the header's N"."""
    mask, check = slot_mask_and_check(s, table_id, q, transcript_, n)
    return Slot(q, exclusive_or(key, mask), check)


def written_at_random(values: Sequence[int], draw: Draw) -> bytes:
    """ "ceil((k + 1)/8) bytes of coins, bit i of them, the lowest of a byte first, that of word i" """
    coins = decode_integer(draw((len(values) + 7) // 8))
    return b"".join(at_random(value, coins >> i & 1) for i, value in enumerate(values))


def seal(
    header: Header, keys: Sequence[bytes], payload: bytes, set_file: SetFile, secrets: Sharing, draw: Draw
) -> Voucher:
    """5.13. Input: header, at most M distinct keys, padded payload, set, p_1 ... p_k and K_e."""
    table_id, public_key = set_file.header.table_id, set_file.header.public_key  # tableID, L
    require(
        (header.probes, header.polynomials, header.payload_count) == set_file.parameters.sizes,
        "setMismatch",
    )
    if len(keys) > header.probes or len(set(keys)) != len(keys) or len(payload) != header.payload_count:
        raise ValueError("the input of Seal")
    # 1. "A share (x, z_1...z_k): one for the item, whichever probe matches."
    x, z = share(secrets.polynomials, draw)
    # 4. "x and z_1...z_k written at random": the coins are drawn before what follows.
    words = written_at_random((x, *z), draw)
    # 2. "rkey <-$ 32 bytes."
    rkey = draw(32)
    # 3. "inner = nonce || aead(K_e, nonce <-$ 24 bytes, payload, AD = header)."
    nonce = draw(24)
    inner = nonce + aead(secrets.epoch_key, nonce, payload, header.encode())
    # 4. "body = stream(rkey, x || z_1 || ... || z_k || inner)"
    body = stream(rkey, words + inner)
    transcript_ = transcript(header.encode(), body)
    slots: list[Slot] = []
    # 5. "For each of M slots:"  Draws: the stand-in key 8, beta 64, gamma 64, the stand-in S 32.
    for index in range(header.probes):
        stand_in_key = b"\x01" + draw(8)
        # "beta, gamma <-$ non-zero scalars, fresh;
        beta, gamma = random_scalar(draw), random_scalar(draw)
        stand_in_s = draw(32)
        # y the key, or 1 || a random word if there is none;
        has_key = index < len(keys)
        y = keys[index] if has_key else stand_in_key
        # Q = beta H(y) + gamma B; S = beta decode(y) + gamma L.
        q = add(multiply(beta, hash_key(table_id, y)), multiply_base(gamma))
        decoded = decode(set_file.table, y, set_file.header.position_seed)
        s = add(multiply(beta, decoded), multiply(gamma, public_key))
        # If the slot has no key, S <- 32 random bytes. Slot of (rkey, S, Q)."
        slots.append(slot_of(rkey, s if has_key else stand_in_s, q, table_id, transcript_, header.check_level))
    # 6. "Shuffle the slots uniformly. Voucher = header || body || slots."
    return Voucher(header, body, tuple(shuffle(slots, draw)))


@dataclass(frozen=True)
class Item:
    """What is sealed: a picture's fingerprint and raster, a video's chosen frames, a file's SHA-256, or nothing if it
    cannot be read.
    """

    picture: Picture | None = None
    sha256: bytes | None = None
    frames: tuple[Picture, ...] | None = None
    """in order of rank"""

    def payload(self, note: bytes, profile: Profile) -> Payload:
        if self.picture is not None:
            return Payload(PDQ, self.picture.fingerprint.quality, probed_hash(self.picture, profile), note)
        if self.frames:
            return Payload(VIDEO, self.frames[0].fingerprint.quality, probed_hash(self.frames[0], profile), note)
        if self.sha256 is not None:
            return Payload(SHA256, 0, self.sha256, note)
        return Payload(NONE, 0, b"", note)

    def keys(self, profile: Profile, separation: int) -> list[bytes]:
        """5.12, step 2: "the probes of a picture or of a video under the set's profile and r; y = 2 || SHA-256 for a
        file; none
        for a picture below the probe quality, a video without a chosen sample or an unreadable item"."""
        if self.picture is not None:
            return probes(self.picture, profile, separation)
        if self.frames is not None:
            return video_probes(self.frames, profile, separation)
        return [] if self.sha256 is None else [sha256_key(self.sha256)]

    def own_key(self, profile: Profile, keys: Sequence[bytes]) -> bytes | None:
        """5.12, step 2: of a picture K_0, where it is no probe."""
        return None if self.picture is None else own_key(self.picture, profile, keys)


@dataclass(frozen=True)
class Sealer:
    set_file: SetFile
    account: bytes
    secret: AccountSecret
    state: ClientState

    def __post_init__(self) -> None:
        parameters = self.set_file.parameters
        if self.state.epoch != self.secret.epoch:
            raise ProtocolError("setMismatch", "the secret's epoch is not the state's")
        # 5.6, step 5: "t, k and the profile change at an epoch's start only; the version never falls"
        require(
            self.state.form == (parameters.threshold, parameters.polynomials, parameters.profile.digest()),
            "setMismatch",
        )
        require(self.set_file.header.version >= self.state.newest_version, "setRolledBack")

    @property
    def pseudonym(self) -> bytes:
        return pseudonym_of(self.secret.secret, self.account, self.secret.epoch)

    def registration(self) -> Registration:
        """5.6, step 4: "register the new pseudonym and commitment before sending one of its vouchers"."""
        return Registration(self.secret.epoch, self.account, self.pseudonym, self.sharing().commitment)

    def sharing(self) -> Sharing:
        state = self.state
        return sharing(
            self.secret.secret,
            self.pseudonym,
            self.secret.epoch,
            state.threshold,
            state.polynomials,
            state.profile_digest,
        )


def state_at_epoch_start(set_file: SetFile, epoch: int, newest_version: int = 0) -> ClientState:
    """5.6, step 4: "the distinctness store is empty; the number is 0"."""
    parameters = set_file.parameters
    return ClientState(
        epoch,
        max(newest_version, set_file.header.version),
        parameters.threshold,
        parameters.polynomials,
        0,
        parameters.profile.digest(),
        frozenset(),
    )


def header_of(set_file: SetFile, n: int, epoch: int, voucher_id: bytes, pseudonym: bytes) -> Header:
    """5.12, step 5: "header = (M, N, k, P, epoch, voucherID, pseudonym, root)"."""
    m, k, count = set_file.parameters.sizes
    return Header(m, n, k, count, epoch, voucher_id, pseudonym, set_file.root)


def seal_item(item: Item, note: bytes, sealer: Sealer, draw: Draw) -> tuple[Voucher, ClientState]:
    """5.12. Output: one voucher, and the new state, which is to be persisted before the voucher."""
    parameters, state = sealer.set_file.parameters, sealer.state
    # 1. "Payload from kind, probed hash, quality and note, padded to P."
    payload = item.payload(note, parameters.profile).encode(parameters.payload_count)
    # 2. "Keys."
    keys = item.keys(parameters.profile, parameters.separation)
    # 3. "Distinctness leaves the keys that are probed; none for a repeat."
    tag_key = distinctness_key(sealer.secret.secret, sealer.pseudonym, state.epoch)
    own = item.own_key(parameters.profile, keys)
    keys, tags = distinctness(tag_key, keys, own, item.frames is not None, state.tags)
    # 4. "v is the state's number, which grows by one, also for a repeat. N is its check level."
    n = check_level(state.number, parameters.levels)
    # 5. "voucherID <-$ 16 bytes". Draws: "the first 16 of 32 bytes".
    header = header_of(sealer.set_file, n, state.epoch, draw(32)[:16], sealer.pseudonym)
    voucher = seal(header, keys, payload, sealer.set_file, sealer.sharing(), draw)
    # 6. The caller persists the new state, then the voucher.
    newest = max(state.newest_version, sealer.set_file.header.version)
    return voucher, replace(state.after_a_voucher(), newest_version=newest, tags=tags)
