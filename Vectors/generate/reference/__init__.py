"""SealedMatch, protocol version 1, in Python, written from Docs/Protocol.md alone.

For reading beside the specification, for its test vectors, and for auditors who want a second implementation. It is
not constant-time and does not wipe secrets; clients should use the Swift library.
"""
