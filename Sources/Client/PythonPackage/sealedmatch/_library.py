"""The shared library by cffi. Every call releases the interpreter's lock while it runs."""

from __future__ import annotations

import os
import time
import weakref
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from ._abi import ffi as ffi
from .errors import error_for

_HERE = Path(__file__).parent
_SONAME = "libsealedmatch.so.4"


def _load() -> Any:
    """The library that came with this package; without one, the system's."""
    bundled = _HERE / _SONAME
    return ffi.dlopen(str(bundled) if bundled.exists() else _SONAME)


lib: Any = _load()

_forked = False


def _forget_everything() -> None:
    global _forked
    _forked = True


# The header: after fork() only the parent may go on. A child shares the parent's locks and holds a copy of its state.
os.register_at_fork(after_in_child=_forget_everything)


def check(code: int) -> None:
    """Raises for every result but SEALEDMATCH_OK."""
    if code != lib.SEALEDMATCH_OK:
        raise error_for(code, ffi.string(lib.sealedmatch_error_text(code)).decode())


def call(function: Callable[..., int], *arguments: Any) -> None:
    refuse_after_fork()
    check(function(*arguments))


def refuse_after_fork() -> None:
    if _forked:
        raise RuntimeError(
            "sealedmatch was loaded before fork(): use it in the parent only, or start processes by spawn"
        )


check(lib.sealedmatch_check_abi(lib.SEALEDMATCH_ABI_MAJOR << 16 | lib.SEALEDMATCH_ABI_MINOR))


def seconds(now: float | None) -> int:
    """The library takes the caller's clock; `None` is the system's."""
    at = time.time() if now is None else now
    # Not-a-number fails both comparisons.
    if not 0 <= at < 1 << 63:
        raise ValueError("the time is out of range")
    return int(at)


def memory_is_locked() -> bool:
    """False once the kernel refused to lock memory for a secret of this process (RLIMIT_MEMLOCK; 60 kB for a
    client or sealer). Nothing fails for that, but such secrets may be swapped out.
    """
    refuse_after_fork()
    return bool(lib.sealedmatch_memory_is_locked())


def number(value: int, bits: int, what: str) -> int:
    if not isinstance(value, int):
        raise TypeError(f"{what} must be an int, not {type(value).__name__}")
    if not 0 <= value < 1 << bits:
        raise ValueError(f"{what} is out of range")
    return value


def view(data: Any, what: str, length: int | None = None) -> Any:
    """Any object with a contiguous buffer, without a copy. It cannot be resized as long as the result lives."""
    if isinstance(data, str):
        raise TypeError(f"{what} must be bytes-like, not str")
    try:
        buffer = ffi.from_buffer("uint8_t[]", data)
    except (TypeError, BufferError, ValueError) as error:
        raise TypeError(f"{what} must be a contiguous bytes-like object: {error}") from error
    if length is not None and len(buffer) != length:
        raise ValueError(f"{what} has {len(buffer)} bytes instead of {length}")
    return buffer


def path_bytes(path: str | os.PathLike[str]) -> bytes:
    encoded = os.fsencode(path)
    if b"\0" in encoded:
        raise ValueError("a path holds no null byte")
    return encoded


def sized(function: Callable[..., int], *arguments: Any, capacity: int) -> bytearray:
    """The result of a function that ends in (buffer, capacity, count). A bytearray, so that whoever gets a secret can
    wipe it.
    """
    count = ffi.new("size_t *")
    while True:
        refuse_after_fork()
        result = bytearray(capacity)
        with ffi.from_buffer("uint8_t[]", result, require_writable=True) as target:
            code = function(*arguments, target, capacity, count)
        # Asked again if it has grown meanwhile, as another thread's call can make it.
        if code != lib.SEALEDMATCH_BUFFER_TOO_SMALL or count[0] <= capacity:
            check(code)
            del result[count[0] :]
            return result
        capacity = count[0]


class Handle:
    """Something open in the library, closed by `close()`, at the end of `with`, or when it is no longer referred to.
    Closing twice is no error; use after closing is BAD_HANDLE.
    """

    def __init__(self, handle: Any, close: Callable[[Any], int]) -> None:
        self._handle = handle[0]
        self._finalizer = weakref.finalize(self, _close, close, self._handle)

    def close(self) -> None:
        self._finalizer()

    @property
    def closed(self) -> bool:
        return not self._finalizer.alive

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def handle_of(open_object: Any, kind: type[Handle], what: str) -> Any:
    if not isinstance(open_object, kind):
        raise TypeError(f"{what} must be a {kind.__name__}, not {type(open_object).__name__}")
    return open_object._handle


def _close(close: Callable[[Any], int], handle: Any) -> None:
    if not _forked:
        check(close(handle))
