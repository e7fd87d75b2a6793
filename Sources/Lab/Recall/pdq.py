"""PDQ's grid as a linear map of the luma, for two scaling rules, and its coefficients.

PDQ blurs the luma twice by a box, takes 64 x 64 samples and a 16 x 16 part of their DCT. Blur and sampling are linear
and
separable, so a rule is one sparse 64 x N matrix for each side N. That is some ten times faster than pdqhash on large
pictures and
lets us compare rules. check() compares the "native" rule with pdqhash itself.

native     pdqhash and python-threatexchange: the picture's own size
meta       Meta's C++ command line: a picture with a side above 512 is first reduced to 512 x 512 by the nearest pixel

raster() reduces a picture to 256 x 256 exact means. It does not depend on the picture's size, and client hypotheses
start from it.
"""

import functools

import numpy as np
import scipy.sparse

ANGLES = np.pi * np.outer(np.arange(1, 17), 2 * np.arange(64) + 1) / 128
COSINES = (np.sqrt(2 / 64) * np.cos(ANGLES)).astype(np.float32)
SINES = (np.sqrt(2 / 64) * np.sin(ANGLES)).astype(np.float32)


def box(size):
    """Means over PDQ's window, the part of it that lies inside."""
    window = -(-size // 128)
    places = np.arange(size)
    low = np.maximum(places - (window - 1 - window // 2), 0)
    high = np.minimum(places + window // 2, size - 1)
    counts = high - low + 1
    columns = np.concatenate([np.arange(l, h + 1) for l, h in zip(low, high)])
    return scipy.sparse.csr_matrix(
        (np.repeat(1.0 / counts, counts), (np.repeat(places, counts), columns)), shape=(size, size)
    )


def select(size, places):
    return scipy.sparse.csr_matrix((np.ones(len(places)), (np.arange(len(places)), places)), shape=(len(places), size))


def area(size, parts):
    """Exact means over `parts` equal intervals of a line of `size` pixels."""
    edges = np.arange(parts + 1) * size / parts
    rows, columns, values = [], [], []
    for row in range(parts):
        low, high = edges[row], edges[row + 1]
        for pixel in range(int(np.floor(low)), int(np.ceil(high))):
            overlap = min(high, pixel + 1) - max(low, pixel)
            if overlap > 0:
                rows.append(row)
                columns.append(min(max(pixel, 0), size - 1))
                values.append(overlap / (high - low))
    return scipy.sparse.csr_matrix((values, (rows, columns)), shape=(parts, size))


@functools.lru_cache(maxsize=4096)
def side(rule, size):
    if rule == "native":
        if size == 64:
            return scipy.sparse.identity(64, format="csr", dtype=np.float32)
        blur = box(size)
        return (select(size, (2 * np.arange(64) + 1) * size // 128) @ blur @ blur).astype(np.float32).tocsr()
    if rule == "meta":
        return (side("native", 512) @ select(size, np.arange(512) * size // 512)).astype(np.float32).tocsr()
    raise ValueError(rule)


def grid(luma, rule):
    height, width = luma.shape
    if rule == "meta" and height <= 512 and width <= 512:
        rule = "native"
    rows = side(rule, height) @ luma
    return np.ascontiguousarray((side(rule, width) @ rows.T).T)


@functools.lru_cache(maxsize=4096)
def means(size):
    return area(size, 256).astype(np.float32)


def raster(luma):
    """256 x 256 means of equal areas of the picture, rounded to whole grey levels."""
    rows = means(luma.shape[0]) @ luma
    return np.rint((means(luma.shape[1]) @ rows.T).T).clip(0, 255).astype(np.uint8)


def coefficients(grids, rows=COSINES, columns=COSINES):
    """... x 64 x 64 -> ... x 256, in the order of the hash's bits."""
    values = rows @ np.asarray(grids, dtype=np.float32) @ columns.T
    return values.reshape(values.shape[:-2] + (256,))


def quality(cells):
    cells = np.asarray(cells, dtype=np.float32)
    total = (
        np.abs(np.trunc((cells[1:] - cells[:-1]) * 100 / 255)).sum()
        + np.abs(np.trunc((cells[:, 1:] - cells[:, :-1]) * 100 / 255)).sum()
    )
    return int(min(100, total // 90))


def median(values):
    return np.partition(values, 127, axis=-1)[..., 127:128]


def bits(values):
    return values > median(values)


def luma(picture):
    return np.asarray(picture.convert("L"), dtype=np.float32)


def exact_luma(picture):
    rgb = np.asarray(picture.convert("RGB"), dtype=np.float32)
    return rgb @ np.array([0.299, 0.587, 0.114], dtype=np.float32)


def check(picture):
    """Bits in which the fast native rule differs from pdqhash."""
    import pdqhash

    values, _ = pdqhash.compute_float(np.ascontiguousarray(np.asarray(picture.convert("RGB"))))
    theirs = np.array(values[::-1], dtype=np.float32)
    return int(np.count_nonzero(bits(theirs) ^ bits(coefficients(grid(exact_luma(picture), "native")))))
