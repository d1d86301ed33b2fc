"""A chunker fed in random blocks with random gaps, against the whole stretches of sound between the gaps."""

import numpy as np

from livepitch.model.mel import HALF, HOP, SAMPLE_RATE, WINDOW, level, log_mel, windows_of
from livepitch.realtime.chunker import Chunker
from livepitch.realtime.resample import Resampler

RATES = (16_000, 44_100, 48_000, 11_025, 96_000)
FAR = 2**53  # samples; a gap that no float counts


def cut_at_random(rng, rate, operations, ahead=HALF):
    """Push and skip at random, compare with the stretches as wholes; how many frames there were."""
    chunker, stretches, chunks, position = Chunker(rate, ahead), [(0, [])], [], 0
    for _ in range(operations):
        if rng.random() < 0.1:
            lost = rng.choice((1, rng.randrange(rate), rng.randrange(10 * rate), FAR + rng.randrange(rate)))
            chunker.skip(lost)
            position += lost
            stretches.append((position, []))
        else:
            size = rng.choice((0, 1, rng.randrange(400), rng.randrange(rate // 4)))
            block = np.random.default_rng(rng.getrandbits(32)).normal(0, 0.1, size).astype(np.float32)
            chunks.append(chunker.push(block))
            stretches[-1][1].append(block)
            position += size
    chunks.append(chunker.flush())
    return _compare(_by_number(chunks), _expected(stretches, rate, ahead))


def _by_number(chunks):
    frames = {}
    for chunk in chunks:
        for i, (mel, decibels) in enumerate(zip(chunk.mel, chunk.level, strict=True)):
            assert chunk.start + i not in frames, "a frame came twice"
            frames[chunk.start + i] = mel, decibels
    assert list(frames) == sorted(frames), "frames came out of order"
    return frames


def _expected(stretches, rate, ahead):
    """Frames of every stretch, from the first point of the grid on; only the last stretch has an end."""
    frames = {}
    for position, blocks in stretches:
        number = -(-position * SAMPLE_RATE // (rate * HOP))
        begin = -(-number * HOP * rate // SAMPLE_RATE)
        sound = np.concatenate([*blocks, np.zeros(0, np.float32)])[begin - position :]
        resampler = Resampler(rate)
        samples = resampler.push(sound)
        if blocks is stretches[-1][1]:
            windows = windows_of(np.concatenate((samples, resampler.flush())), ahead)
        else:
            complete = 1 + (len(samples) - ahead) // HOP if len(samples) > WINDOW - ahead else 0
            windows = windows_of(samples, ahead)[:complete]
        if len(windows):
            mel, decibels = log_mel(windows), level(windows, ahead)
            frames |= {number + i: (mel[i], decibels[i]) for i in range(len(windows))}
    return frames


def _compare(found, expected):
    assert list(found) == list(expected)
    for number, (mel, decibels) in expected.items():
        np.testing.assert_array_equal(found[number][0], mel)
        np.testing.assert_array_equal(found[number][1], decibels)
    return len(expected)
