"""Makes the copies of every video with ffmpeg and keeps, for each frame of each, what choosing and measuring need.

usage: video_cache.py UNPACKED CACHE [--part I/N] [--minutes M] [--added]

One file for each video, so that it can be interrupted and goes on where it stopped; progress is printed. Frames are
taken at RATE a
second of the video's clock as 256 x 256 grey rasters (`scale=256:256:flags=area` from the Y plane). For each frame:
time, PDQ hash
and quality of the raster, the signed margins of profile 2's hypotheses at its 50 positions, the spread.
"""

import argparse
import functools
import os
import random
import subprocess
import sys
import tempfile
import time

import numpy as np
from PIL import Image

import pdq
import scheme
import video_sources
import videos

RATE = videos.RATE
SIDE = scheme.SIDE
PROFILE = scheme.Profile.load()
AS_SENT, CELLS = videos.AS_SENT, videos.CELLS
X264 = "-c:v libx264 -preset superfast -pix_fmt yuv420p -crf"
EVEN = "scale=trunc(iw*{0}/2)*2:trunc(ih*{0}/2)*2"
MESSENGER = "scale=w='if(gt(iw,ih),-2,min(480,iw))':h='if(gt(iw,ih),min(480,ih),-2)'"

# Copies that are parts of one re-encoded file (x264 CRF 23), cut between frames without encoding again. They are
# sampled half a step, 1/16 s, off the originals, whose frames ffmpeg's fps filter takes: the worst phase, besides that
# of a cut. title: (cut off the start, cut off the end, as parts of the length; speed)
PARTS = {
    "x264 CRF 23, worst phase": (0, 0, 1),
    "trim 10 % start": (0.1, 0, 1),
    "trim 20 % start": (0.2, 0, 1),
    "trim 30 % start": (0.3, 0, 1),
    "trim 10 % end": (0, 0.1, 1),
    "trim 20 % end": (0, 0.2, 1),
    "trim 30 % end": (0, 0.3, 1),
    "trim 10 % at both": (0.1, 0.1, 1),
    "trim 20 % at both": (0.2, 0.2, 1),
    "trim 30 % at both": (0.3, 0.3, 1),
    "speed 2": (0, 0, 2),
    "speed 0.5": (0, 0, 0.5),
}
# Copies with an encoding of their own: title: (cut off the start, the end; filters; encoder)
ENCODED = {
    "x264 CRF 28": (0, 0, "", X264 + " 28"),
    "x264 CRF 35": (0, 0, "", X264 + " 35"),
    "VP9 CRF 40": (0, 0, "", "-c:v libvpx-vp9 -deadline realtime -cpu-used 8 -b:v 0 -crf 40"),
    "messenger: 480p, CRF 28": (0, 0, MESSENGER, X264 + " 28"),
    "messenger: 640 px, 1 Mbit/s": (0, 0, "scale=640:-2", X264 + " 26 -maxrate 1M -bufsize 2M"),
    "resize 0.5": (0, 0, EVEN.format(0.5), X264 + " 23"),
    "360p": (0, 0, "scale=-2:360", X264 + " 23"),
    "15 frames/s": (0, 0, "fps=15", X264 + " 23"),
    "10 frames/s": (0, 0, "fps=10", X264 + " 23"),
    "24 frames/s": (0, 0, "fps=24", X264 + " 23"),
    "trim 15 % + 10 %, 360p, 20 frames/s, CRF 30": (0.15, 0.1, "fps=20,scale=-2:360", X264 + " 30"),
    "trim 23 % start, 480p, CRF 28": (0.23, 0, MESSENGER, X264 + " 28"),
    "brightness +10 %": (0, 0, "lutyuv=y=clip(16+(val-16)*1.1\\,16\\,235)", X264 + " 23"),
    "crop 2 %": (0, 0, "crop=trunc(iw*.49)*2:trunc(ih*.49)*2", X264 + " 23"),
    "letterbox": (0, 0, "pad=iw:trunc(ih*1.25/2)*2:0:(oh-ih)/2", X264 + " 23"),
    "mirrored": (0, 0, "hflip", X264 + " 23"),
}
# How many of ENCODED each video gets, by lot. Generated clips are many, and montages hold them too.
LOT = {"film": 5, "animation": 5, "montage": 5, "generated": 1}


