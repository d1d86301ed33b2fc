"""A take played, paused, sought and looped by a callback that the test plays: every sample, and every place."""

import numpy as np
import pytest

from livepitch.realtime.playing.reel import Order, Reel

RATE = 8_000  # Hz; a fade is 40 samples
FADE = 40
BLOCK = 100
TAKE = np.sin(2 * np.pi * 50 * np.arange(4_000) / RATE).astype(np.float32) * 0.8 + 0.1  # starts and ends off zero
STEP = 2 * np.pi * 50 / RATE * 0.8  # the most by which a sample of it differs from the next


class Deck:
    """Renders block after block, each heard when the one before has been."""

    def __init__(self, take=TAKE, block=BLOCK, **order):
        self.reel, self.block, self.now, self.heard = Reel(take, RATE, Order(**order)), block, 100.0, []
        self.sounds = []

    def run(self, samples, **changes):
        """Give an order, then let `samples` be heard."""
        if changes:
            self.reel.give(**changes)
        blocks = []
        while sum(map(len, blocks)) < samples:
            block = np.full(self.block, 9.0, np.float32)
            self.sounds.append(self.reel.render(block, self.now))
            self.now += self.block / RATE
            blocks.append(block)
        self.heard += blocks
        return np.concatenate(blocks)

    @property
    def all(self):
        return np.concatenate(self.heard)


def biggest_step(sound):
    return np.abs(np.diff(sound, prepend=0)).max()


def test_a_take_is_heard_to_the_sample_but_for_its_ends():
    deck = Deck()
    heard = deck.run(4_200, playing=True)
    np.testing.assert_array_equal(heard[FADE : 4_000 - FADE], TAKE[FADE:-FADE])
    assert not heard[4_000:].any()
    assert biggest_step(heard) < STEP + 1 / FADE
    assert deck.sounds == [True] * 40 + [False] * 2
    assert deck.reel.finished(deck.now)
    assert not deck.reel.finished(100.0 + 3_999 / RATE)
    assert not deck.reel.wanted


def test_the_place_is_what_is_heard_not_what_was_rendered():
    deck = Deck()
    deck.run(1_000, playing=True)
    for samples in (0, 0.5, 99, 100, 731.25, 1_000):
        assert deck.reel.place(100.0 + samples / RATE) == pytest.approx(samples, abs=1e-6)
    assert deck.reel.place(100.0 + 1_500 / RATE) == 1_000  # late blocks: it waits
    assert deck.reel.place(99.0) == 0


def test_pause_fades_and_stays_where_it_became_silent():
    deck = Deck()
    deck.run(1_000, playing=True)
    assert deck.reel.wanted
    faded = deck.run(300, playing=False)
    assert not deck.reel.wanted
    assert faded[:FADE].any()
    assert not faded[FADE:].any()
    assert deck.reel.place(deck.now) == 1_000 + FADE
    again = deck.run(500, playing=True)
    np.testing.assert_array_equal(again[FADE:], TAKE[1_000 + 2 * FADE : 1_540])
    assert biggest_step(deck.all) < STEP + 1 / FADE


def test_a_jump_crosses_over_and_the_place_follows_when_it_is_heard():
    deck = Deck()
    deck.run(1_000, playing=True)
    before = deck.now
    heard = deck.run(500, place=3_005)
    np.testing.assert_array_equal(heard[FADE:], TAKE[3_005 + FADE : 3_505])
    fading, rising = TAKE[1_000 : 1_000 + FADE], TAKE[3_005 : 3_005 + FADE]
    share = np.arange(1, FADE + 1, dtype=np.float32) / FADE
    np.testing.assert_allclose(heard[:FADE], fading * (1 - share) + rising * share, atol=1e-6)
    assert deck.reel.place(before - 10 / RATE) == pytest.approx(990)
    assert deck.reel.place(before + 10 / RATE) == pytest.approx(3_015)


