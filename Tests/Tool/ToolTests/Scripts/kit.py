"""`sealedmatch kit` as another language uses it: every call, each message against the schema. Prints "passed".

kit.py TOOL SCHEMA
"""

from __future__ import annotations

import base64
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator

TOOL, SCHEMA = sys.argv[1], json.loads(Path(sys.argv[2]).read_text())
PLACES = {name: SCHEMA | {"$ref": f"#/$defs/{name}"} for name in ("request", "answer")}
used: set[str] = set()


class Kit:
    def __init__(self) -> None:
        self.process = subprocess.Popen([TOOL, "kit"], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.count = 0

    def line(self, text: bytes) -> dict[str, Any]:
        assert self.process.stdin and self.process.stdout
        self.process.stdin.write(text + b"\n")
        self.process.stdin.flush()
        answer = json.loads(self.process.stdout.readline())
        Draft202012Validator(PLACES["answer"]).validate(answer)
        return answer

    def ask(self, call: str, **arguments: Any) -> dict[str, Any]:
        self.count += 1
        request = {"id": self.count, "call": call, **arguments}
        answer = self.line(json.dumps(request).encode())
        assert answer["id"] == self.count
        return answer

    def call(self, call: str, **arguments: Any) -> dict[str, Any]:
        request = {"id": 1, "call": call, **arguments}
        Draft202012Validator(SCHEMA | {"$ref": f"#/$defs/requests/{call}"}).validate(request)
        answer = self.ask(call, **arguments)
        assert "result" in answer, answer
        used.add(call)
        Draft202012Validator(SCHEMA | {"$ref": f"#/$defs/results/{call}"}).validate(answer["result"])
        return answer["result"]

    def refused(self, code: str, call: str, **arguments: Any) -> None:
        answer = self.ask(call, **arguments)
        assert answer.get("error", {}).get("code") == code, (code, call, arguments, answer)

    def end(self) -> None:
        assert self.process.stdin
        self.process.stdin.close()
        assert self.process.wait(10) == 0


def every_call(kit: Kit) -> None:
    assert kit.call("hello")["kit"] == 1
    kit.refused("noWorld", "set")
    known = [*"abcdef"]
    world = kit.call("world", seed=-1, threshold=3, chance=0, polynomials=16, payload=128, sources=2, known=known)
    assert world["known"] == known and world["epoch"] == 694
    trust = kit.call("trust")
    assert len(trust["sources"]) == trust["minimumSignatures"] == 2
    file = base64.b64decode(kit.call("set")["file"])
    assert file[:8] == b"SMSET002" and file[164] == 1
    alice = {"account": "alice"}
    assert len(kit.call("account", name="alice")["id"]) == 64
    assert kit.call("device", **alice) == {"now": world["now"], "set": 1, "waiting": 0}
    assert kit.call("send", items=["a", "b"], **alice)["acknowledged"] == 2
    assert kit.call("resend", **alice)["failure"] is None
    report = kit.call("report", **alice)
    assert (report["matches"], report["neededMatches"], report["reason"]) == (2, 3, "belowThreshold")
    assert kit.call("revealed", **alice) == {"items": []}
    kit.call("send", others=2, **alice)
    assert kit.call("seal", item="c", note="bm90ZQ==", **alice) == {"waiting": 1}
    kit.call("network", next=["arrives", "lost"], reorders=True, longestDelay=60)
    assert kit.call("deliver", **alice)["failure"]["code"] == "fileFailed"
    kit.call("network", next=["repeated", {"delayed": 5}], lost=0.0, answersLost=0, repeated=0, delayed=0)
    kit.call("deliver", **alice)
    assert kit.call("report", **alice)["inFlight"] == 1
    assert kit.call("advance", seconds=5)["now"] == world["now"] + 5
    assert kit.call("revealed", **alice) == {"items": ["a", "b", "c"]}
    revealed = kit.call("report", **alice)["revealed"]
    assert {item["note"] for item in revealed} == {"YQ==", "Yg==", "bm90ZQ=="}
    kit.call("deliver", **alice)
    kept = kit.call("vouchers", **alice)
    assert len(kept["acknowledged"]) == 5 and not kept["waiting"] and not kept["refused"]

    backup = kit.call("backup", **alice)["backup"]
    kit.call("restore", backup=backup, **alice)
    kit.call("restart", **alice)
    kit.call("device", device="tablet", **alice)
    kit.call("merge", **alice)
    assert kit.call("send", device="tablet", items=["a"], **alice)["acknowledged"] == 1
    assert kit.call("report", **alice)["matches"] == 3
    kit.call("item", name="file", file="aGVsbG8=")
    kit.call("item", name="beach", synthetic=True)
    kit.call("item", name="copy", copyOf="beach", quality=50)
    kit.call("item", name="film", syntheticFrames=3)
    assert kit.call("item", name="broken", unreadable=True)["kind"] == "unreadable"
    media = {name: kit.call("media", name=name) for name in ("file", "beach", "film", "broken")}
    assert media["file"]["file"] == "aGVsbG8=" and len(media["film"]["frames"]) == 3
    kit.call("item", name="beach again", picture=media["beach"]["picture"])
    kit.call("item", name="film again", frames=media["film"]["frames"])
    assert kit.call("publish", known=["beach", "film"])["version"] == 2
    assert kit.call("publish", lists=[["beach", "a"], ["beach"]])["known"] == ["beach"]
    kit.call("distribute", what="corrupt")
    kit.refused("rootMismatch", "fetch", **alice)
    kit.call("distribute", what=2)
    assert kit.call("fetch", **alice) == {"set": 2}
    kit.call("distribute", what="current")
    assert kit.call("differences", first="beach", second="copy", **alice) == {"differences": []}
    kit.call("collector", refuseVouchers={"code": "quotaExceeded", "times": 1}, up=True)
    assert kit.call("send", items=["copy"], **alice)["refused"] == 1
    kit.call("faults", diskFull=True, clockOffset=-5, **alice)
    kit.refused("fileFailed", "seal", item="a", **alice)
    kit.call("faults", diskFull=False, randomFailsAfter=0, **alice)
    kit.refused("randomSourceFailed", "seal", item="a", **alice)
    kit.call("faults", randomFailsAfter=None, **alice)
    kit.call("authority", keys=False)
    kit.call("authority", keys=True)

    # Another's bytes, which the kit's own device has made: a client of one's own does the same.
    kit.call("advance", nextEpoch=True)
    kit.call("collector", up=False)
    kit.call("account", name="bob")
    kit.call("device", account="bob")
    kit.call("send", account="bob", items=["a"])
    kit.call("collector", up=True)
    waiting = kit.call("vouchers", account="bob")["waiting"]
    outcomes = kit.call("upload", account="bob", vouchers=[*waiting, "AAAA"])["outcomes"]
    assert [outcome["code"] for outcome in outcomes] == ["notRegistered", "wrongLength"], outcomes
    outcomes = kit.call("register", account="bob", registrations="AAAA")["outcomes"]
    assert outcomes[0]["code"] == "wrongLength"
    kit.call("deliver", account="bob")
    assert kit.call("upload", account="bob", vouchers=waiting)["outcomes"] == ["alreadyStored"]
    assert [known["vouchers"] for known in kit.call("knowledge")["accounts"]] == [6, 1]


def wrong_uses(kit: Kit) -> None:
    kit.call("world", threshold=3, known=["a"])
    kit.call("account", name="alice")
    kit.call("device", account="alice")
    for code, call, arguments in (
        ("badRequest", "nothing", {}),
        ("badRequest", "world", {"threshold": 1}),
        ("badRequest", "world", {"threshold": "3"}),
        ("badRequest", "world", {"threshold": 3.5}),
        ("badRequest", "world", {"seed": 2**64}),
        ("badRequest", "world", {"known": "abc"}),
        ("badRequest", "world", {"colour": 1}),
        ("badValue", "world", {"chance": 9}),
        ("badRequest", "world", {"chance": "none"}),
        ("badRequest", "publish", {"known": ["a"], "lists": [["a"], ["a"]]}),
        ("badRequest", "send", {"account": "alice", "items": ["a"], "others": 1}),
        ("badValue", "item", {"name": "v", "frames": []}),
        ("badValue", "device", {"account": "alice", "device": ""}),
        ("nameTaken", "world", {"known": ["a", "a"]}),
        ("badRequest", "advance", {}),
        ("badRequest", "advance", {"days": 1, "seconds": 1}),
        ("clockBackwards", "advance", {"days": -1}),
        ("clockBackwards", "advance", {"to": 5}),
        ("unknownItem", "send", {"account": "alice", "items": ["a", "b"]}),
        ("unknownAccount", "report", {"account": "carol"}),
        ("unknownDevice", "send", {"account": "alice", "device": "watch", "items": ["a"]}),
        ("unknownBackup", "restore", {"account": "alice", "backup": 1}),
        ("nameTaken", "item", {"name": "a", "synthetic": True}),
        ("badRequest", "item", {"name": "b"}),
        ("badRequest", "item", {"name": "b", "file": "=", "synthetic": True}),
        ("badRequest", "item", {"name": "b", "file": "not base64"}),
        ("badValue", "item", {"name": "b", "picture": {"pixels": "AAAA", "width": 9, "height": 9, "format": "rgb8"}}),
        ("badRequest", "item", {"name": "b", "picture": {"pixels": "AAAA", "width": 1, "height": 1, "format": "rgb"}}),
        ("badRequest", "network", {"lost": 1.5}),
        ("badRequest", "network", {"next": ["vanishes"]}),
        ("badRequest", "collector", {"refuse": {"code": "noSuchCode"}}),
        ("badRequest", "distribute", {"what": 2}),
        ("badRequest", "upload", {"account": "alice", "vouchers": "AAAA"}),
        ("wrongLength", "account", {"name": ""}),
    ):
        kit.refused(code, call, **arguments)
    # A name that is wrong is found before anything is sealed.
    assert kit.call("send", account="alice", items=[])["waiting"] == 0
    for line in (
        b"{", b"[]", b"null", b'"text"', b'{"id": 1}', b'{"id": "1", "call": "hello"}', b"\xff\xfe", b"[" * 100_000,
        b'{"id": 1, "call": "hello"' + b" " * (65 << 20) + b"}",
    ):  # fmt: skip
        answer = kit.line(line)
        assert answer["error"]["code"] == "badRequest", (line[:40], answer)
    assert kit.call("hello")["kit"] == 1


def same_bytes() -> None:
    def bytes_of(seed: int) -> bytes:
        kit = Kit()
        kit.call("world", seed=seed, threshold=2, known=["a"])
        kit.call("account", name="alice")
        kit.call("device", account="alice")
        kit.call("send", account="alice", items=["a"])
        answer = json.dumps([kit.call("vouchers", account="alice"), kit.call("set")]).encode()
        kit.end()
        return answer

    assert bytes_of(1) == bytes_of(1) != bytes_of(2)


for test in (every_call, wrong_uses):
    kit = Kit()
    test(kit)
    kit.end()
same_bytes()
missing = SCHEMA["$defs"]["requests"].keys() - used
assert not missing, f"no request of: {sorted(missing)}"
print("passed")
