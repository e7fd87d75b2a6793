"""The library that our floors are: one element at a time, called by ctypes."""

import ctypes
import hashlib
import os
import time

from host import PeerError

VERSION = "1.0.18"
# RFC 9496, A.3; what is hashed to an element is SHA-512 of the message.
KNOWN_MESSAGE = b"Ristretto is traditionally a short shot of espresso coffee"
KNOWN_ELEMENT = "3066f82a1a747d45120d1740f14358531a8f04bbffe6a819f86dfe50f44a0a46"


class Libsodium:
    """Its functions. All take and give 32 bytes, except where something else is said."""

    def __init__(self):
        try:
            self.library = ctypes.CDLL("libsodium.so.23")
        except OSError as error:
            raise PeerError(f"libsodium cannot be loaded ({error}): install libsodium-dev") from None
        self.library.sodium_version_string.restype = ctypes.c_char_p
        version = self.library.sodium_version_string().decode()
        if version != VERSION:
            raise PeerError(f"the system's libsodium is {version}, and the peer is {VERSION}")
        if self.library.sodium_init() < 0:
            raise PeerError("libsodium: sodium_init failed")

    def __getattr__(self, name):
        return getattr(self.library, name)


class Cells:
    """Cells of `size` bytes one behind the other, random at first."""

    def __init__(self, count, size=32):
        self.size = size
        self.bytes = ctypes.create_string_buffer(os.urandom(count * size), count * size)
        start = ctypes.addressof(self.bytes)
        self.pointers = [ctypes.c_void_p(start + index * size) for index in range(count)]

    def values(self):
        return [self.bytes.raw[at : at + self.size] for at in range(0, len(self.bytes), self.size)]


def timed(function, calls):
    """Microseconds of this thread's processor time a call, the call by ctypes included. Each must return 0."""
    status = 0
    start = time.thread_time_ns()
    for call in calls:
        status |= function(*call)
    end = time.thread_time_ns()
    if status != 0:
        raise PeerError(f"{function.__name__}: a call of {len(calls)} returned an error, {status & 0xFFFFFFFF:#x}")
    return (end - start) / 1000 / len(calls)


class Ristretto:
    """crypto_core_ristretto255_from_hash (64 bytes to an element, no SHA-512 in it), crypto_scalarmult_ristretto255
    (decode, multiply, encode) by one scalar, and a call of three arguments that does nothing.
    """

    COUNT = 512

    def __init__(self, sodium):
        self.sodium = sodium
        self.hash, self.multiply, self.call = [], [], []

    def sample(self):
        """One sample of each, of COUNT elements, and a check of what came out."""
        sodium = self.sodium
        messages, elements, products = Cells(self.COUNT, 64), Cells(self.COUNT), Cells(self.COUNT)
        scalars = Cells(3)
        scalar, other, total = scalars.pointers
        for pointer in (scalar, other):
            sodium.crypto_core_ristretto255_scalar_random(pointer)
        sodium.crypto_core_ristretto255_scalar_add(total, scalar, other)
        empty = [(scalar, scalar, ctypes.c_size_t(0))] * self.COUNT
        hashing = list(zip(elements.pointers, messages.pointers))
        multiplying = [(out, scalar, point) for out, point in zip(products.pointers, elements.pointers)]
        self.call.append(timed(sodium.sodium_memcmp, empty))
        self.hash.append(timed(sodium.crypto_core_ristretto255_from_hash, hashing))
        self.multiply.append(timed(sodium.crypto_scalarmult_ristretto255, multiplying))
        self.check(other, total, elements, products)

    def check(self, other, total, elements, products):
        """Elements are valid, all differ, and aP + bP = (a + b)P for the first ones. A known hash is as published."""
        sodium = self.sodium
        for cells in (elements, products):
            if len(set(cells.values())) != self.COUNT:
                raise PeerError("libsodium: two random elements are the same")
            if not all(sodium.crypto_core_ristretto255_is_valid_point(pointer) for pointer in cells.pointers):
                raise PeerError("libsodium: a result is not an element")
        results = Cells(3)
        term, by_sum, by_total = results.pointers
        for element, product in list(zip(elements.pointers, products.pointers))[:8]:
            timed(sodium.crypto_scalarmult_ristretto255, [(term, other, element), (by_total, total, element)])
            timed(sodium.crypto_core_ristretto255_add, [(by_sum, product, term)])
            if results.values()[1] != results.values()[2]:
                raise PeerError("libsodium: aP + bP is not (a + b)P")
        known = hashlib.sha512(KNOWN_MESSAGE).digest()
        timed(sodium.crypto_core_ristretto255_from_hash, [(term, known)])
        if results.values()[0].hex() != KNOWN_ELEMENT:
            raise PeerError("libsodium: crypto_core_ristretto255_from_hash differs from RFC 9496, A.3")
