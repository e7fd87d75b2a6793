"""An exploration, no profile: what a listed key may have been, given a copy of which a part is not to be believed.

PDQ's coefficients c are linear in the grid x of 64 x 64 luma means, and a natural x is taken as Gaussian: its DCT has
independent coefficients whose variance falls with frequency (measured on originals of the design part, or 1/f²). Let u
be the cells that a hypothesis calls unknown. With Q, the inverse of the covariance, the mean of x_u given the others is
x_u - Q_uu^-1 (Qx)_u and its covariance s² Q_uu^-1. So a hypothesis takes D_u Q_uu^-1 (Qx)_u from the coefficients as
sent, and adds s² D_u Q_uu^-1 D_u' to what is uncertain about them. s² is the picture's own scale.

A bit of the key is the sign of a coefficient less the median. Each hypothesis gives each bit a probability, and a
gate, fitted on the design part by maximum likelihood of the true key, gives each hypothesis its weight, from what the
copy looks like. Probes are the likeliest keys of the mixture. All costs are nats.
"""

import functools

import numpy as np

import pdq
import scheme

SIDE = 64
ALL_COSINES = np.sqrt(2 / SIDE) * np.cos(np.pi * np.outer(np.arange(SIDE), 2 * np.arange(SIDE) + 1) / (2 * SIDE))
ALL_COSINES[0] = np.sqrt(1 / SIDE)
# Of the luma: what rounding, coding and small marks leave uncertain anyway, so that fine frequencies count little.
FLOOR = 4.0


def spectrum(grids):
    """Mean energy of each DCT coefficient, each picture scaled to one energy."""
    energy = (ALL_COSINES @ np.asarray(grids, dtype=np.float64) @ ALL_COSINES.T) ** 2
    energy[:, 0, 0] = 0
    energy /= energy.sum((1, 2), keepdims=True)
    return energy.mean(0)


def power_law(measured, exponent=None):
    """The energies c·f^-exponent that fit the measured ones, and the exponent."""
    i, j = np.mgrid[0:SIDE, 0:SIDE]
    frequency = np.hypot(i, j)
    inside = (frequency > 0) & (frequency <= 24)
    logs = np.log(frequency[inside]), np.log(measured[inside])
    if exponent is None:
        exponent = -np.polyfit(*logs, 1)[0]
    level = np.exp(np.mean(logs[1] + exponent * logs[0]))
    frequency[0, 0] = 0.5
    return level * frequency**-exponent, exponent


class Prior:
    """`energies` sum to about one; a picture's scale is the variance of its grid."""

    def __init__(self, energies, typical=2500.0):
        self.energies = energies * SIDE * SIDE + FLOOR * np.ones((SIDE, SIDE)) / typical
        self.inverse = 1 / self.energies
        basis = ALL_COSINES.astype(np.float32)
        # Q[(y, x), (y', x')], through the DCT: 64 MB.
        rows = np.einsum("iy,iz,ij->yzj", basis, basis, self.inverse.astype(np.float32), optimize=True)
        full = np.einsum("yzj,jx,jw->yxzw", rows, basis, basis, optimize=True)
        self.precision = full.reshape(SIDE * SIDE, SIDE * SIDE)

    def whiten(self, grids):
        """n x 64 x 64 -> Qx of the grids less their mean."""
        x = grids - grids.mean((1, 2), keepdims=True)
        return ALL_COSINES.T @ (self.inverse * (ALL_COSINES @ x @ ALL_COSINES.T)) @ ALL_COSINES


class Mask:
    """Cells that a hypothesis does not believe, as rectangles (top, left, bottom, right) of the grid."""

    def __init__(self, family, boxes):
        self.family = family
        flags = np.zeros((SIDE, SIDE), dtype=bool)
        for top, left, bottom, right in boxes:
            flags[top:bottom, left:right] = True
        self.boxes, self.flags = boxes, flags
        self.shape = (family, tuple(sorted((bottom - top, right - left) for top, left, bottom, right in boxes)))
        self.cells = np.flatnonzero(flags)

    def fit(self, prior, positions):
        """What depends on the prior: the map from (Qx)_u to what leaves the coefficients, and their variance."""
        inverse = np.linalg.inv(prior.precision[np.ix_(self.cells, self.cells)].astype(np.float64))
        y, x = np.divmod(self.cells, SIDE)
        basis = (pdq.COSINES[:, None, y] * pdq.COSINES[None, :, x]).reshape(256, -1).astype(np.float64)
        self.inverse = inverse.astype(np.float32)
        self.map = (basis @ inverse).astype(np.float32)
        self.variance = ((basis @ inverse) * basis).sum(1)[positions].astype(np.float32)
        return self


