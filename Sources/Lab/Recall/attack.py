"""Changes a picture so that it escapes, or meets a key: the least change of luma that is found.

What a client computes of a picture is linear in its luma, but for roundings: PDQ's coefficients, and the coarse means
that some second looks start from. So an attacker who has the program looks for the smallest change D, in the sense of
squares, with which the coefficients lie on the wanted sides of the median. D has SIDE x SIDE cells, is enlarged
bilinearly and added to all three channels, whose values stay in 0 ... 255. What clipping and rounding take away is
measured and asked for again. A result counts if the picture as saved, and its JPEG 75, both do what is wanted by the
exact rules.

The change that is found is an upper bound of what is needed: the bits that may stay wrong are chosen one by one, and
the last checks are not linear.
"""

import functools
import time

import numpy as np
import scipy.ndimage
import scipy.optimize

import pdq
import scheme
import second
import transforms

PENALTY = 1000.0  # of a coefficient's missing part, squared, against the change's own square
MARGIN = 3.0  # by which coefficients are pushed past the median at first: more than JPEG 75 moves most of them
GROWTH = 1.5
ROUNDS = 6
NEAR = 31  # PDQ's own rule


@functools.lru_cache(maxsize=256)
def enlarge(size, cells):
    """size x cells: bilinear between the middles of cells, constant beyond the outermost."""
    places = np.clip((np.arange(size) + 0.5) * cells / size - 0.5, 0, cells - 1)
    low = np.minimum(places.astype(int), cells - 2)
    part = (places - low).astype(np.float32)
    matrix = np.zeros((size, cells), dtype=np.float32)
    matrix[np.arange(size), low] = 1 - part
    matrix[np.arange(size), low + 1] = part
    return matrix


class State:
    """What a client computes of a picture."""

    def __init__(self, picture):
        grid = pdq.grid(pdq.exact_luma(picture), "native")
        self.sent = pdq.coefficients(grid)
        self.quality = pdq.quality(grid)
        self.raster = pdq.raster(pdq.luma(picture))
        self.bits = pdq.bits(self.sent)
        self.median = float(pdq.median(self.sent)[0])

    @functools.cached_property
    def looks(self):
        return {**second.looks(self.raster), "PDQ": self.bits.reshape(16, 16)}

    def margins(self, profile):
        return np.array(
            [
                scheme.centred(self.sent if kind == "as sent" else scheme.coefficients(self.raster, shift, zoom, tone))[
                    profile.positions
                ]
                for kind, shift, zoom, tone, _ in profile.hypotheses
            ]
        )

    def unit(self):
        return scheme.spread(scheme.centred(self.sent))

    def probes(self, profile):
        if self.quality < profile.probe_quality:
            return []
        return scheme.probes(self.margins(profile), self.unit(), profile)


class Target:
    """A listed picture, or what an attacker needs of it: its hash, and what second looks it would give."""

    def __init__(self, bits, raster, profile):
        self.bits = bits
        self.looks = {**second.looks(raster), "PDQ": bits.reshape(16, 16)}
        self.key = int(scheme.words(bits[profile.positions]))


class Bare:
    """A listed hash, or no more than a key, without a picture: what somebody has who has the list alone."""

    def __init__(self, bits, key=None):
        self.bits, self.key, self.looks = bits, key, {}

    @classmethod
    def of(cls, key, profile):
        bits = np.zeros(256, dtype=bool)
        bits[profile.positions] = [key >> place & 1 for place in range(len(profile.positions))]
        return cls(bits, key)


class Subject:
    """A picture that is changed, and how D moves what is computed of it."""

    def __init__(self, picture, cells=64):
        self.picture, self.cells = picture, cells
        self.pixels = np.asarray(picture, dtype=np.float32)
        height, width = self.pixels.shape[:2]
        self.tall, self.wide = enlarge(height, cells), enlarge(width, cells)
        self.left = pdq.COSINES @ (pdq.side("native", height) @ self.tall)
        self.right = pdq.COSINES @ (pdq.side("native", width) @ self.wide)
        self.rows, self.columns = pdq.means(height) @ self.tall, pdq.means(width) @ self.wide
        self.start = State(picture)
        # How far a unit of change can move each coefficient.
        self.reach = np.outer(np.linalg.norm(self.left, axis=1), np.linalg.norm(self.right, axis=1)).ravel()

    def change(self, cells):
        """The changed picture. Parts of grey levels are rounded by lot, so that faint changes do not vanish."""
        lot = np.random.default_rng(1).random(self.pixels.shape[:2], dtype=np.float32)
        full = self.pixels + (self.tall @ cells @ self.wide.T)[..., None]
        return transforms.Image.fromarray(np.floor(full + lot[..., None]).clip(0, 255).astype(np.uint8))


