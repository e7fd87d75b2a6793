#!/usr/bin/env python3
"""The public surface of the library products, as the compiler's symbol graphs tell it: exit code 1 if there is

- a public type that no product's signature shows: it belongs to `package`. A type is shown where a shown declaration
  names it, or where it gives a shown type that nothing else makes; a product's own type also where a caller can begin
  with it, and where it is an error;
- a public function or property with a tuple in its signature: it takes or returns a struct. What another package's
  protocol requires is left out.

    surface.py MODULES    the folder of built .swiftmodule files; `make docs` gives it
"""

import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
TYPES = {"swift.struct", "swift.class", "swift.enum", "swift.protocol"}
TUPLE = re.compile(r"(?:->|:|\[|<|=) *\((?:[^()]*,[^()]*)\)(?! *(?:async|throws|->))")


def package():
    dumped = subprocess.run(["swift", "package", "dump-package"], cwd=ROOT, capture_output=True, check=True)
    return json.loads(dumped.stdout)


def graphs(modules, targets, into):
    """Of our Swift modules: the symbols, the members of each type, the types that are errors, and what implements a
    requirement."""
    includes = [modules] + [ROOT / target["path"] for target in targets if target["type"] == "system"]
    checkouts = ROOT / ".build/checkouts"
    includes += [found.parent for found in checkouts.glob("*/Sources/*/module.modulemap")]
    includes += [found.parent for found in checkouts.glob("*/Sources/*/include/module.modulemap")]
    includes += [found.parent for found in (ROOT / "Sources").glob("*/*/include/module.modulemap")]
    # Of C targets that have none of their own SwiftPM makes one.
    maps = list(pathlib.Path(modules).parent.glob("*.build/module.modulemap"))
    machine = f"{os.uname().machine}-unknown-linux-gnu"
    ours = [target["name"] for target in targets if target["name"].startswith("SealedMatch")]
    for name in ours:
        subprocess.run(
            ["swift-symbolgraph-extract", "-module-name", name, "-target", machine, "-output-dir", into]
            + ["-minimum-access-level", "public"]
            + [word for folder in includes for word in ("-I", folder)]
            + [word for found in maps for word in ("-Xcc", f"-fmodule-map-file={found}")],
            check=True,
        )
    symbols, members, errors, origins = {}, {}, set(), {}
    for path in sorted(pathlib.Path(into).glob("*.symbols.json")):
        graph = json.loads(path.read_text())
        for symbol in graph["symbols"]:
            symbol["module"] = path.name.split("@")[0].split(".")[0]
            symbols[symbol["identifier"]["precise"]] = symbol
        for relation in graph["relationships"]:
            if relation["kind"] in ("memberOf", "requirementOf", "optionalRequirementOf"):
                members.setdefault(relation["target"], set()).add(relation["source"])
            if "sourceOrigin" in relation:
                origins[relation["source"]] = relation["sourceOrigin"]["identifier"]
            if relation["kind"] == "conformsTo" and relation["target"] == "s:s5ErrorP":
                errors.add(relation["source"])
    return symbols, members, errors, origins


def named(symbol):
    """The types that a declaration names."""
    return {part["preciseIdentifier"] for part in symbol["declarationFragments"] if "preciseIdentifier" in part}


def is_inherited(symbol):
    return "::SYNTHESIZED::" in symbol["identifier"]["precise"]


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    modules = sys.argv[1]
    described = package()
    libraries = [product for product in described["products"] if "library" in product["type"]]
    own = {target for product in libraries for target in product["targets"]}
    wanted, names = set(own), {target["name"]: target for target in described["targets"]}
    queue = list(own)
    while queue:  # the products' targets and what they depend on
        for dependency in names[queue.pop()]["dependencies"]:
            (name,) = [part for part in dependency.get("byName", [None])[:1]] or [None]
            if name in names and name not in wanted:
                wanted.add(name)
                queue.append(name)
    with tempfile.TemporaryDirectory() as folder:
        symbols, members, errors, origins = graphs(modules, [names[name] for name in sorted(wanted)], folder)
    symbols = {precise: symbol for precise, symbol in symbols.items() if not is_inherited(symbol)}
    types = {precise for precise, symbol in symbols.items() if symbol["kind"]["identifier"] in TYPES}

    def beginnings(precise):
        """Initialisers, cases and static members: what a caller can begin with."""
        kinds = {"swift.init", "swift.enum.case", "swift.type.method", "swift.type.property"}
        inside = [symbols[member] for member in members.get(precise, ()) if member in symbols]
        return [member for member in inside if member["kind"]["identifier"] in kinds]

    def is_made(precise):
        """Something of its own gives one."""
        return any(
            member["kind"]["identifier"] in ("swift.init", "swift.enum.case") or precise in named(member)
            for member in beginnings(precise)
        )

    def makes(precise):
        """The types that its members return."""
        for member in members.get(precise, ()):
            for part in symbols.get(member, {}).get("functionSignature", {}).get("returns", []):
                yield part.get("preciseIdentifier")

    shown, queue = set(), []

    def show(precise):
        if precise in types - shown:
            shown.add(precise)
            queue.append(precise)

    for precise, symbol in symbols.items():
        if symbol["module"] in own:
            for other in named(symbol) - {precise}:
                show(other)
            if precise in errors or symbol["kind"]["identifier"] == "swift.protocol" or beginnings(precise):
                show(precise)
    while queue:
        while queue:
            for member in members.get(queue.pop(), set()) - types:
                for other in named(symbols.get(member, {"declarationFragments": []})):
                    show(other)
        for precise in types - shown:
            if is_made(precise) and any(other in shown and not is_made(other) for other in makes(precise)):
                show(precise)

    wrong = [
        f"{symbols[precise]['module']}: no product shows {'.'.join(symbols[precise]['pathComponents'])}"
        for precise in types - shown
    ]
    for precise, symbol in symbols.items():
        text = "".join(part["spelling"] for part in symbol["declarationFragments"])
        # What a protocol of another package requires is as that package has it.
        if TUPLE.search(text) and origins.get(precise, precise) in symbols:
            wrong.append(f"{symbol['module']}: {'.'.join(symbol['pathComponents'])} has a tuple: {text}")
    print(
        "\n".join(sorted(wrong))
        if wrong
        else f"surface: {len(types)} public types, each shown by one of {len(libraries)} products, and no tuple"
    )
    sys.exit(bool(wrong))


if __name__ == "__main__":
    main()
