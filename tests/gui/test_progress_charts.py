"""What the charts of practice say and where they put it, without a screen."""

import math
from datetime import date, datetime, timedelta

import pytest

from livepitch.gui.viewmodel.progress_charts import bars, series, trend, trend_text, weakest
from livepitch.gui.viewmodel.progress_found import Axis, Wish, look_up, title_of
from livepitch.gui.viewmodel.progress_words import counted, length_text, moment_text, spent_text
from livepitch.practice.exercise.exercises import EXERCISES
from livepitch.practice.progress.records import NoteProgress
from livepitch.practice.progress.store import Progress
from livepitch.practice.scoring.result import TakeScore

TODAY = date(2026, 11, 23)


@pytest.fixture
def progress(tmp_path):
    return Progress(tmp_path / "practice.sqlite")


def sing(progress, score, back, exercise="scale", seconds=60.0, hour=12):
    when = datetime(2026, 11, 23, hour).astimezone() - timedelta(days=back)
    progress.add(TakeScore(exercise, score, (), (), ()), exercise=exercise, when=when, seconds=seconds)


def found(progress, exercise="", days=30):
    return look_up(progress, Wish(exercise, days), TODAY)


def test_the_axis_ends_today_and_is_a_week_at_least(progress):
    assert found(progress, days=7).axis == Axis(date(2026, 11, 17), TODAY)
    assert found(progress, days=0).axis == Axis(date(2026, 11, 17), TODAY)
    sing(progress, 50, 40)
    assert found(progress, days=0).axis == Axis(date(2026, 10, 14), TODAY)
    sing(progress, 50, -2)  # a clock was wrong
    assert found(progress, days=7).axis.last == date(2026, 11, 25)


@pytest.mark.parametrize("days", [7, 30, 91, 365, 5000])
@pytest.mark.parametrize("most", [1, 2, 5])
def test_the_days_below_a_chart(days, most):
    axis = Axis(TODAY - timedelta(days=days - 1), TODAY)
    ticks = axis.ticks(most)
    assert 1 <= len(ticks) <= most + 1
    assert ticks[-1] == (axis.middle(TODAY), "Nov 26" if days > 300 else "23 Nov")
    assert all(0 <= share <= 1 for share, _ in ticks)


def test_scores_of_one_exercise_with_their_trend(progress):
    for back in range(20):
        sing(progress, 80 - back, back)
    sing(progress, 5, 10, hour=13)  # one bad take
    seen = found(progress, "scale")
    (line,) = series(seen)
    assert (len(line.takes), len(line.means)) == (21, 20)
    assert line.takes[0].x < line.takes[-1].x < 1
    assert line.takes[-1].said == "23 Nov, 12:00: scale, 80"
    assert trend(line, seen.axis).a_week == pytest.approx(7, abs=0.3)
    assert trend_text(seen) == "last 80, +7.0 a week"


def test_no_trend_where_there_is_none(progress):
    sing(progress, 60, 1)
    sing(progress, 80, 0)
    assert trend_text(found(progress)) == "last 80"
    for back in range(2, 6):
        sing(progress, 70, back)
    assert trend_text(found(progress, days=30)) in ("last 80, even", "last 80, +0.0 a week")
    assert trend_text(found(progress, "nothing")) == ""


def test_a_take_without_a_score_is_no_point(progress):
    sing(progress, math.nan, 0)
    assert series(found(progress)) == ()
    assert trend_text(found(progress)) == ""


def test_of_many_exercises_the_most_sung_have_lines_of_their_own(progress):
    for place, name in enumerate("abcdef"):
        for back in range(6 - place):
            sing(progress, 50 + place, back, name)
    lines = series(found(progress))
    assert [line.name for line in lines] == ["a", "b", "c", "3 others"]
    assert len(lines[3].takes) == 3 + 2 + 1
    assert trend_text(found(progress)).startswith("mean 5")


def test_minutes_by_day_and_of_a_long_time_by_week(progress):
    for back, seconds in ((0, 90), (0, 30), (3, 600), (8, 60)):
        sing(progress, 50, back, seconds=float(seconds))
    days = bars(found(progress, days=7))
    assert [(bar.minutes, bar.said) for bar in days] == [(10, "20 Nov: 10 min"), (2, "23 Nov: 2 min")]
    assert [bar.x for bar in days] == pytest.approx([3.5 / 7, 6.5 / 7])
    weeks = bars(found(progress, days=365))
    assert [(bar.minutes, bar.said) for bar in weeks] == [
        (1, "10 Nov to 16 Nov: 1 min"),
        (12, "17 Nov to 23 Nov: 12 min"),
    ]


def test_the_range_that_held_before_the_period_is_shown_at_its_beginning(progress):
    for back, low in ((60, 45), (50, 44), (3, 43)):
        progress.add_range(low, 67, datetime(2026, 11, 23, 12).astimezone() - timedelta(days=back))
    seen = found(progress, days=7)
    assert [each.low for each in seen.ranges] == [44, 43]
    assert seen.axis.share(seen.ranges[0].when) == 0


def test_the_weakest_note_was_sung_a_few_times():
    once, often, good = (NoteProgress(60, 1, 0.0, math.nan, math.nan), NoteProgress(62, 9, 0.5, -20.0, 9.0),
                         NoteProgress(64, 9, 0.9, -30.0, 9.0))  # fmt: skip
    assert weakest((once, often, good)) is often
    assert weakest((once,)) is once
    assert weakest(()) is None


def test_words():
    assert [length_text(each) for each in (5, 65, 3725)] == ["0:05", "1:05", "1:02:05"]
    assert [spent_text(each) for each in (40, 90, 3720)] == ["40 s", "2 min", "1 h 2 min"]
    assert [counted(each, "take") for each in (0, 1, 1200)] == ["0 takes", "1 take", "1\u202f200 takes"]
    assert moment_text(datetime(2026, 11, 3, 8, 5), TODAY) == "3 Nov, 08:05"
    assert moment_text(datetime(2025, 11, 3, 8, 5), TODAY) == "3 Nov 2025, 08:05"


def test_exercises_by_their_titles_and_songs_by_their_own():
    assert title_of(EXERCISES[0].id) == EXERCISES[0].title
    assert title_of("Au clair de la lune") == "Au clair de la lune"