def ffmpeg(*words, **options):
    return subprocess.run(["ffmpeg", "-v", "error", "-nostdin", "-threads", "1", *words], check=True, **options)


def master(parts, root, path, place):
    """The original: one file of at most 640 pixels wide and 30 frames a second, almost without loss, in one size for
    all parts.
    """
    pieces = []
    for number, (package, name, start, length) in enumerate(parts):
        source, piece = os.path.join(root, package, name), os.path.join(place, f"{number}.mp4")
        size = "scale=350:350" if len(parts) > 1 else "scale=w='trunc(min(640,iw)/2)*2':h=-2"
        encode = ["-an", "-vf", size + ",fps='min(30,source_fps)',setsar=1", *(X264 + " 14").split(), "-y", piece]
        if source.endswith(".webp"):
            with Image.open(source) as picture:
                frames, rate = [], 1000
                for index in range(picture.n_frames):
                    picture.seek(index)
                    frames.append(picture.convert("RGB").tobytes())
                    rate = 1000 / max(picture.info.get("duration", 0), 20)
                header = [
                    "-f",
                    "rawvideo",
                    "-pix_fmt",
                    "rgb24",
                    "-s",
                    "%dx%d" % picture.size,
                    "-r",
                    f"{rate:.3f}",
                    "-i",
                    "-",
                ]
            subprocess.run(
                ["ffmpeg", "-v", "error", "-threads", "1", *header, *encode], check=True, input=b"".join(frames)
            )
        else:
            ffmpeg("-ss", str(start), *(["-t", str(length)] if length else []), "-i", source, *encode)
        pieces.append(piece)
    if len(pieces) == 1:
        os.replace(pieces[0], path)
        return
    inputs = [word for piece in pieces for word in ("-i", piece)]
    ffmpeg(*inputs, "-filter_complex", f"concat=n={len(pieces)}:v=1,fps=15", *(X264 + " 14").split(), "-y", path)


def seconds(path):
    words = ["ffprobe", "-v", "error", "-show_entries", "format=duration", "-of", "csv=p=0", path]
    return float(subprocess.run(words, check=True, capture_output=True, text=True).stdout)


def rasters(path, rate):
    """All frames if `rate` is None."""
    filters = f"scale={SIDE}:{SIDE}:flags=area:out_range=pc,format=gray"
    pixels = ffmpeg(
        "-i",
        path,
        "-vf",
        filters if rate is None else f"fps={rate}," + filters,
        "-f",
        "rawvideo",
        "-",
        capture_output=True,
    ).stdout
    return np.frombuffer(pixels, dtype=np.uint8).reshape(-1, SIDE, SIDE)


def sampled(count, length, start, end, speed):
    """Which of `count` frames a sampler at RATE takes from the part: the nearest to each step from the part's first
    frame. (The fps filter takes the last
    frame before the middle between two steps, half a step later.)"""
    first, last = int(np.ceil(start * count)), int(np.floor((1 - end) * count))
    step = count / length * speed / RATE
    places = first + np.floor(np.arange(int((last - first) / step) + 1) * step + 0.5).astype(int)
    return places[places < last]


@functools.cache
def operators():
    """For each tone, the 16 x 256 matrices of its hypotheses below one another."""
    tones = {}
    for number, (kind, shift, zoom, tone, _) in enumerate(PROFILE.hypotheses):
        tones.setdefault(tone, []).append((number, AS_SENT if kind == "as sent" else scheme.kernel(shift, zoom)))
    return [
        (
            tone,
            [number for number, _ in found],
            np.concatenate([matrix for _, matrix in found]),
            [matrix.T.copy() for _, matrix in found],
        )
        for tone, found in tones.items()
    ]


