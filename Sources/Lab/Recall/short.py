"""The harness in seconds, on photographs at hand: that it computes PDQ and the probes of the vectors, that transforms
are sound and depend on their seed alone, that the parts of the sources are as they were, and that Docs/Recall.md shows
the figures of drawn.json. `make vectors` runs it.

usage: short.py PHOTOGRAPHS
"""

import glob
import hashlib
import os
import random
import sys
import tempfile

import numpy as np

import check
import drawn
import folding
import life
import life_measure
import makers
import marks_pool
import pdq
import pictures
import profile3
import scheme
import transforms

# What packages that are not installed here would be needed for. Nothing else is left out.
WITHOUT = ("emoji", "HEIC")
# Digest of "source part" lines: pictures may not change their part unseen.
PARTS = "4e9641af7ba10c1d"


class Kit(drawn.Kit):
    """Pillow's own letters in place of a package's."""

    def __init__(self, companions):
        super().__init__("", companions)
        self.letters = None


def found(picture, listed, profile):
    """Whether PDQ ≤ 31 finds the hash, and whether the probes do."""
    luma = pdq.luma(picture)
    sent = pdq.coefficients(pdq.grid(luma, "native"))
    cells = pdq.raster(luma)
    margins = [
        scheme.centred(sent if kind == "as sent" else scheme.coefficients(cells, shift, zoom, tone))[profile.positions]
        for kind, shift, zoom, tone, _ in profile.hypotheses
    ]
    keys = scheme.probes(np.array(margins), scheme.spread(scheme.centred(sent)), profile)
    near = np.count_nonzero(pdq.bits(sent) ^ listed) <= 31
    return near, int(scheme.words(listed[profile.positions])) in keys


