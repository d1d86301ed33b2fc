"""The file of what was practised: old, new, damaged, another program's, in use, and its writer killed."""

import json
import os
import sqlite3
import subprocess
import sys
import threading
from contextlib import closing, suppress
from datetime import datetime, timezone

import numpy as np
import pytest

from livepitch.practice.progress import database, schema
from livepitch.practice.progress.database import DamagedProgressWarning, ProgressError
from livepitch.practice.progress.store import Progress
from livepitch.practice.scoring.result import NoteScore, TakeScore
from livepitch.practice.target.target import TargetNote

WHEN = datetime(2026, 11, 3, 18, 30, tzinfo=timezone.utc)
TAKE = TakeScore("A song", 80.0, (NoteScore(TargetNote(0.0, 1.0, 60.0), True, 1.0, 0.0, 5.0),), (), ())

# Version 1 as it was, with what it held; never changed.
VERSION_1 = """
CREATE TABLE session (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    sung_at TEXT NOT NULL CHECK (sung_at GLOB '????-??-??T??:??:??.???Z'), -- UTC
    offset_minutes INTEGER NOT NULL CHECK (typeof(offset_minutes) = 'integer' AND abs(offset_minutes) < 1440),
    exercise TEXT NOT NULL CHECK (typeof(exercise) = 'text'),
    target TEXT NOT NULL CHECK (typeof(target) = 'text'),
    score REAL CHECK (score IS NULL OR typeof(score) = 'real' AND score BETWEEN 0 AND 100),
    seconds REAL NOT NULL CHECK (typeof(seconds) = 'real' AND seconds BETWEEN 0 AND 1e6),
    take TEXT CHECK (take IS NULL OR typeof(take) = 'text')
);
CREATE INDEX session_by_time ON session (sung_at);
CREATE TABLE note (
    session INTEGER NOT NULL REFERENCES session (id) ON DELETE CASCADE,
    place INTEGER NOT NULL,
    midi REAL CHECK (midi IS NULL OR typeof(midi) = 'real' AND midi BETWEEN -100 AND 300),
    hit INTEGER NOT NULL CHECK (hit IN (0, 1)),
    points REAL NOT NULL CHECK (typeof(points) = 'real'),
    onset_delay REAL CHECK (onset_delay IS NULL OR typeof(onset_delay) = 'real'),
    cents_off REAL CHECK (cents_off IS NULL OR typeof(cents_off) = 'real' AND abs(cents_off) < 1e5),
    spread_cents REAL CHECK (spread_cents IS NULL OR typeof(spread_cents) = 'real'),
    PRIMARY KEY (session, place)
) WITHOUT ROWID;
INSERT INTO session VALUES (7, '2026-03-01T17:00:00.000Z', 60, 'scale', 'Scale on C4', 71.5, 20.0, '/takes/old');
INSERT INTO note VALUES (7, 0, 60.0, 1, 0.9, 0.02, -8.0, 3.0), (7, 1, 62.0, 0, 0.0, NULL, NULL, NULL);
PRAGMA user_version = 1;
PRAGMA application_id = 1280331858;
"""


@pytest.fixture
def path(tmp_path):
    return tmp_path / "practice.sqlite"


def script(path, sql):
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(sql)


def add(path, **more):
    return Progress(path).add(TAKE, **{"exercise": "scale", "when": WHEN, "seconds": 10.0, **more})


def version(path):
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute("PRAGMA user_version").fetchone()[0]


def complaint(path, ask=Progress.sessions):
    """What is said of a file that is put aside, and what is found in the new one."""
    said = []
    found = ask(Progress(path, said.append))
    assert len(said) == 1
    assert "\n" not in said[0]
    return said[0], found


# versions


def test_a_file_of_version_1_is_brought_up_to_date_with_all_that_is_in_it(path):
    script(path, VERSION_1)
    progress = Progress(path)
    (old,) = progress.sessions()
    assert (old.id, old.exercise, old.score, old.take.name, old.notes, old.hit) == (7, "scale", 71.5, "old", 2, 1)
    assert (old.step, old.transposition, old.tempo, old.ultrastar) == ("", 0, 1.0, None)
    assert [(each.midi, each.times) for each in progress.by_note()] == [(60, 1), (62, 1)]
    assert version(path) == schema.VERSION == 2
    add(path, step="from D4", transposition=2)
    progress.add_range(45, 67, WHEN)
    assert progress.sessions()[0].step == "from D4"
    assert len(progress.ranges()) == 1


