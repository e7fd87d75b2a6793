"""What this machine is, and what a peer says that cannot be measured on it."""

import pathlib
import platform
import re
import sys

REQUIREMENTS = pathlib.Path(__file__).with_name("requirements.txt")


class PeerError(Exception):
    """No figure can be trusted: something is missing, is another version, failed, or gave a wrong result."""


class LeftOut(Exception):
    """This processor cannot run one of the peers; its row is left out."""


def check_supported():
    """The packages exist as binaries for one processor and one Python alone."""
    machine = f"{platform.system()} {platform.machine()}"
    if machine != "Linux x86_64":
        raise PeerError(f"ipp-crypto and spu are built for Linux x86_64, and this is {machine}: nothing is measured")
    if platform.python_implementation() != "CPython" or sys.version_info[:2] != (3, 11):
        raise PeerError(
            f"spu 0.9.5 needs CPython 3.11, and {sys.executable} is {platform.python_implementation()}"
            f" {platform.python_version()}: put a python3 of that version first in PATH"
        )


def check_packages():
    """The versions of requirements.txt are installed, no others."""
    import importlib.metadata  # not in the old Pythons that check_supported refuses

    for name, wanted in re.findall(r"^([\w-]+)==(\S+)$", REQUIREMENTS.read_text(), re.M):
        try:
            found = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            raise PeerError(f"{name} {wanted} is not installed for {sys.executable}: run make peers") from None
        if found != wanted:
            raise PeerError(f"{name} is {found} and not {wanted}: remove .venv-peers and run make peers")


def processor_flags():
    """As the kernel lists them: what the processor has and the system lets programs use."""
    match = re.search(r"^flags\s*:(.*)$", pathlib.Path("/proc/cpuinfo").read_text(), re.M)
    if match is None:
        raise PeerError("/proc/cpuinfo has no line of flags: what this processor can do is not known")
    return set(match.group(1).split())
