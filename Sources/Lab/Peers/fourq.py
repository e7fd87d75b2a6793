"""Set-up of unbalanced ECDH-PSI on FourQ, in PyPI's `spu`: the server's mode MODE_OFFLINE_GEN_CACHE.

It needs no second party. It reads a CSV file of keys, sorts them (by `sort`, a process), shuffles them, evaluates each,
and writes a cache. To evaluate is: BLAKE3, map to the curve, multiplication by the secret key, a hash of which 12 bytes
are kept. What is measured is processor time of all of this, `sort` included, at two sizes in each round. The difference
of both divided by the difference of the sizes is the price of an entry. What does not depend on the size is not in it.
"""

import json
import os
import pathlib
import resource
import struct
import sys

from host import LeftOut, PeerError, processor_flags

SMALL, LARGE = 20_000, 80_000
# struct UbPsiCacheItem: place in the cache, place in the file of keys, how often it comes again, room for the value.
RECORD = struct.Struct("<III32s")
VALUE = 12


class FourQSetUp:
    def __init__(self, folder):
        if "avx2" not in processor_flags():
            raise LeftOut("this processor has no AVX2, which FourQ in spu needs")
        self.folder = pathlib.Path(folder)
        self.log = self.folder / "log"
        # spu writes its log to descriptor 1, even when the process ends: rows get another one.
        sys.stdout = os.fdopen(os.dup(1), "w")
        with self.log.open("ab") as log:
            os.dup2(log.fileno(), 1)
        self.times = []
        self.seen = set()
        try:
            import spu.libspu.link
            import spu.psi
        except ImportError as error:
            raise PeerError(f"spu cannot be loaded ({error}): remove .venv-peers and run make peers") from None
        self.psi = spu.psi
        # It wants a network even where it uses none: one party, in memory.
        party = spu.libspu.link.Desc()
        party.add_party("server", "server:1")
        self.network = spu.libspu.link.create_mem(party, 0)

    def sample(self):
        """A new secret key, the small set, and the large one, which begins with the entries of the small one."""
        entries = [os.urandom(16).hex() for _ in range(LARGE)]
        (self.folder / "key").write_bytes(os.urandom(32))
        small, values = self.set_up(entries[:SMALL])
        large, more = self.set_up(entries)
        # A function of key and entry alone; another key, other values.
        if any(more[entry] != value for entry, value in values.items()):
            raise PeerError("spu: the same key and entry give two values")
        new = set(more.values())
        if new & self.seen:
            raise PeerError("spu: two keys or entries give one value")
        self.seen |= new
        self.times.append((large - small) / (LARGE - SMALL))

    def set_up(self, entries):
        """Microseconds of processor time, and the value of each entry."""
        keys, cache = self.folder / "keys.csv", self.folder / f"cache-{len(entries)}"
        keys.write_text("\n".join(["id", *entries, ""]))
        cache.mkdir(exist_ok=True)
        configuration = self.psi.UbPsiExecuteConfig(
            mode=self.psi.UbPsiMode.MODE_OFFLINE_GEN_CACHE,
            role=self.psi.UbPsiRole.ROLE_SERVER,
            cache_path=str(cache),
            input_params=self.psi.InputParams(path=str(keys), selected_keys=["id"], keys_unique=True),
            server_params=self.psi.UbPsiServerParams(secret_key_path=str(self.folder / "key")),
        )
        logged = self.log.stat().st_size
        start = processor_time()
        try:
            report = self.psi.ub_psi_execute(configuration, self.network)
        except RuntimeError as error:
            raise PeerError(f"spu: {error}") from None
        time = processor_time() - start
        if report.original_count != len(entries):
            raise PeerError(f"spu: {report.original_count} entries of {len(entries)} were evaluated")
        if b"use fourq" not in self.log.read_bytes()[logged:]:
            raise PeerError("spu: its log does not say that it used FourQ")
        return time, self.read(cache, sorted(entries))

    def read(self, cache, entries):
        """What the cache says of each entry. Places are those in the sorted file."""
        description = json.loads((cache / "ub_psi_cache.meta").read_text())
        if int(description["itemCount"]) != len(entries) or int(description["itemLen"]) != VALUE:
            raise PeerError(f"spu: the cache is not of {len(entries)} values of {VALUE} bytes: {description}")
        values = {}
        for _, place, _, data in RECORD.iter_unpack((cache / "ub_psi_cache.bin").read_bytes()):
            values[entries[place]] = data[:VALUE]
        if len(values) != len(entries) or len(set(values.values())) != len(entries):
            raise PeerError("spu: an entry has no value in the cache, or two have the same")
        return values


def processor_time():
    """Microseconds of this process, all its threads, and of processes that it has waited for."""
    own, children = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return 1e6 * (own.ru_utime + own.ru_stime + children.ru_utime + children.ru_stime)