def of_other_makes(picture):
    """That the Rust crate's blocks are the plain means, and that the hypothesis of a thumbnail is near to one."""
    small = picture.crop((3, 5, 530, 96))
    pixels = np.asarray(small, dtype=np.int64)
    ours = np.asarray(makers.rust_thumbnail(small))
    (top, bottom), (left, right) = makers.blocks(small.height, ours.shape[0]), makers.blocks(small.width, ours.shape[1])
    for y, x in ((0, 0), (17, 300), (ours.shape[0] - 1, ours.shape[1] - 1)):
        block = pixels[top[y] : bottom[y], left[x] : right[x]].reshape(-1, 3)
        plain = (block.sum(0) + len(block) // 2) // len(block)
        require(len(block) and (plain == ours[y, x]).all(), "a block of the Rust crate's thumbnail has another mean")
    require(ours.shape[:2] == (91, 512), "the Rust crate's thumbnail has another size")
    thumbnail = picture.copy()
    thumbnail.thumbnail((512, 512))
    require(life_measure.thumbnail(*picture.size) == thumbnail.size, "Pillow's thumbnail has another size")
    supposed = pdq.bits(life_measure.as_thumbnail(pdq.raster(pdq.luma(picture)), picture.size))
    far = np.count_nonzero(supposed ^ makers.rule(thumbnail))
    require(far <= 6, f"the hypothesis of a thumbnail is {far} bits from one")


def strips(photographs, listed, changes):
    """Profile 3 finds photographs under a translucent strip, which profile 2 does not; its two ways agree."""
    profile, count = profile3.Profile.load(), 0
    for picture, hash_of in zip(photographs, listed):
        changed = changes["translucent strip below, 12 %"](picture, random.Random("short"))
        luma = pdq.luma(changed)
        sent, cells = pdq.coefficients(pdq.grid(luma, "native")), pdq.raster(luma)
        keys, filled = profile3.probes(sent[None], cells[None], profile)
        count += int(scheme.words(hash_of[profile.positions])) in keys[0, : filled[0]].tolist()
        if picture is photographs[0]:
            exact = profile3.exact_probes(sent, cells, profile)
            require(len(exact) == filled[0], "profile 3: another number of probes by the specification's way")
            # Sums of floats run in another order, so the last of equals may trade places.
            require(len(set(exact) ^ set(keys[0].tolist())) <= 2, "profile 3: other probes by the specification's way")
    return count


def of_pool(photographs):
    """The pool's probes are profile 3's, marks among them; pairs of sources are counted as one by one."""
    profile = profile3.Profile.load()
    luma = [pdq.luma(picture) for picture in photographs]
    values = {
        "sent": np.stack([pdq.coefficients(pdq.grid(one, "native")) for one in luma]),
        "raster": np.stack([pdq.raster(one) for one in luma]),
        "kind": np.full(len(luma), "natural"),
        "group": np.arange(len(luma)),
    }
    with tempfile.TemporaryDirectory() as place:
        pool = marks_pool.Pictures(values, os.path.join(place, "pool.npz"), profile)
    probes = pool.probes("profile 3", len(profile.positions), profile.probes)
    keys, filled = profile3.probes(values["sent"], values["raster"], profile)
    live = np.arange(profile.probes)[None] < filled[:, None]
    require((probes == np.where(live, keys, marks_pool.NONE)).all(), "the pool's probes are not profile 3's")
    require(pool.marked(probes, len(profile.positions), profile.probes).any(), "no probe comes from a mark")
    bits, lot = 20, np.random.default_rng(1)
    words, keys = (lot.integers(0, 1 << bits, shape, dtype=np.uint64) for shape in ((50, 2), 60))
    words[::5, 1] = marks_pool.NONE
    one, other = lot.integers(0, 4, 50), lot.integers(0, 4, 60)
    near = marks_pool.Near(words, one, keys, other, 4)
    found = np.zeros((4, 4, marks_pool.NEAREST), dtype=np.int64)
    for i, j, k in np.ndindex(50, 2, 60):
        distance = int(words[i, j] ^ keys[k]).bit_count()
        if one[i] != other[k] and distance < marks_pool.NEAREST:
            found[one[i], other[k], distance] += 1
    require((near.counts == found).all(), "pairs of the pool are miscounted")
    words[:, 0] = keys[:50]
    same = marks_pool.Near(words, one, keys, other, 4).counts[:, :, 0]
    equal = marks_pool.equal(words, one, keys, other, 4)
    require(equal.sum() > 20 and (equal == same).all(), "equal pairs of the pool are miscounted")


def of_folding():
    """Strangers are folded as the reference folds a set's keys."""
    sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../../Vectors/generate"))
    from reference.entries import entries_apart

    bits, r = 20, 4
    keys = np.unique(np.random.default_rng(1).integers(0, 1 << bits, 300, dtype=np.uint64))
    keys = keys[np.argsort(keys.byteswap())]
    into = entries_apart(keys.tolist(), [1] * len(keys), bits, r)
    stays, some = folding.fold(keys, folding.close(keys, np.arange(len(keys)), r), bits, r)
    require(set(into) == set(np.flatnonzero(~stays).tolist()), "other keys are folded than the reference folds")
    require(0 < len(into) < some.sum(), "no keys to fold")


def require(fact, text):
    if not fact:
        sys.exit(f"short.py: {text}")


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    paths = sorted(glob.glob(os.path.join(sys.argv[1], "*.jpg")))[:6]
    require(len(paths) == 6, f"no six photographs in {sys.argv[1]}")
    profile = scheme.Profile.load()
    wrong, count = check.vectors(profile)
    require(count and not wrong, f"probes of {wrong} of {count} vectors are other ones")
    wrong, marked = check.marked_vectors(profile3.Profile.load())
    require(marked and not wrong, f"profile 3: {wrong} of {marked} lists of probes are not those of vectors")
    count += marked
    photographs = [transforms.fit(pictures.Image.open(path).convert("RGB"), 640) for path in paths]
    for picture in photographs:
        require(pdq.check(picture) <= 2, "the fast rule is not pdqhash's")
    listed = [pdq.bits(pdq.coefficients(pdq.grid(pdq.exact_luma(picture), "native"))) for picture in photographs]
    changes = {**transforms.TRANSFORMS, **transforms.ADDED, **drawn.changes(Kit(photographs[-1:]))}
    titles = [title for title in changes if not any(word in title for word in WITHOUT)]
    of_other_makes(photographs[0])
    of_folding()
    of_pool([*photographs, *(changes["strip below, 8 %"](p, random.Random("short")) for p in photographs[:3])])
    for title, change in life.LIGHT.items():
        copy = change(photographs[0])
        require(copy.size == photographs[0].size and np.ptp(np.asarray(copy)) > 60, f"{title}: an empty picture")
    for title in titles:
        for picture in photographs[:1]:
            changed = changes[title](picture, random.Random(title))
            require(changed.mode == "RGB" and min(changed.size) >= 64, f"{title}: no RGB picture")
            again = changes[title](picture, random.Random(title))
            same = changed.size == again.size and changed.tobytes() == again.tobytes()
            require(same or title == "noise", f"{title}: differs for one seed")
    rates = {
        title: np.mean(
            [found(changes[title](p, random.Random(title)), l, profile) for p, l in zip(photographs, listed)], 0
        )
        for title in ("JPEG 75", "cold", "screenshot, cut out, JPEG 90", "in a white square", "mirrored")
    }
    for title, (near, ours) in rates.items():
        bad = title in ("in a white square", "mirrored")
        require((near, ours) == (0, 0) if bad else near == 1 and ours >= 0.8, f"{title}: {near}, {ours} found")
    under = strips(photographs, listed, changes)
    require(2 * under >= len(photographs), f"profile 3 finds {under} photographs under a translucent strip")
    split = hashlib.sha256()
    for number, group, _, _ in pictures.sources():
        require((pictures.part(group) == 2) == (pictures.half(group, "split") == 1), "a held-out source became another")
        split.update(f"{number} {pictures.part(group)}\n".encode())
    require(split.hexdigest()[:16] == PARTS, f"the parts of the sources are other ones: {split.hexdigest()[:16]}")
    print(f"recall, short form: {count} vectors, {len(titles)} transforms, {len(photographs)} photographs")


if __name__ == "__main__":
    main()
