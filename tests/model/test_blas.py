"""How many cores are used: those that there are, or fewer where the environment says so."""

import pytest

from livepitch.model.blas import VARIABLE, cores


@pytest.mark.parametrize("said", ["", "many", "-2", "1.5", "4000"])
def test_all_are_used_unless_fewer_are_asked_for(monkeypatch: pytest.MonkeyPatch, said: str) -> None:
    monkeypatch.delenv(VARIABLE, raising=False)
    there = cores()
    monkeypatch.setenv(VARIABLE, said)
    assert cores() == there


@pytest.mark.parametrize(("said", "used"), [("1", 1), ("0", 1)])
def test_fewer_are_used_where_that_is_asked_for(monkeypatch: pytest.MonkeyPatch, said: str, used: int) -> None:
    monkeypatch.setenv(VARIABLE, said)
    assert cores() == used
