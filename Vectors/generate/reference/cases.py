"""Protocol 4.18 to 4.20 and 5.31: the events of a library of cases, its rules, and how a chain of them is checked."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from .errors import ProtocolError, require
from .keys import sign_message, verify_message
from .labels import encode_integer
from .parameters import EPOCH_SECONDS

ZEROS = bytes(32)
DAY = 86_400
ROLES = ("reviewer", "second", "lead", "auditor")
OUTCOMES = ("confirmed", "notConfirmed", "cannotBeJudged")
REPORTS = ("cybertipline", "article13", "nca", "removal", "blocking")
FILINGS = (*REPORTS, "account")
CLASSES = ("A1", "A2", "B1", "B2", "none")
STANDINGS = ("baseline", "nationallyIllegal", "notIllegal", "none")
PICTURES = ("image/jpeg", "image/png", "image/webp", "image/gif")
FILES = (
    *PICTURES,
    "image/avif",
    "image/heif",
    "image/bmp",
    "image/tiff",
    "video/mp4",
    "video/webm",
    "video/x-msvideo",
    "video/mpeg",
)
STATED = ("notHeld", "notShown", "noEvidence")
ILLEGAL = ("baseline", "nationallyIllegal")
NAME = re.compile(r"[A-Za-z0-9._@-]{1,64}")
HEX32 = re.compile(r"[0-9a-f]{64}")


def labelled(label: str, *fields: bytes) -> bytes:
    """H(label, x)"""
    return hashlib.sha256(label.encode() + b"\0" + b"".join(fields)).digest()


def content_digest(salt: bytes, content: bytes) -> bytes:
    return labelled("SealedMatch case content", salt, content)


def document_digest(salt: bytes, document: bytes) -> bytes:
    return labelled("SealedMatch case document", salt, document)


def event_hash(number: int, case: int, previous: bytes, digest: bytes) -> bytes:
    return labelled("SealedMatch case event", encode_integer(number, 8), encode_integer(case, 8), previous, digest)


def signed_bytes(digest: bytes) -> bytes:
    return b"SealedMatch case signature\0" + digest


def encode_content(content: dict[str, Any]) -> bytes:
    """One line, keys sorted; only what must be escaped is."""
    text = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    # json has short escapes of its own for five control characters, and none for U+007F.
    short = {r"\b": r"\u0008", r"\f": r"\u000c", r"\n": r"\u000a", r"\r": r"\u000d", r"\t": r"\u0009"}
    text = re.sub(r"\\.", lambda found: short.get(found[0], found[0]), text)
    return text.replace("\x7f", r"\u007f").encode()


@dataclass(frozen=True)
class Event:
    number: int
    case: int
    previous: bytes
    digest: bytes
    hash: bytes
    signature: bytes
    salt: bytes | None = None
    content: bytes | None = None
    document: bytes = b""

    @staticmethod
    def make(
        end: tuple[int, bytes], case: int, salt: bytes, content: dict[str, Any], seed: bytes, document: bytes = b""
    ) -> Event:
        """Cases, steps 3 and 4"""
        text = encode_content(content)
        digest = content_digest(salt, text)
        number = end[0] + 1
        own = event_hash(number, case, end[1], digest)
        return Event(number, case, end[1], digest, own, sign_message(seed, signed_bytes(own)), salt, text, document)

    @staticmethod
    def decode(line: str) -> Event:
        """A line of an export."""
        try:
            fields = json.loads(line)
            texts = {name: bytes.fromhex(fields[name]) for name in ("previous", "digest", "hash", "signature")}
            salt = bytes.fromhex(fields["salt"]) if "salt" in fields else None
            content = fields["content"].encode() if "content" in fields else None
            document = fields.get("document", "").encode()
            number, case = fields["number"], fields["case"]
        except (ValueError, KeyError, TypeError, AttributeError) as failure:
            raise ProtocolError("brokenChain", "a line is no event") from failure
        known = {"number", "case", "previous", "digest", "hash", "signature", "salt", "content", "document"}
        whole = type(number) is int and type(case) is int and 1 <= number < 1 << 63 and 0 <= case < 1 << 63
        require(whole and set(fields) <= known, "brokenChain", "a line is no event")
        require((salt is None) == (content is None), "brokenChain", "salt and content go together")
        require(all(len(texts[name]) == 32 for name in ("previous", "digest", "hash")), "brokenChain")
        require(len(texts["signature"]) == 64 and (salt is None or len(salt) == 32), "brokenChain")
        return Event(number, case, **texts, salt=salt, content=content, document=document)

    def encode(self) -> str:
        fields: dict[str, Any] = {"number": self.number, "case": self.case}
        for name in ("previous", "digest", "hash", "signature"):
            fields[name] = getattr(self, name).hex()
        if self.salt is not None and self.content is not None:
            fields |= {"salt": self.salt.hex(), "content": self.content.decode()}
            if self.document:
                fields["document"] = self.document.decode()
        return json.dumps(fields, sort_keys=True, separators=(",", ":"))

    def said(self) -> dict[str, Any]:
        """The content, exactly in its form."""
        try:
            content = json.loads(self.content or b"")
        except ValueError as failure:
            raise ProtocolError("brokenChain", "no content") from failure
        require(is_content(content) and encode_content(content) == self.content, "brokenChain", "another form")
        return content


def whole(value: Any, least: int, most: int) -> bool:
    return type(value) is int and least <= value <= most


def text(value: Any, least: int, most: int) -> bool:
    return isinstance(value, str) and least <= len(value.encode()) <= most


def name(value: Any) -> bool:
    return isinstance(value, str) and NAME.fullmatch(value) is not None


def digest(value: Any) -> bool:
    return isinstance(value, str) and HEX32.fullmatch(value) is not None


FIELDS: dict[str, dict[str, Any]] = {
    "founded": {"key": digest, "policy": lambda value: text(value, 0, 1 << 16)},
    "appointed": {"person": name, "role": lambda value: value is None or value in ROLES},
    "governed": {"policy": lambda value: text(value, 0, 1 << 16)},
    "imported": {"bytes": lambda value: whole(value, 0, 64 << 20), "digest": digest},
    "assigned": {"to": name},
    "viewed": {"match": lambda value: whole(value, 1, (1 << 31) - 1)},
    "judged": {
        "match": lambda value: whole(value, 1, (1 << 31) - 1),
        "class": lambda value: value in CLASSES,
        "standing": lambda value: value in STANDINGS,
    },
    "decided": {"outcome": lambda value: value in OUTCOMES},
    "reported": {"report": lambda value: value in REPORTS, "reference": lambda value: text(value, 1, 256)},
    "filed": {
        "filing": lambda value: value in FILINGS,
        "round": lambda value: whole(value, 1, (1 << 31) - 1),
        "entries": lambda value: whole(value, 0, (1 << 31) - 1),
        "digest": digest,
    },
    "closed": {},
    "reopened": {},
    "notified": {"notice": lambda value: value in ("revealed", "notConfirmed"), "set": digest},
    "fedBack": {"source": digest, "digest": digest},
    "erased": {"early": lambda value: isinstance(value, bool)},
}


def seen(value: Any, types: tuple[str, ...]) -> bool:
    return (
        isinstance(value, dict)
        and set(value) == {"bytes", "digest", "type"}
        and whole(value["bytes"], 1, (1 << 31) - 1)
        and digest(value["digest"])
        and value["type"] in types
    )


# One of them may be there.
OPTIONAL: dict[str, dict[str, Any]] = {
    "viewed": {
        "shown": lambda value: seen(value, PICTURES),
        "file": lambda value: seen(value, FILES),
        "stated": lambda value: value in STATED,
    }
}


def is_content(content: Any) -> bool:
    if not isinstance(content, dict) or content.get("kind") not in FIELDS:
        return False
    optional = OPTIONAL.get(content["kind"], {})
    given = [field for field in optional if field in content]
    fields = FIELDS[content["kind"]] | {field: optional[field] for field in given}
    return len(given) <= 1 and (
        set(content) == {"by", "kind", "time", "why", *fields}
        and name(content["by"])
        and whole(content["time"], 0, (1 << 53) - 1)
        and text(content["why"], 0, 4_096)
        and all(holds(content[field]) for field, holds in fields.items())
    )


@dataclass
class Case:
    """What a case's events say."""

    account: tuple[str, int] | None = None
    part: int = 0
    roots: set[str] = field(default_factory=set)
    matches: list[tuple[str, int]] = field(default_factory=list)
    listed: int = 0
    viewed: dict[int, set[str]] = field(default_factory=dict)
    judged: dict[tuple[int, str], str] = field(default_factory=dict)
    state: str = "new"
    outcome: str | None = None
    round: int = 1
    opinions: list[tuple[str, str]] = field(default_factory=list)
    reports: set[tuple[int, str]] = field(default_factory=set)
    filings: dict[tuple[int, str], int] = field(default_factory=dict)
    notices: set[tuple[str, str]] = field(default_factory=set)
    opened: int = 0
    changed: int = 0

    @property
    def is_open(self) -> bool:
        return self.state in ("new", "inReview")

    def move(self, state: str, time: int) -> None:
        if self.state != state:
            self.changed = time
        self.state = state

    def begin_round(self, time: int) -> None:
        self.round += 1
        self.outcome, self.opinions, self.judged = None, [], {}
        self.move("inReview", time)


