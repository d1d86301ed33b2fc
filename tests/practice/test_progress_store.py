"""What was practised is kept, found again, given out and deleted."""

import csv
import json
import math
from datetime import date, datetime, timedelta, timezone
from pathlib import Path

import pytest

from livepitch.practice.progress import place
from livepitch.practice.progress.store import Progress
from livepitch.practice.scoring.result import NoteScore, TakeScore, UltraStarPoints
from livepitch.practice.target.target import Kind, Manner, TargetNote

ROME = timezone(timedelta(hours=1))


def note(midi=60.0, cents=0.0, hit=True, **more):
    target = TargetNote(0.0, 1.0, midi, **more)
    return NoteScore(target, hit, float(hit), 0.05 if hit else math.nan, cents if hit else math.nan, spread_cents=4.0)


def take(score=80.0, *notes, **more):
    return TakeScore("A song", score, notes or (note(),), ("Well sung.",), (0,), **more)


@pytest.fixture
def progress(tmp_path):
    return Progress(tmp_path / "data" / "practice.sqlite")


def at(day, hour=18):
    return datetime(2026, 11, day, hour, 30, tzinfo=ROME)


@pytest.fixture
def month(progress):
    """Two exercises on three days."""
    progress.add(take(60.0, note(60, -20), note(62, 10)), exercise="scale", when=at(3), seconds=30)
    progress.add(take(70.0, note(60, -10), note(62, hit=False)), exercise="scale", when=at(5), seconds=30)
    progress.add(take(90.0, note(60, 5)), exercise="siren", when=at(5, 19), seconds=15, step="from C4")
    progress.add(take(80.0, note(60, 0)), exercise="scale", when=at(9), seconds=45)
    progress.add_range(45.0, 67.0, at(3))
    progress.add_range(44.0, 69.0, at(9))
    return progress


def test_a_take_is_found_again_by_another_program(progress):
    sung = datetime(2026, 11, 3, 0, 20, 30, 250_000, tzinfo=ROME)
    number = progress.add(
        take(88.25, note(), note(62, hit=False), ultrastar=UltraStarPoints(5000, 1000, 500)),
        exercise="scale",
        step="from D4",
        when=sung,
        transposition=-3,
        tempo=0.8,
        take=Path("/music/take 1"),
        seconds=12.5,
    )
    (found,) = Progress(progress.path).sessions()
    assert (found.id, found.when, found.when.utcoffset()) == (number, sung, timedelta(hours=1))
    assert found.day == date(2026, 11, 3), "the singer's day, though it is the day before in UTC"
    assert (found.exercise, found.step, found.target) == ("scale", "from D4", "A song")
    assert (found.score, found.seconds, found.transposition, found.tempo) == (88.25, 12.5, -3, 0.8)
    assert (found.take, found.notes, found.hit, found.ultrastar) == (Path("/music/take 1"), 2, 1, 6500)


def test_nothing_is_made_by_asking(progress):
    assert progress.sessions() == progress.by_note() == progress.by_day() == progress.ranges() == ()
    assert progress.summary().sessions == progress.delete(everything=True) == 0
    assert not progress.path.parent.exists()


def test_only_the_user_may_read_it(month):
    assert month.path.stat().st_mode & 0o077 == 0


def test_the_latest_comes_first_and_what_is_asked_for_alone(month):
    assert [each.score for each in month.sessions()] == [80, 90, 70, 60]
    assert [each.score for each in month.sessions("scale", limit=2)] == [80, 70]
    assert [each.score for each in month.sessions(since=date(2026, 11, 5), until=date(2026, 11, 5))] == [90, 70]
    assert month.exercises() == ("scale", "siren")


def test_by_exercise(month):
    scale, siren = month.by_exercise()
    assert (scale.exercise, scale.sessions, scale.seconds) == ("scale", 3, 105)
    assert (scale.first, scale.last, scale.best, scale.mean) == (60, 80, 80, 70)
    assert (siren.exercise, siren.best) == ("siren", 90)


def test_by_note(month):
    c, d = month.by_note()
    assert (c.midi, c.times, c.hit_share, c.cents_off) == (60, 4, 1.0, -5.0)
    assert c.spread_cents == 12.5  # from -20 to 5
    assert (d.midi, d.times, d.hit_share, d.cents_off) == (62, 2, 0.5, 10.0)
    assert math.isnan(d.spread_cents)
    assert [each.times for each in month.by_note("siren")] == [1]


def test_what_has_no_one_pitch_is_no_note(progress):
    rap, glide = note(math.nan, kind=Kind.RAP), note(60, manner=Manner.SIREN, glide=12.0)
    free, heard = note(64, kind=Kind.FREESTYLE), note(65, manner=Manner.LISTEN)
    progress.add(take(50.0, rap, glide, free, heard, note(67)), exercise="song", when=at(1), seconds=5)
    assert [each.midi for each in progress.by_note()] == [67]
    assert progress.sessions()[0].notes == 3, "what is not scored is not counted"


def test_by_day_range_and_all_of_it(month):
    assert [(each.day.day, each.sessions, each.seconds, each.mean) for each in month.by_day()] == [
        (3, 1, 30, 60),
        (5, 2, 45, 80),
        (9, 1, 45, 80),
    ]
    assert [(each.low, each.high, each.semitones) for each in month.ranges()] == [(45, 67, 22), (44, 69, 25)]
    whole = month.summary()
    assert (whole.sessions, whole.days, whole.seconds, whole.exercises) == (4, 3, 120, 2)
    assert (whole.first, whole.last) == (at(3), at(9))


