#!/usr/bin/env python3
"""Compares libsealedmatch.so with sealedmatch.h. Ends with 1 and one line for each difference.

Exported symbols are the header's functions; every error code of the header has a text of its own; SONAME and version
are the header's; the library needs libsodium and libc (libm) alone, has no constructor, no writable code, and at most
256 kB. (Tests/House/registry.py compares the header's codes with all other places.)
"""

import argparse
import ctypes
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[4]
LIMIT = 256_000
NEEDED = {"libsodium.so", "libc.so", "libm.so"}


def header_of(text):
    text = re.sub(r"/\*.*?\*/", "", text, flags=re.S)
    functions = set(re.findall(r"\b(sealedmatch_\w+)\s*\(", text))
    body = re.search(r"enum\s+sealedmatch_code\s*\{(.*?)\}", text, re.S).group(1)
    codes = {name: int(value) for name, value in re.findall(r"SEALEDMATCH_(\w+)\s*=\s*(\d+)", body)}
    version = {
        part: int(re.search(rf"#define SEALEDMATCH_ABI_{part} (\d+)", text).group(1)) for part in ("MAJOR", "MINOR")
    }
    return functions, codes, version


def run(*command):
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def differences(library, header):
    functions, codes, version = header_of(header.read_text())
    symbols = [line.split() for line in run("nm", "-D", "--defined-only", str(library)).splitlines()]
    exported = {fields[-1].split("@")[0] for fields in symbols if fields[-2] != "A"}
    for name in sorted(functions - exported):
        yield f"{name} is declared but not exported"
    for name in sorted(exported - functions):
        yield f"{name} is exported but not declared"

    loaded = ctypes.CDLL(str(library))
    loaded.sealedmatch_error_text.restype = ctypes.c_char_p
    loaded.sealedmatch_abi_version.restype = ctypes.c_uint32
    texts = {code: loaded.sealedmatch_error_text(ctypes.c_int32(code)) for code in range(-2, 1100)}
    unknown = texts[-1]
    values = set(codes.values())
    for code, text in texts.items():
        if (code in values) == (text == unknown):
            yield f"code {code}: its text is {text!r}"
    if len({texts[code] for code in values}) != len(values):
        yield "two codes have the same text"

    number = version["MAJOR"] << 16 | version["MINOR"]
    if loaded.sealedmatch_abi_version() != number:
        yield f"the library's version is {loaded.sealedmatch_abi_version():#x}, the header's {number:#x}"
    dynamic = run("readelf", "-dW", str(library))
    soname = re.findall(r"soname: \[(.*?)\]", dynamic)
    if soname != [f"libsealedmatch.so.{version['MAJOR']}"]:
        yield f"the SONAME is {soname}"
    for name in re.findall(r"NEEDED.*\[(.*?)\]", dynamic):
        if re.sub(r"\.so.*", ".so", name) not in NEEDED:
            yield f"it needs {name}"
    for tag in re.findall(r"\((INIT|FINI|INIT_ARRAY|FINI_ARRAY|PREINIT_ARRAY|TEXTREL|RPATH|RUNPATH)\)", dynamic):
        yield f"its dynamic section has {tag}"
    for flag in ("BIND_NOW", "SYMBOLIC"):
        if flag not in dynamic:
            yield f"it was not linked with {flag}"
    segments = run("readelf", "-lW", str(library))
    if not re.search(r"GNU_RELRO", segments) or re.search(r"(LOAD|GNU_STACK).* R?WE ", segments):
        yield "a segment is writable and executable, or RELRO is missing"
    size = library.stat().st_size
    if size > LIMIT:
        yield f"it has {size} bytes, more than {LIMIT}"
    if ".symtab" in run("readelf", "-SW", str(library)):
        yield "it is not stripped"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--library", type=pathlib.Path, required=True)
    parser.add_argument(
        "--header", type=pathlib.Path, default=ROOT / "Sources/Client/CSealedMatch/include/sealedmatch.h"
    )
    arguments = parser.parse_args()
    library = arguments.library.resolve()
    found = list(differences(library, arguments.header))
    for difference in found:
        print(difference)
    if found:
        sys.exit(1)
    functions, codes, _ = header_of(arguments.header.read_text())
    print(
        f"{library.name}: {len(functions)} functions, {len(codes)} codes, {library.stat().st_size} bytes; "
        "library and header agree"
    )


if __name__ == "__main__":
    main()
