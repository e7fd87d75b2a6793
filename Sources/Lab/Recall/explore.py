"""What was weighed on the design half before the profile was fixed: positions and hypotheses. Prints mean ours / PDQ
and transforms reached.

usage: explore.py FEATURES.npz [--bits 50]
"""

import argparse
import json

import numpy as np

import measure
import pictures
import scheme

AS_SENT = {"kind": "as sent", "penalty": 0}


def raster(penalty, shift=157, zoom=1024, tone=0):
    return {"kind": "raster", "shift": shift, "zoom": zoom, "tone": tone, "penalty": penalty}


CUT, TONES = [raster(26, zoom=1034), raster(38, zoom=1045)], [raster(51, tone=1), raster(51, tone=-1)]
VARIANTS = {
    "as sent": [AS_SENT],
    "one other size": [AS_SENT, raster(0)],
    "two other sizes": [AS_SENT, raster(0, 0), raster(0, 315)],
    "one size, cut": [AS_SENT, raster(0)] + CUT,
    "one size, cut, tones": [AS_SENT, raster(0)] + CUT + TONES,
    "two sizes, cut, tones (chosen)": [AS_SENT, raster(0, 0), raster(0, 315)] + CUT + TONES,
    "the same, cheaper tones": [AS_SENT, raster(0, 0), raster(0, 315)]
    + CUT
    + [raster(26, tone=1), raster(26, tone=-1)],
    "the same, dearer cuts": [AS_SENT, raster(0, 0), raster(0, 315), raster(51, zoom=1034), raster(77, zoom=1045)]
    + TONES,
    "the same, and a border": [AS_SENT, raster(0, 0), raster(0, 315)] + CUT + TONES + [raster(51, zoom=1014)],
}


def profile(hypotheses, positions):
    return scheme.Profile(
        json.dumps(
            {
                "id": 0,
                "scaling": "native",
                "probes": 32,
                "separation": 6,
                "minimumQuality": 50,
                "probeQuality": 40,
                "positions": [int(p) for p in np.sort(positions)],
                "hypotheses": hypotheses,
            }
        )
    )


def penalties(data, part, goal):
    """For each position the mean over transforms of flips, weighted by the root of the margin: a rank of the most
    stable.
    """
    total = np.zeros(256)
    margins = data.sent / data.unit[:, None]
    for title in goal:
        rows = part[(data.title[part] == title) & (data.distance[part] <= 31)]
        total += (((margins[rows] > 0) != data.listed[rows]) * np.sqrt(np.minimum(np.abs(margins[rows]), 2))).mean(0)
    return total


def smooth(total):
    """A surface over the frequencies instead of 256 single figures."""
    i, j = np.divmod(np.arange(256), 16)
    terms = np.stack(
        [
            np.ones(256),
            np.log(i + 1),
            np.log(j + 1),
            np.log((i + 1) ** 2 + (j + 1) ** 2),
            i,
            j,
            i * j,
            i * i,
            j * j,
            i == 0,
            j == 0,
        ],
        1,
    ).astype(float)
    value = np.log(total / total.mean() + 0.02)
    return terms @ np.linalg.lstsq(terms, value, rcond=None)[0]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("features")
    parser.add_argument("--bits", type=int, default=50)
    arguments = parser.parse_args()
    with np.load(arguments.features) as file:
        values = {name: file[name] for name in file.files}
    data = measure.Data(values, 0, "native")
    near = data.distance <= 31
    goal = [title for title in np.unique(data.title) if near[data.title == title].mean() >= 0.8]
    part = np.flatnonzero(np.isin(data.title, goal))

    def show(name, rows, hit):
        ratios = [
            hit[data.title[rows] == title].mean() / near[rows][data.title[rows] == title].mean() for title in goal
        ]
        print(f"{name}: {np.mean(ratios):.4f}, {sum(ratio >= 0.95 for ratio in ratios)} of {len(goal)}", flush=True)

    lowest = measure.LOWEST[: arguments.bits]
    for name, hypotheses in VARIANTS.items():
        show(name, part, data.found(part, profile(hypotheses, lowest)))
    # Positions are chosen on one half of the design sources and measured on the other, and the other way round.
    fold = np.array([pictures.half(int(group), "cv") for group in data.group[part]])
    chosen = VARIANTS["two sizes, cut, tones (chosen)"]
    for name, order in (
        ("lowest frequencies", None),
        ("most stable, measured", lambda t: t),
        ("most stable, smoothed", smooth),
    ):
        hit = np.zeros(len(part), dtype=bool)
        for side in (0, 1):
            positions = (
                lowest
                if order is None
                else np.argsort(order(penalties(data, part[fold != side], goal)), kind="stable")[: arguments.bits]
            )
            hit[fold == side] = data.found(part[fold == side], profile(chosen, positions))
        show(f"positions: {name}", part, hit)


if __name__ == "__main__":
    main()
