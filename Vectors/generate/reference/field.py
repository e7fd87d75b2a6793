"""Protocol section 3: F_q, the field of q = 2^31 - 1, and its words of 4 bytes. Plain integers below q."""

from __future__ import annotations

from collections.abc import Sequence

from .labels import decode_integer, encode_integer

Q = 2**31 - 1
WORD_BYTES = 4


def residue(word: int) -> int:
    """ "read as an integer modulo q: every word is valid" """
    return word % Q


def residues(encoding: bytes) -> tuple[int, ...]:
    """Of words of 4 bytes, however they were written."""
    if len(encoding) % WORD_BYTES:
        raise ValueError("not a whole number of words of F_q")
    return tuple(residue(decode_integer(encoding[at : at + 4])) for at in range(0, len(encoding), 4))


def canonical(value: int) -> bytes:
    """ "Written canonically a value is below q." """
    if not 0 <= value < Q:
        raise ValueError("no element of F_q")
    return encode_integer(value, WORD_BYTES)


def at_random(value: int, coin: int) -> bytes:
    """ "Written at random a value z is z or z + q, by a fresh bit, its coin: z if the coin is 0." """
    if not 0 <= value < Q or coin not in (0, 1):
        raise ValueError("no element of F_q, or no bit")
    return encode_integer(value + coin * Q, WORD_BYTES)


def inverse(a: int) -> int:
    """1 / a for a that is not zero."""
    if a % Q == 0:
        raise ZeroDivisionError("zero has no inverse in F_q")
    return pow(a, Q - 2, Q)


def evaluate(coefficients: Sequence[int], x: int) -> int:
    """p(x), coefficients from the constant term upwards (Horner)."""
    value = 0
    for coefficient in reversed(coefficients):
        value = (value * x + coefficient) % Q
    return value


def interpolate(xs: Sequence[int], values: Sequence[Sequence[int]]) -> list[list[int]]:
    """The polynomials of degree < len(xs) through the points (xs[i], values[j][i]), one for each j: Lagrange.

    The basis is made once, from N(X) = prod (X - x_i); xs are distinct.
    """
    count = len(xs)
    product = [1]  # N(X), constant term first
    for x in xs:
        raised = [0] + product
        for i, coefficient in enumerate(product):
            raised[i] = (raised[i] - x * coefficient) % Q
        product = raised
    result = [[0] * count for _ in values]
    for i, x in enumerate(xs):
        basis = [0] * count  # N(X) / (X - x), by synthetic division
        carry = 0
        for power in range(count, 0, -1):
            carry = (product[power] + x * carry) % Q
            basis[power - 1] = carry
        scale = inverse(evaluate(basis, x))
        for j, row in enumerate(values):
            factor = row[i] * scale % Q
            if factor:
                coefficients = result[j]
                for power in range(count):
                    coefficients[power] = (coefficients[power] + factor * basis[power]) % Q
    return result
