"""What `livepitch tune` found: kept, found again, left alone where damaged; and opened with, unless the user chose."""

import json
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from livepitch.model.checkpoint import Checkpoint
from livepitch.model.registry import Model, load_model
from livepitch.realtime.frame import Settings
from livepitch.realtime.session import Session
from livepitch.realtime.source import DemoVoice, Microphone
from livepitch.realtime.tuned import (
    FILE,
    VERSION,
    DamagedSettingsWarning,
    SettingsFileError,
    Tuned,
    config_folder,
    model_key,
    read_tuned,
    tuned_for,
    tuned_session,
    use_tuned,
    write_tuned,
)
from tests.realtime.fakes import FakeSource

USB = Tuned("USB Mic", "stream", 48_000, 128, 2, 41.5)
DEMO = Tuned("demo voice", "stream", 48_000, 96, 4, 70.0)


@pytest.fixture(autouse=True)
def settings_of_this_test(own_settings: Path) -> Path:
    return own_settings


def test_what_was_found_is_found_again() -> None:
    assert tuned_for("USB Mic", "stream") is None
    small = replace(USB, model="rmvpe-small", hop=16)
    path = write_tuned(USB)
    assert write_tuned(small) == write_tuned(DEMO) == path == config_folder() / FILE
    assert tuned_for("USB Mic", "stream") == USB
    assert tuned_for("USB Mic", "rmvpe-small") == small
    assert tuned_for("demo voice", "stream", 48_000) == DEMO
    assert tuned_for("USB Mic 2", "stream") is tuned_for("USB Mic", "rmvpe") is None


def test_a_later_find_takes_the_place_of_the_earlier() -> None:
    write_tuned(USB)
    write_tuned(DEMO)
    better = replace(USB, blocksize=64, sample_rate=44_100)
    write_tuned(better)
    assert sorted(read_tuned(), key=lambda tuned: tuned.device) == [better, DEMO]
    assert tuned_for("USB Mic", "stream", 48_000) is None  # another rate was never tried


def test_names_in_any_script_and_files_that_are_links(own_settings: Path, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    own_settings.mkdir()
    (own_settings / FILE).symlink_to(tmp_path / "elsewhere" / "kept.json")
    tuned = replace(USB, device='麦克风 "ü"')
    write_tuned(tuned)
    assert (own_settings / FILE).is_symlink()
    assert tuned_for('麦克风 "ü"', "stream") == tuned
    assert [path.name for path in (tmp_path / "elsewhere").iterdir()] == ["kept.json"]


GOOD = {"device": "USB Mic", "model": "stream", "sample_rate": 1, "blocksize": 1, "hop": 1, "sound_to_frame_ms": 1.5}


def file_of(*entries: object, version: object = VERSION) -> str:
    return json.dumps({"version": version, "tuned": list(entries)})


def test_the_entry_that_the_damaged_ones_are_made_from_is_good(own_settings: Path) -> None:
    own_settings.mkdir()
    (own_settings / FILE).write_text(file_of(GOOD))
    assert tuned_for("USB Mic", "stream") == Tuned("USB Mic", "stream", 1, 1, 1, 1.5)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        "null",
        "\x00\xff",
        '{"version": 1}',
        "[" * 100_000,
        file_of("nonsense"),
        file_of({key: value for key, value in GOOD.items() if key != "hop"}),
        file_of(GOOD | {"blocksize": 0}),
        file_of(GOOD | {"blocksize": 10**12}),
        file_of(GOOD | {"hop": 1.5}),
        file_of(GOOD | {"hop": True}),
        file_of(GOOD | {"sound_to_frame_ms": "41"}),
        file_of(GOOD | {"device": None}),
        file_of(GOOD, version=VERSION + 1),
    ],
)
def test_a_damaged_file_is_a_line_and_otherwise_empty(own_settings: Path, text: str) -> None:
    own_settings.mkdir()
    (own_settings / FILE).write_bytes(text.encode("latin-1"))
    told: list[str] = []
    assert tuned_for("USB Mic", "stream", complain=told.append) is None
    assert len(told) == 1
    assert "\n" not in told[0]
    assert FILE in told[0]
    assert "livepitch tune" in told[0]
    assert f"is kept as {FILE}.bad" in told[0]
    assert (own_settings / f"{FILE}.bad").read_bytes() == text.encode("latin-1")
    assert read_tuned(told.append) == []  # said once
    (own_settings / FILE).write_text(text, encoding="latin-1")
    with pytest.warns(DamagedSettingsWarning, match="livepitch tune"):
        write_tuned(USB)  # the next tuning mends it, and what was put aside before stays
    assert len(told) == 1
    assert tuned_for("USB Mic", "stream") == USB
    assert sorted(path.name for path in own_settings.iterdir()) == [FILE, f"{FILE}.bad", f"{FILE}.bad2"]