def test_old_and_new_files_have_the_same_tables(path, tmp_path):
    script(path, VERSION_1)
    Progress(path).sessions()
    add(tmp_path / "new.sqlite")
    described = []
    for file in (path, tmp_path / "new.sqlite"):
        with closing(sqlite3.connect(file)) as connection:
            rows = connection.execute("SELECT type, name, sql FROM sqlite_master WHERE name NOT LIKE 'sqlite%'")
            described.append({tuple(" ".join(str(cell).split()) for cell in row) for row in rows})
    assert described[0] == described[1]
    assert len(described[0]) == 4


def test_a_migration_that_fails_leaves_the_old_file(path, monkeypatch):
    script(path, VERSION_1)
    monkeypatch.setattr(schema, "MIGRATIONS", (schema.FIRST, schema.SECOND + "CREATE TABLE note (again);\n"))
    with pytest.raises(ProgressError, match="table note already exists"):
        Progress(path).sessions()
    assert version(path) == 1
    monkeypatch.undo()
    assert [each.id for each in Progress(path).sessions()] == [7]


def test_a_newer_file_is_refused_and_left_alone(path):
    add(path)
    script(path, "PRAGMA user_version = 3; ALTER TABLE session ADD COLUMN mood TEXT;")
    before = path.read_bytes()
    for ask in (Progress.sessions, lambda progress: add(progress.path)):
        with pytest.raises(ProgressError, match="written by a newer livepitch"):
            ask(Progress(path))
    assert path.read_bytes() == before
    assert list(path.parent.iterdir()) == [path]


# damaged, hostile


def junk(seed, size):
    return np.random.default_rng(seed).bytes(size)


@pytest.mark.parametrize("size", [15, 100, 4096, 50_000])
@pytest.mark.parametrize("head", [b"", b"SQLite format 3\0"])
def test_random_bytes_are_put_aside_whole(path, size, head):
    content = head + junk(size, size)
    path.write_bytes(content)
    said, found = complaint(path, lambda progress: progress.add(TAKE, exercise="scale", when=WHEN, seconds=1.0))
    assert said == f"{path}: damaged; it was put aside as practice.sqlite.bad, and practice is kept in a new file"
    assert path.with_name("practice.sqlite.bad").read_bytes() == content
    assert [each.id for each in Progress(path).sessions()] == [found]


def test_no_damaged_file_takes_the_place_of_another(path):
    for number, name in enumerate(("practice.sqlite.bad", "practice.sqlite.bad2", "practice.sqlite.bad3")):
        path.write_bytes(b"%d" % number * 1000)
        complaint(path)
        assert path.with_name(name).read_bytes()[:1] == b"%d" % number
    Progress(path).delete(everything=True)
    assert list(path.parent.glob("*.bad*")) == [], "all means these, too"


def test_where_too_many_damaged_files_lie_one_is_told_to_delete_them(path, monkeypatch):
    monkeypatch.setattr(database, "MOST_ASIDE", 2)
    for content in (b"a", b"b"):
        path.write_bytes(content * 1000)
        complaint(path)
    path.write_bytes(b"c" * 1000)
    with pytest.raises(ProgressError) as error:
        Progress(path).sessions()
    assert str(error.value) == f"{path}: damaged, and 2 damaged files lie beside it already; delete those"
    assert path.read_bytes() == b"c" * 1000
    path.with_name("practice.sqlite.bad").unlink()
    assert "put aside as practice.sqlite.bad," in complaint(path)[0]


@pytest.mark.parametrize("seed", range(8))
def test_bytes_overwritten_in_the_middle_never_crash(path, seed):
    """Each is read, told of in a line, or put aside; then one can go on."""
    progress = Progress(path)
    for number in range(40):
        progress.add(TAKE, exercise=f"scale {number}", when=WHEN, seconds=10.0)
    random = np.random.default_rng(seed)
    content = bytearray(path.read_bytes())
    for place in random.integers(0, len(content), 1 + 4 * seed):
        content[place] = random.integers(256)
    path.write_bytes(content[: -seed * 700] if seed % 3 == 2 else content)
    said = []
    hurt = Progress(path, said.append)
    for ask in (hurt.sessions, hurt.by_note, hurt.by_day, hurt.ranges, hurt.summary):
        with suppress(ProgressError):
            ask()
    assert len(said) <= 1, "put aside once at most"
    assert add(path) >= 1
    assert Progress(path).sessions()


