"""fingerprint."""

from __future__ import annotations

import forms
import numpy as np
from reference.keys import perceptual_key
from reference.labels import blake2b_256
from reference.pdq import pdq_with_coefficients
from reference.png import Pixels, read_png
from reference.probes import Picture, hash_without_marks, nearest_keys, own_key, probed_hash, probes
from reference.profile import Hypothesis
from reference.raster import hypothesis_coefficients, raster
from reference.variants import VARIANTS, variant
from reference.video import listed, sample, sent, video_probes

from .case import Case, Output

CHANNELS = {"grey": 1, "rgb": 3}


def pixels(case: Case) -> tuple[bytes, int, int, int]:
    """Of a case's picture: bytes, width, height and channels."""
    read: Pixels = read_png(case.file("picture"))
    if read.channels != CHANNELS[case["format"]]:
        raise ValueError(f"the picture has {read.channels} channels")
    return read.data, read.width, read.height, read.channels


def coefficients(values: object) -> list[str]:
    return [forms.float32(value) for value in values]  # type: ignore[attr-defined]


def pdq(case: Case) -> Output:
    found = pdq_with_coefficients(*pixels(case))
    return {
        "hash": found.encoding().hex(),
        "quality": found.quality,
        "coefficients": coefficients(found.coefficients),
        "median": forms.float32(found.median),
    }


def short_key(case: Case) -> Output:
    return {"key": perceptual_key(case.profile().short_key(case.bytes("hash"))).hex()}


def variants(case: Case) -> Output:
    return {name: variant(case.bytes("hash"), name).hex() for name in VARIANTS}


def cells(case: Case) -> Output:
    made = raster(*pixels(case)).tobytes()
    return {
        "digest": blake2b_256(made).hex(),
        "first": made[:16].hex(),
        "last": made[-16:].hex(),
        "diagonal": made[:: 257 * 17].hex(),
    }


def under_hypothesis(case: Case) -> Output:
    picture, hypothesis = Picture.of(*pixels(case)), Hypothesis.decode(case.bytes("hypothesis"))
    hypothesis.check()
    found, _ = hypothesis_coefficients(picture.fingerprint, picture.raster, hypothesis)
    return {"coefficients": coefficients(found)}


def keys_of_picture(case: Case) -> Output:
    profile = case.profile()
    profile.check()
    picture = Picture.of(*pixels(case))
    found = probes(picture, profile, case["separation"])
    own = own_key(picture, profile, found)
    return {"keys": [key.hex() for key in found], "asSent": own and own.hex()}


def what_was_put_on(case: Case) -> Output:
    return forms.marks(raster(*pixels(case)))


def masks_of_scores(case: Case) -> Output:
    return {"masks": forms.masks(forms.patched(case["scores"]))}


def hash_of_payload(case: Case) -> Output:
    return {"hash": probed_hash(Picture.of(*pixels(case)), case.profile()).hex()}


def hash_of_source(case: Case) -> Output:
    found = hash_without_marks(Picture.of(*pixels(case)), case.profile(), case["separation"])
    return {"withoutMarks": None if found is None else {"hash": found[0].hex(), "quality": found[1]}}


def keys_by_costs(case: Case) -> Output:
    costs = [np.frombuffer(margin, dtype="<f4")[0] for margin in case.all_bytes("margins")]
    return {"keys": forms.words(found for _, found in nearest_keys(case.word("key"), costs, case["count"]))}


def sample_of_video(case: Case) -> Output:
    found = sample(*pixels(case)).fingerprint
    return {
        "hash": found.encoding().hex(),
        "quality": found.quality,
        "coefficients": coefficients(found.coefficients),
    }


def chosen_samples(case: Case) -> Output:
    hashes = [int.from_bytes(one.bytes("hash"), "big") for one in case.cases("samples")]
    qualities = [one["quality"] for one in case.cases("samples")]
    return {
        "chosen": [{"sample": choice.index, "score": choice.score} for choice in sent(hashes, qualities)],
        "line": listed(hashes, qualities),
    }


def keys_of_video(case: Case) -> Output:
    frames = [sample(*pixels(one)) for one in case.cases("samples")]
    return {"keys": [key.hex() for key in video_probes(frames, case.profile(), case["separation"])]}


FINGERPRINT = {
    "PDQ": pdq,
    "ShortKey": short_key,
    "Variants": variants,
    "Raster": cells,
    "Hypothesis": under_hypothesis,
    "Marks": what_was_put_on,
    "Masks": masks_of_scores,
    "Probes": keys_of_picture,
    "ProbedHash": hash_of_payload,
    "WithoutMarks": hash_of_source,
    "NearestKeys": keys_by_costs,
    "Sample": sample_of_video,
    "ChosenSamples": chosen_samples,
    "VideoProbes": keys_of_video,
}
