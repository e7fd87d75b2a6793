"""Learns the score of marks on the design part: the weights of profile-3.json.

usage: marks_learn.py CACHE-DRAWN PROFILE.json [--side 0|1]

A logistic regression of "this cell differs from the original's by more than 12 grey levels" on the features of
profile3.py, over copies with something drawn on them and some without. Each picture gives 50 cells that differ and 100
that do not, weighed as many as they stand for. Weights are in 1/256 nat and 1/4096, whole. With --side the sources of
one half of the design part are left out, so that the other half's penalties can be weighed on it.
"""

import argparse
import hashlib
import json
import os

import numpy as np

import drawn
import marks_measure
import profile3

PLAIN = (
    "HEIC 50",
    "JPEG 75",
    "faded",
    "S curve",
    "brightness +20 %",
    "brightness -40 %",
    "crop 0-2 % at each edge by lot",
    "local contrast",
)
SHARE = 0.6  # of the pictures, for each transform
RIDGE, STEPS = 50.0, 12
SCALE = 12  # bits behind the point, beside those of 1/256 nat


def side_of(group):
    """Half of the design part that a source is in, for what is fitted on one and weighed on the other."""
    return hashlib.sha256(f"fold {group}".encode()).digest()[0] & 1


def sample(values):
    lot = np.random.default_rng(3)
    rows = [[], [], [], []]
    titles = [title for kind, title, _ in drawn.CHANGES if marks_measure.learnt(kind, title)]
    for title in titles + list(PLAIN):
        chosen = np.flatnonzero(values["title"] == title)
        chosen = chosen[lot.random(len(chosen)) < SHARE]
        copies = values["raster"][chosen]
        if title in titles:
            before = profile3.grids(values["originals"][values["picture"][chosen]], 157)
            labels = np.abs(profile3.grids(copies, 157) - before) > marks_measure.DIFFERENT
        else:
            labels = np.zeros((len(chosen), profile3.SIDE, profile3.SIDE), dtype=bool)
        steps, high, low, _ = profile3.cells(copies)
        parts = [np.broadcast_to(f, labels.shape).astype(np.float32) for f in profile3.features(steps, high, low)]
        cells = np.stack(parts, -1).reshape(len(chosen), profile3.SIDE**2, -1)
        for number, row in enumerate(chosen):
            for value, count in ((True, 50), (False, 100)):
                places = np.flatnonzero(labels[number].ravel() == value)
                if len(places):
                    taken = lot.choice(places, min(count, len(places)), replace=False)
                    rows[0].append(cells[number][taken])
                    rows[1].append(np.full(len(taken), float(value)))
                    rows[2].append(np.full(len(taken), len(places) / len(taken)))
                    rows[3].append(np.full(len(taken), side_of(int(values["group"][row]))))
    return [np.concatenate(part) for part in rows]


def regression(features, labels, importance):
    """Weights and bias, by Newton's steps."""
    mean, spread = features.mean(0), features.std(0) + 1e-6
    rows = np.concatenate([(features - mean) / spread, np.ones((len(features), 1))], 1).astype(np.float64)
    importance = importance / importance.mean()
    result = np.zeros(rows.shape[1])
    for _ in range(STEPS):
        chance = 1 / (1 + np.exp(-np.clip(rows @ result, -30, 30)))
        curvature = (rows * (importance * chance * (1 - chance) + 1e-9)[:, None]).T @ rows
        slope = rows.T @ (importance * (labels - chance)) - RIDGE * result
        step = np.linalg.solve(curvature + RIDGE * np.eye(len(result)), slope)
        result = result + step
        if np.abs(step).max() < 1e-3:
            break
    weights = result[:-1] / spread
    return weights, result[-1] - (weights * mean).sum()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("cache")
    parser.add_argument("profile")
    parser.add_argument("--side", type=int, choices=(0, 1))
    arguments = parser.parse_args()
    features, labels, importance, sides = sample(marks_measure.part(arguments.cache, "design"))
    kept = np.ones(len(sides), dtype=bool) if arguments.side is None else sides != arguments.side
    weights, bias = regression(features[kept], labels[kept], importance[kept])
    with open(arguments.profile) as file:
        values = json.load(file)
    unit = 256 << SCALE
    numbers = [int(number) for number in np.rint(weights * unit)]
    values["marks"] |= {"weights": numbers, "bias": int(np.rint(bias * unit)), "shift": SCALE}
    with open(arguments.profile + ".part", "w") as file:
        file.write(marks_measure.shown(values))
    os.replace(arguments.profile + ".part", arguments.profile)


if __name__ == "__main__":
    main()