class Bits:
    """Coefficients of these indices on these sides (+1, -1) of the median."""

    def __init__(self, subject, indices, signs, margin=MARGIN):
        self.subject, self.indices, self.margin = subject, np.asarray(indices), margin
        self.signs = np.asarray(signs, dtype=np.float32)
        self.base, self.median = subject.start.sent.copy(), subject.start.median

    def predicted(self, cells):
        return self.base + (self.subject.left @ cells @ self.subject.right.T).ravel()

    def cost(self, cells):
        missing = self.margin - self.signs * (self.predicted(cells)[self.indices] - self.median)
        missing = np.maximum(missing, 0)
        slope = np.zeros(256, dtype=np.float32)
        slope[self.indices] = -PENALTY * self.signs * missing
        return PENALTY / 2 * float(missing @ missing), self.subject.left.T @ slope.reshape(16, 16) @ self.subject.right

    def correct(self, cells, state):
        self.base += state.sent - self.predicted(cells)
        self.median = state.median
        self.margin *= GROWTH


class Lines:
    """dHash with at most `wrong` bits other than the target's: those that are dearest stay as they are."""

    def __init__(self, subject, bits, wrong):
        self.subject, self.margin = subject, 0.5
        self.up = subject.rows.reshape(16, 16, -1).mean(1)
        self.across = second.COLUMNS17 @ subject.columns
        self.across = self.across[1:] - self.across[:-1]
        self.signs = np.where(bits, 1.0, -1.0).astype(np.float32)
        self.base = self.actual(subject.start)
        order = np.argsort((self.signs * self.base).ravel())
        self.asked = np.ones(256, dtype=np.float32)
        self.asked[order[: max(0, wrong - 6)]] = 0  # six are kept for what JPEG flips
        self.asked = self.asked.reshape(16, 16)

    def actual(self, state):
        lines = state.raster.astype(np.float32).reshape(16, 16, 256).mean(1) @ second.COLUMNS17.T
        return lines[:, 1:] - lines[:, :-1]

    def predicted(self, cells):
        return self.base + self.up @ cells @ self.across.T

    def cost(self, cells):
        missing = np.maximum(self.margin - self.signs * self.predicted(cells), 0) * self.asked
        weight = 100 * PENALTY
        return weight / 2 * float((missing**2).sum()), self.up.T @ (-weight * self.signs * missing) @ self.across

    def correct(self, cells, state):
        self.base += self.actual(state) - self.predicted(cells)
        self.margin *= 1.25


