"""Protocol 5.8: the decoder. Plain integers modulo q = 2^31 - 1."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from .field import Q, evaluate, interpolate, inverse


@dataclass(frozen=True)
class Decoded:
    members: tuple[int, ...]  # "the indices of shares on common polynomials of degree <= t - 1"
    constants: tuple[int, ...]  # "and those polynomials' values at 0"
    early: bool = False  # told by the early exit; "what is accepted does not change"


def trimmed(polynomial: list[int]) -> list[int]:
    while len(polynomial) > 1 and polynomial[-1] == 0:
        polynomial.pop()
    return polynomial


def syndrome_weights(xs: Sequence[int]) -> list[int]:
    """Step 1: w_i = 1 / prod_{l != i} (x_i - x_l)."""
    weights = []
    for i, x in enumerate(xs):
        product = 1
        for l, other in enumerate(xs):
            if l != i:
                product = product * (x - other) % Q
        weights.append(inverse(product))
    return weights


def polynomials_through(t: int, shares: Sequence[tuple[int, Sequence[int]]]) -> list[list[int]]:
    """The k polynomials of degree < t through the first t of the shares."""
    first = shares[:t]
    return interpolate([x for x, _ in first], list(zip(*[z for _, z in first])))


def on_polynomials(share: tuple[int, Sequence[int]], polynomials: Sequence[Sequence[int]]) -> bool:
    x, z = share
    return all(evaluate(polynomial, x) == value for polynomial, value in zip(polynomials, z, strict=True))


def errors_out(
    t: int, shares: Sequence[tuple[int, Sequence[int]]], locator: list[int], length: int, early: bool
) -> Decoded | None:
    """Steps 5 and 6."""
    # 5. "Lambda must have degree <= L."
    if len(trimmed(list(locator))) - 1 > length:
        return None
    # "The errors are the x_i with sum_{i=0...L} Lambda_i x^(L-i) = 0."
    padded = (list(locator) + [0] * (length + 1))[: length + 1]
    backwards = padded[::-1]  # coefficient of x^(L-i) is Lambda_i
    kept = [index for index, (x, _) in enumerate(shares) if evaluate(backwards, x) != 0]
    # "There must be exactly L of them among the shares, and at least t shares must be left."
    if len(shares) - len(kept) != length or len(kept) < t:
        return None
    # 6. "All shares that are left must lie on the k polynomials through the first t of them."
    left = [shares[index] for index in kept]
    polynomials = polynomials_through(t, left)
    if not all(on_polynomials(share, polynomials) for share in left[t:]):
        return None
    return Decoded(tuple(kept), tuple(polynomial[0] for polynomial in polynomials), early)


def decoder(t: int, k: int, shares: Sequence[tuple[int, Sequence[int]]], early_exit: bool = True) -> Decoded | None:
    """Input: t, k, C shares (x_i; z_1,i ... z_k,i), x_i distinct and not zero. Output: Decoded, or None for nothing."""
    xs = [x for x, _ in shares]
    if len(set(xs)) != len(xs) or 0 in xs or any(len(z) != k for _, z in shares):
        raise ValueError("the decoder's input: x distinct and not zero, k values for each x")
    count = len(shares)
    # "If C < t: nothing."
    if count < t:
        return None
    # "If C = t: all shares, unchecked: only the commitment tells whether they are anything."
    if count == t:
        polynomials = polynomials_through(t, shares)
        return Decoded(tuple(range(count)), tuple(polynomial[0] for polynomial in polynomials))
    # "Else N = C - t and:"
    total = count - t
    # 1.
    powers = syndrome_weights(xs)  # w_i x_i^m, m = 0 at first
    # 2. "S_{j,m} = sum_i w_i x_i^m z_{j,i}. They are made one m at a time, as far as they are needed."
    columns = [[z[j] for _, z in shares] for j in range(k)]
    syndromes: list[list[int]] = [[] for _ in range(k)]
    # 3. "Multi-sequence Berlekamp-Massey. Lambda = 1, L = 0; for each j: Lambda_j = 0, L_j = 0, r_j = 0, d_j = 1."
    locator, length = [1], 0
    saved = [([0], 0, 0, 1) for _ in range(k)]
    quiet_rounds, tried = 0, False
    for rho in range(1, total + 1):  # "For rho = 1...N,
        for j in range(k):
            syndromes[j].append(sum(power * value for power, value in zip(powers, columns[j])) % Q)
        powers = [power * x % Q for power, x in zip(powers, xs)]
        quiet = True
        for j in range(k):  # and in it for j = 1...k:"
            # "delta = sum_i Lambda_i S_{j,rho-1-i} (i from 0 to the smaller of Lambda's length and rho, less one)"
            delta = sum(locator[i] * syndromes[j][rho - 1 - i] for i in range(min(len(locator), rho))) % Q
            if delta == 0:
                continue
            quiet = False
            # "If delta != 0: g = L_j + rho - r_j; remember Lambda;
            other, other_length, other_rho, other_delta = saved[j]
            g = other_length + rho - other_rho
            remembered = list(locator)
            # Lambda <- Lambda - (delta/d_j) X^(rho - r_j) Lambda_j;
            factor = delta * inverse(other_delta) % Q
            shift = rho - other_rho
            locator = locator + [0] * max(0, shift + len(other) - len(locator))
            for i, coefficient in enumerate(other):
                locator[shift + i] = (locator[shift + i] - factor * coefficient) % Q
            locator = trimmed(locator)
            # if g > L, then (Lambda_j, L_j, r_j, d_j) <- (the remembered Lambda, L, rho, delta) and L <- g."
            if g > length:
                saved[j] = (remembered, length, rho, delta)
                length = g
                # 4. "Whenever L has grown: if k(N - L) < L, nothing is found: L errors would not be unique."
                if k * (total - length) < length:
                    return None
        # Early exit. "When every delta was 0 for two rho in a row, steps 5 and 6 are tried at once, at the second of
        # the two. If they succeed, the result is theirs; if not, step 3 goes on, and they are tried again after the
        # next such pair that follows a delta != 0, or at the end."
        if quiet:
            quiet_rounds += 1
        else:
            quiet_rounds, tried = 0, False
        if early_exit and quiet_rounds >= 2 and not tried:
            tried = True
            found = errors_out(t, shares, locator, length, early=rho < total)
            if found is not None:
                return found
    return errors_out(t, shares, locator, length, early=False)


TRIES = 8


def dense_elimination(t: int, k: int, shares: Sequence[tuple[int, Sequence[int]]]) -> Decoded | None:
    """ "Another algorithm": for C > t "the same for errors in general position"; C <= t as above."""
    count = len(shares)
    if count <= t:
        return decoder(t, k, shares)
    # "D = ceil((C - t)/(k + 1))"
    d = -(-(count - t) // (k + 1))
    basis: list[tuple[int, list[int], dict[int, int]]] = []  # pivot column, row, which shares it is made of
    failed = 0
    for index, (x, z) in enumerate(shares):
        # "The row of a share is 1, x, ..., x^(t+D-2), then z_1 ... z_k, x z_1 ... x z_k, ..., and of these the first C
        # numbers."
        row = [pow(x, power, Q) for power in range(t + d - 1)]
        row += [pow(x, power, Q) * value % Q for power in range(d) for value in z]
        row, made_of = row[:count], {index: 1}
        for pivot, other, parts in basis:  # "Eliminate the rows one by one, in the shares' order."
            factor = row[pivot]
            if factor:
                row = [(a - factor * b) % Q for a, b in zip(row, other)]
                for part, value in parts.items():
                    made_of[part] = (made_of.get(part, 0) - factor * value) % Q
        pivot = next((column for column, value in enumerate(row) if value), -1)
        if pivot >= 0:
            scale = inverse(row[pivot])
            made_of = {part: value * scale % Q for part, value in made_of.items()}
            basis.append((pivot, [value * scale % Q for value in row], made_of))
            continue
        # "A row that vanishes is a dependency; the shares of its non-zero coefficients are right if they are more than
        # t and all of them lie on the polynomials through the first t."
        support = [shares[part] for part in sorted(made_of) if made_of[part]]
        if len(support) > t:
            polynomials = polynomials_through(t, support)
            if all(on_polynomials(share, polynomials) for share in support[t:]):
                members = tuple(i for i, share in enumerate(shares) if on_polynomials(share, polynomials))
                return Decoded(members, tuple(polynomial[0] for polynomial in polynomials))
        failed += 1
        if failed == TRIES:  # "after eight rows that vanished nothing is found"
            return None
    return None
