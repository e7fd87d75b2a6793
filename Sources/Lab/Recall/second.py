"""A second look at a picture, of another kind than the key: what a client could send and a reveal could compare.

All start from the raster of Docs/Protocol.md, 5.11 (256 x 256 whole luma means), which each client computes anyway.

PDQ         the 256 bits that a payload has today; distance
thumbnail   16 x 16 means, a byte each; correlation
small one   the same with 4 bits each
dHash       16 rows of 17 means, whether one is greater than its left neighbour; distance
block hash  16 x 16 means, whether one is above the median of its four rows; distance
edge map    16 x 16 means of the logarithm of the slope on 128 x 128 cells, a byte each; correlation
"""

import numpy as np

import pdq

# name, bytes in a payload, whether more is nearer
CHECKS = (
    ("PDQ", 0, False),
    ("thumbnail", 256, True),
    ("small thumbnail", 128, True),
    ("dHash", 32, False),
    ("block hash", 32, False),
    ("edge map", 256, True),
)
COLUMNS17 = pdq.area(256, 17).toarray().astype(np.float32)
FLAT = 1.0  # grey levels: a slope below it is none


def halves(rasters, parts):
    """Means of parts x parts equal blocks of ... x n x n cells."""
    side = rasters.shape[-1] // parts
    shape = rasters.shape[:-2] + (parts, side, parts, side)
    return np.asarray(rasters, dtype=np.float32).reshape(shape).mean((-3, -1))


def slopes(cells):
    """... x 128 x 128 -> the length of the slope, and its two parts; the last row and column have none."""
    across, down = np.zeros_like(cells), np.zeros_like(cells)
    across[..., :, :-1] = cells[..., :, 1:] - cells[..., :, :-1]
    down[..., :-1, :] = cells[..., 1:, :] - cells[..., :-1, :]
    return np.sqrt(across**2 + down**2 + FLAT**2), across, down


def looks(rasters):
    """... x 256 x 256 -> what each check would send, but for PDQ."""
    thumbnail = halves(rasters, 16)
    rows = halves(np.asarray(rasters, dtype=np.float32), 256)
    lines = rows.reshape(rows.shape[:-2] + (16, 16, 256)).mean(-2) @ COLUMNS17.T
    bands = thumbnail.reshape(thumbnail.shape[:-2] + (4, 64))
    length = slopes(halves(rasters, 128))[0]
    return {
        "thumbnail": np.rint(thumbnail),
        "small thumbnail": np.rint(thumbnail / 17),
        "dHash": lines[..., 1:] > lines[..., :-1],
        "block hash": (bands > np.median(bands, axis=-1, keepdims=True)).reshape(thumbnail.shape),
        "edge map": halves(np.log2(length), 16),
    }


def correlation(a, b):
    """Of the last two axes; 0 where one of them is flat."""
    a = a - a.mean((-2, -1), keepdims=True)
    b = b - b.mean((-2, -1), keepdims=True)
    under = np.sqrt((a**2).sum((-2, -1)) * (b**2).sum((-2, -1)))
    return np.where(under > 1e-6, (a * b).sum((-2, -1)) / np.maximum(under, 1e-6), 0.0)


def compare(ours, theirs):
    """Check -> how near: a correlation, or a number of other bits."""
    result = {}
    for name, _, nearer in CHECKS:
        if name in ours:
            a, b = ours[name], theirs[name]
            result[name] = correlation(a, b) if nearer else (a != b).sum((-2, -1))
    return result


def passes(name, value, threshold):
    nearer = next(more for check, _, more in CHECKS if check == name)
    return value >= threshold if nearer else value <= threshold
