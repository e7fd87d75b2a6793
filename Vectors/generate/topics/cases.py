"""Protocol 4.18 and 5.31."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from envelope import Group, Topic, seeded
from reference.cases import Event, check_chain, content_digest, document_digest, event_hash, signed_bytes
from reference.keys import sign_message, source_public_key

NOTES = {
    "Accepted": "a chain that the rules make",
    "Erased": "content is gone, and an event says that it was erased",
    "BrokenHash": "hash, previous hash or number is another one",
    "BrokenSignature": "a signature, or the key that is expected",
    "BrokenContent": "content, salt or document is another one, or in another form",
    "RefusedByRole": "properly chained and signed, but the person's role may not",
    "RefusedByState": "properly chained and signed, but not in this state",
    "RefusedByPolicy": "properly chained and signed, but the policy forbids it",
    "ReviewedTwice": "properly chained and signed, but one person twice",
    "LeftOut": "an event, a case or content is gone, and nothing says why",
}
POLICY: dict[str, Any] = {
    "format": "SealedMatch policy",
    "version": 1,
    "name": "Vectors",
    "mode": "voluntary",
    "thresholds": {"listed": 1, "viewed": 1},
    "reviewers": {"confirmed": 2, "notConfirmed": 1, "cannotBeJudged": 1},
    "roles": ["reviewer", "second", "lead", "auditor"],
    "retention": dict.fromkeys(
        ("new", "inReview", "confirmed", "notConfirmed", "cannotBeJudged", "reported", "closed"), 30
    ),
    "notices": {"notConfirmed": True, "afterDays": 100},
    "reports": ["cybertipline"],
}
START = 1_800_000_000
ROOT = "ab" * 32
SHOWN: dict[str, Any] = {"bytes": 4_711, "digest": "c5" * 32, "type": "image/png"}


def case_file(account: int, part: int, numbers: range, listed: int) -> bytes:
    """4.12, as far as cases look at it."""
    matches = []
    for number in numbers:
        match: dict[str, Any] = {
            "voucherID": f"{number:032x}",
            "slot": 3,
            "setRoot": ROOT,
            "fingerprintKind": "pdq",
            "fingerprint": f"{number:064x}",
            "quality": 90,
            "finding": "notListed",
            "sources": [],
            "note": "",
            "warnings": [],
        }
        if number - numbers.start < listed:
            found = {"finding": "key", "key": f"01{number:016x}", "keyDistance": 1, "distance": 4}
            match |= {**found, "label": "list.txt, line 1", "sources": ["51" * 32]}
        matches.append(match)
    document = {
        "format": "SealedMatch case file",
        "formatVersion": 3,
        "part": part,
        "notice": "",
        "pseudonym": f"{account:02x}" * 32,
        "epoch": 690,
        "epochStart": 690 * 2_592_000,
        "threshold": 3,
        "setRoots": [ROOT],
        "matchCount": len(matches),
        "listedMatchCount": listed,
        "listedEntryCount": listed,
        "lists": [],
        "warnings": [],
        "matches": matches,
    }
    return (json.dumps(document, sort_keys=True) + "\n").encode()


class Chain:
    """Events as they are made."""

    def __init__(self, policy: dict[str, Any] | None = None) -> None:
        self.draw = seeded("cases")
        self.seed = self.draw(32)
        self.key = source_public_key(self.seed)
        self.events: list[Event] = []
        self.time = START
        self.add(0, "lena", "founded", key=self.key.hex(), policy=json.dumps(policy or POLICY))
        for person, role in (("rita", "reviewer"), ("rob", "reviewer"), ("sam", "second"), ("ada", "auditor")):
            self.add(0, "lena", "appointed", person=person, role=role)

    def add(self, case: int, by: str, kind: str, why: str = "because", document: bytes = b"", **fields: Any) -> Chain:
        self.time += 1
        end = (self.events[-1].number, self.events[-1].hash) if self.events else (0, bytes(32))
        salt = self.draw(32)
        if kind == "imported":
            fields = {"bytes": len(document), "digest": document_digest(salt, document).hex()}
        content = {"by": by, "kind": kind, "time": self.time, "why": why, **fields}
        self.events.append(Event.make(end, case, salt, content, self.seed, document))
        return self

    def take(self, case: int, part: int = 1, numbers: range = range(1, 4), listed: int = 2) -> Chain:
        return self.add(case, "rita", "imported", document=case_file(case, part, numbers, listed))

    def confirm(self, case: int, by: str) -> Chain:
        self.add(case, by, "viewed", match=1)
        self.add(case, by, "judged", match=1, **{"class": "A1"}, standing="baseline")
        return self.add(case, by, "decided", outcome="confirmed")

    def erase(self, case: int) -> Chain:
        self.events = [
            replace(one, salt=None, content=None, document=b"") if one.case == case else one for one in self.events
        ]
        self.time += 40 * 86_400
        return self.add(case, "lena", "erased", early=False)

    def again(self, place: int, **changes: Any) -> Chain:
        """With an event changed, and all from there on hashed and signed again."""
        old, self.events = self.events, self.events[:place]
        for number, event in enumerate(old[place:]):
            event = replace(event, **changes) if number == 0 else event
            previous = self.events[-1].hash if self.events else bytes(32)
            number = len(self.events) + 1
            own = event_hash(number, event.case, previous, event.digest)
            signature = sign_message(self.seed, signed_bytes(own))
            self.events.append(replace(event, number=number, previous=previous, hash=own, signature=signature))
        return self


def build() -> dict[str, Topic | bytes]:
    topic = Topic("cases", "Libraries of cases: what a chain of events says, and chains that are none.", NOTES)
    group = topic.group("CheckChain", "5.31, “Checking a chain”, of the lines of an export.")
    accepted(group)
    broken(group)
    refused(group)
    return {"cases/cases.json": topic}


def add(
    group: Group,
    comment: str,
    events: list[Event],
    *flags: str,
    key: bytes | None = None,
    result: str = "valid",
    kept: tuple[int, bytes] | None = None,
    lines: list[str] | None = None,
) -> None:
    lines = [event.encode() for event in events] if lines is None else lines

    def check() -> dict[str, Any]:
        (number, end), library = check_chain((Event.decode(line) for line in lines), key, kept)
        cases = [
            {
                "number": one,
                "state": found.state,
                "outcome": found.outcome,
                "round": found.round,
                "matches": len(found.matches),
                "listed": found.listed,
                "viewed": sum(bool(people) for people in found.viewed.values()),
            }
            for one, found in sorted(library.cases.items())
        ]
        return {"number": number, "hash": end.hex(), "cases": cases}

    end = None if kept is None else {"number": kept[0], "hash": kept[1].hex()}
    group.add(comment, {"lines": lines, "key": key and key.hex(), "kept": end}, check, *flags, result=result)


def accepted(group: Group) -> None:
    add(group, "a library without cases", Chain().events, "Accepted")
    add(group, "a new case", Chain().take(1).events, "Accepted", key=Chain().key)
    chain = Chain().take(1).add(1, "rita", "assigned", to="rita").confirm(1, "rita")
    kept = (chain.events[-1].number, chain.events[-1].hash)
    add(group, "one opinion of two", chain.events, "Accepted")
    chain.confirm(1, "sam")
    add(group, "confirmed by two", chain.events, "Accepted", kept=kept)
    chain.add(1, "lena", "reported", report="cybertipline", reference="ü 42\t\x7f").add(1, "lena", "closed")
    add(group, "reported and closed", chain.events, "Accepted")
    add(group, "a later part begins a round", chain.take(1, 2, range(4, 6), 1).events, "Accepted")
    chain = Chain().take(1).confirm(1, "rita").confirm(1, "sam")
    for entries in (1, 2, 7):
        filed(chain, "cybertipline", 1, entries)
    filed(chain, "account", 1, 1)
    chain.add(1, "lena", "reported", report="cybertipline", reference="7").add(1, "lena", "reopened")
    add(
        group,
        "filings go on, and round by round",
        filed(filed(chain, "cybertipline", 1, 9), "nca", 2, 1).events,
        "Accepted",
    )
    lost = filed(Chain().take(1), "cybertipline", 1, 5)
    add(group, "a filing is given up as lost", filed(lost, "cybertipline", 1, 0, "asked").events, "Accepted")
    chain = Chain().take(1).take(2).add(1, "rob", "decided", outcome="notConfirmed")
    chain.add(1, "lena", "notified", notice="notConfirmed", set=ROOT)
    chain.add(1, "lena", "fedBack", source="51" * 32, digest="00" * 32)
    add(group, "not confirmed, told", chain.events, "Accepted")
    add(group, "erased, and another case is there", chain.erase(1).events, "Accepted", "Erased")
    chain = Chain().take(1).confirm(1, "rita").add(1, "sam", "decided", outcome="cannotBeJudged")
    add(group, "a lead settles", chain.add(1, "lena", "decided", outcome="cannotBeJudged").events, "Accepted")
    chain = Chain().take(1)
    for number, (kind, size) in enumerate((("image/jpeg", 1), ("image/png", 4_711), ("image/gif", (1 << 31) - 1))):
        chain.add(1, "rita", "viewed", "", match=1 + number, shown=SHOWN | {"bytes": size, "type": kind})
    for number, stated in enumerate(("notHeld", "notShown", "noEvidence")):
        chain.add(1, "sam", "viewed", match=1 + number, stated=stated)
    for number, kind in enumerate(("image/png", "image/heif", "video/mp4")):
        chain.add(1, "rob", "viewed", match=1 + number, file=SHOWN | {"type": kind})
    # As pages wrote it before there were fields for it.
    chain.add(1, "rob", "viewed", f"[shown on the page: image/png, 4711 bytes, SHA-256 {'00' * 32}]", match=1)
    add(group, "what a page showed, and what is stated", chain.events, "Accepted")
    chain = Chain().take(1).add(1, "rita", "decided", outcome="cannotBeJudged").add(1, "lena", "reopened")
    add(group, "opened again: another opinion", chain.confirm(1, "rita").events, "Accepted")


def filed(chain: Chain, kind: str, number: int, entries: int, why: str = "why", by: str = "lena") -> Chain:
    """How far the journal of a filing is, in a round of case 1."""
    digest = bytes([entries]) * 32 if entries else bytes(32)
    return chain.add(1, by, "filed", why, filing=kind, round=number, entries=entries, digest=digest.hex())


def broken(group: Group) -> None:
    def chain() -> Chain:
        return Chain().take(1).add(1, "rita", "viewed", match=1).add(1, "rita", "viewed", match=2)

    def change(comment: str, flag: str, place: int, **changes: Any) -> None:
        events = chain().events
        events[place] = replace(events[place], **changes)
        add(group, comment, events, flag, result="brokenChain")

    good = chain().events
    change("another number", "BrokenHash", 6, number=8)
    change("another case", "BrokenHash", 6, case=0)
    change("another previous hash", "BrokenHash", 6, previous=good[4].hash)
    change("another hash", "BrokenHash", 7, hash=good[6].hash)
    change("another digest", "BrokenHash", 6, digest=good[7].digest)
    change("another event's signature", "BrokenSignature", 6, signature=good[7].signature)
    other = sign_message(bytes(32), signed_bytes(good[7].hash))
    change("signed by another key", "BrokenSignature", 7, signature=other)
    change("another salt", "BrokenContent", 6, salt=good[7].salt)
    change("another content", "BrokenContent", 6, content=(good[6].content or b"").replace(b"rita", b"rosa"))
    change("another document", "BrokenContent", 5, document=case_file(1, 1, range(1, 5), 2))
    change("a document that no event names", "BrokenContent", 6, document=b"{}")
    add(group, "another key is expected", good, "BrokenSignature", key=bytes(32), result="brokenChain")
    add(group, "an event left out", good[:6] + good[7:], "LeftOut", result="brokenChain")
    add(group, "two in another order", good[:6] + [good[7], good[6]], "LeftOut", result="brokenChain")
    add(group, "the first left out", good[1:], "LeftOut", result="brokenChain")
    add(group, "no event", [], "LeftOut", result="brokenChain")
    kept = (good[7].number, good[7].hash)
    add(group, "the end that was kept is gone", good[:7], "LeftOut", result="brokenChain", kept=kept)
    change("content gone", "LeftOut", 6, content=None, salt=None)
    change("content of the library's gone", "LeftOut", 2, content=None, salt=None)
    events = Chain().take(1).erase(1).events
    add(group, "an erasure at the end is gone", events[:-1], "LeftOut", result="brokenChain")
    add(group, "a case number is left out", Chain().take(2).events, "LeftOut", result="brokenChain")
    for comment, form in (
        ("content with a blank", lambda text: text.replace(b'"by":', b'"by": ')),
        ("content with another field", lambda text: text.replace(b'"by":', b'"a":1,"by":')),
        ("content of no kind", lambda text: text.replace(b'"viewed"', b'"seen"')),
        ("a name with a blank", lambda text: text.replace(b'"rita"', b'"ri ta"')),
        ("match 0", lambda text: text.replace(b'"match":1', b'"match":0')),
    ):
        again(group, comment, chain(), 6, form)
    for comment, fields in (
        ("a page showed, and it is stated", {"shown": SHOWN, "stated": "notHeld"}),
        ("a page showed nothing", {"shown": None}),
        ("a page showed no picture", {"shown": SHOWN | {"type": "text/html"}}),
        ("a page showed no byte", {"shown": SHOWN | {"bytes": 0}}),
        ("a page showed something without a digest", {"shown": {"bytes": 1, "type": "image/png"}}),
        ("a page showed more than that", {"shown": SHOWN | {"clear": True}}),
        ("a page showed, and a file was seen", {"shown": SHOWN, "file": SHOWN}),
        ("a file that is no picture or video was seen", {"file": SHOWN | {"type": "image/svg+xml"}}),
        ("stated without a word for it", {"stated": "seen"}),
    ):
        events = Chain().take(1).add(1, "rita", "viewed", match=1, **fields).events
        add(group, comment, events, "BrokenContent", result="brokenChain")
    judged = {"match": 1, "class": "A1", "standing": "baseline"}
    events = Chain().take(1).add(1, "rita", "judged", **judged, shown=SHOWN).events
    add(group, "a page showed what was judged", events, "BrokenContent", result="brokenChain")
    lines = [event.encode() for event in good]
    for comment, line in (("an empty line", ""), ("a list", "[]"), ("no object", lines[7][:-1])):
        add(group, comment, good, "BrokenContent", result="brokenChain", lines=[*lines[:7], line])


def again(group: Group, comment: str, chain: Chain, place: int, form: Callable[[bytes], bytes]) -> None:
    """Content of another form, properly hashed and signed."""
    event = chain.events[place]
    content = form(event.content or b"")
    chain.again(place, content=content, digest=content_digest(event.salt or b"", content))
    add(group, comment, chain.events, "BrokenContent", result="brokenChain")


def refused(group: Group) -> None:
    def no(comment: str, flag: str, chain: Chain) -> None:
        add(group, comment, chain.events, flag, result="brokenChain")

    def open_case(policy: dict[str, Any] | None = None) -> Chain:
        return Chain(policy).take(1)

    no("an auditor views", "RefusedByRole", open_case().add(1, "ada", "viewed", match=1))
    no("a stranger views", "RefusedByRole", open_case().add(1, "eve", "viewed", match=1))
    no("a reviewer gives work out", "RefusedByRole", open_case().add(1, "rita", "assigned", to="rob"))
    no("work for an auditor", "RefusedByRole", open_case().add(1, "lena", "assigned", to="ada"))
    no("a reviewer appoints", "RefusedByRole", Chain().add(0, "rita", "appointed", person="eve", role="lead"))
    no("a reviewer's second opinion", "RefusedByRole", open_case().confirm(1, "rita").confirm(1, "rob"))
    decided = open_case().add(1, "rob", "decided", outcome="notConfirmed")
    no("a reviewer closes", "RefusedByRole", decided.add(1, "rob", "closed"))
    differ = open_case().confirm(1, "rita").add(1, "sam", "decided", outcome="notConfirmed")
    differ.add(0, "lena", "appointed", person="tess", role="second")
    no("a second reviewer settles", "RefusedByRole", differ.add(1, "tess", "decided", outcome="notConfirmed"))
    no("the last lead goes", "RefusedByState", Chain().add(0, "lena", "appointed", person="lena", role=None))
    no("a match that is none", "RefusedByState", open_case().add(1, "rita", "viewed", match=4))
    no("closed without a decision", "RefusedByState", open_case().add(1, "lena", "closed"))
    no(
        "an opinion without a reason",
        "RefusedByState",
        open_case().add(1, "rita", "decided", "", outcome="notConfirmed"),
    )
    no("a case that is not there", "RefusedByState", Chain().add(1, "rita", "viewed", match=1))
    no("the same part again", "RefusedByState", open_case().take(1))
    no("a match of an earlier part", "RefusedByState", open_case().take(1, 2, range(3, 5)))
    seen = open_case().add(1, "rita", "viewed", match=1)
    no("confirmed, and nothing judged", "RefusedByState", seen.add(1, "rita", "decided", outcome="confirmed"))
    no("a reviewer files", "RefusedByRole", filed(open_case(), "nca", 1, 1, by="rita"))
    no("a filing of a round to come", "RefusedByState", filed(open_case(), "nca", 2, 1))
    twice = filed(filed(open_case(), "nca", 1, 3), "nca", 1, 3)
    no("a filing's journal does not grow", "RefusedByState", twice)
    no("a filing's journal is shorter", "RefusedByState", filed(filed(open_case(), "nca", 1, 3), "nca", 1, 2))
    no("a filing is lost, without a reason", "RefusedByState", filed(open_case(), "nca", 1, 0, ""))
    lost = filed(filed(open_case(), "nca", 1, 3), "nca", 1, 0)
    no("a filing that was lost goes on", "RefusedByState", filed(lost, "nca", 1, 4))
    erased = open_case().erase(1)
    no("something after an erasure", "RefusedByState", erased.add(1, "lena", "reopened"))
    no("confirmed, and nothing seen", "RefusedByPolicy", open_case().add(1, "rita", "decided", outcome="confirmed"))
    no("confirmed, and nothing listed", "RefusedByPolicy", Chain().take(1, listed=0).confirm(1, "rita"))
    two = open_case().confirm(1, "rita").confirm(1, "sam")
    no(
        "a report that the policy has not",
        "RefusedByPolicy",
        two.add(1, "lena", "reported", report="nca", reference="1"),
    )
    alone = {**POLICY, "reviewers": {**POLICY["reviewers"], "confirmed": 1}}
    one = open_case(alone).confirm(1, "rita")
    one.add(0, "lena", "governed", policy=json.dumps({**POLICY, "reports": ["removal"]}))
    no(
        "removal, and one has confirmed",
        "RefusedByPolicy",
        one.add(1, "lena", "reported", report="removal", reference="1"),
    )
    no("told too early", "RefusedByPolicy", open_case().add(1, "lena", "notified", notice="revealed", set=ROOT))
    order = {"authority": "a", "reference": "r", "from": START, "until": START + 1, "sets": []}
    no("an epoch outside the order", "RefusedByPolicy", open_case({**POLICY, "mode": "ordered", "order": order}))
    risk = {"reference": "r", "until": START}
    no("the assessment has run out", "RefusedByPolicy", open_case({**POLICY, "mode": "riskBased", "assessment": risk}))
    no("two opinions", "ReviewedTwice", open_case().confirm(1, "rita").add(1, "rita", "decided", outcome="confirmed"))
    judged = open_case()
    for _ in range(2):
        judged.add(1, "rita", "judged", match=2, **{"class": "none"}, standing="notIllegal")
    no("one match twice", "ReviewedTwice", judged)
