"""What a collector tells an account."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import Literal

from .channels import Channel, Reply
from .errors import BadReply

#: Docs/Protocol.md, 4.17 and 5.6: of an epoch, and epochs of an account.
_MOST = 64 * 64
_DAY_ZERO = datetime.date(1970, 1, 1)


@dataclass(frozen=True)
class Notice:
    """What an account is told about a reveal (Docs/Protocol.md, 4.17). Show it to the person, in their language.

    It is what the collector says, over its own channel; nothing in it is signed.
    """

    #: The epoch that was revealed: 30 days each, counted from 1970.
    epoch: int
    #: Root of the set whose entries were met, 32 bytes.
    root: bytes
    #: "notConfirmed": people found that what matched is not what the set is for. "revealed": people looked at it.
    kind: Literal["revealed", "notConfirmed"]
    #: When the collector got it.
    day: datetime.date

    def __str__(self) -> str:
        text = {
            "revealed": "was looked at by people, because enough media met a set",
            "notConfirmed": "was looked at by people; they found that it met a set wrongly",
        }[self.kind]
        return f"{self.day}: epoch {self.epoch} {text} (set {self.root.hex()[:16]}...)"


def notices(channel: Channel) -> tuple[Notice, ...]:
    reply = channel.call("GET", "/v1/notices")
    if reply.status != 200:
        raise channel.unexpected(reply, "notices")
    told = reply.content.get("notices")
    if not isinstance(told, list) or len(told) > _MOST:
        raise _bad(channel, reply)
    return tuple(_notice(channel, reply, one) for one in told)


def _notice(channel: Channel, reply: Reply, told: object) -> Notice:
    match told:
        case {"epoch": int(epoch), "set": str(root), "kind": "revealed" | "notConfirmed" as kind, "day": int(day)}:
            try:
                return Notice(epoch, _root(root), kind, _DAY_ZERO + datetime.timedelta(days=day))
            except (ValueError, OverflowError):
                pass
    raise _bad(channel, reply)


def _root(text: str) -> bytes:
    if len(text) != 64:
        raise ValueError("no root")
    return bytes.fromhex(text)


def _bad(channel: Channel, reply: Reply) -> BadReply:
    return BadReply(f"{channel.address.text}: {reply.body[:100]!r} are no notices of a collector")