@pytest.mark.parametrize(
    "sql",
    [
        "CREATE TABLE bank (account TEXT); INSERT INTO bank VALUES ('mine');",
        schema.FIRST,  # ours by its tables, but not by its header
    ],
    ids=["foreign", "no header"],
)
def test_another_programs_database_is_refused_and_left_alone(path, sql):
    script(path, sql)
    before = path.read_bytes()
    for ask in (Progress.sessions, Progress.by_note, lambda progress: add(progress.path)):
        with pytest.raises(ProgressError, match="another program's database, left as it is; name another folder"):
            ask(Progress(path))
    assert path.read_bytes() == before


@pytest.mark.parametrize(
    "sql",
    [
        VERSION_1 + "CREATE TRIGGER t AFTER INSERT ON session BEGIN DELETE FROM session; END;",
        VERSION_1 + "CREATE VIEW v AS SELECT load_extension('evil');",
        VERSION_1 + "DROP TABLE note; CREATE TABLE note (session, place, midi, hit, points, onset_delay, cents_off);",
        "PRAGMA user_version = 2; PRAGMA application_id = 1280331858;",
    ],
    ids=["trigger", "view", "other columns", "no tables"],
)
def test_ours_with_tables_that_livepitch_never_made_is_put_aside(path, sql):
    script(path, sql)
    before = path.read_bytes()
    _, found = complaint(path, lambda progress: progress.add(TAKE, exercise="scale", when=WHEN, seconds=1.0))
    assert path.with_name("practice.sqlite.bad").read_bytes() == before
    assert [each.id for each in Progress(path).sessions()] == [found]


BAD_ROW = (
    "PRAGMA ignore_check_constraints = ON;"
    "INSERT INTO session (sung_at, offset_minutes, exercise, target, score, seconds) VALUES ({});"
)


@pytest.mark.parametrize(
    "values",
    [
        "'2026-11-03T18:30:00.000Z', 60, 'scale', 'A', 'much', 10.0",
        "'2026-11-03T18:30:00.000Z', 60, 'scale', 'A', 9e99, 10.0",
        "'yesterday', 60, 'scale', 'A', 50.0, 10.0",
        "'2026-99-99T18:30:00.000Z', 60, 'scale', 'A', 50.0, 10.0",  # as the tables want it, but no day
        "'9999-12-31T23:30:00.000Z', 60, 'scale', 'A', 50.0, 10.0",  # tomorrow is beyond the calendar
        "'2026-11-03T18:30:00.000Z', 99999999999, 'scale', 'A', 50.0, 10.0",
        "'2026-11-03T18:30:00.000Z', 60, zeroblob(20), 'A', 50.0, 10.0",
        "'2026-11-03T18:30:00.000Z', 60, 'scale', CAST(zeroblob(5000000) AS TEXT), 50.0, 10.0",  # a huge text
    ],
)
def test_rows_that_livepitch_never_wrote_are_put_aside_with_the_file(path, values):
    add(path)
    script(path, BAD_ROW.format(values))
    _, found = complaint(path)
    assert found == ()
    assert path.with_name("practice.sqlite.bad").exists()


def test_text_that_is_not_utf8_is_read(path):
    add(path)
    script(path, BAD_ROW.format("'2026-11-03T18:30:00.000Z', 60, CAST(x'66ff66' AS TEXT), 'A', 50.0, 10.0"))
    assert {each.exercise for each in Progress(path).sessions()} == {"scale", "f\ufffdf"}


def test_a_warning_where_nobody_listens(path):
    path.write_bytes(b"junk" * 100)
    with pytest.warns(DamagedProgressWarning, match="put aside"):
        Progress(path).sessions()


# no room, no right, in use


