"""Videos by their samples: sealed by clients and sealers as any other item."""

from __future__ import annotations

import gc
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image
from published import ACCOUNT
from sealedmatch import (
    AccountSecret,
    BlindedSet,
    Client,
    ErrorCode,
    MediaItem,
    PictureError,
    Sealer,
    SealedMatchError,
    Video,
)
from test_clients import LATER

Pixels = NDArray[np.uint8]
STATE = 60


def shots(count: int, length: int = 8, side: int = 64) -> list[Pixels]:
    random = np.random.default_rng(count)
    return [frame for _ in range(count) for frame in [random.integers(0, 256, (side, side), dtype=np.uint8)] * length]


def video(samples: list[Pixels]) -> Video:
    made = Video()
    for sample in samples:
        made.sample(sample)
    return made


@pytest.fixture
def sealer(known: BlindedSet) -> Sealer:
    with AccountSecret.create(known) as secret:
        return Sealer(known, secret, ACCOUNT)


def probed(sealer: Sealer) -> int:
    return (len(sealer.state) - STATE) // 8


@pytest.mark.parametrize(("count", "keys"), [(0, 0), (1, 32), (2, 32), (3, 30), (8, 32), (20, 32)])
def test_each_shot_has_its_part_of_the_probes(sealer: Sealer, known: BlindedSet, count: int, keys: int) -> None:
    with video(shots(count)) as clip:
        assert len(sealer.seal(clip)) == known.info.voucher_bytes
    assert probed(sealer) == keys


def test_what_was_probed_is_left_out_and_the_rest_is_not(sealer: Sealer) -> None:
    first, second, third = (shots(3)[8 * i : 8 * i + 8] for i in range(3))
    with video(first + second) as clip:
        sealer.seal(clip)
    assert probed(sealer) == 32
    with video(first + second) as again:
        sealer.seal(again)
    assert probed(sealer) == 32
    with video(first + third) as other:
        sealer.seal(other)
    assert probed(sealer) == 48


def test_samples_are_taken_as_pictures_are(sealer: Sealer) -> None:
    frame = shots(1, 1)[0]
    with Video() as clip:
        for picture in (
            frame,
            Image.fromarray(frame),
            np.stack([frame] * 3, axis=2),
            np.ascontiguousarray(frame)[:, :],
        ):
            clip.sample(picture)
        clip.sample(np.stack([frame] * 4, axis=2), "BGRA")
        sealer.seal(clip)
    assert probed(sealer) == 32


def test_a_sample_that_is_refused_does_not_count(sealer: Sealer) -> None:
    with Video() as clip:
        for wrong in (np.zeros((0, 4), np.uint8), np.zeros((4, 0), np.uint8)):
            with pytest.raises(PictureError):
                clip.sample(wrong)
        for nonsense in (None, "frame", 7, MediaItem.unreadable()):
            with pytest.raises(TypeError):
                clip.sample(nonsense)  # type: ignore[arg-type]
        sealer.seal(clip)
    assert probed(sealer) == 0


def test_a_closed_video(sealer: Sealer) -> None:
    clip = video(shots(1))
    clip.close()
    clip.close()
    for use in (lambda: clip.sample(shots(1)[0]), lambda: sealer.seal(clip)):
        with pytest.raises(SealedMatchError) as refused:
            use()
        assert refused.value.code == ErrorCode.BAD_HANDLE
    with pytest.raises(TypeError):
        sealer.seal(Video)  # type: ignore[arg-type]


def test_a_forgotten_video_is_closed() -> None:
    # Twice as many as can be open.
    for _ in range(8_192):
        Video()
    gc.collect()
    Video().close()


def test_a_client_seals_videos(known: BlindedSet, tmp_path: Path) -> None:
    with Client(tmp_path / "c", known, ACCOUNT) as client, video(shots(3)) as clip:
        client.seal(clip, b"note")
        assert [len(waiting.voucher) for waiting in client.due(LATER)] == [known.info.voucher_bytes]
