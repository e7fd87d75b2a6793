"""Protocol 4.10, "Key proof", and 5.20, "Key proofs": Prove and Verify for one key."""

from __future__ import annotations

from dataclasses import dataclass

from .dleq import generate_proof, verify_proof
from .errors import require
from .group import IDENTITY, decode_element_but_identity, decode_scalar, hash_key, multiply
from .keys import BITS_COUNT, SetSecrets, fits
from .labels import Draw, system_draw
from .set_file import SetFile
from .table import decode

MAGIC = b"SMPROOF1"
KEY_PROOF_COUNT = 169


@dataclass(frozen=True)
class KeyProof:
    root: bytes
    y: bytes
    value: bytes
    """V"""
    proof: bytes
    """c ‖ s"""

    def encode(self) -> bytes:
        return MAGIC + self.root + self.y[:1] + self.y[1:].ljust(32, b"\x00") + self.value + self.proof

    @staticmethod
    def decode(encoding: bytes) -> KeyProof:
        """V is canonical and not the identity; c and s are below ℓ."""
        require(len(encoding) == KEY_PROOF_COUNT, "wrongLength")
        require(encoding[:8] == MAGIC, "invalidMagic")
        kind = encoding[40]
        require(kind in BITS_COUNT, "nonCanonical", "kind of a key")
        end = 41 + BITS_COUNT[kind]
        require(not any(encoding[end:73]), "nonCanonical", "padding of the bits")
        value = decode_element_but_identity(encoding[73:105])
        decode_scalar(encoding[105:137])
        decode_scalar(encoding[137:169])
        return KeyProof(encoding[8:40], encoding[40:end], value, encoding[105:169])


def is_member(set_file: SetFile, y: bytes, value: bytes) -> bool:
    """y is a member if decode(y) = V, else a non-member."""
    return decode(set_file.table, y, set_file.header.position_seed, IDENTITY) == value


def prove(set_file: SetFile, secrets: SetSecrets, y: bytes, draw: Draw = system_draw) -> KeyProof:
    """Prove, for a key y: V = αH(y) and a proof for the one pair (H(y), V)."""
    header = set_file.header
    require(secrets.public_key == header.public_key, "invalidScalar", "α is not L's")
    require(fits(y, set_file.parameters.profile.b), "nonCanonical", "bits of a perceptual key from b on")
    element = hash_key(header.table_id, y)
    value = multiply(secrets.alpha, element)
    return KeyProof(set_file.root, y, value, generate_proof(secrets.alpha, [element], [value], draw))


def verify(set_file: SetFile, proof: KeyProof) -> bool:
    """Verify; whether y is a member. The set's signatures are checked apart."""
    header = set_file.header
    # 1. the proof's root is the set's [unknownSet] and the table has its digest [rootMismatch];
    require(proof.root == set_file.root, "unknownSet")
    set_file.check_table()
    require(fits(proof.y, set_file.parameters.profile.b), "nonCanonical", "bits of a perceptual key from b on")
    # 2. the proof verifies [proofRejected];
    verify_proof(header.public_key, [hash_key(header.table_id, proof.y)], [proof.value], proof.proof)
    # 3. y is a member if decode(y) = V, else a non-member.
    return is_member(set_file, proof.y, proof.value)