def test_a_take_without_a_score_spoils_no_mean(month):
    month.add(take(math.nan), exercise="scale", when=at(10), seconds=10)
    assert math.isnan(month.sessions()[0].score)
    scale = month.by_exercise()[0]
    assert (scale.sessions, scale.mean, scale.last) == (4, 70, 80)


@pytest.mark.parametrize(
    "name", ["sol’ fa — été", "тест 歌", "'; DROP TABLE session; --", "a\udcffb", "a\0b", "", "long " * 1_000_000]
)
def test_names_in_any_writing(progress, name):
    progress.add(take(), exercise=name, when=at(1), seconds=1)
    assert progress.sessions()[0].exercise == name.replace("\udcff", "?")[:1000]
    assert len(progress.sessions(name)) == len(progress.by_note(name)) == progress.delete(exercise=name) == 1
    assert [path.name for path in progress.path.parent.iterdir()] == [progress.path.name], "nothing was put aside"


def test_bad_values_are_refused_with_the_value(progress):
    with pytest.raises(ValueError, match="nan"):
        progress.add(take(), exercise="scale", when=at(1), seconds=math.nan)
    with pytest.raises(ValueError, match="70, 60"):
        progress.add_range(70, 60, at(1))
    assert progress.sessions() == ()


# out


def table(path):
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_csv_of_all_in_a_folder(month, tmp_path):
    month.add(take(), exercise="Été, “fin”", when=at(11), seconds=1, take=Path("/home/anna/takes/monday"))
    written = month.export_csv(tmp_path)
    assert [path.name for path in written] == ["sessions.csv", "notes.csv", "ranges.csv"]
    sessions, notes, ranges = map(table, written)
    assert [row["exercise"] for row in sessions] == ["scale", "scale", "siren", "scale", "Été, “fin”"]
    assert sessions[0]["when"] == "2026-11-03T18:30:00+01:00"
    assert (sessions[-1]["take"], sessions[0]["take"]) == ("monday", "")
    assert "anna" not in "".join(path.read_text(encoding="utf-8") for path in written)
    missed = notes[3]
    assert (missed["midi"], missed["hit"], missed["cents_off"]) == ("62.0", "False", "")
    assert notes[0]["onset_delay_ms"] == "50.0"
    assert [(row["low_midi"], row["high_midi"]) for row in ranges] == [("45.0", "67.0"), ("44.0", "69.0")]


def test_csv_of_nothing_has_its_headings(progress, tmp_path):
    for path in progress.export_csv(tmp_path):
        assert len(path.read_text().splitlines()) == 1


def test_csv_and_json_in_a_file(month, tmp_path):
    assert month.export_csv(tmp_path / "mine.csv") == [tmp_path / "mine.csv"]
    assert len(table(tmp_path / "mine.csv")) == 4
    record = json.loads(month.export_json(tmp_path / "mine.json").read_text(encoding="utf-8"))
    assert (record["format"], record["version"]) == ("livepitch practice", 1)
    assert [len(record[name]) for name in ("sessions", "notes", "ranges")] == [4, 6, 2]
    assert record["notes"][3] == {
        "session": 2, "place": 1, "midi": 62.0, "manner": "held", "hit": False, "points": 0.0, "onset_delay_ms": None,
        "cents_off": None, "spread_cents": 4.0, "vibrato_rate_hz": None, "vibrato_extent_cents": None,
    }  # fmt: skip


# away


def test_delete_one_an_exercise_what_is_old_and_all(month):
    first = month.sessions()[-1].id
    assert month.delete(first) == 1
    assert [each.score for each in month.sessions()] == [80, 90, 70]
    assert month.delete(exercise="siren") == 1
    assert month.delete(before=at(9)) == 1
    assert [each.score for each in month.sessions()] == [80]
    assert [each.low for each in month.ranges()] == [44], "older ranges go with the takes"
    assert [each.times for each in month.by_note()] == [1], "and their notes"
    assert month.delete(everything=True) == 1
    assert month.sessions() == month.ranges() == ()


def test_a_number_is_never_given_again(month):
    last = month.sessions()[0].id
    month.delete(everything=True)
    assert month.add(take(), exercise="scale", when=at(1), seconds=1) == last + 1


@pytest.mark.parametrize("named", [{}, {"id": 1, "everything": True}, {"id": 1, "exercise": "scale"}])
def test_delete_wants_to_know_what(month, named):
    with pytest.raises(ValueError, match="one id, one exercise"):
        month.delete(**named)
    assert len(month.sessions()) == 4


def test_what_is_deleted_is_gone_from_the_disk(month):
    before = month.path.stat().st_size
    long = take(80.0, *[note()] * 500)
    for day in range(1, 28):
        month.add(long, exercise="Secret lullaby", when=at(day), seconds=1, take=Path("/takes/lullaby"))
    assert month.path.stat().st_size > 2 * before
    assert month.path.read_bytes().count(b"Secret lullaby") >= 27
    month.delete(exercise="Secret lullaby")
    beside = [path.read_bytes() for path in month.path.parent.iterdir()]
    assert [b"lullaby" in content for content in beside] == [False], "one file, and no word of it there"
    assert month.path.stat().st_size == before
    assert len(month.sessions()) == 4


# where


def test_the_users_data_folder_unless_another_is_named(tmp_path, monkeypatch):
    monkeypatch.setenv(place.VARIABLE, str(tmp_path / "here"))
    progress = Progress()
    progress.add(take(), exercise="scale", when=at(1), seconds=1)
    assert (tmp_path / "here" / "practice.sqlite").exists()
    monkeypatch.delenv(place.VARIABLE)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "share"))
    assert "livepitch" in Progress().path.parts
