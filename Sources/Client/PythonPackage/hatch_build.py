"""The part of the build that pyproject.toml cannot say: the wheel carries the shared library and the declarations of
its header, and is for one platform, but for any Python 3.
"""

import os
import re
import sysconfig
import tempfile
from pathlib import Path
from typing import Any

import cffi
from hatchling.builders.hooks.plugin.interface import BuildHookInterface

ROOT = Path(__file__).resolve().parents[3]
HEADER = ROOT / "Sources" / "Client" / "CSealedMatch" / "include" / "sealedmatch.h"
# auditwheel puts libsodium into the wheel; its licence asks for its notice to come along.
NOTICES = {ROOT / "LICENSE": "LICENSE", Path("/usr/share/doc/libsodium23/copyright"): "COPYRIGHT.libsodium"}
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


class CustomBuildHook(BuildHookInterface):  # type: ignore[type-arg]
    """SEALEDMATCH_LIBRARY is the path of the built library; `make wheel` sets it."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        ffi = cffi.FFI()
        ffi.set_source("sealedmatch._abi", None)
        ffi.cdef(declarations(HEADER.read_text(encoding="utf-8")))
        self.generated = tempfile.TemporaryDirectory()
        module = Path(self.generated.name) / "_abi.py"
        ffi.emit_python_code(str(module))
        parts = {module: "_abi.py", Path(os.environ["SEALEDMATCH_LIBRARY"]): LIBRARY, **NOTICES}
        build_data["force_include"] = {str(path): f"sealedmatch/{name}" for path, name in parts.items()}
        build_data["pure_python"] = False
        build_data["tag"] = "py3-none-" + re.sub("[-.]", "_", sysconfig.get_platform())

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:
        self.generated.cleanup()
