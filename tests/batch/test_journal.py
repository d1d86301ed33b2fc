"""What of a run is left to do, by what lies in its folder."""

import json
import os

import pytest

from livepitch.batch.journal import NAME, Journal
from livepitch.batch.work import Recipe, Work

RECIPE = Recipe()


@pytest.fixture
def works(tmp_path):
    (tmp_path / "out").mkdir()
    for name in "abc":
        (tmp_path / f"{name}.wav").write_text(name)
    return [
        Work(tmp_path / f"{name}.wav", ((tmp_path / "out" / f"{name}.csv", "csv"), (tmp_path / f"{name}.png", "png")))
        for name in "abc"
    ]


def write(work, text="pitch"):
    """As a run does: the files appear whole."""
    for place, _ in work.places:
        (place.parent / "part").write_text(text)
        os.replace(place.parent / "part", place)


def names(works):
    return "".join(work.path.stem for work in works)


def forced(works):
    return [Work(work.path, work.places, overwrite=True) for work in works]


@pytest.fixture
def journal(tmp_path):
    return Journal(tmp_path / "out")


def test_what_a_killed_run_has_finished_is_not_done_again(works, journal):
    plan = journal.plan(works, RECIPE)
    assert (names(plan.works), plan.done, plan.there) == ("abc", 0, [])
    journal.begin(plan.works, RECIPE)
    write(works[1])
    write(Work(works[2].path, works[2].places[:1]))  # killed before the other one
    plan = journal.plan(works, RECIPE)
    assert (names(plan.works), plan.done, plan.there) == ("ac", 1, [])
    assert plan.works[1].overwrite


def test_nor_after_its_end_when_a_recording_is_added(works, journal):
    journal.begin(works[:2], RECIPE)
    write(works[0])
    write(works[1])
    journal.end()
    plan = journal.plan(works, RECIPE)
    assert (names(plan.works), plan.done, plan.there) == ("c", 2, [])
    journal.begin(plan.works, RECIPE)
    write(works[2])
    journal.end()
    assert journal.plan(works, RECIPE).works == []


def test_a_file_that_was_deleted_is_made_again(works, journal):
    journal.begin(works, RECIPE)
    for work in works:
        write(work)
    journal.end()
    works[0].places[0][0].unlink()
    plan = journal.plan(works, RECIPE)
    assert (names(plan.works), plan.there) == ("a", [])


@pytest.mark.parametrize("change", ["settings", "recording", "somebody else's", "no journal"])
def test_other_files_stand_in_the_way(works, journal, tmp_path, change):
    journal.begin(works[:2], RECIPE)
    write(works[0])
    journal.end()
    recipe = RECIPE
    if change == "settings":
        recipe = Recipe(model="stream")
    elif change == "recording":
        works[0].path.write_text("sung anew")
    elif change == "no journal":
        (tmp_path / "out" / NAME).unlink()
    else:
        write(works[2])
    blocking = works[2] if change == "somebody else's" else works[0]
    assert journal.plan(works, recipe).there == [place for place, _ in blocking.places]
    plan = journal.plan(forced(works), recipe)
    assert plan.there == []
    assert blocking.path in [work.path for work in plan.works]


def test_force_begins_anew_but_goes_on_where_it_was_killed(works, journal):
    for work in works:
        write(work, "old")
    again = forced(works)
    plan = journal.plan(again, RECIPE)
    assert names(plan.works) == "abc"
    journal.begin(plan.works, RECIPE)
    write(works[0])
    assert names(journal.plan(again, RECIPE).works) == "bc"
    plan = journal.plan(works, RECIPE)  # what it was going to replace may be replaced
    assert (names(plan.works), plan.there, plan.works[0].overwrite) == ("bc", [], True)
    journal.end()
    assert names(journal.plan(again, RECIPE).works) == "abc"


@pytest.mark.parametrize("text", ["", "{", "[]\n", '{"format": "else"}\n', "\x00\xff", '["a.csv", {}]\n'])
def test_a_damaged_journal_is_none(works, journal, tmp_path, text):
    write(works[0])
    (tmp_path / "out" / NAME).write_text(text)
    plan = journal.plan(works, RECIPE)
    assert (names(plan.works), len(plan.there)) == ("abc", 2)
    journal.begin(plan.works[1:], RECIPE)
    assert json.loads((tmp_path / "out" / NAME).read_text().splitlines()[0])["complete"] is False


def test_a_missing_recording_is_never_finished(works, journal):
    works[0].path.unlink()
    journal.begin(works, RECIPE)
    journal.end()
    assert names(journal.plan(works, RECIPE).works) == "abc"
