"""A short form of attack_measure.py, in seconds: that the attacker's model is what a client computes, that its slopes
are right, that he escapes and meets keys on a few photographs, and that second looks tell pictures apart.
`make vectors` runs it.

usage: attack_short.py PHOTOGRAPHS
"""

import glob
import os
import sys

import numpy as np

import attack
import attack_measure
import pictures
import scheme
import second
import transforms


def require(fact, text):
    if not fact:
        sys.exit(f"attack_short.py: {text}")


def slopes(subject, wants):
    """Whether each cost grows along a random change as its slope says."""
    lot = np.random.default_rng(3)
    cells = lot.normal(0, 2, (subject.cells, subject.cells)).astype(np.float32)
    along = lot.normal(0, 1, cells.shape).astype(np.float32)
    for want in wants:
        want.cost(cells)  # the first call sets a weight
        step = 0.2
        high, low = want.cost(cells + step * along)[0], want.cost(cells - step * along)[0]
        told = float((want.cost(cells)[1] * along).sum())
        require(told and abs((high - low) / (2 * step) - told) < 0.05 * abs(told), f"{want}: another slope")


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    paths = sorted(glob.glob(os.path.join(sys.argv[1], "*.jpg")))[:3]
    require(len(paths) == 3, f"no three photographs in {sys.argv[1]}")
    profile = scheme.Profile.load()
    photographs = [transforms.fit(pictures.Image.open(path).convert("RGB"), 480) for path in paths]
    subjects = [attack.Subject(picture) for picture in photographs]
    listed = [attack.Target(s.start.bits, s.start.raster, profile) for s in subjects]
    limits = {"PDQ": 36, "thumbnail": 0.77, "dHash": 43, "edge map": 0.77}
    for place, subject in enumerate(subjects):
        own, other = listed[place], listed[place - 1]
        nearness = second.compare(own.looks, own.looks)
        require(all(second.passes(n, nearness[n], limits[n]) for n in limits), "a picture is not like itself")
        nearness = second.compare(own.looks, other.looks)
        require(not any(second.passes(n, nearness[n], limits[n]) for n in limits), "two photographs are alike")
        away = attack_measure.escapes(subject, own, profile)
        require(all(row and row["psnr"] > 35 for row in away.values()), f"no small change escapes: {away}")
        keys = {target.key for target in listed}
        met = attack_measure.meets(subject, other, profile, limits, (), keys)
        require(met and met["psnr"] > 12, "a key was not met")
        require(met["looks"]["PDQ"] > attack_measure.FAR, "the hash was met with the key")
        require(met["slots"] == 1, f"a picture meets {met['slots']} keys")
        both = attack_measure.meets(subject, other, profile, limits, ("PDQ", "thumbnail"), keys)
        require(both and both["looks"]["PDQ"] <= 31, "key, hash and thumbnail were not met")
        require(both["looks"]["thumbnail"] >= limits["thumbnail"], "the thumbnail was not met")
        require(both["psnr"] < met["psnr"], "more was met for less")
    subject, other = subjects[0], listed[1]
    wants = [
        attack.key_bits(subject, other, profile),
        attack.near_bits(subject, other, profile),
        attack.Lines(subject, other.looks["dHash"], 43),
        attack.Likeness(subject, other.looks["thumbnail"], 0.8, False),
        attack.Likeness(subject, other.looks["edge map"], 0.8, True),
    ]
    slopes(subject, wants)
    cells = np.random.default_rng(4).normal(0, 4, (subject.cells, subject.cells)).astype(np.float32)
    told, real = wants[0].predicted(cells), attack.State(subject.change(cells)).sent
    require(np.abs(told - real).max() < 4, "the model is not what a client computes")
    print(f"attacks, short form: {len(photographs)} photographs, {len(wants)} wants")


if __name__ == "__main__":
    main()
