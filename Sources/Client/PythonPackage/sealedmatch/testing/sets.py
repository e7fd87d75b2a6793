"""Sets that a world publishes."""

from __future__ import annotations

from dataclasses import dataclass

from ._answers import Answer


@dataclass(frozen=True)
class TestSet:
    """A set of a world. It is marked: only a policy with `allow_test_sets` takes it."""

    #: pytest collects classes by name; this one is no test.
    __test__ = False

    version: int
    #: The set's name; every voucher carries it.
    root: bytes
    #: Seconds since 1970.
    issued_at: int
    expires_at: int
    threshold: int
    #: The names of the items in it.
    known: tuple[str, ...]

    @classmethod
    def _answered(cls, answer: Answer) -> TestSet:
        return cls(
            version=answer.number("version"), root=answer.digits("root"), issued_at=answer.number("issuedAt"),
            expires_at=answer.number("expiresAt"), threshold=answer.number("threshold"),
            known=tuple(answer.texts("known")),
        )  # fmt: skip