def bands():
    for rows in (4, 6, 8, 11):
        yield Mask("band", [(0, 0, rows, SIDE)])
        yield Mask("band", [(SIDE - rows, 0, SIDE, SIDE)])
    for rows in (6, 8):
        yield Mask("two bands", [(0, 0, rows, SIDE), (SIDE - rows, 0, SIDE, SIDE)])


def corners():
    for high, wide in ((7, 6), (11, 9), (6, 18), (15, 15)):
        for top in (0, SIDE - high):
            for left in (0, SIDE - wide):
                yield Mask("corner", [(top, left, top + high, left + wide)])


def frames():
    yield Mask("frame", [(0, 0, 1, SIDE), (SIDE - 1, 0, SIDE, SIDE), (0, 0, SIDE, 1), (0, SIDE - 1, SIDE, SIDE)])
    for high, wide in ((3, 3), (6, 5)):
        edges = [(y, x) for y in (0, SIDE - high) for x in (0, SIDE - wide)]
        yield Mask("frame", [(y, x, y + high, x + wide) for y, x in edges])


def places():
    """Boxes anywhere else: stickers, hidden faces. Only the most suspicious of them are hypotheses."""
    for high, wide, step in ((9, 8, 4), (14, 13, 6), (6, 20, 6)):
        for top in range(2, SIDE - high - 1, step):
            for left in range(2, SIDE - wide - 1, step):
                yield Mask("place", [(top, left, top + high, left + wide)])


@functools.lru_cache(maxsize=None)
def axis(low, high):
    """16 x 256: PDQ's cosines of a line that lost `low` and `high` (parts of it) at its two ends. The nearest cell
    stands for what is lost.
    """
    weights = np.zeros((SIDE, scheme.SIDE))
    whole = scheme.SIDE / (1 - low - high)  # the original's length in cells of the copy
    for i in range(SIDE):
        place = (i + 0.5) / SIDE * whole - low * whole + 157 / scheme.UNIT
        for cell in range(int(place) - 4, int(place) + 5):
            weight = scheme.REACH / scheme.UNIT - abs(cell + 0.5 - place)
            if weight > 0:
                weights[i, min(max(cell, 0), scheme.SIDE - 1)] += weight
    return (pdq.COSINES @ (weights / weights.sum(1, keepdims=True))).astype(np.float32)


# Cut edges, as parts of the copy's side that are missing at its two ends.
CUTS = ((0.0, 0.0), (0.005, 0.005), (0.01, 0.01), (0.004, 0.016), (0.016, 0.004))


def cut_coefficients(rasters):
    """n x 256 x 256 -> n x 24 x 256: each pair of cuts but none."""
    values = np.asarray(rasters, dtype=np.float32)
    result = []
    for a in CUTS:
        rows = axis(*a) @ values
        for b in CUTS:
            if (a, b) != (CUTS[0], CUTS[0]):
                result.append((rows @ axis(*b).T).reshape(len(values), 256))
    return np.stack(result, 1)


FAMILIES = ("as it is", "tone", "vignette", "cut", "band", "two bands", "corner", "frame", "place", "bright", "dark")
# Undone: an S curve of this strength (drawn.curve; less than 0: there was one), and a vignette (drawn.vignette).
CURVES = (-0.6, -0.3, 0.4)
VIGNETTES = ((0.25, 0.0), (0.5, 0.0), (0.35, -0.4))
LIFTS = (("bright", 12.0), ("bright", 28.0), ("bright", 50.0), ("dark", -15.0))
SUSPECTS = 4
FEATURES = 6  # of a hypothesis: one, and five of what the copy looks like


FAR = np.add.outer(*[((2 * np.arange(scheme.SIDE) + 1) / scheme.SIDE - 1) ** 2] * 2).astype(np.float32) / 2


