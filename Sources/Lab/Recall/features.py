"""Coefficients under every hypothesis, of every cached copy and of the pool: all that choosing and measuring need.

usage: features.py CACHE... --output FEATURES.npz        (adds what is not yet in the file)
       features.py --pool POOL.npz --output FEATURES.npz
"""

import argparse
import glob
import os

import numpy as np

import drawn
import scheme
import transforms

# New titles come last: files hold their places.
TITLES = list(transforms.TRANSFORMS) + list(transforms.ADDED)
TITLES += [title for _, title, _ in drawn.CHANGES if title not in TITLES]
# (shift, zoom, tone): those of the two profiles, and some that were weighed for them.
HYPOTHESES = [
    (0, 1024, 0),
    (157, 1024, 0),
    (315, 1024, 0),
    (524, 1024, 0),
    (157, 1034, 0),
    (157, 1045, 0),
    (157, 1014, 0),
    (157, 1024, 1),
    (157, 1024, -1),
    (524, 1034, 0),
    (524, 1045, 0),
    (524, 1024, 1),
    (524, 1024, -1),
]
PICTURE = ("files", "native", "meta", "group", "number", "size", "quality")
COPY = ("picture", "title", "as_sent", "as_sent_meta", "rasters", "copy_quality")


def stacked(rasters):
    return np.stack([scheme.coefficients(rasters, *hypothesis) for hypothesis in HYPOTHESES], 1)


def save(path, values):
    np.savez(path + ".part.npz", **values)
    os.replace(path + ".part.npz", path)


def add(folders, output):
    known = {}
    if os.path.exists(output):
        with np.load(output) as file:
            known = {name: file[name] for name in file.files}
    seen = set(known["files"].tolist()) if known else set()
    rows = {name: [] for name in PICTURE + COPY}
    for folder in folders:
        for path in sorted(glob.glob(os.path.join(folder, "*.npz"))):
            name = os.path.join(os.path.basename(os.path.normpath(folder)), os.path.basename(path))
            if path.endswith(".part.npz") or name in seen:
                continue
            with np.load(path) as z:
                if "copies_title" not in z:
                    continue  # low quality: PDQ's users drop it, so do we
                count = len(z["copies_title"])
                rows["picture"] += [len(seen) + len(rows["files"])] * count
                rows["title"] += [TITLES.index(str(title)) for title in z["copies_title"]]
                rows["as_sent"].append(z["copies_native"])
                rows["as_sent_meta"].append(z["copies_meta"])
                rows["copy_quality"].append(z["copies_quality"])
                rows["rasters"].append(stacked(z["copies_raster"]))
                rows["files"].append(name)
                for field in PICTURE[1:]:
                    rows[field].append(z[field])
    if rows["files"]:
        new = {name: np.array(rows[name]) for name in PICTURE + ("picture", "title")}
        new.update(
            {name: np.concatenate(rows[name]) for name in ("as_sent", "as_sent_meta", "rasters", "copy_quality")}
        )
        known = {name: np.concatenate([known[name], new[name]]) if known else new[name] for name in new}
        save(output, known)
    print(len(known["files"]), "pictures,", len(known["picture"]), "copies")


def pool(path, output):
    with np.load(path) as z:
        values = {name: z[name] for name in ("native", "meta", "quality", "size", "kind", "group")}
        rasters = z["raster"]
        values["rasters"] = np.concatenate([stacked(rasters[low : low + 500]) for low in range(0, len(rasters), 500)])
    save(output, values)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", nargs="*")
    parser.add_argument("--pool")
    parser.add_argument("--output", required=True)
    arguments = parser.parse_args()
    if arguments.pool:
        pool(arguments.pool, arguments.output)
    else:
        add(arguments.folders, arguments.output)


if __name__ == "__main__":
    main()
