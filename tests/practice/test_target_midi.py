import io

import mido
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from livepitch.practice.target.reading import read_targets
from livepitch.practice.target.target_file import TargetError

MELODY = [(60, 480), (62, 480), (64, 960), (65, 240), (67, 720)]


def notes_track(notes, channel=0, name="", first=0, extra=()):
    track = mido.MidiTrack([mido.MetaMessage("track_name", name=name)] if name else [])
    track.extend(extra)
    for index, (pitch, ticks) in enumerate(notes):
        track.append(mido.Message("note_on", note=pitch, velocity=80, channel=channel, time=0 if index else first))
        track.append(mido.Message("note_off", note=pitch, channel=channel, time=ticks))
    return track


@pytest.fixture
def save(tmp_path):
    def write(*tracks, form=1, division=480, name="song.mid", change=None):
        file = mido.MidiFile(type=form, ticks_per_beat=division, tracks=list(tracks))
        buffer = io.BytesIO()
        file.save(file=buffer)
        data = buffer.getvalue()
        path = tmp_path / name
        path.write_bytes(change(data) if change else data)
        return path

    return write


def sung(target):
    return [(round(note.start, 6), round(note.end, 6), note.midi) for note in target.notes]


def tempo(quarters_a_minute, time=0):
    return mido.MetaMessage("set_tempo", tempo=mido.bpm2tempo(quarters_a_minute), time=time)


def lyric_track(syllables, kind="lyrics", name=""):
    track = notes_track([], name=name)
    before = 0
    for tick, text in syllables:
        track.append(mido.MetaMessage(kind, text=text, time=tick - before))
        before = tick
    return track


def test_notes_tempo_and_beats(save):
    header = mido.MidiTrack([
        mido.MetaMessage("track_name", name="A song"), mido.MetaMessage("time_signature", numerator=3, denominator=4),
        tempo(120), tempo(60, time=960),
    ])  # fmt: skip
    file = read_targets(save(header, notes_track(MELODY, name="Voice")))
    assert file.name == "A song"
    target = file.part()
    assert (target.name, target.part) == ("A song", "Voice")
    assert sung(target) == [(0, 0.5, 60), (0.5, 1, 62), (1, 3, 64), (3, 3.5, 65), (3.5, 5, 67)]
    assert [(beat.time, beat.downbeat) for beat in target.beats] == [
        (0, True), (0.5, False), (1, False), (2, True), (3, False), (4, False),
    ]  # fmt: skip


def test_six_eight_has_two_beats_and_a_change_of_meter_begins_a_bar(save):
    header = mido.MidiTrack([
        mido.MetaMessage("time_signature", numerator=6, denominator=8),
        mido.MetaMessage("time_signature", numerator=2, denominator=4, time=1440),
    ])  # fmt: skip
    target = read_targets(save(header, notes_track([(60, 1440), (62, 960)]))).part()
    assert [(beat.time, beat.downbeat) for beat in target.beats] == [
        (0, True), (0.75, False), (1.5, True), (2.0, False),
    ]  # fmt: skip


def test_smpte_time_knows_no_tempo_and_no_beats(save):
    def smpte(data):
        return data[:12] + bytes((256 - 25, 40)) + data[14:]  # 25 frames of 40 ticks: a millisecond each

    target = read_targets(save(mido.MidiTrack([tempo(30)]), notes_track(MELODY), change=smpte)).part()
    assert sung(target)[:2] == [(0, 0.48, 60), (0.48, 0.96, 62)]
    assert target.beats == ()


def test_each_channel_of_a_track_is_a_part_and_drums_are_none(save):
    track = mido.merge_tracks([notes_track(MELODY, channel) for channel in (0, 1, 9)])
    file = read_targets(save(track, form=0))
    assert [part.part for part in file.parts] == ["Track 1, channel 1", "Track 1, channel 2"]
    assert file.part("track 1, CHANNEL 2") is file.part("2") is file.parts[1]