def bent(bend):
    """256 values: an S curve, or what undoes one roughly."""
    t = np.arange(256) / 255
    return (255 * (t - bend * np.sin(2 * np.pi * t) / (2 * np.pi))).astype(np.float32)


def hardness(rasters):
    """n x 64 x 64: the log of the greatest step in each cell, less that which one cell in a hundred reaches."""
    values = np.asarray(rasters, dtype=np.int16)
    steps = np.zeros(values.shape, dtype=np.int16)
    steps[:, 1:] = np.abs(values[:, 1:] - values[:, :-1])
    steps[:, :, 1:] = np.maximum(steps[:, :, 1:], np.abs(values[:, :, 1:] - values[:, :, :-1]))
    cells = np.log(1.0 + steps.reshape(-1, SIDE, 4, SIDE, 4).max((2, 4)))
    return (cells - np.percentile(cells, 99, axis=(1, 2), keepdims=True)).astype(np.float32)


class Copies:
    """For n copies: margins (n x H x b, signed, about the median), their scales (n x H x b), each hypothesis' family
    (n x H) and features (n x H x FEATURES).
    """

    def __init__(self, margins, scales, family, features):
        self.margins, self.scales, self.family, self.features = margins, scales, family, features

    @classmethod
    def joined(cls, parts):
        return cls(
            *(np.concatenate([getattr(p, n) for p in parts]) for n in ("margins", "scales", "family", "features"))
        )


