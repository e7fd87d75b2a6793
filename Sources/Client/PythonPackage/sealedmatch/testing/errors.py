"""What goes wrong between a test and the kit."""

from __future__ import annotations


class KitError(Exception):
    """The kit refused a call: a wrong use of the world, or an error of the library in it. Errors of your own client are
    `SealedMatchError`s, as in production.
    """

    def __init__(self, call: str, code: str, message: str, number: int | None = None) -> None:
        super().__init__(call, code, message, number)
        #: Which call, for example "publish" (Docs/Testing.md).
        self.call = call
        #: For example "unknownItem", or the name of an error of the library, "epochInPast".
        self.code = code
        #: What was wrong, and what to do.
        self.message = message
        #: The library's number of the error (`ErrorCode`); None for a wrong use of the world.
        self.number = number

    def __str__(self) -> str:
        code = self.code if self.number is None else f"{self.code}, {self.number}"
        return f"{self.call}: {self.message} [{code}]"


class KitProcessError(Exception):
    """The program `sealedmatch kit` is not there, ended, did not answer, or wrote what is no answer. The text has what
    it wrote to its standard error.
    """
