"""The part of the build that pyproject.toml cannot say: the wheel carries the shared library and the declarations of
its header, and is for one platform, but for any Python 3.
"""

import os
import re
import tempfile
from pathlib import Path
from typing import Any

import cffi
from hatchling.builders.hooks.plugin.interface import BuildHookInterface

ROOT = Path(__file__).resolve().parents[3]
HEADER = ROOT / "Sources" / "Client" / "CSealedMatch" / "include" / "sealedmatch.h"
# auditwheel puts libsodium into the wheel; its licence asks for its notice to come along.
SYSROOT = Path(os.environ.get("SEALEDMATCH_SYSROOT") or "/")
NOTICES = {
    ROOT / "LICENSE": "LICENSE",
    SYSROOT / "usr/share/doc/libsodium23/copyright": "COPYRIGHT.libsodium",
}
# The processor's number in an ELF file, bytes 18 and 19.
MACHINES = {62: "x86_64", 183: "aarch64"}
# By its SONAME: the name under which the package loads it.
LIBRARY = "libsealedmatch.so.4"


def declarations(header: str) -> str:
    """What cffi understands of the C header: all but the preprocessor's lines; simple numbers stay."""
    kept = []
    for line in re.sub(r"/\*.*?\*/", "", header, flags=re.DOTALL).splitlines():
        line = line.strip()
        if not line.startswith("#") or re.fullmatch(r"#define SEALEDMATCH_\w+ \d+", line):
            kept.append(line)
    return "\n".join(kept).replace('extern "C" {', "").rstrip().removesuffix("}")


def machine(library: Path) -> str:
    """The processor that a library is for, by its own word: the wheel may be for another one than this machine's."""
    with library.open("rb") as file:
        start = file.read(20)
    number = int.from_bytes(start[18:20], "little")
    if start[:4] != b"\x7fELF" or number not in MACHINES:
        raise ValueError(f"{library}: no library for {' or '.join(MACHINES.values())}")
    return MACHINES[number]


class CustomBuildHook(BuildHookInterface):  # type: ignore[type-arg]
    """`make wheel` sets SEALEDMATCH_LIBRARY, the path of the built library, and SEALEDMATCH_SYSROOT, the folder of the
    packages that it was built against if that is not the machine's root.
    """

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        ffi = cffi.FFI()
        ffi.set_source("sealedmatch._abi", None)
        ffi.cdef(declarations(HEADER.read_text(encoding="utf-8")))
        self.generated = tempfile.TemporaryDirectory()
        module = Path(self.generated.name) / "_abi.py"
        ffi.emit_python_code(str(module))
        library = Path(os.environ["SEALEDMATCH_LIBRARY"])
        parts = {module: "_abi.py", library: LIBRARY, **NOTICES}
        build_data["force_include"] = {str(path): f"sealedmatch/{name}" for path, name in parts.items()}
        build_data["pure_python"] = False
        build_data["tag"] = f"py3-none-linux_{machine(library)}"

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:
        self.generated.cleanup()