class Decoder:
    """Scales of what it prepares are of what is unknown alone; noisy() adds the rest."""

    def __init__(self, prior, positions):
        self.prior, self.positions = prior, np.asarray(positions)
        self.fixed = [mask.fit(prior, self.positions) for mask in [*bands(), *corners(), *frames()]]
        self.places = [mask.fit(prior, self.positions) for mask in places()]
        weights, sums = scheme.taps(157, scheme.UNIT)
        self.taps = (weights / sums[:, None]).astype(np.float32)

    def grids(self, rasters):
        return self.taps @ np.asarray(rasters, dtype=np.float32) @ self.taps.T

    def through(self, values):
        return pdq.coefficients(self.grids(values))

    def suspicion(self, mask, grids, white, total, edges):
        """Of the cells of a mask: how badly they fit the others, for the picture's own scale; how flat they are; how
        hard the hardest edge in them is for this picture. Also the picture's scale without them, and their part of Qx.
        """
        inside = white.reshape(len(white), -1)[:, mask.cells]
        distance = np.maximum(((inside @ mask.inverse) * inside).sum(1), 0)
        scale = np.maximum(total - distance, 1e-6 * total) / (SIDE * SIDE - len(mask.cells))
        misfit = np.log(np.maximum(distance / len(mask.cells) / scale, 1e-3))
        cells = grids.reshape(len(grids), -1)[:, mask.cells]
        flat = (np.abs(cells - np.median(cells, 1, keepdims=True)) <= 6).mean(1)
        hard = edges.reshape(len(edges), -1)[:, mask.cells].max(1)
        return misfit, flat, hard, scale, inside

    def copies(self, sent, rasters, clipped, only=None):
        """`only`: families to keep; all if None."""
        keep = lambda family: only is None or family in only
        number = len(sent)
        bases = np.stack([sent, *(scheme.coefficients(rasters, shift, scheme.UNIT, 0) for shift in (0, 315))], 1)
        grids = self.grids(rasters)
        white = self.prior.whiten(grids).astype(np.float32)
        total = np.maximum((white * (grids - grids.mean((1, 2), keepdims=True))).sum((1, 2)), 1e-3)
        base_scale = np.zeros((number, len(self.positions)), dtype=np.float32)
        margins, scales, families, features = [], [], [], []

        def add(values, family, scale, columns=(), copies_of=1):
            """`copies_of`: into how many hypotheses the family's weight is cut."""
            margins.append(scheme.centred(values)[:, self.positions])
            scales.append(scale.astype(np.float32))
            families.append(np.full(number, FAMILIES.index(family)))
            row = np.zeros((number, FEATURES), dtype=np.float32)
            row[:, 0] = 1
            for place, column in enumerate(columns, 1):
                row[:, place] = column
            features.append((row, np.log(copies_of)))

        for base in range(3):
            add(bases[:, base], "as it is", base_scale, (), 3)
        if keep("tone"):
            for tone in (1, -1):
                add(scheme.coefficients(rasters, 157, scheme.UNIT, tone), "tone", base_scale, (), 2 + len(CURVES))
            for bend in CURVES:
                add(self.through(bent(bend)[rasters]), "tone", base_scale, (), 2 + len(CURVES))
        if keep("vignette"):
            for strength, bend in VIGNETTES:
                changed = bent(bend)[rasters] if bend else np.asarray(rasters, dtype=np.float32)
                add(self.through(changed / (1 - strength * FAR)), "vignette", base_scale, (), len(VIGNETTES))
        if keep("cut"):
            cut = cut_coefficients(rasters)
            for place, (a, b) in enumerate([(a, b) for a in CUTS for b in CUTS][1:]):
                shape = ((sum(a) + sum(b)) / 0.04, (abs(a[0] - a[1]) + abs(b[0] - b[1])) / 0.024)
                add(cut[:, place], "cut", base_scale, shape, cut.shape[1])

        def add_mask(family, delta, variance, suspicions):
            misfit, flat, relative, hard, scale = suspicions
            spread = np.sqrt(variance * scale[:, None])
            for base in range(3):
                add(bases[:, base] - delta, family, spread, (misfit, flat, misfit * flat, relative, hard), 3)

        edges = hardness(rasters)
        chosen = [mask for mask in self.fixed if keep(mask.family)]
        found = [self.suspicion(mask, grids, white, total, edges) for mask in chosen]
        for mask, (misfit, flat, hard, scale, inside) in zip(chosen, found):
            # Natural corners of one picture are alike: how much this one differs from the others of its shape.
            others = [f[0] for m, f in zip(chosen, found) if m is not mask and m.shape == mask.shape]
            relative = misfit - np.mean(others, 0) if others else np.zeros(number)
            told = (misfit, flat, relative, hard, scale)
            add_mask(mask.family, inside @ mask.map.T, mask.variance[None], told)
        if keep("place"):
            found = [self.suspicion(mask, grids, white, total, edges) for mask in self.places]
            misfits = np.stack([row[0] for row in found], 1)
            usual = np.median(misfits, 1)
            order = np.argsort(-misfits, 1, kind="stable")[:, :SUSPECTS]
            for rank in range(SUSPECTS):
                delta = np.zeros((number, 256), dtype=np.float32)
                variance = np.zeros((number, len(self.positions)), dtype=np.float32)
                told = [np.zeros(number, dtype=np.float32) for _ in range(5)]
                for place in np.unique(order[:, rank]):
                    rows = np.flatnonzero(order[:, rank] == place)
                    mask, (misfit, flat, hard, scale, inside) = self.places[place], found[place]
                    delta[rows] = inside[rows] @ mask.map.T
                    variance[rows] = mask.variance
                    for to, value in zip(told, (misfit, flat, misfit - usual, hard, scale)):
                        to[rows] = value[rows]
                add_mask("place", delta, variance, told)
        for family, lift in LIFTS:
            if keep(family):
                map_of = clipped[:, 0 if lift > 0 else 1].astype(np.float32) / 255
                part = map_of.mean((1, 2))
                delta = lift * pdq.coefficients(map_of)
                spread = np.abs(0.3 * delta[:, self.positions])
                shape = (np.log(part + 0.003), part, np.full(number, abs(lift) / 30))
                for base in range(3):
                    add(bases[:, base] + delta, family, spread, shape, 3)
        rows = np.stack([row for row, _ in features], 1)
        self.shares = np.array([share for _, share in features], dtype=np.float32)
        return Copies(np.stack(margins, 1), np.stack(scales, 1), np.stack(families, 1), rows)


def noisy(copies, units, noise, part):
    """Scales with the noise of coding and resizing, a part of the picture's spread, and `part` of those prepared."""
    scales = np.sqrt((part * copies.scales) ** 2 + (noise * units[:, None, None]) ** 2).astype(np.float32)
    return Copies(copies.margins, scales, copies.family, copies.features)


