"""Checks the harness against the plain reference: pdqhash, whole-numbered rasters, single-picture probes, and the
vectors' probes, which the code in
Swift finds too: what is measured is what is shipped.

usage: check.py EXTRACTED [--pictures 12]
"""

import argparse
import copy
import json
import os
import sys

import numpy as np

import pdq
import pictures
import profile3
import scheme

VECTORS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "..", "Vectors", "fingerprint")


def probe_vectors():
    """Of each vector of probes whose picture is a whole file: what is given, the picture as sent, its raster, keys."""
    with open(os.path.join(VECTORS, "fingerprint.json")) as file:
        groups = json.load(file)["testGroups"]
    for test in next(group["tests"] for group in groups if group["type"] == "Probes"):
        given = test["input"]
        whole = {"file", "patches", "truncate", "append"} == set(given["picture"]) and not (
            given["picture"]["patches"] or given["picture"]["append"]
        )
        if whole and test["output"]["keys"]:
            picture = pictures.Image.open(os.path.join(VECTORS, given["picture"]["file"])).convert("RGB")
            # PDQ's own luma, not rounded to bytes as the harness' copies are.
            sent = pdq.coefficients(pdq.grid(pdq.exact_luma(picture), "native"))
            yield given, sent, scheme.raster(pdq.luma(picture)), set(test["output"]["keys"])


def encoded(keys):
    return {f"01{int(key).to_bytes(8, 'little').hex()}" for key in keys}


def marked_vectors(profile):
    """The same for profile 3, by both of the harness' ways, at any r, M and qualities."""
    wrong = count = 0
    for given, sent, cells, keys in probe_vectors():
        numbers = given["profile"]
        same = numbers["positions"] == profile.positions.tolist() and numbers["marks"] == 1
        if same and len(numbers["hypotheses"]) == len(profile.hypotheses) and given["separation"] > 0:
            asked = copy.copy(profile)
            asked.separation, asked.probes, asked.probe_quality = (
                given["separation"],
                numbers["probes"],
                numbers["probeQuality"],
            )
            asked.quality = numbers["minimumQuality"]
            many, filled = profile3.probes(sent[None], cells[None], asked)
            for found in (profile3.exact_probes(sent, cells, asked), many[0, : filled[0]]):
                count += 1
                # The last of equals may trade places.
                wrong += len(encoded(found) ^ keys) > 2 or len(found) != len(keys)
    return wrong, count


def vectors(profile):
    """Vectors for this profile whose probes are other ones, and how many there are. Sums of floats run in another order
    here, so the last of equals may trade places: keys are compared as a set.
    """
    wrong = count = 0
    for given, sent, cells, keys in probe_vectors():
        numbers = given["profile"]
        if (
            given["format"] != "rgb"
            or given["separation"] != profile.separation
            or numbers["positions"] != profile.positions.tolist()
            or (numbers["probes"], numbers["probeQuality"]) != (profile.probes, profile.probe_quality)
            or len(numbers["hypotheses"]) != len(profile.hypotheses)
        ):
            continue
        margins = [
            scheme.centred(sent if kind == "as sent" else scheme.exact_coefficients(cells, shift, zoom, tone))[
                profile.positions
            ]
            for kind, shift, zoom, tone, _ in profile.hypotheses
        ]
        found = scheme.probes(np.array(margins), scheme.spread(scheme.centred(sent)), profile)
        count += 1
        wrong += encoded(found) != keys
    return wrong, count


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("extracted")
    parser.add_argument("--pictures", type=int, default=12)
    arguments = parser.parse_args()
    profile = scheme.Profile.load()
    penalties = [hypothesis[4] for hypothesis in profile.hypotheses]
    totals = {
        "bits that differ from pdqhash": 0,
        "raster cells that differ": 0,
        "bits of raster hypotheses that differ": 0,
        "pictures whose probes differ": 0,
    }
    sources = list(pictures.sources())
    for number, _, package, path in sources[:: max(1, len(sources) // arguments.pictures)][: arguments.pictures]:
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
                a, b = (
                    scheme.coefficients(cells, shift, zoom, tone),
                    scheme.exact_coefficients(cells, shift, zoom, tone),
                )
            totals["bits of raster hypotheses that differ"] += int(np.count_nonzero(pdq.bits(a) ^ pdq.bits(b)))
            margins.append(scheme.centred(a)[profile.positions])
        unit = scheme.spread(scheme.centred(pdq.coefficients(pdq.grid(pdq.luma(picture), "native"))))
        one = scheme.probes(np.array(margins), unit, profile)
        many, filled = scheme.many_probes(
            np.array(margins)[None], np.array([unit]), penalties, profile.probes, profile.separation
        )
        totals["pictures whose probes differ"] += sorted(one) != sorted(int(key) for key in many[0][: filled[0]])
    wrong, count = vectors(profile)
    totals[f"vectors of {count} whose probes differ"] = wrong
    for name, value in totals.items():
        print(f"{name}: {value}")
    if wrong or not count:
        sys.exit("the harness does not measure the scheme of the vectors")


if __name__ == "__main__":
    main()
