"""One module a folder of vectors. Each has `build() -> dict[str, Topic | bytes]`: paths below `Vectors/` and what is in
them.
"""