def chances(copies):
    """-log of the chance of each bit as read, and the cost of a flip: a flip has chance exp(-margin / scale) / 2."""
    far = np.abs(copies.margins) / copies.scales
    flip = 0.5 * np.exp(-far)
    return -np.log1p(-flip), np.log1p(-flip) - np.log(np.maximum(flip, 1e-30))


def likelihood(copies, keys):
    """log of the chance of the true key under each hypothesis. keys: n x b of bool."""
    right, cost = chances(copies)
    wrong = (copies.margins > 0) != keys[:, None]
    return -(right.sum(2) + (wrong * cost).sum(2))


def gate_logits(copies, shares, weights):
    """log weight of each hypothesis. weights: families x FEATURES."""
    logits = (weights[copies.family] * copies.features).sum(2) - shares
    top = logits.max(1, keepdims=True)
    return logits - top - np.log(np.exp(logits - top).sum(1, keepdims=True))


def fit_gate(copies, shares, keys, importance, floor=14.0, ridge=0.02, steps=120):
    """Weights of the gate: maximum likelihood of the true keys. What is less likely than exp(-floor) is given up."""
    import scipy.optimize

    log_keys = likelihood(copies, keys)
    one_hot = np.eye(len(FAMILIES), dtype=np.float32)[copies.family]

    def loss(flat):
        weights = flat.reshape(len(FAMILIES), FEATURES)
        logs = gate_logits(copies, shares, weights)
        joint = logs + log_keys
        top = np.maximum(joint.max(1), -floor)
        sums = np.exp(joint - top[:, None])
        total = sums.sum(1) + np.exp(-floor - top)
        value = -(importance * (np.log(total) + top)).sum()
        change = sums / total[:, None] - np.exp(logs) * (sums.sum(1) / total)[:, None]
        slope = -np.einsum("n,nh,nhf,nhk->fk", importance, change, one_hot, copies.features, optimize=True)
        return value + ridge * (flat**2).sum(), slope.ravel().astype(np.float64) + 2 * ridge * flat

    start = np.zeros((len(FAMILIES), FEATURES))
    start[1:, 0] = -2
    start[0, 1:] = 0
    best = scipy.optimize.minimize(loss, start.ravel(), jac=True, method="L-BFGS-B", options={"maxiter": steps})
    return best.x.reshape(len(FAMILIES), FEATURES).astype(np.float32), float(best.fun)


def probes(copies, shares, weights, count, separation, hypotheses=24, most=800):
    """n x count keys, the likeliest first, and how many there are. Of each copy only its likeliest hypotheses count."""
    logs = gate_logits(copies, shares, weights)
    right, cost = chances(copies)
    start = right.sum(2) - logs
    order = np.argsort(start, 1, kind="stable")[:, :hypotheses]
    keys, costs = [], []
    signed = np.where(copies.margins > 0, cost, -cost).astype(np.float32)
    rows = np.arange(len(signed))
    for rank in range(order.shape[1]):
        chosen = order[:, rank]
        found, totals = scheme.lists(signed[rows, chosen], count)
        keys.append(found)
        costs.append(totals + start[rows, chosen][:, None])
    keys, costs = np.concatenate(keys, 1), np.concatenate(costs, 1)
    if keys.shape[1] > most:
        kept = np.argpartition(costs, most - 1, axis=1)[:, :most]
        keys, costs = np.take_along_axis(keys, kept, 1), np.take_along_axis(costs, kept, 1)
    # A key that several hypotheses find likely is likelier than by the best of them.
    chosen = order[:, :, None]
    cost = np.take_along_axis(cost, chosen, 1)
    ones = np.take_along_axis(copies.margins, chosen, 1) > 0
    start = np.take_along_axis(start, order, 1) + (cost * ones).sum(2)
    change = np.where(ones, -cost, cost).astype(np.float32)  # of a bit that is one
    bits = (keys[:, :, None] >> np.arange(cost.shape[2], dtype=np.uint64) & np.uint64(1)).astype(np.float32)
    each = bits @ change.transpose(0, 2, 1) + start[:, None]
    least = each.min(2)
    return scheme.merge(keys, least - np.log(np.exp(least[:, :, None] - each).sum(2)), count, separation)
