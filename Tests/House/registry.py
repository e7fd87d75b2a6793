#!/usr/bin/env python3
"""Compares every place that transcribes a number or a name with Vectors/registry.json.

The registry holds the error codes with their texts, the KDF's labels, the domain separators, the findings of an audit,
and the constants of profile, check levels and limits. The Swift sources, the C header, the Python package, the
independent Python implementation, the test vectors and the tables of Docs/Protocol.md are compared with it: one line
for each difference, then exit code 1.

    registry.py           compares; `make check` runs it
    registry.py --write   makes the registry anew from the Swift sources; then compares the rest
    registry.py --with PATH FILE
                          compares, with FILE in place of the repository's PATH: for tests of this program

After adding an error code, a label, a finding or a constant in Swift: run it with --write, look at the difference of
Vectors/registry.json, and mend each place that is then named. A new constant is a line of CONSTANTS below.
"""

import ast
import json
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
REGISTRY = ROOT / "Vectors/registry.json"
CORE = "Sources/Core/SealedMatchProtocol/"
FINGERPRINT = "Sources/Core/SealedMatchFingerprint/"
REFERENCE = "Vectors/generate/reference/"
PROTOCOL = "Docs/Protocol.md"
SCHEMAS = "Vectors/schemas/"
HEADER = "Sources/Client/CSealedMatch/include/sealedmatch.h"
REPLACED = {}
RANGE = r"([\d_]+\s*\.\.\.\s*[\d_]+)"
NUMBER = r"([\d_x<>* A-F]+?)\s*(?:$|[#,/)}])"