@dataclass
class Library:
    """Policy, people and cases, and the rules."""

    key: bytes
    policy: dict[str, Any]
    people: dict[str, str]
    cases: dict[int, Case] = field(default_factory=dict)

    def may(self, person: str, *roles: str) -> None:
        require(self.people.get(person) in roles, "roleRefused")

    def govern(self, said: dict[str, Any]) -> None:
        self.may(said["by"], "lead")
        if said["kind"] == "governed":
            self.policy = json.loads(said["policy"])
            return
        require(said["kind"] == "appointed", "stepRefused")
        person, role = said["person"], said["role"]
        require(role is None or role in self.policy["roles"], "policyRefused")
        others = [held for other, held in self.people.items() if other != person]
        require(role == "lead" or "lead" in others, "stepRefused")
        self.people.pop(person, None)
        if role is not None:
            self.people[person] = role

    def apply(self, number: int, said: dict[str, Any], document: bytes) -> None:
        kind, person, time = said["kind"], said["by"], said["time"]
        if kind == "imported":
            self.may(person, "reviewer", "second", "lead")
            return self.take_in(number, json.loads(document), time)
        case = self.cases.get(number)
        require(case is not None and case.state != "erased", "stepRefused")
        assert case is not None
        if kind == "assigned":
            self.may(person, *(("reviewer", "second", "lead") if person == said["to"] else ("lead",)))
            require(case.is_open, "stepRefused")
            self.may(said["to"], "reviewer", "second", "lead")
            case.move("inReview", time)
        elif kind in ("viewed", "judged"):
            self.may(person, "reviewer", "second", "lead")
            require(case.is_open and said["match"] <= len(case.matches), "stepRefused")
            if kind == "viewed":
                case.viewed.setdefault(said["match"], set()).add(person)
            else:
                require((said["match"], person) not in case.judged, "alreadyReviewed")
                case.judged[said["match"], person] = said["standing"]
            case.move("inReview", time)
        elif kind == "decided":
            self.decide(case, said)
        else:
            self.may(person, "lead")
            self.lead(case, said)

    def take_in(self, number: int, document: dict[str, Any], time: int) -> None:
        require(document["format"] == "SealedMatch case file" and document["formatVersion"] == 3, "invalidMagic")
        epoch, roots = document["epoch"], set(document["setRoots"])
        if order := self.policy.get("order"):
            start = epoch * EPOCH_SECONDS
            require(start < order["until"] and start + EPOCH_SECONDS > order["from"], "policyRefused")
            require(not order["sets"] or roots <= set(order["sets"]), "policyRefused")
        if assessment := self.policy.get("assessment"):
            require(time < assessment["until"], "policyRefused")
        account = (document["pseudonym"], epoch)
        case = self.cases.setdefault(number, Case(account=account, opened=time, changed=time))
        require(case.account == account and document["part"] > case.part, "stepRefused")
        matches = [(match["voucherID"], match["slot"]) for match in document["matches"]]
        require(not set(matches) & set(case.matches), "stepRefused")
        case.part = document["part"]
        case.roots |= roots
        case.matches += matches
        case.listed += sum("key" in match for match in document["matches"])
        if not case.is_open:
            case.begin_round(time)

    def decide(self, case: Case, said: dict[str, Any]) -> None:
        person, outcome = said["by"], said["outcome"]
        self.may(person, "reviewer", "second", "lead")
        require(case.is_open and said["why"] != "", "stepRefused")
        require(person not in [by for by, _ in case.opinions], "alreadyReviewed")
        differ = len({found for _, found in case.opinions}) > 1
        if differ:
            self.may(person, "lead")
        elif case.opinions:
            self.may(person, "second", "lead")
        if outcome == "confirmed":
            thresholds = self.policy["thresholds"]
            require(case.listed >= thresholds["listed"], "policyRefused")
            viewed = sum(person in people for people in case.viewed.values())
            require(viewed >= thresholds["viewed"], "policyRefused")
            mine = [standing for (_, by), standing in case.judged.items() if by == person]
            require(any(standing in ILLEGAL for standing in mine), "stepRefused")
        case.opinions.append((person, outcome))
        case.move("inReview", said["time"])
        agreed = sum(found == outcome for _, found in case.opinions)
        if agreed >= self.policy["reviewers"][outcome] and (agreed == len(case.opinions) or differ):
            case.outcome = outcome
            case.move("decided", said["time"])

    def lead(self, case: Case, said: dict[str, Any]) -> None:
        kind, time = said["kind"], said["time"]
        if kind == "reported":
            require(case.state in ("decided", "reported") and case.outcome == "confirmed", "stepRefused")
            require(said["report"] in self.policy["reports"], "policyRefused")
            confirmed = sum(outcome == "confirmed" for _, outcome in case.opinions)
            require(said["report"] not in ("removal", "blocking") or confirmed >= 2, "policyRefused")
            require((case.round, said["report"]) not in case.reports, "stepRefused")
            case.reports.add((case.round, said["report"]))
            case.move("reported", time)
        elif kind == "filed":
            name, entries = (said["round"], said["filing"]), said["entries"]
            known = case.filings.get(name, -1)
            require(said["round"] <= case.round and known != 0, "stepRefused")
            require(entries > known if entries else said["why"] != "", "stepRefused")
            case.filings[name] = entries
        elif kind == "closed":
            require(case.state in ("decided", "reported"), "stepRefused")
            case.move("closed", time)
        elif kind == "reopened":
            require(not case.is_open and said["why"] != "", "stepRefused")
            case.begin_round(time)
        elif kind == "notified":
            notice = (said["notice"], said["set"])
            require(said["set"] in case.roots and notice not in case.notices, "stepRefused")
            if said["notice"] == "notConfirmed":
                require(case.outcome == "notConfirmed", "stepRefused")
                require(self.policy["notices"]["notConfirmed"], "policyRefused")
            else:
                days = self.policy["notices"]["afterDays"]
                require(days is not None and time >= case.opened + days * DAY, "policyRefused")
            case.notices.add(notice)
        elif kind == "fedBack":
            require(case.outcome is not None, "stepRefused")
        else:
            # An erasure takes the content of all events before it, so none of a case that is there is one.
            raise ProtocolError("stepRefused")