def test_what_cannot_be_used_is_one_line(tmp_path):
    (tmp_path / "file").write_text("")
    (tmp_path / "folder.sqlite").mkdir()
    for path in (tmp_path / "file" / "practice.sqlite", tmp_path / "folder.sqlite"):
        with pytest.raises(ProgressError) as told:
            add(path)
        assert str(told.value).startswith(f"{path}: cannot be used (")
        assert str(told.value).endswith("make room there, or name another folder in LIVEPITCH_DATA")


def test_a_full_disk_is_one_line_and_loses_nothing(path, monkeypatch):
    add(path)
    monkeypatch.setattr(database, "PRAGMAS", (*database.PRAGMAS, "max_page_count = 1"))
    long = TakeScore("A song", 80.0, TAKE.notes * 2000, (), ())
    with pytest.raises(ProgressError, match=r"disk is full.*make room there") as told:
        Progress(path).add(long, exercise="long", when=WHEN, seconds=10.0)
    assert "\n" not in str(told.value)
    monkeypatch.undo()
    assert [each.exercise for each in Progress(path).sessions()] == ["scale"]


def test_a_file_that_may_only_be_read_is_read(path, monkeypatch):
    add(path)
    monkeypatch.setattr(database, "PRAGMAS", (*database.PRAGMAS, "query_only = ON"))  # root may write everything else
    assert len(Progress(path).sessions()) == 1
    with pytest.raises(ProgressError, match="readonly database"):
        add(path)


def test_a_second_livepitch_waits_for_its_turn(path, monkeypatch):
    add(path)
    other = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    other.execute("BEGIN EXCLUSIVE")
    monkeypatch.setattr(database, "WAIT", 0.05)
    with pytest.raises(ProgressError, match="in use by another livepitch"):
        add(path)
    monkeypatch.undo()
    timer = threading.Timer(0.1, lambda: other.execute("COMMIT"))
    timer.start()
    assert add(path) == 2
    timer.join()
    other.close()


def test_many_threads_write_at_once(path):
    threads = [threading.Thread(target=lambda: [add(path) for _ in range(4)]) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(each.id for each in Progress(path).sessions()) == list(range(1, 17))


# killed

WRITER = """
import json, os, random, signal, sys, time
from datetime import datetime, timezone
from pathlib import Path
from livepitch.practice.progress.store import Progress
from livepitch.practice.scoring.result import NoteScore, TakeScore
from livepitch.practice.target.target import TargetNote

path, rounds = Path(sys.argv[1]), int(sys.argv[2])
take = TakeScore("t", 80.0, tuple(NoteScore(TargetNote(i, i + 1, 60.0), True, 1.0) for i in range(300)), (), ())
dice, kept, cut = random.Random(7), [], 0
for _ in range(rounds):
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        progress = Progress(path)
        while True:
            number = progress.add(take, exercise="scale", when=datetime.now(timezone.utc), seconds=1.0)
            os.write(writer, b"%d\\n" % number)
            if number % 5 == 0:
                progress.delete(number)
                os.write(writer, b"-%d\\n" % number)
    os.close(writer)
    first = os.read(reader, 100)  # one is kept, and the next under way
    time.sleep(dice.uniform(0.0, 0.05))
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    cut += path.with_name(path.name + "-journal").exists()
    with os.fdopen(reader) as told:
        lines = (first.decode() + told.read()).splitlines(keepends=True)
        kept += [int(line) for line in lines if line.endswith("\\n")]
    print(json.dumps([sorted(kept), cut]), flush=True)
    sys.stdin.readline()
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="forks")
def test_killed_while_it_writes_every_take_that_was_told_of_is_there(path):
    """25 times at random moments; in many of them a write was under way, which its journal shows."""
    writer = subprocess.Popen(
        [sys.executable, "-c", WRITER, str(path), "25"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    for _ in range(25):
        kept, cut = json.loads(writer.stdout.readline())
        with closing(sqlite3.connect(path)) as connection:
            assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        found = Progress(path).sessions()
        there = {each.id for each in found}
        told, deleted = {number for number in kept if number > 0}, {-number for number in kept if number < 0}
        assert {number for number in told if number % 5} <= there
        assert not deleted & there
        assert {each.notes for each in found} <= {300}, "no take is there by half"
        writer.stdin.write("\n")
        writer.stdin.flush()
    writer.communicate()
    assert writer.returncode == 0
    assert len(told) >= 25
    assert cut >= 3
