"""One command from nothing to Docs/Recall.md, Docs/RecallDrawn.md, Docs/Attacks.md and Docs/RecallVideos.md.

usage: run.py DIRECTORY [--docs ../../../Docs] [--minutes N]

Keeps everything in DIRECTORY (about 9 GB) and goes on where it was interrupted. Needs what requirements.txt lists,
apt-get, dpkg and pip; for videos ffmpeg. About two and a half hours on one core for pictures, more for videos.
"""

import argparse
import os
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("directory")
    parser.add_argument("--docs", default=os.path.join(HERE, "..", "..", "..", "Docs"))
    parser.add_argument("--minutes", default="1000000", help="at most so long for each of the caches")
    arguments = parser.parse_args()
    place = lambda *parts: os.path.join(arguments.directory, *parts)

    def step(script, *words):
        print("--", script, *words, flush=True)
        environment = dict(os.environ, OMP_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1")
        subprocess.run([sys.executable, os.path.join(HERE, script), *words], check=True, env=environment)

    os.makedirs(arguments.directory, exist_ok=True)
    step("fetch.py", arguments.directory)
    step("check.py", place("x"))
    if not os.path.exists(place("pool.npz")):
        step("pool.py", place("x"), place("pool.npz"))
    step("cache.py", place("x"), place("cache"), "--minutes", arguments.minutes)
    step("cache.py", place("x"), place("cache-added"), "--added", "--rounds", "3", "--minutes", arguments.minutes)
    step("cache.py", place("x"), place("cache-drawn"), "--drawn", "--rounds", "1", "--minutes", arguments.minutes)
    step("features.py", place("cache"), place("cache-added"), "--output", place("features.npz"))
    if not os.path.exists(place("pool-features.npz")):
        step("features.py", "--pool", place("pool.npz"), "--output", place("pool-features.npz"))
    step("measure.py", place("features.npz"), place("pool-features.npz"), place("results.json"))
    step("features.py", place("cache-drawn"), "--output", place("features-drawn.npz"))
    step("measure.py", place("features-drawn.npz"), "-", place("drawn.json"), "--steps", "drawn")
    step("report.py", place("results.json"), arguments.docs)
    step("drawn_report.py", place("drawn.json"), arguments.docs)
    for kind, most in (("makers", "660"), ("light", "160"), ("large", "100"), ("enlarged", "40"), ("quartered", "12")):
        words = [place("x"), place("life"), kind, "--most", most, "--minutes", arguments.minutes]
        step("life_cache.py", *words)
    step("life_measure.py", place("life"), place("life.json"))
    step("life_report.py", place("life.json"), arguments.docs)
    words = [place("x"), place("pool.npz"), place("features-drawn.npz"), place("folding.npz"), place("folding.json")]
    step("folding.py", *words)
    step("folding_report.py", place("folding.json"), arguments.docs)
    words = [place("cache-drawn"), place("marks"), place("marks.json"), "--crops", place("x"), "--bounds"]
    step("marks_measure.py", *words, "--undrawn", place("cache"))
    step("marks_listed.py", place("cache-drawn"), place("x"), place("marks"), place("marks.json"))
    words = [place("pool.npz"), place("x"), place("cache-drawn"), place("marks"), place("marks.json")]
    step("marks_pool.py", *words)
    step("marks_report.py", place("marks.json"), arguments.docs)
    words = [place("x"), place("cache-drawn"), place("attacks"), place("attacks.json")]
    step("attack_measure.py", *words, "--minutes", arguments.minutes)
    step("attack_report.py", place("attacks.json"), arguments.docs)
    step("fetch.py", arguments.directory, "video-packages.tsv")
    step("fetch.py", arguments.directory, "video-packages-added.tsv")
    step("video_check.py")
    step("video_cache.py", place("v"), place("video-cache"), "--minutes", arguments.minutes)
    step("video_measure.py", place("video-cache"), place("video-results.json"))
    step("video_report.py", place("video-results.json"), arguments.docs)
    step("video_cache.py", place("v"), place("video-added"), "--added", "--minutes", arguments.minutes)
    step("video_measure.py", place("video-added"), place("videos-added.json"), "--added")
    step("video_added_report.py", place("videos-added.json"), arguments.docs)


if __name__ == "__main__":
    main()