def test_a_folder_in_its_place_is_told_and_cannot_be_written(own_settings: Path) -> None:
    (own_settings / FILE).mkdir(parents=True)
    told: list[str] = []
    assert read_tuned(told.append) == []
    assert len(told) == 1
    with pytest.raises(SettingsFileError, match="LIVEPITCH_CONFIG") as caught:
        write_tuned(USB, told.append)
    assert "\n" not in str(caught.value)


def test_a_write_that_fails_leaves_the_old_file_alone(own_settings: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_tuned(USB)
    before = (own_settings / FILE).read_bytes()

    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(json, "dump", full)
    with pytest.raises(SettingsFileError, match="No space left"):
        write_tuned(DEMO)
    assert (own_settings / FILE).read_bytes() == before
    assert [path.name for path in own_settings.iterdir()] == [FILE]


def test_without_the_variable_it_is_the_user_s_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("LIVEPITCH_CONFIG")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "xdg"))
    monkeypatch.setenv("HOME", str(tmp_path))
    folder = config_folder()
    assert folder.name == "livepitch"
    assert folder.is_relative_to(tmp_path)
    if sys.platform == "linux":
        assert folder == tmp_path / "xdg" / "livepitch"


def test_a_model_has_one_key_however_it_is_given(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    loaded = load_model("stream")
    assert model_key("stream") == model_key(loaded) == model_key(loaded.checkpoint.path) == "stream"
    monkeypatch.setenv("LIVEPITCH_CACHE", str(tmp_path / "cache"))
    assert model_key("rmvpe") == model_key(tmp_path / "cache" / "rmvpe.pt") == "rmvpe"
    own = tmp_path / "stream.safetensors"  # of that name, but another
    monkeypatch.chdir(tmp_path)
    assert model_key(own) == model_key("stream.safetensors") == str(own.resolve())
    checkpoint = Checkpoint("stream", loaded.checkpoint.config, {}, path=own)
    assert model_key(Model(checkpoint)) == str(own.resolve())


def test_a_source_is_opened_with_what_was_found() -> None:
    write_tuned(DEMO)
    voice = DemoVoice()
    settings, found = use_tuned(voice, load_model("stream"), Settings(a4=442.0))
    assert (settings, found, voice.blocksize) == (Settings(hop=4, a4=442.0), DEMO, 96)
    # For another model nothing is known, and what was suggested before is forgotten.
    assert use_tuned(voice, "rmvpe-small", Settings()) == (Settings(), None)
    assert voice.blocksize == 480
    assert use_tuned(DemoVoice(44_100), "stream", Settings()) == (Settings(), None)


def test_what_the_user_chose_stays() -> None:
    write_tuned(DEMO)
    chosen, own = Settings(hop=2), DemoVoice(blocksize=256)
    assert use_tuned(own, "stream", Settings()) == (Settings(hop=4), DEMO)
    assert own.blocksize == 256
    voice = DemoVoice()
    assert use_tuned(voice, "stream", chosen) == (chosen, DEMO)
    assert voice.blocksize == 96
    assert use_tuned(own, "stream", chosen) == (chosen, None)
    windows = Settings(context=32)  # the hop was tried with other windows
    assert use_tuned(own, "stream", windows) == (windows, None)


def test_a_source_that_has_no_blocks_to_choose_is_left_alone() -> None:
    write_tuned(replace(DEMO, device="fake input"))
    assert use_tuned(FakeSource(), "stream", Settings()) == (Settings(), None)  # type: ignore[arg-type]


def test_no_device_is_looked_for_where_nothing_is_tuned(monkeypatch: pytest.MonkeyPatch) -> None:
    def look_up(_: object) -> tuple[str, int]:
        raise AssertionError

    monkeypatch.setattr(Microphone, "look_up", look_up)
    assert use_tuned(Microphone(), "stream", Settings()) == (Settings(), None)
    write_tuned(USB)
    with pytest.raises(AssertionError):
        use_tuned(Microphone(), "stream", Settings())


def test_a_session_made_so_runs_with_it_and_says_so() -> None:
    write_tuned(DEMO)
    made = []

    def factory(model: object, sample_rate: int, settings: Settings) -> object:
        made.append(settings.hop)
        raise KeyError  # far enough

    session = tuned_session(DemoVoice(), "stream", tracker_factory=factory)
    assert session.tuned == DEMO
    with session, pytest.raises(KeyError):
        list(session)
    assert set(made) == {4}
    assert Session(DemoVoice()).tuned is None
