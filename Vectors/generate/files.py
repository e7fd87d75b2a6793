"""Binary files that several cases share, and what a case changes in one (Vectors/README.md, "Files")."""

from __future__ import annotations

from typing import Any


def file_case(name: str, original: bytes, changed: bytes | None = None) -> dict[str, Any]:
    """The file `name`, whose content is `original`, changed to `changed`: as few patches as are readable."""
    if changed is None:
        changed = original
    common = min(len(original), len(changed))
    patches: list[dict[str, Any]] = []
    runs: list[list[int]] = []
    for offset in range(common if original != changed else 0):
        if original[offset] != changed[offset]:
            if runs and offset - runs[-1][1] < 8:
                runs[-1][1] = offset + 1
            else:
                runs.append([offset, offset + 1])
    for start, end in runs:
        patches.append({"offset": start, "bytes": changed[start:end].hex()})
    truncate = len(changed) if len(changed) < len(original) else None
    case = {"file": name, "patches": patches, "truncate": truncate, "append": changed[len(original) :].hex()}
    if apply_file_case(case, original) != changed:
        raise AssertionError("a file case does not give what it should")
    return case


def apply_file_case(case: dict[str, Any], original: bytes) -> bytes:
    """Patches in order, then the cut, then what is put after it."""
    result = bytearray(original)
    for patch in case["patches"]:
        new = bytes.fromhex(patch["bytes"])
        if patch["offset"] + len(new) > len(result):
            raise ValueError("a patch beyond the file")
        result[patch["offset"] : patch["offset"] + len(new)] = new
    if case["truncate"] is not None:
        del result[case["truncate"] :]
    return bytes(result) + bytes.fromhex(case["append"])
