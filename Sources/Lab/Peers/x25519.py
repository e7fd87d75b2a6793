"""Intel's X25519 of eight keys at once: `mbx_x25519_mb8` of the library in PyPI's `ipp-crypto`."""

import ctypes
import pathlib
import sys

from host import LeftOut, PeerError, processor_flags
from libsodium import Cells, timed

# libcrypto_mb.so names these, and pip puts them where the loader does not look. In the order of their needs.
NEEDED = ("libintlc.so.5", "libimf.so", "libirng.so", "libsvml.so")
NAME = "libcrypto_mb.so.13"


class X25519x8:
    """Without AVX-512 IFMA the library has no such function: it is then not called at all."""

    LANES, COUNT = 8, 512

    def __init__(self, sodium):
        if "avx512ifma" not in processor_flags():
            raise LeftOut("this processor has no AVX-512 IFMA, which mbx_x25519_mb8 needs")
        self.sodium = sodium
        self.times = []
        folder = pathlib.Path(sys.prefix) / "lib"
        try:
            for name in NEEDED:
                ctypes.CDLL(str(folder / name))
            library = ctypes.CDLL(str(folder / NAME))
        except OSError as error:
            raise PeerError(f"ipp-crypto: {NAME} cannot be loaded ({error}): remove .venv-peers and run make peers")
        # 0: the features of this processor, which the library looks up. Its answer counts, too.
        library.mbx_is_crypto_mb_applicable.argtypes = [ctypes.c_uint64]
        if not library.mbx_is_crypto_mb_applicable(0):
            raise LeftOut("ipp-crypto finds that this processor lacks something that mbx_x25519_mb8 needs")
        self.function = library.mbx_x25519_mb8
        self.function.restype = ctypes.c_uint32

    def sample(self):
        """One sample of COUNT shared secrets. Each is compared with libsodium's."""
        secret, public, shared, expected = (Cells(self.COUNT) for _ in range(4))
        base = self.sodium.crypto_scalarmult_base
        timed(base, list(zip(public.pointers, secret.pointers)))
        calls = [
            tuple(self.lanes(cells, first) for cells in (shared, secret, public))
            for first in range(0, self.COUNT, self.LANES)
        ]
        self.times.append(timed(self.function, calls) / self.LANES)
        timed(
            self.sodium.crypto_scalarmult,
            list(zip(expected.pointers, secret.pointers, public.pointers)),
        )
        if shared.values() != expected.values():
            raise PeerError("ipp-crypto: mbx_x25519_mb8 differs from libsodium's crypto_scalarmult")

    def lanes(self, cells, first):
        return (ctypes.c_void_p * self.LANES)(*(pointer.value for pointer in cells.pointers[first:][: self.LANES]))