# name: (path of the Swift source, what stands before the value, its form), then the same for other places.
CONSTANTS = {
    "epoch seconds": [
        (CORE + "Parameters.swift", r"secondsPerEpoch: UInt64 = ", NUMBER),
        (REFERENCE + "parameters.py", r"^EPOCH_SECONDS = ", NUMBER),
        (PROTOCOL, r"epoch\(τ\) = ⌊τ / ", r"([\d,]+)⌋"),
    ],
    "t": [
        (CORE + "Parameters.swift", r"static let thresholds = ", RANGE),
        (REFERENCE + "parameters.py", r"require\(", r"(\d+ <= self\.threshold <= [\d_]+)"),
        (PROTOCOL, r"^\| t \| `threshold` \| 30 \| ", r"([\d,…]+)"),
    ],
    "k": [
        (CORE + "Parameters.swift", r"static let polynomialCounts = ", RANGE),
        (REFERENCE + "parameters.py", r"require\(", r"(\d+ <= self\.polynomials <= [\d_]+)"),
        (PROTOCOL, r"^\| k \| `polynomials` \| 312 \| ", r"([\d,…]+)"),
    ],
    "P": [
        (CORE + "Parameters.swift", r"static let payloadCounts = ", RANGE),
        (REFERENCE + "parameters.py", r"require\(", r"(\d+ <= self\.payload_count <= [\d_]+)"),
        (PROTOCOL, r"^\| P \| `payloadCount` \| 1,024 bytes \| ", r"([\d,…]+)"),
    ],
    "r": [
        (CORE + "Parameters.swift", r"static let separations = ", RANGE),
        (REFERENCE + "parameters.py", r"require\(", r"(\d+ <= self\.separation <= [\d_]+)"),
        (PROTOCOL, r"^\| r \| `separation` \| 6 \| ", r"([\d,…]+)"),
    ],
    "S at most": [
        (CORE + "Parameters.swift", r"static let maximumSources = ", NUMBER),
        (REFERENCE + "parameters.py", r"^MAXIMUM_SOURCES = ", NUMBER),
        (PROTOCOL, r"^\| S \| `SetHeader.sources` \| – \| 1…", r"([\d,]+)"),
    ],
    "n at most": [
        (CORE + "SetHeader.swift", r"static let maximumEntries = ", NUMBER),
        (REFERENCE + "parameters.py", r"^MAXIMUM_ENTRIES = ", NUMBER),
    ],
    "epochs a step": [
        (CORE + "AccountSecret.swift", r"maximumSkip: UInt32 = ", NUMBER),
        (REFERENCE + "parameters.py", r"^MAXIMUM_EPOCH_STEP = ", NUMBER),
    ],
    "tags at most": [
        ("Sources/Client/SealedMatchClient/DistinctnessStore.swift", r"static let maximumTags = ", NUMBER),
        (REFERENCE + "distinctness.py", r"^MAXIMUM_TAGS = ", NUMBER),
    ],
    "pairs a proof": [
        (CORE + "DLEQProof.swift", r"static let maximumPairs = ", NUMBER),
        (REFERENCE + "dleq.py", r"^MAXIMUM_PAIRS = ", NUMBER),
    ],
    "openings that count": [
        ("Sources/Server/SealedMatchOpenings/OpeningCaps.swift", r"static let counted = ", NUMBER),
        (REFERENCE + "open.py", r"^MAXIMUM_OPENINGS = ", NUMBER),
        (PROTOCOL, r"^3\. The first ", r"([\d,]+) openings"),
    ],
    "quarantined openings at most": [
        ("Sources/Server/SealedMatchOpenings/OpeningCaps.swift", r"static let quarantined = ", NUMBER),
        (REFERENCE + "open.py", r"^MAXIMUM_QUARANTINED = ", NUMBER),
        (PROTOCOL, r"are \*quarantined\*, and of these ", r"([\d,]+) are kept"),
    ],
    "slot's bytes": [
        (CORE + "SealedSlot.swift", r"static let encodedCount = ", NUMBER),
        (REFERENCE + "voucher.py", r"^SLOT_BYTES = ", NUMBER),
        (PROTOCOL, r"^\| 140 \+ 4k \+ P \| ", r"(\d+)·M"),
    ],
    "hypotheses at most": [
        (FINGERPRINT + "FingerprintProfile.swift", r"static let maximumHypotheses = ", NUMBER),
        (REFERENCE + "profile.py", r"^MAXIMUM_HYPOTHESES = ", NUMBER),
        (SCHEMAS + "common.schema.json", r'"hypotheses": .*"maxItems": ', NUMBER),
    ],
    "registration's bytes": [
        (CORE + "Registration.swift", r"static var unsignedCount: Int \{ ", NUMBER),
        (REFERENCE + "registration.py", r"^FIXED_BYTES = ", NUMBER),
        (HEADER, r"^#define SEALEDMATCH_REGISTRATION_BYTES ", NUMBER),
    ],
    "account secret's bytes": [
        (CORE + "AccountSecret.swift", r"static let encodedCount = ", NUMBER),
        (HEADER, r"^#define SEALEDMATCH_SECRET_BYTES ", NUMBER),
    ],
    "picture side at most": [
        (FINGERPRINT + "PDQFingerprint.swift", r"static let maximumSide = ", NUMBER),
        (REFERENCE + "pdq.py", r"^MAXIMUM_SIDE = ", NUMBER),
    ],
}


def text(path):
    return (ROOT / REPLACED.get(path, path)).read_text()


def value(written):
    """Of a number or a range in Swift, Python or the specification: a number, or the two ends."""
    written = written.strip()
    ends = re.fullmatch(r"([\d_,]+)\s*(?:\.\.\.|…)\s*([\d_,]+)|([\d_]+) <= [\w.]+ <= ([\d_]+)", written)
    if ends:
        return [value(end) for end in ends.groups() if end]
    written = written.replace(",", "").replace("_", "")
    if not re.fullmatch(r"(0x[0-9A-Fa-f]+|\d+)(\s*(<<|\*\*?)\s*\d+)*", written):
        raise SystemExit(f"registry.py: {written!r} is no number")
    return eval(written)  # digits, <<, * and ** alone


def swift_files():
    rooms = ("Core", "Sets", "Client", "Server", "Tool")
    return sorted(path for room in rooms for path in (ROOT / "Sources" / room).rglob("*.swift"))


