"""Fetches the packages of packages.tsv by their ordinary clients and unpacks them. Nothing of them is kept in the repository.

usage: fetch.py DIRECTORY        (unpacks to DIRECTORY/x)

A package of another version or content than measured is used, with a warning: a picture may then be missing.
"""

import hashlib
import os
import subprocess
import sys
import tempfile
import zipfile

HERE = os.path.dirname(os.path.abspath(__file__))


def packages():
    with open(os.path.join(HERE, "packages.tsv")) as file:
        for line in file:
            if not line.startswith("#"):
                yield line.rstrip("\n").split("\t")


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    unpacked = os.path.join(sys.argv[1], "x")
    os.makedirs(unpacked, exist_ok=True)
    for origin, name, folder, version, digest, licence in packages():
        target = os.path.join(unpacked, folder)
        if os.path.isdir(target):
            continue
        # Another folder until it is complete: an interrupted run begins this package anew.
        with tempfile.TemporaryDirectory(dir=sys.argv[1]) as place:
            if origin == "debian":
                subprocess.run(["apt-get", "download", f"{name}={version}"], cwd=place, check=True)
            else:
                subprocess.run([sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary", ":all:", "-d", place, f"{name}=={version}"],
                               check=True)
            (got,) = os.listdir(place)
            path = os.path.join(place, got)
            with open(path, "rb") as file:
                if hashlib.sha256(file.read()).hexdigest() != digest:
                    print("warning: other content than measured:", got, file=sys.stderr)
            content = os.path.join(place, "content")
            if origin == "debian":
                subprocess.run(["dpkg", "-x", path, content], check=True)
            else:
                with zipfile.ZipFile(path) as archive:
                    archive.extractall(content)
            os.replace(content, target)


if __name__ == "__main__":
    main()