def check_chain(
    events: Iterable[Event], key: bytes | None = None, kept: tuple[int, bytes] | None = None
) -> tuple[tuple[int, bytes], Library]:
    """Checking a chain. The end, and what its events say."""
    end, library = (0, ZEROS), None
    gone: set[int] = set()
    seen = kept is None
    for event in events:
        require(event.number == end[0] + 1 and event.previous == end[1], "brokenChain", "step 1")
        expected = event_hash(event.number, event.case, event.previous, event.digest)
        require(event.hash == expected, "brokenChain", "step 2")
        said = None
        if event.content is not None and event.salt is not None:
            require(event.digest == content_digest(event.salt, event.content), "brokenChain", "step 3")
            said = event.said()
            if said["kind"] == "imported":
                own = document_digest(event.salt, event.document).hex()
                require((len(event.document), own) == (said["bytes"], said["digest"]), "brokenChain", "step 3")
            else:
                require(not event.document, "brokenChain", "step 3")
        try:
            library = step(library, event, said, gone, key)
        except (ProtocolError, ValueError, KeyError, TypeError) as failure:
            raise ProtocolError("brokenChain", f"event {event.number}: {failure}") from failure
        require(verify_message(library.key, signed_bytes(event.hash), event.signature), "brokenChain", "step 2")
        end = (event.number, event.hash)
        seen = seen or end == kept
    require(library is not None and not gone and seen, "brokenChain", "step 5 or 6")
    assert library is not None
    return end, library


def step(
    library: Library | None, event: Event, said: dict[str, Any] | None, gone: set[int], key: bytes | None
) -> Library:
    if library is None:
        require(event.case == 0 and said is not None and said["kind"] == "founded", "brokenChain", "step 5")
        assert said is not None
        named = bytes.fromhex(said["key"])
        require(key is None or key == named, "brokenChain", "another key")
        return Library(named, json.loads(said["policy"]), {said["by"]: "lead"})
    if event.case == 0:
        require(said is not None, "brokenChain", "step 5")
        assert said is not None
        library.govern(said)
        return library
    known = event.case in library.cases or event.case in gone
    require(known or event.case == len(library.cases) + len(gone) + 1, "brokenChain", "step 4")
    if said is None:
        require(event.case not in library.cases, "brokenChain", "step 5")
        gone.add(event.case)
    elif event.case in gone:
        require(said["kind"] == "erased", "brokenChain", "step 5")
        library.may(said["by"], "lead")
        library.cases[event.case] = Case(state="erased", changed=said["time"])
        gone.remove(event.case)
    else:
        library.apply(event.case, said, event.document)
    return library
