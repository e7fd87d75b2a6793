"""Protocol section 3: F_p, the field of p = 2^64 - 59; an element is a word below p. Plain integers."""

from __future__ import annotations

from collections.abc import Sequence

P = 2**64 - 59


def is_element(word: int) -> bool:
    return 0 <= word < P


def inverse(a: int) -> int:
    """1 / a for a that is not zero."""
    if a % P == 0:
        raise ZeroDivisionError("zero has no inverse in F_p")
    return pow(a, P - 2, P)


def evaluate(coefficients: Sequence[int], x: int) -> int:
    """p(x), coefficients from the constant term upwards (Horner)."""
    value = 0
    for coefficient in reversed(coefficients):
        value = (value * x + coefficient) % P
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
            raised[i] = (raised[i] - x * coefficient) % P
        product = raised
    result = [[0] * count for _ in values]
    for i, x in enumerate(xs):
        basis = [0] * count  # N(X) / (X - x), by synthetic division
        carry = 0
        for power in range(count, 0, -1):
            carry = (product[power] + x * carry) % P
            basis[power - 1] = carry
        scale = inverse(evaluate(basis, x))
        for j, row in enumerate(values):
            factor = row[i] * scale % P
            if factor:
                coefficients = result[j]
                for power in range(count):
                    coefficients[power] = (coefficients[power] + factor * basis[power]) % P
    return result