def test_form_two_has_songs_with_tempi_of_their_own(save):
    slow = notes_track([(60, 480)], name="slow", extra=[tempo(60)])
    file = read_targets(save(slow, notes_track([(62, 480)], name="fast", extra=[tempo(240)]), form=2))
    assert [(part.part, sung(part)) for part in file.parts] == [("slow", [(0, 1, 60)]), ("fast", [(0, 0.25, 62)])]


def test_notes_that_overlap_chords_and_notes_that_never_end(save):
    track = mido.MidiTrack([
        mido.Message("note_on", note=60, velocity=64), mido.Message("note_on", note=67, velocity=64),
        mido.Message("note_on", note=62, velocity=64, time=480),
        mido.Message("note_on", note=62, velocity=64, time=480),
        mido.Message("note_on", note=62, velocity=0, time=480), mido.Message("control_change", time=960),
    ])  # fmt: skip
    target = read_targets(save(track)).part()
    assert sung(target) == [(0, 0.5, 67), (0.5, 1, 62), (1, 1.5, 62)]
    last = mido.MidiTrack([mido.Message("note_on", note=60, velocity=64), mido.Message("control_change", time=960)])
    assert sung(read_targets(save(last)).part()) == [(0, 1, 60)]


def test_lyrics_lie_under_the_voice_that_they_fit_and_make_it_the_likeliest(save):
    high = notes_track([(84, 240)] * 12, channel=1, name="Flute")
    ticks = [0, 480, 960, 1920, 2160]
    words = lyric_track(list(zip(ticks, ["Twin-", "kle", " star", "\rup", " high"], strict=True)), name="Words")
    file = read_targets(save(high, notes_track(MELODY, name="Tune"), words))
    target = file.part()
    assert target.part == "Tune"
    assert [note.lyric for note in target.notes] == ["Twin-", "kle ", "star", "up ", "high"]
    assert target.lines == (0, 3)
    assert not any(note.lyric for note in file.part("Flute").notes)


def test_karaoke_text_has_titles_lines_and_hyphens(save):
    head = [(0, "@KMIDI KARAOKE FILE"), (0, "@TDer Mond")]
    texts = [*head, (0, "\\Der "), (480, "Mond "), (960, "/ist "), (1920, "auf-")]
    target = read_targets(save(notes_track(MELODY), lyric_track(texts, "text", "Words"), name="a.kar")).part()
    assert target.name == "Der Mond"
    assert [note.lyric for note in target.notes] == ["Der ", "Mond ", "ist ", "auf-", ""]
    assert target.lines == (0, 2)


def test_text_events_without_karaoke_marks_are_no_lyrics(save):
    target = read_targets(save(notes_track(MELODY), lyric_track([(0, "Copyright"), (480, "1996")], "text"))).part()
    assert {note.lyric for note in target.notes} == {""}


@pytest.mark.parametrize(("codec", "text"), [("utf-8", "Öl"), ("cp1252", "Öl"), ("utf-8", "日本")])
def test_legacy_text_is_read(save, codec, text):
    words = lyric_track([(0, text.encode(codec).decode("latin-1")), (480, "x")])
    target = read_targets(save(notes_track(MELODY), words)).part()
    assert target.notes[0].lyric == text + " "


def test_without_lyrics_a_name_and_then_the_busiest_highest_line_decide(save):
    low, high = notes_track(MELODY, 0), notes_track([(pitch + 12, ticks) for pitch, ticks in MELODY], 1)
    assert read_targets(save(low, high)).voice == 1
    named = notes_track(MELODY, 0, name="Lead vocal")
    assert read_targets(save(high, named)).voice == 1
    assert read_targets(save(named, notes_track(MELODY, 1, name="Alto sax"))).voice == 0
    few = notes_track([(100, 480)], 2)
    assert read_targets(save(low, high, few)).voice == 1


