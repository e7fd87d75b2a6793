"""Checks the harness against the plain reference: pdqhash, whole-numbered rasters, single-picture probes.

usage: check.py EXTRACTED [--pictures 12]
"""

import argparse

import numpy as np

import pdq
import pictures
import scheme


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("extracted")
    parser.add_argument("--pictures", type=int, default=12)
    arguments = parser.parse_args()
    profile = scheme.Profile.load()
    penalties = [hypothesis[4] for hypothesis in profile.hypotheses]
    totals = {"bits that differ from pdqhash": 0, "raster cells that differ": 0, "bits of raster hypotheses that differ": 0, "pictures whose probes differ": 0}
    sources = list(pictures.sources())
    for number, _, package, path in sources[::max(1, len(sources) // arguments.pictures)][:arguments.pictures]:
        whole = pictures.load(arguments.extracted, package, path)
        picture = pictures.crop(number, whole, pictures.boxes(number, whole)[0])
        if picture is None:
            continue
        totals["bits that differ from pdqhash"] += pdq.check(picture)
        cells = scheme.raster(pdq.luma(picture))
        quick = pdq.raster(pdq.luma(picture))
        totals["raster cells that differ"] += int(np.count_nonzero(cells != quick))
        margins, slow = [], []
        for kind, shift, zoom, tone, _ in profile.hypotheses:
            if kind == "as sent":
                a = b = pdq.coefficients(pdq.grid(pdq.luma(picture), "native"))
            else:
                a, b = scheme.coefficients(cells, shift, zoom, tone), scheme.exact_coefficients(cells, shift, zoom, tone)
            totals["bits of raster hypotheses that differ"] += int(np.count_nonzero(pdq.bits(a) ^ pdq.bits(b)))
            margins.append(scheme.centred(a)[profile.positions])
        unit = scheme.spread(scheme.centred(pdq.coefficients(pdq.grid(pdq.luma(picture), "native"))))
        one = scheme.probes(np.array(margins), unit, profile)
        many, filled = scheme.many_probes(np.array(margins)[None], np.array([unit]), penalties, profile.probes, profile.separation)
        totals["pictures whose probes differ"] += sorted(one) != sorted(int(key) for key in many[0][:filled[0]])
    for name, count in totals.items():
        print(f"{name}: {count}")


if __name__ == "__main__":
    main()
