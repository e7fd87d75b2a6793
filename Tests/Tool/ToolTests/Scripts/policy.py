"""Docs/policy.schema.json and `sealedmatch policy check` agree: on the example of Docs/Reviewing.md, on a policy of
each mode, and on every change of one value of them; but for what no schema can say, which the check alone refuses.

    policy.py SEALEDMATCH SCHEMA REVIEWING.md
"""

import copy
import json
import re
import subprocess
import sys
from pathlib import Path

from jsonschema import Draft202012Validator

TOOL = sys.argv[1]
SCHEMA = json.loads(Path(sys.argv[2]).read_text())
Draft202012Validator.check_schema(SCHEMA)
VALIDATOR = Draft202012Validator(SCHEMA)


def example(document):
    """The one block of the document that is a policy."""
    blocks = re.findall(r"(?:^    .*\n)+", document, re.M)
    found = [block for block in blocks if '"format": "SealedMatch policy"' in block]
    assert len(found) == 1
    return json.loads(found[0])


def checked(text):
    Path("policy.json").write_text(text)
    result = subprocess.run([TOOL, "policy", "check", "policy.json"], capture_output=True, check=False)
    assert result.returncode in (0, 65), result
    return result.returncode == 0


def compare(policy, expected=None):
    by_schema, by_check = VALIDATOR.is_valid(policy), checked(json.dumps(policy))
    assert by_schema == by_check, (policy, by_schema, by_check)
    assert expected is None or by_check == expected, policy
    return by_check


def places(value, path=()):
    """The path of each value that is in it."""
    for key in value if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ():
        yield (*path, key)
        yield from places(value[key], (*path, key))


def at(value, path):
    for key in path:
        value = value[key]
    return value


def main():
    voluntary = example(Path(sys.argv[3]).read_text())
    ordered = voluntary | {
        "mode": "ordered",
        "order": {"authority": "A", "reference": "R", "from": 1, "until": 50_000, "sets": ["aB" * 32]},
    }
    risk = voluntary | {"mode": "riskBased", "assessment": {"reference": "R", "until": 2**32 - 1}}
    for policy in (voluntary, ordered, risk):
        compare(policy, True)
    # Modes, each with what another one needs or forbids.
    for policy in (voluntary, ordered, risk):
        for mode in ("voluntary", "ordered", "riskBased"):
            compare(policy | {"mode": mode}, mode == policy["mode"])
    once = voluntary["reviewers"] | {"confirmed": 1}
    for policy, is_one in (
        (voluntary | {"reviewers": once}, True),
        (risk | {"reviewers": once}, False),
        (voluntary | {"reviewers": once, "reports": ["nca", "removal"]}, False),
        (voluntary | {"reviewers": once, "reports": ["blocking"]}, False),
        (voluntary | {"reports": ["blocking", "removal"]}, True),
        (voluntary | {"reports": ["nca", "nca"]}, False),
        (voluntary | {"roles": ["lead"]}, True),
        (voluntary | {"roles": ["second"]}, False),
        (voluntary | {"thresholds": {"listed": 0, "viewed": 0}}, False),
        (risk | {"thresholds": {"listed": 0, "viewed": 0}}, True),
        (ordered | {"thresholds": {"listed": 0, "viewed": 0}}, True),
        (voluntary | {"name": "n" * 256}, True),
        (voluntary | {"name": "n" * 257}, False),
        (ordered | {"order": ordered["order"] | {"sets": []}}, True),
        (ordered | {"order": ordered["order"] | {"sets": ["ab" * 32] * 64}}, True),
        (ordered | {"order": ordered["order"] | {"sets": ["ab" * 32] * 65}}, False),
        (ordered | {"order": ordered["order"] | {"sets": ["ab" * 31]}}, False),
        (ordered | {"order": ordered["order"] | {"until": 2**32}}, False),
    ):
        compare(policy, is_one)
    # Each value of a policy that has all of them, missing and changed.
    whole = ordered | {"assessment": risk["assessment"]}
    changes = 0
    for path in places(whole):
        # All days of retention are alike.
        if path[0] == "retention" and path[-1] not in ("retention", "new", "confirmed"):
            continue
        policy = copy.deepcopy(risk if path[0] == "assessment" else ordered)
        parent = at(policy, path[:-1])
        old = parent.pop(path[-1])
        compare(policy)
        changes += 1
        for value in (None, -1, 40_000, "lead", []):
            parent = copy.deepcopy(policy)
            if isinstance(at(parent, path[:-1]), list):
                at(parent, path[:-1]).insert(path[-1], value)
            else:
                at(parent, path[:-1])[path[-1]] = value
            if value != old:
                compare(parent)
                changes += 1
        if isinstance(old, dict):
            compare((risk if path[0] == "assessment" else ordered) | {path[0]: old | {"more": 1}}, False)
    compare(voluntary | {"more": 1}, False)
    # What no schema can say.
    for text in (
        json.dumps(voluntary | {"name": "é" * 129}),
        json.dumps(ordered | {"order": ordered["order"] | {"from": 50_000}}),
        json.dumps(voluntary).replace('"version": 1', '"version": 1.0'),
        json.dumps(voluntary).replace('"version": 1', '"version": 1, "version": 1'),
        json.dumps(voluntary) + " " * 65_536,
    ):
        assert VALIDATOR.is_valid(json.loads(text)) and not checked(text), text[:200]
    assert changes > 150
    print(changes, "changes: passed")


main()