def swift_codes():
    """name: number, of SealedMatchError, FingerprintError, the C interface and the stores."""
    codes = {}
    pattern = (
        r"static\s+let\s+(\w+)(?::[^=\n]*)?\s*=\s*(?:SealedMatchError\.)?"
        r"(?:Code\(\s*rawValue|FingerprintError\(\s*code):\s*(\d+)\)"
    )
    for path in swift_files():
        for name, number in re.findall(pattern, path.read_text()):
            if name in codes:
                raise SystemExit(f"registry.py: {name} is there twice, again in {path.relative_to(ROOT)}")
            codes[name] = int(number)
    return codes


def swift_texts():
    """The texts of the C interface, by name."""
    source = text("Sources/Client/SealedMatchABI/Errors.swift")
    pattern = r'case \.(?:init\(rawValue: FingerprintError\.(\w+)\.code\)|(\w+)): "([^"]*)"'
    return {first or second: said for first, second, said in re.findall(pattern, source)}


def in_labels(pattern, elsewhere, noun):
    """What Labels.swift has of a kind, and no other file may have."""
    for path in swift_files():
        if path.name != "Labels.swift" and re.search(elsewhere, path.read_text(), re.M):
            raise SystemExit(f"registry.py: {path.relative_to(ROOT)} has a {noun}, which belongs to Labels.swift")
    return re.findall(pattern, text(CORE + "Labels.swift"))


def swift_labels():
    return in_labels(r'Label\("([^"]*)"\)', r'\bLabel\("', "label")


def swift_separators():
    return in_labels(r'"(SealedMatch/1 [^"]+)"', r'^[^/]*"SealedMatch/1 [^"]', "separator")


def swift_findings():
    source = text("Sources/Sets/SealedMatchSets/Audit.swift")
    body = re.search(r"enum Kind[^{]*\{(.*?)\n        \}", source, re.S).group(1)
    return dict(re.findall(r'case (\w+) = "([^"]*)"', body))


KINDS = {"asSent": 0, "raster": 1, "vignette": 2, "curve": 3, "highlights": 4}