def test_names_lose_control_characters(save):
    assert read_targets(save(notes_track(MELODY, name="Vo\x1b[31mice\x07"))).part().part == "Vo[31mice"


def test_riff_and_a_wrong_ending_are_read_by_their_contents(save):
    path = save(notes_track(MELODY), name="song.txt", change=lambda data: b"RIFF\0\0\0\0RMIDdata\0\0\0\0" + data)
    assert len(read_targets(path).part().notes) == 5


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda data: data[:-9], "ends in the middle of a track"),
        (lambda data: data[:12] + b"\0\0" + data[14:], "ticks have no length"),
        (lambda data: data[:12] + b"\x80\x20" + data[14:], "frames a second"),
        (lambda data: data[:9] + b"\x07" + data[10:], "unknown form"),
        (lambda data: data[:14], "no tracks"),
        (lambda data: data[:22] + b"\xff" * 4 + data[26:], "no events"),
    ],
)
def test_damage_is_said(save, change, says):
    path = save(notes_track(MELODY), change=change)
    with pytest.raises(TargetError, match=says) as error:
        read_targets(path)
    assert str(path) in str(error.value)
    assert "\n" not in str(error.value)


def test_endless_delta_times_are_refused_at_once(save):
    path = save(notes_track(MELODY), change=lambda data: data[:18] + b"\x00\x30\x00\x00" + b"\xff" * 3_145_728)
    with pytest.raises(TargetError, match=r"no events|middle of a track"):
        read_targets(path)


def test_hours_of_silence_and_millions_of_beats_are_refused(save):
    late = notes_track(MELODY, first=0x0FFFFFFF)
    with pytest.raises(TargetError, match=r"beats|hours"):
        read_targets(save(late))
    fast = mido.MidiTrack([mido.MetaMessage("set_tempo", tempo=1)])
    with pytest.raises(TargetError, match="beats"):
        read_targets(save(fast, late, division=1))


def test_a_file_without_notes_is_refused(save):
    with pytest.raises(TargetError, match="no notes to sing"):
        read_targets(save(notes_track(MELODY, channel=9)))


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    notes=st.lists(st.tuples(st.integers(0, 127), st.integers(1, 2000), st.integers(0, 2000)), min_size=1, max_size=20),
    tempi=st.lists(st.tuples(st.integers(0, 3000), st.integers(100_000, 2_000_000)), max_size=5),
)
def test_times_are_those_of_mido(save, notes, tempi):
    header = mido.MidiTrack([mido.MetaMessage("set_tempo", tempo=micro, time=ticks) for ticks, micro in tempi])
    track = mido.MidiTrack()
    for pitch, length, rest in notes:
        track.append(mido.Message("note_on", note=pitch, velocity=1, time=rest))
        track.append(mido.Message("note_off", note=pitch, time=length))
    path = save(header, track)
    now, expected = 0.0, []
    for message in mido.MidiFile(path):
        now += message.time
        if message.type == "note_on":
            expected.append([now, None, message.note])
        elif message.type == "note_off":
            expected[-1][1] = now
    found = [[note.start, note.end, note.midi] for note in read_targets(path).part().notes]
    assert found == [pytest.approx(note, abs=1e-6) for note in expected]


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    edits=st.lists(st.tuples(st.integers(0, 200), st.integers(0, 255)), min_size=1, max_size=8), cut=st.integers(0, 9)
)
def test_damaged_files_open_or_are_refused_with_one_line(save, edits, cut):
    def damage(data):
        changed = bytearray(data[: len(data) - cut])
        for place, byte in edits:
            changed[place % len(changed)] = byte
        return bytes(changed)

    path = save(mido.MidiTrack([tempo(90)]), notes_track(MELODY), lyric_track([(0, "a"), (480, "b")]), change=damage)
    try:
        assert read_targets(path).part().notes
    except TargetError as error:
        assert "\n" not in str(error)  # noqa: PT017 - either is right
