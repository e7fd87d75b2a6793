"""Fetches the packages of a list by their ordinary clients and unpacks them. Nothing of them is kept in the repository.

usage: fetch.py DIRECTORY [packages.tsv | video-packages.tsv | video-packages-added.tsv]

Unpacks to DIRECTORY/x, videos to DIRECTORY/v.

A package of another version or content than measured is used, with a warning: a picture or a video may then be missing.
"""

import hashlib
import os
import subprocess
import sys
import tarfile
import tempfile
import zipfile

HERE = os.path.dirname(os.path.abspath(__file__))
PLACES = {"packages.tsv": "x", "video-packages.tsv": "v", "video-packages-added.tsv": "v"}
# moviepy's film trailer, the sources of Meta's C++ tool, and pillow-heif's photographs are in source archives only.
SOURCE_ARCHIVES = ("moviepy", "pdqhash", "pillow-heif")


def packages(name="packages.tsv"):
    with open(os.path.join(HERE, name)) as file:
        for line in file:
            if not line.startswith("#"):
                yield line.rstrip("\n").split("\t")


def download(origin, name, version, place):
    if origin == "debian":
        subprocess.run(["apt-get", "download", f"{name}={version}"], cwd=place, check=True)
        return
    # What a source archive needs to be looked into may come as wheels.
    kind = ["--no-binary", name] if name in SOURCE_ARCHIVES else ["--only-binary", ":all:"]
    subprocess.run(
        [
            sys.executable,
            "-m",
            "pip",
            "download",
            "--quiet",
            "--no-deps",
            *kind,
            "-d",
            place,
            f"{name}=={version}",
        ],
        check=True,
    )


def unpack(path, content):
    if path.endswith(".deb"):
        subprocess.run(["dpkg", "-x", path, content], check=True)
    elif path.endswith(".whl"):
        with zipfile.ZipFile(path) as archive:
            archive.extractall(content)
    else:
        with tarfile.open(path) as archive:
            archive.extractall(content, filter="data")


def main():
    if len(sys.argv) not in (2, 3) or (sys.argv[2:] and sys.argv[2] not in PLACES):
        sys.exit(__doc__)
    listed = sys.argv[2] if sys.argv[2:] else "packages.tsv"
    unpacked = os.path.join(sys.argv[1], PLACES[listed])
    os.makedirs(unpacked, exist_ok=True)
    for origin, name, folder, version, digest, _ in packages(listed):
        target = os.path.join(unpacked, folder)
        if os.path.isdir(target):
            continue
        # Another folder until it is complete: an interrupted run begins this package anew.
        with tempfile.TemporaryDirectory(dir=sys.argv[1]) as place:
            download(origin, name, version, place)
            (got,) = os.listdir(place)
            path, content = os.path.join(place, got), os.path.join(place, "content")
            with open(path, "rb") as file:
                if hashlib.sha256(file.read()).hexdigest() != digest:
                    print("warning: other content than measured:", got, file=sys.stderr)
            unpack(path, content)
            os.replace(content, target)


if __name__ == "__main__":
    main()
