"""The collector of a world."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..errors import ErrorCode

if TYPE_CHECKING:
    from .worlds import World


class Collector:
    """The kit's collector, with refusals that a test asks for."""

    def __init__(self, world: World) -> None:
        self._world = world

    def refuse(self, code: ErrorCode | str, times: int = 1) -> None:
        """Refuses the next requests, whatever they ask.

        :param code: an `ErrorCode`, or a name of Docs/Protocol.md, section 6, such as "pseudonymConflict".
        """
        self._world._call("collector", refuse=_refusal(code, times))

    def refuse_vouchers(self, code: ErrorCode | str, times: int = 1) -> None:
        """Refuses the next vouchers; registrations pass."""
        self._world._call("collector", refuseVouchers=_refusal(code, times))

    def stop(self) -> None:
        """It is down: every request fails (`fileFailed`) until `start`."""
        self._world._call("collector", up=False)

    def start(self) -> None:
        """It is up again."""
        self._world._call("collector", up=True)

    @property
    def requests(self) -> int:
        """So far, refused ones included."""
        return self._world._call("collector").number("requests")


def _refusal(code: ErrorCode | str, times: int) -> dict[str, Any]:
    if isinstance(code, ErrorCode):
        first, *others = code.name.lower().split("_")
        code = first + "".join(word.capitalize() for word in others)
    return {"code": code, "times": times}