def lot(video):
    titles = list(ENCODED)
    random.Random(f"video {video.name}").shuffle(titles)
    return titles[: LOT[video.kind]]


def features(frames):
    """Of n rasters: bits (n x 32 bytes), quality, margins (n x H x b), spread."""
    hashes, qualities, margins, spreads = [], [], [], []
    for block in np.array_split(frames, max(1, len(frames) // 16)):
        plain = block.astype(np.float32)
        qualities += [pdq.quality(grid) for grid in CELLS @ plain @ CELLS.T]
        row = np.empty((len(block), len(PROFILE.hypotheses), len(PROFILE.positions)), dtype=np.float32)
        for tone, numbers, left, rights in operators():
            values = plain * (scheme.UNIT + tone * (255 - plain)) / scheme.UNIT if tone else plain
            halves = left @ values
            for place, number in enumerate(numbers):
                c = (halves[:, 16 * place : 16 * place + 16] @ rights[place]).reshape(-1, 256)
                row[:, number] = scheme.centred(c)[:, PROFILE.positions]
                if number == 0:
                    hashes.append(np.packbits(pdq.bits(c), axis=1))
                    spreads.append(scheme.spread(scheme.centred(c)))
        margins.append(row)
    return np.concatenate(hashes), np.array(qualities, dtype=np.uint8), np.concatenate(margins), np.concatenate(spreads)


def one(video, root, cache):
    with tempfile.TemporaryDirectory(dir=cache) as place:
        original, copy = os.path.join(place, "master.mp4"), os.path.join(place, "copy.mkv")
        master(video.parts, root, original, place)
        length = seconds(original)
        rows = [("original", features(rasters(original, RATE)))]
        ffmpeg("-i", original, *X264.split(), "23", "-threads", "1", "-an", "-y", copy)
        every = features(rasters(copy, None))
        for title, part in PARTS.items():
            taken = sampled(len(every[1]), length, *part)
            rows.append((title, [column[taken] for column in every]))
        for title in lot(video):
            start, end, filters, encoder = ENCODED[title]
            cut = ["-ss", f"{start * length:.3f}", "-t", f"{(1 - start - end) * length:.3f}"] if start or end else []
            ffmpeg(
                *cut,
                "-i",
                original,
                *(["-vf", filters] if filters else []),
                *encoder.split(),
                "-threads",
                "1",
                "-an",
                "-y",
                copy,
            )
            rows.append((title, features(rasters(copy, RATE))))
        name = os.path.join(cache, video.name)
        np.savez(
            name + ".part.npz",
            titles=np.array([title for title, _ in rows]),
            counts=[len(row[1]) for _, row in rows],
            length=length,
            **{
                key: np.concatenate([row[column] for _, row in rows])
                for column, key in enumerate(("bits", "quality", "margins", "spread"))
            },
        )
        os.replace(name + ".part.npz", name + ".npz")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("unpacked")
    parser.add_argument("cache")
    parser.add_argument("--part", default="0/1", help="this process's share: every N-th video from the I-th")
    parser.add_argument("--minutes", type=float, default=1e9)
    parser.add_argument("--added", action="store_true", help="those of video-sources-added.tsv")
    arguments = parser.parse_args()
    os.makedirs(arguments.cache, exist_ok=True)
    first, step = (int(word) for word in arguments.part.split("/"))
    end = time.time() + 60 * arguments.minutes
    # The long and rare ones first.
    every = video_sources.added() if arguments.added else video_sources.videos()
    listed = sorted(every, key=lambda video: video.kind == "generated")[first::step]
    for number, video in enumerate(listed):
        if os.path.exists(os.path.join(arguments.cache, video.name + ".npz")):
            continue
        if time.time() > end:
            return
        began = time.time()
        one(video, arguments.unpacked, arguments.cache)
        print(
            f"{time.strftime('%H:%M:%S')} {number + 1} of {len(listed)}: {video.name} ({video.kind}), "
            f"{time.time() - began:.0f} s",
            file=sys.stderr,
            flush=True,
        )


if __name__ == "__main__":
    main()
