"""Makes the test vectors: `python Vectors/generate` writes them, `python Vectors/generate --check` compares with what
is there and fails on any difference.
The worked example and the tables of marks of Docs/Protocol.md are among the things made.

Both validate every file against its schema. Needs pysodium (libsodium), numpy and jsonschema.
"""

from __future__ import annotations

import argparse
import importlib
import json
import pathlib
import pkgutil
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent
VECTORS = HERE.parent
SPECIFICATION = VECTORS.parent / "Docs" / "Protocol.md"
sys.path.insert(0, str(HERE))

import jsonschema  # noqa: E402
import mark_tables  # noqa: E402
import referencing  # noqa: E402
import topics  # noqa: E402
import worked_example  # noqa: E402
from envelope import Topic  # noqa: E402

# What the generators do not make: folders, the registry (Tests/House/registry.py), the tables of marks, which
# Sources/Lab/Recall has measured, and upstream data that is kept as it was published.
FOREIGN = {
    "generate",
    "schemas",
    "README.md",
    "registry.json",
    "marks.json",
    "hash-to-group/rfc9497-voprf-ristretto255-sha512.json",
    "log/upstream.json",
}


def registry() -> referencing.Registry:
    resources = [json.loads(path.read_text()) for path in sorted((VECTORS / "schemas").glob("*.json"))]
    return referencing.Registry().with_resources([(r["$id"], referencing.Resource.from_contents(r)) for r in resources])


def validate(name: str, content: bytes, schemas: referencing.Registry) -> None:
    schema = schemas.contents(f"{name}.schema.json")
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema, registry=schemas)
    for error in validator.iter_errors(json.loads(content)):
        raise SystemExit(f"{name}: {error.json_path}: {error.message[:300]}")


def main() -> None:
    parser = argparse.ArgumentParser(prog="generate", description=__doc__)
    parser.add_argument(
        "--check", action="store_true", help="change nothing; fail if a file is missing, different or too many"
    )
    arguments = parser.parse_args()
    schemas = registry()
    made: dict[str, bytes] = {}
    cases = 0
    for module in sorted(info.name for info in pkgutil.iter_modules(topics.__path__)):
        start = time.monotonic()
        for path, content in importlib.import_module(f"topics.{module}").build().items():
            if path in made:
                raise SystemExit(f"two generators make {path}")
            if isinstance(content, Topic):
                data = content.encoded()
                validate(content.name, data, schemas)
                cases += json.loads(data)["numberOfTests"]
            else:
                data = content
            made[path] = data
        print(f"{module}: {time.monotonic() - start:.1f} s", file=sys.stderr)
    present = {
        str(path.relative_to(VECTORS))
        for path in VECTORS.rglob("*")
        if path.is_file() and path.relative_to(VECTORS).parts[0] not in FOREIGN
    } - FOREIGN
    specification = SPECIFICATION.read_text()
    with_example = mark_tables.in_document(worked_example.in_document(specification))
    if arguments.check:
        if specification != with_example:
            raise SystemExit(
                "the worked example or the tables of marks in Docs/Protocol.md are not what the generators make"
            )
        wrong = sorted(
            p
            for p in present | made.keys()
            if p not in made or p not in present or (VECTORS / p).read_bytes() != made[p]
        )
        if wrong:
            raise SystemExit("not what the generators make: " + ", ".join(wrong))
        print(f"{len(made)} files, {cases} cases: as made again from the specification")
        return
    SPECIFICATION.write_text(with_example)
    for path in present - made.keys():
        (VECTORS / path).unlink()
    for path, data in made.items():
        target = VECTORS / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)
    print(f"wrote {len(made)} files, {cases} cases")


if __name__ == "__main__":
    main()
