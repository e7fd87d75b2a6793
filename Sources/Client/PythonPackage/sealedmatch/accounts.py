"""Accounts: from the messenger's name of an account to the 32 bytes that registrations carry."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ._library import call, ffi, lib, view

if TYPE_CHECKING:
    from typing_extensions import Buffer


def account_of(name: str | Buffer) -> bytes:
    """The account that a name stands for, 32 bytes: a labelled hash of its 1 to 4,096 bytes, UTF-8 where it is text.

    A name is always hashed, whatever it looks like; names are compared as bytes. Client and collector hash the same
    name.

    :raises EncodingError: WRONG_LENGTH, for an empty name too.
    """
    data = view(name.encode() if isinstance(name, str) else name, "name")
    account = ffi.new("uint8_t[32]")
    call(lib.sealedmatch_account, data, len(data), account)
    return bytes(ffi.buffer(account))
