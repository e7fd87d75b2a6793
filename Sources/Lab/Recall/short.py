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

import numpy as np

import check
import drawn
import pdq
import pictures
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
    photographs = [transforms.fit(pictures.Image.open(path).convert("RGB"), 640) for path in paths]
    for picture in photographs:
        require(pdq.check(picture) <= 2, "the fast rule is not pdqhash's")
    listed = [pdq.bits(pdq.coefficients(pdq.grid(pdq.exact_luma(picture), "native"))) for picture in photographs]
    changes = {**transforms.TRANSFORMS, **transforms.ADDED, **drawn.changes(Kit(photographs[-1:]))}
    titles = [title for title in changes if not any(word in title for word in WITHOUT)]
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
    split = hashlib.sha256()
    for number, group, _, _ in pictures.sources():
        require((pictures.part(group) == 2) == (pictures.half(group, "split") == 1), "a held-out source became another")
        split.update(f"{number} {pictures.part(group)}\n".encode())
    require(split.hexdigest()[:16] == PARTS, f"the parts of the sources are other ones: {split.hexdigest()[:16]}")
    print(f"recall, short form: {count} vectors, {len(titles)} transforms, {len(photographs)} photographs")


if __name__ == "__main__":
    main()