def lowest_frequencies(count):
    """The profiles' positions."""
    pairs = sorted(range(256), key=lambda place: ((place // 16 + 1) ** 2 + (place % 16 + 1) ** 2, place))
    return sorted(pairs[:count])


def hypothesis(kind=0, tone=0, shift=0, zoom=0, penalty=0, strength=0):
    """As in the set file: the strength stands where a raster has its zoom."""
    return [kind, tone, shift, strength or zoom, penalty]


def swift_profiles():
    """By id. The qualities are the same in all."""
    source = text(FINGERPRINT + "FingerprintProfile+Standard.swift")
    qualities = {name: int(n) for name, n in re.findall(r"\b(minimumQuality|probeQuality) = (\d+)", source)}
    profiles = {}
    for identifier, lowest, probes, body, marks in re.findall(
        r"checkedID: (\d+), lowest: (\d+), probes: (\d+),\s+hypotheses: \[(.*?)\](?:, marks: (\d))?\)", source, re.S
    ):
        hypotheses = []
        for case, change, fields in re.findall(r"\.(asSent|raster|changed)(?:\((?:\.(\w+), )?([^)]*)\))?", body):
            values = {name: int(number.replace("_", "")) for name, number in re.findall(r"(\w+): (-?[\d_]+)", fields)}
            hypotheses.append(hypothesis(KINDS[change or case], **values))
        profiles[identifier] = {
            "positions": lowest_frequencies(int(lowest)),
            "probes": int(probes),
            **qualities,
            "hypotheses": hypotheses,
            "marks": int(marks or 0),
        }
    return profiles


def swift_levels():
    """N_0 … N_11, the defaults."""
    source = text(CORE + "CheckLevels.swift")
    return [int(n) for n in re.search(r"static let standard = .*?\[([\d, ]+)\]", source).group(1).split(",")]


def constant(path, before, form):
    found = re.search(before + form, text(path), re.M)
    return value(found.group(1)) if found else None


def from_swift():
    codes, texts = swift_codes(), swift_texts()
    return {
        "comment": "Made by Tests/House/registry.py --write from the Swift sources; `make check` compares all others.",
        "errors": [
            {"name": name, "code": codes[name], "text": texts.get(name)} for name in sorted(codes, key=codes.get)
        ],
        "labels": swift_labels(),
        "separators": swift_separators(),
        "findings": swift_findings(),
        "profiles": swift_profiles(),
        "checkLevels": swift_levels(),
        "limits": {name: constant(*places[0]) for name, places in CONSTANTS.items()},
    }


def upper(name):
    """badHandle -> BAD_HANDLE, wrongABI -> WRONG_ABI"""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).upper()


def assigned(path, name):
    """The literal that a Python file assigns to a name."""
    for node in ast.parse(text(path)).body:
        targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
        if any(isinstance(target, ast.Name) and target.id == name for target in targets):
            inner = node.value
            if isinstance(inner, ast.Call):  # frozenset({…})
                inner = inner.args[0]
            return ast.literal_eval(inner)
    raise SystemExit(f"registry.py: {path} assigns no {name}")


def section(title):
    return re.search(rf"^{re.escape(title)}\n(.*?)(?=^#{{2,3}} )", text(PROTOCOL), re.S | re.M).group(1)


def specified_codes():
    """The table of section 6, whose first column may hold ranges and lists, and the sentence on fingerprints."""
    body = section("## 6. Error codes")
    codes = {}
    for numbers, names in re.findall(r"^\| ([\d–, ]+) \| ([^|]+) \|", body, re.M):
        values = []
        for part in numbers.split(","):
            ends = [int(end) for end in part.split("–")]
            values += range(ends[0], ends[-1] + 1)
        names = re.findall(r"`(\w+)`", names)
        if len(names) != len(values):
            raise SystemExit(f"registry.py: {PROTOCOL}, section 6: {numbers} has {len(names)} names")
        codes.update(zip(names, values))
    first, last, names = re.search(r"own codes (\d+)–(\d+)\s+\(([^)]*)\)", body).groups()
    codes.update(zip(re.findall(r"`(\w+)`", names), range(int(first), int(last) + 1)))
    return codes


def compared(place, expected, found):
    for name in sorted(expected.keys() | found.keys(), key=str):
        if expected.get(name) != found.get(name):
            yield f"{place}: {name} is {found.get(name)!r}, in the registry {expected.get(name)!r}"


def same_names(place, expected, found):
    """The same for names without a value."""
    yield from compared(place, dict.fromkeys(expected, "there"), dict.fromkeys(found, "there"))


def reference_profiles():
    """The independent implementation's. Its modules need libsodium, so a few definitions are run alone."""
    wanted = [
        node
        for node in ast.parse(text(REFERENCE + "profile.py")).body
        if getattr(node, "name", None) == "lowest_frequencies"
        or isinstance(node, ast.Assign)
        and (ast.unparse(node.targets[0]).startswith("PROFILE_") or "RASTER" in ast.unparse(node.targets[0]))
    ]
    names = {"Profile": dict, "Hypothesis": hypothesis}
    exec(compile(ast.Module(wanted, []), REFERENCE + "profile.py", "exec"), names)
    return {
        str(profile["id"]): {
            "positions": list(profile["positions"]),
            "probes": profile["probes"],
            "minimumQuality": profile["minimum_quality"],
            "probeQuality": profile["probe_quality"],
            "hypotheses": list(profile["hypotheses"]),
            "marks": profile.get("marks", 0),
        }
        for name, profile in names.items()
        if name.startswith("PROFILE_")
    }


def specified_profiles():
    """Of each its paragraph, with the positions, and its table of hypotheses, whose columns are named."""
    profiles = {}
    for paragraph in re.findall(
        r"^(\*\*Profile \d+\.\*\*.*?^\|.*?)\n\n", section("### 5.11 Fingerprints"), re.S | re.M
    ):
        identifier, b, probes, minimum, probe = re.search(
            r"Profile (\d+)\.\*\* b = (\d+), M = (\d+), minimum quality (\d+),\s+probe quality (\d+)", paragraph
        ).groups()
        if choice := re.search(r"choose:\n\n((?:    [\d ]+\n)+)", paragraph):
            positions = [int(position) for position in choice.group(1).split()]
        else:
            more = re.search(r"those of\s+profile 2, ([\d, ]+)\s+and\s+(\d+),", paragraph)
            positions = sorted(profiles["2"]["positions"] + [int(n) for n in ", ".join(more.groups()).split(", ")])
        head, *rows = [
            [cell.strip() for cell in line[1:-1].split("|")] for line in re.findall(r"^\|(?!---).*$", paragraph, re.M)
        ]
        hypotheses = []
        for number, row in enumerate(rows):
            named = dict(zip(head, row))
            if named.pop("hypothesis") != str(number):
                raise SystemExit(
                    f"registry.py: {PROTOCOL}, profile {identifier}: hypothesis {number} is not in its row"
                )
            kind = {"as sent": 0, "raster": 1, "vignette": 2, "S curve": 3, "highlights": 4}[named.pop("kind")]
            values = {name: int(n.replace(",", "").replace("−", "-")) for name, n in named.items() if n}
            hypotheses.append(hypothesis(kind, **values))
        profiles[identifier] = {
            "positions": positions if len(positions) == int(b) else f"{len(positions)} positions for b = {b}",
            "probes": int(probes),
            "minimumQuality": int(minimum),
            "probeQuality": int(probe),
            "hypotheses": hypotheses,
            "marks": 1 if "it has marks (1)" in re.sub(r"\s+", " ", paragraph) else 0,
        }
    return profiles


# What a schema lists beside errors and findings of audits: outcomes, and the findings of a reveal.
OTHER_WORDS = {"valid", "stored", "alreadyStored", "expired", "released", "notDue", "revealed"}
OTHER_WORDS |= {"key", "near", "exact", "noFingerprint"}


def enumerations(schema):
    if isinstance(schema, dict):
        if isinstance(schema.get("enum"), list):
            yield schema["enum"]
        schema = list(schema.values())
    if isinstance(schema, list):
        for part in schema:
            yield from enumerations(part)


def differences(registry):
    current = from_swift()
    for part in current:
        if registry.get(part) != current[part]:
            yield f"Vectors/registry.json: {part} are not those of the Swift sources; run registry.py --write"

    codes = {error["name"]: error["code"] for error in registry["errors"]}
    if len(set(codes.values())) != len(codes):
        yield "registry: two errors have one code"
    texts = [error["text"] for error in registry["errors"] if error["text"]]
    if len(set(texts)) != len(texts):
        yield "registry: two errors have one text"
    server = {"damagedStore", "lostVouchers"} | {error["name"] for error in registry["errors"] if error["text"] is None}
    yield from compared(f"{PROTOCOL}, section 6", codes, specified_codes())
    header = text(HEADER)
    body = re.search(r"enum sealedmatch_code \{(.*?)\}", header, re.S).group(1)
    shipped = {upper(name): code for name, code in codes.items() if name not in server}
    in_header = {name: int(n) for name, n in re.findall(r"SEALEDMATCH_(\w+) = (\d+)", body)}
    yield from compared("sealedmatch.h", {"OK": 0, **shipped}, in_header)
    package = text("Sources/Client/PythonPackage/sealedmatch/errors.py")
    in_package = {name: int(n) for name, n in re.findall(r"^    ([A-Z_]+) = (\d+)$", package, re.M)}
    yield from compared("the Python package's ErrorCode", shipped, in_package)
    interface = {name for name, code in codes.items() if 800 <= code < 900}
    reference = {name: code for name, code in codes.items() if name not in interface}
    yield from compared(REFERENCE + "errors.py", reference, assigned(REFERENCE + "errors.py", "CODES"))
    for path in sorted((ROOT / "Vectors").glob("*/*.json")):
        for name in set(re.findall(r'"(?:error|refused)": "(\w+)"', path.read_text())) - codes.keys():
            yield f"{path.relative_to(ROOT)}: {name} is no error"

    rows = re.findall(r"^\| `([a-z ]+)` \|", section("### Labels"), re.M)
    for place, found in (
        (f"{PROTOCOL}, Labels", rows),
        (REFERENCE + "labels.py", assigned(REFERENCE + "labels.py", "LABELS")),
    ):
        yield from same_names(place, registry["labels"], found)
    for place, pattern in (
        (PROTOCOL, r'"(SealedMatch/1 [^"]+[^" ])"'),
        (REFERENCE, r'b"(SealedMatch/1 [^"]+[^" ])"'),
    ):
        files = [place] if place == PROTOCOL else [f"{place}{p.name}" for p in (ROOT / place).glob("*.py")]
        found = {name for path in files for name in re.findall(pattern, text(path))}
        yield from same_names(place, registry["separators"], found)

    findings = registry["findings"]
    yield from same_names(REFERENCE + "audit.py", findings, assigned(REFERENCE + "audit.py", "FINDINGS"))
    # Its errors stand in brackets too.
    audit = set(re.findall(r"\[`(\w+)`[];]", section("### 5.19 Audit"))) - codes.keys()
    yield from same_names(f"{PROTOCOL}, Audit", findings, audit)

    names = codes.keys() | findings.keys()
    for path in sorted((ROOT / SCHEMAS).glob("*.json")):
        for words in enumerations(json.loads(text(SCHEMAS + path.name))):
            if names & set(words):
                for word in set(words) - names - OTHER_WORDS:
                    yield f"{SCHEMAS}{path.name}: {word} is no error and no finding"

    for place, found in (
        (REFERENCE + "profile.py", reference_profiles()),
        (f"{PROTOCOL}, 5.11", specified_profiles()),
    ):
        yield from same_names(place, registry["profiles"], found)
        for identifier in registry["profiles"].keys() & found.keys():
            yield from compared(f"{place}, profile {identifier}", registry["profiles"][identifier], found[identifier])

    row = re.search(r"^\| N_0…N_11 \| `checkLevels` \| ([\d, ]+) \|", text(PROTOCOL), re.M)
    for place, levels in (
        (REFERENCE + "check_level.py", list(assigned(REFERENCE + "check_level.py", "STANDARD_LEVELS"))),
        (f"{PROTOCOL}, section 2", [int(n) for n in row.group(1).split(",")] if row else None),
    ):
        if levels != registry["checkLevels"]:
            yield f"{place}: the check levels are {levels}, in the registry {registry['checkLevels']}"

    for name, places in CONSTANTS.items():
        for place in places[1:]:
            if (found := constant(*place)) != registry["limits"].get(name):
                yield f"{place[0]}: {name} is {found}, in the registry {registry['limits'].get(name)}"


def main():
    if sys.argv[1:] == ["--write"]:
        REGISTRY.write_text(json.dumps(from_swift(), indent=2, ensure_ascii=False) + "\n")
    elif sys.argv[1:2] == ["--with"] and len(sys.argv) == 4 and (ROOT / sys.argv[2]).is_file():
        REPLACED[sys.argv[2]] = sys.argv[3]
    elif sys.argv[1:]:
        raise SystemExit(__doc__)
    found = list(differences(json.loads(REGISTRY.read_text())))
    for difference in found:
        print(difference)
    if found:
        sys.exit(1)
    registry = json.loads(REGISTRY.read_text())
    print(
        "registry:", ", ".join(f"{len(part)} {name}" for name, part in registry.items() if name != "comment"), "agree"
    )


if __name__ == "__main__":
    main()