def test_a_jump_while_paused_is_silent_and_shown_at_once():
    deck = Deck()
    deck.run(1_000, playing=True)
    deck.run(200, playing=False)
    deck.reel.give(place=300)
    assert deck.reel.place(deck.now) == 300
    assert not deck.run(200).any()
    assert deck.reel.place(deck.now - 1.0) == 300
    deck.reel.give(playing=True)
    assert deck.reel.place(deck.now) == 300
    np.testing.assert_array_equal(deck.run(400)[FADE:], TAKE[300 + FADE : 700])


@pytest.mark.parametrize("block", [17, 100, 1_000])
def test_a_loop_repeats_to_the_sample_and_crosses_over_at_its_joins(block):
    deck = Deck(block=block, place=500)
    heard = deck.run(3_500, playing=True, loop=(500, 1_223))
    length = 723
    for start in range(0, len(heard) - length, length):
        part = heard[start : start + length]
        np.testing.assert_array_equal(part[FADE:], TAKE[500 + FADE : 1_223])
    assert biggest_step(heard) < STEP + 1 / FADE
    for samples in (0.1, 722.9, 723.1, 2_000.0):
        assert deck.reel.place(100.0 + samples / RATE) == pytest.approx(500 + samples % length, abs=1e-6)
    assert not deck.reel.finished(deck.now)


def test_a_loop_takes_in_who_is_outside_and_lets_go():
    deck = Deck()
    deck.run(2_000, playing=True)
    deck.run(100, loop=(300, 900))
    assert deck.reel.place(deck.now) == 400
    deck.run(100, place=3_000)  # outside: its start
    assert deck.reel.place(deck.now) == 400
    deck.run(1_000, loop=None)
    assert deck.reel.place(deck.now) == 1_400


def test_a_loop_to_the_end_of_the_take_has_no_click():
    deck = Deck()
    heard = deck.run(9_000, playing=True, loop=(0, 4_000))
    assert biggest_step(heard) < STEP + 1 / FADE


def test_many_orders_between_two_blocks_are_all_obeyed():
    deck = Deck()
    deck.run(100, playing=True)
    deck.reel.give(place=2_000)
    deck.reel.give(volume=0.5)
    deck.reel.give(playing=False)
    deck.run(200)
    assert deck.reel.place(deck.now) == 2_000
    heard = deck.run(1_000, playing=True)
    np.testing.assert_allclose(heard[FADE:], 0.5 * TAKE[2_000 + FADE : 3_000], atol=1e-6)


def test_jumps_at_every_block_and_a_new_volume_do_not_click():
    deck, rng = Deck(block=13), np.random.default_rng(3)
    deck.run(100, playing=True)
    for _ in range(200):
        deck.run(13, place=int(rng.integers(0, 3_900)))
    assert not deck.run(300, volume=0.0, place=1_000)[4 * FADE :].any()
    deck.run(300, volume=1.0)
    # Several fade out at a time, none by more than its share of a fade a sample.
    assert biggest_step(deck.all) < 4 * (STEP + 1 / FADE)


def test_from_the_end_a_jump_goes_on():
    deck = Deck()
    deck.run(4_500, playing=True)
    assert deck.reel.finished(deck.now)
    deck.reel.give(place=3_000)
    assert deck.reel.wanted
    assert not deck.reel.finished(deck.now)
    assert deck.reel.place(deck.now) == 3_000
    np.testing.assert_array_equal(deck.run(500)[FADE:], TAKE[3_000 + FADE : 3_500])


def test_a_jump_to_the_end_while_it_plays_is_the_end():
    deck = Deck()
    deck.run(1_000, playing=True)
    deck.run(200, place=4_000)
    assert deck.reel.finished(deck.now)
    assert not deck.reel.wanted
    deck.reel.give(volume=0.5)
    assert deck.reel.finished(deck.now)
    assert not deck.run(100).any()
    assert deck.reel.finished(deck.now - 0.1 / RATE)


def test_no_place_is_lost_however_long_it_plays():
    deck = Deck(block=10)
    deck.run(50_000, playing=True, loop=(0, 4_000))
    assert deck.reel.place(deck.now) == pytest.approx(50_000 % 4_000)
    assert deck.reel.place(deck.now - 1_005 / RATE) == pytest.approx((50_000 - 1_005) % 4_000)
