#!/usr/bin/env python3
"""Compares libsealedmatch.so with sealedmatch.h. Ends with 1 and one line for each difference.

Exported symbols are the header's functions; every error code of the header has a text of its own; SONAME and version
are the header's; the library needs libsodium and libc (libm) alone, has no constructor, no writable code, and at most
512 kB, or 256 kB with libsodium's group operations. (Tests/House/registry.py compares the header's codes with all
other places.) A library for another processor than this one is asked for its version and texts by a program
(Programs/texts.c), given behind --texts.
"""

import argparse
import ctypes
import pathlib
import platform
import re
import shlex
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[4]
LIMITS = {"libsodium": 256_000, "batches": 512_000}
# libc's loader holds the stack protector's guard on aarch64.
NEEDED = {"libsodium.so", "libc.so", "libm.so", "ld-linux-aarch64.so"}
CODES = range(-2, 1100)
# As readelf names them.
MACHINES = {"x86_64": "Advanced Micro Devices X86-64", "aarch64": "AArch64"}


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


def asked(library, program):
    """The library's version, and the text of each code: from the program, or without one from the library itself."""
    if program:
        number, *lines = run(*program).splitlines()
        return int(number), dict(zip(CODES, lines, strict=True))
    loaded = ctypes.CDLL(str(library))
    loaded.sealedmatch_error_text.restype = ctypes.c_char_p
    loaded.sealedmatch_abi_version.restype = ctypes.c_uint32
    texts = {code: loaded.sealedmatch_error_text(ctypes.c_int32(code)).decode() for code in CODES}
    return loaded.sealedmatch_abi_version(), texts


def differences(library, header, machine, program, limit):
    functions, codes, version = header_of(header.read_text())
    found = re.search(r"Machine:\s*(.*)", run("readelf", "-hW", str(library))).group(1)
    if MACHINES[machine] != found:
        yield f"it is for {found}, not for {machine}"
        return
    symbols = [line.split() for line in run("nm", "-D", "--defined-only", str(library)).splitlines()]
    exported = {fields[-1].split("@")[0] for fields in symbols if fields[-2] != "A"}
    for name in sorted(functions - exported):
        yield f"{name} is declared but not exported"
    for name in sorted(exported - functions):
        yield f"{name} is exported but not declared"

    library_version, texts = asked(library, program)
    unknown = texts[-1]
    values = set(codes.values())
    for code, text in texts.items():
        if (code in values) == (text == unknown):
            yield f"code {code}: its text is {text!r}"
    if len({texts[code] for code in values}) != len(values):
        yield "two codes have the same text"

    number = version["MAJOR"] << 16 | version["MINOR"]
    if library_version != number:
        yield f"the library's version is {library_version:#x}, the header's {number:#x}"
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
    if size > limit:
        yield f"it has {size} bytes, more than {limit}"
    if ".symtab" in run("readelf", "-SW", str(library)):
        yield "it is not stripped"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--library", type=pathlib.Path, required=True)
    parser.add_argument(
        "--header", type=pathlib.Path, default=ROOT / "Sources/Client/CSealedMatch/include/sealedmatch.h"
    )
    parser.add_argument("--machine", choices=MACHINES, default=platform.machine(), help="the processor it is for")
    parser.add_argument("--texts", type=shlex.split, metavar="PROGRAM", help="asks the library, behind what runs it")
    parser.add_argument("--backend", choices=LIMITS, default="batches", help="of the group operations")
    arguments = parser.parse_args()
    library = arguments.library.resolve()
    found = list(differences(library, arguments.header, arguments.machine, arguments.texts, LIMITS[arguments.backend]))
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