class Likeness:
    """A correlation of at least `least` with the target's thumbnail, or edge map."""

    def __init__(self, subject, look, least, edges):
        self.subject, self.least, self.edges, self.weight = subject, least, edges, None
        parts = 128 if edges else 16
        self.up = subject.rows.reshape(parts, 256 // parts, -1).mean(1)
        self.across = subject.columns.reshape(parts, 256 // parts, -1).mean(1)
        look = look - look.mean()
        self.look = (look / np.linalg.norm(look)).astype(np.float32)
        self.base = self.actual(subject.start)

    def actual(self, state):
        return second.halves(state.raster, 128 if self.edges else 16)

    def predicted(self, cells):
        return self.base + self.up @ cells @ self.across.T

    def cost(self, cells):
        values = self.predicted(cells)
        if self.edges:
            length, right, down = second.slopes(values)
            small = second.halves(np.log2(length), 16)
        else:
            small = values
        centred = small - small.mean()
        norm = float(np.linalg.norm(centred)) + 1e-6
        near = float((self.look * centred).sum()) / norm
        if self.weight is None:
            self.weight = PENALTY * (16 * norm) ** 2
        missing = max(0.0, self.least - near)
        slope = -self.weight * missing * (self.look - near * centred / norm) / norm
        if self.edges:
            each = np.kron(slope, np.ones((8, 8), dtype=np.float32)) / (64 * np.log(2) * length**2)
            slope = np.zeros_like(values)
            slope[:, :-1] -= (each * right)[:, :-1]
            slope[:, 1:] += (each * right)[:, :-1]
            slope[:-1] -= (each * down)[:-1]
            slope[1:] += (each * down)[:-1]
        return self.weight / 2 * missing**2, self.up.T @ slope @ self.across

    def correct(self, cells, state):
        self.base += self.actual(state) - self.predicted(cells)
        self.least += 0.3 * (1 - self.least) / ROUNDS
        self.weight *= 3


def solve(subject, wants, start, steps):
    """The change with the least sum of its square and all penalties, from `start` on."""
    shape = (subject.cells, subject.cells)

    def total(flat):
        cells = flat.reshape(shape).astype(np.float32)
        value, slope = 0.5 * float(flat @ flat), flat.copy()
        for want in wants:
            v, s = want.cost(cells)
            value += v
            slope += s.ravel()
        return value, slope

    options = {"maxiter": steps, "maxcor": 10}
    found = scipy.optimize.minimize(total, start.ravel().astype(float), jac=True, method="L-BFGS-B", options=options)
    return found.x.reshape(shape).astype(np.float32)


def reach(subject, wants, met, steps=120, rounds=ROUNDS):
    """The first changed picture which `met` accepts, as it is and as JPEG 75: what was changed visibly, and its
    states. None if there is none.
    """
    begun = time.process_time()
    # Not from nothing: where a picture is flat, no slope says which way an edge would grow.
    cells = np.random.default_rng(2).normal(0, 0.5, (subject.cells, subject.cells)).astype(np.float32)
    for turn in range(rounds):
        cells = solve(subject, wants, cells, steps)
        changed = subject.change(cells)
        state = State(changed)
        if met(state) and met(State(transforms.jpeg(changed, 75))):
            seconds = time.process_time() - begun
            return {"rounds": turn + 1, "seconds": round(seconds, 3), **visible(subject.picture, changed)}, changed
        for want in wants:
            want.correct(cells, state)
    return None, None


# What is wanted


def wrong(subject, bits):
    """For each coefficient how dear its move to the other side would be, 0 where it is right."""
    other = subject.start.bits != bits
    return np.where(other, np.abs(subject.start.sent - subject.start.median) / subject.reach, 0)


def key_bits(subject, target, profile):
    signs = np.where(target.bits, 1, -1)
    return Bits(subject, profile.positions, signs[profile.positions])


def near_bits(subject, target, profile, distance=NEAR - 7):
    """All bits but the dearest, as many ones as zeros, of which none is the key's."""
    dear = wrong(subject, target.bits)
    dear[profile.positions] = 0
    left = []
    for side in (True, False):
        rows = np.flatnonzero((dear > 0) & (target.bits == side))
        left += rows[np.argsort(-dear[rows])][: distance // 2].tolist()
    asked = np.setdiff1d(np.arange(256), left)
    return Bits(subject, asked, np.where(target.bits, 1, -1)[asked])


def escape_near(subject, distance=NEAR + 5):
    """The cheapest flips that make PDQ's distance greater than 31, as many up as down."""
    start = subject.start
    dear = np.abs(start.sent - start.median) / subject.reach
    chosen = []
    for side in (True, False):
        rows = np.flatnonzero(start.bits == side)
        chosen += rows[np.argsort(dear[rows])][: distance // 2].tolist()
    return Bits(subject, chosen, np.where(start.bits[chosen], -1, 1))


def escape_probes(subject, profile, room=16):
    """Which bits of the key to flip, and how far, so that it is not among M + `room` probes: the cheapest of a few
    numbers of flips and of margins.
    """
    start = subject.start
    margins, unit = start.margins(profile), start.unit()
    positions = profile.positions
    x = scheme.centred(start.sent)[positions]
    order = np.argsort(np.abs(x) / subject.reach[positions])
    tried, costs, changed = [], [], []
    for count in range(1, 13):
        flips = order[:count]
        for share in (0.02, 0.05, 0.08, 0.12, 0.17, 0.25, 0.35, 0.5, 0.7, 1.0, 1.5):
            move = np.zeros(len(positions), dtype=np.float32)
            move[flips] = -x[flips] - np.where(x[flips] > 0, 1, -1) * share * unit
            tried.append((flips, share * unit))
            costs.append(float(((move / subject.reach[positions]) ** 2).sum()))
            changed.append(margins + move)
    penalties = [hypothesis[4] for hypothesis in profile.hypotheses]
    units = np.full(len(changed), unit)
    count = profile.probes + room
    keys, filled = scheme.many_probes(np.array(changed), units, penalties, count, profile.separation)
    key = scheme.words(x > 0)
    live = np.arange(count)[None] < filled[:, None]
    gone = ~((keys == key) & live).any(1)
    if not gone.any():
        return None
    best = min(np.flatnonzero(gone), key=lambda row: costs[row])
    flips, margin = tried[best]
    return Bits(subject, positions[flips], np.where(x[flips] > 0, -1, 1), margin=float(margin))


# What one sees


def psnr(before, after):
    """Of all channels, in dB."""
    a, b = np.asarray(before, dtype=np.float32), np.asarray(after, dtype=np.float32)
    error = float(((a - b) ** 2).mean(dtype=float))
    return round(float(10 * np.log10(255**2 / max(error, 1e-9))), 2)


def visible(before, after):
    """PSNR of all channels in dB, SSIM of luma (Wang et al. 2004: Gaussian window of 1.5 pixels), the greatest change
    of a channel in grey levels.
    """
    a, b = np.asarray(before, dtype=np.float32), np.asarray(after, dtype=np.float32)
    x, y = (np.asarray(picture.convert("L"), dtype=np.float32) for picture in (before, after))
    blur = functools.partial(scipy.ndimage.gaussian_filter, sigma=1.5, truncate=3.5)
    mx, my = blur(x), blur(y)
    vx, vy, both = blur(x * x) - mx * mx, blur(y * y) - my * my, blur(x * y) - mx * my
    c1, c2 = (0.01 * 255) ** 2, (0.03 * 255) ** 2
    likeness = (2 * mx * my + c1) * (2 * both + c2) / ((mx * mx + my * my + c1) * (vx + vy + c2))
    return {
        "psnr": psnr(before, after),
        "ssim": round(float(likeness.mean()), 4),
        "greatest": int(np.abs(a - b).max()),
    }
