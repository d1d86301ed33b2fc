"""What it costs to send frames to other programs: how much later they have them, and what a stalled one does.

    jackd -d dummy -r 48000 -p 64 &    # MIDI ports where there are no others; without one MIDI is left out
    python benchmarks/outputs.py --seconds 30 --stall 30

The demo voice is sung in real time. Receivers are processes of their own, which note by the same clock when each frame
arrived; the delay is from the instant at which the worker gave the frame out. A note of MIDI is compared with the frame
that decided on it. Then each receiver is stopped (SIGSTOP) in the middle of a run: the pitch must come as before.
Exit code 1 if frames arrive out of order or not at all while nobody is stalled, or if the stalled run's median latency
rises by more than a frame.
"""

from __future__ import annotations

import math
import os
import socket
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Annotated

import numpy as np
import typer
from outputs_listening import Arrivals, Listener, free_port, midi, osc, pipe, websocket
from soaking import resident

from livepitch.model.convert import hz_to_midi
from livepitch.outputs.json_lines import JsonLinesOutput
from livepitch.outputs.midi import MidiOutput, midi_ports
from livepitch.outputs.note_following import NoteFollower
from livepitch.outputs.osc import OscOutput
from livepitch.outputs.websocket import WebSocketOutput
from livepitch.realtime.engine.remote import RemoteSession
from livepitch.realtime.frame import PitchFrame
from livepitch.realtime.roles import Output
from livepitch.realtime.sending import Sending
from livepitch.realtime.session import Session
from livepitch.realtime.source import DemoVoice

SETTLED = 2.0  # s at the beginning that are left out: programs load, sockets connect
FRAME = 10.0  # ms
LATEST = 0.5  # s that a note may take to arrive; what is later is another one


@dataclass
class Run:
    """What a session gave, and how it went with its outputs."""

    frames: list[PitchFrame] = field(default_factory=list)
    sending: tuple[Sending, ...] = ()
    lost: int = 0
    """Frames that outputs or their receivers lost."""

    def latency(self, first: float, last: float) -> list[float]:
        """Of the frames between two seconds, from sound to frame, ms."""
        return [1e3 * frame.latency for frame in self.frames if first <= frame.time < last]


def main(
    seconds: Annotated[float, typer.Option(help="Of each run.")] = 30.0,
    stall: Annotated[float, typer.Option(help="Seconds for which receivers are stopped; 0 for not at all.")] = 30.0,
    window: Annotated[bool, typer.Option(help="Also beside the window; needs a screen, or Xvfb.")] = False,
) -> None:
    """Measure."""
    sound = [delays("Session", run_session, seconds), delays("RemoteSession", run_remote, seconds)]
    if window:
        sound.append(delays("the window", run_window_for, seconds))
    if stall:
        print("\n| stalled | | p50 ms | p99 ms | frames lost | memory MiB |\n|---|---|---|---|---|---|")
        sound += [stalled("OSC", stall), stalled("WebSocket", stall), stalled("JSON Lines", stall)]
    raise typer.Exit(0 if all(sound) else 1)


def run_session(outputs: Sequence[Output], seconds: float, glance: Callable[[float], None] = lambda _: None) -> Run:
    """In this process."""
    return _followed(Session(DemoVoice(), outputs=outputs), outputs, seconds, glance)


def run_remote(outputs: Sequence[Output], seconds: float) -> Run:
    """In a process of its own."""
    return _followed(RemoteSession(DemoVoice(), outputs=outputs), outputs, seconds, lambda _: None)


def _followed(
    session: Session | RemoteSession, outputs: Sequence[Output], seconds: float, glance: Callable[[float], None]
) -> Run:
    run = Run()
    with session:
        for frame in session:
            run.frames.append(frame)
            glance(frame.time)
            if frame.time >= seconds:
                break
        run.sending = session.sending
        run.lost = sum(each.lost for each in run.sending) + sum(getattr(output, "lost", 0) for output in outputs)
    return run


def run_window_for(outputs: Sequence[Output], seconds: float) -> Run:
    """Beside the window, which fetches the frames."""
    from livepitch.gui.app import run_window

    run = Run()

    class Noted(RemoteSession):
        def frames(self, limit: int | None = None) -> list[PitchFrame]:
            got = super().frames(limit)
            run.frames += got
            run.sending = self.sending
            return got

    end = time.monotonic() + seconds + 5
    run_window(DemoVoice(), make_stream=Noted, until=lambda: time.monotonic() > end, outputs=outputs)
    return run


def delays(title: str, run: Callable[[Sequence[Output], float], Run], seconds: float) -> bool:
    """Print how much later receivers have what a session gave; whether all of it arrived in order."""
    udp, tcp = free_port(socket.SOCK_DGRAM), free_port(socket.SOCK_STREAM)
    listeners = {"OSC": Listener(osc, udp), "WebSocket": Listener(websocket, tcp)}
    outputs: list[Output] = [OscOutput(f"127.0.0.1:{udp}"), WebSocketOutput(str(tcp))]
    instrument = Listener(midi)
    for _ in range(10):
        time.sleep(1)
        if any("bench" in port for port in midi_ports()):
            outputs.append(MidiOutput("bench"))
            break
    done = run(outputs, seconds)
    time.sleep(0.5)
    emitted = {round(frame.time, 2): frame.emitted for frame in done.frames}
    latency = done.latency(SETTLED, math.inf)
    print(f"\n{title}: {len(done.frames)} frames, sound to frame p50 {np.median(latency):.1f} ms")
    print(
        "\n| to | frames | lost | out of order | p50 ms | p95 ms | p99 ms | max ms |\n|---|---|---|---|---|---|---|---|"
    )
    good = [_row(name, listener.end(), emitted) for name, listener in listeners.items()]
    notes = instrument.end()
    if len(outputs) > 2:
        good.append(_notes_row(notes, done.frames))
    return all(good)


def _row(name: str, arrivals: Arrivals, emitted: dict[float, float]) -> bool:
    times = [round(at, 2) for at, _ in arrivals]
    wanted = {at for at in emitted if SETTLED <= at < max(emitted) - 0.5}
    late = [1e3 * (when - emitted[round(at, 2)]) for at, when in arrivals if round(at, 2) in wanted]
    # OSC says the end of a voice at the time of its last frame.
    disorder, lost = int((np.diff(times) < 0).sum()), len(wanted - set(times))
    _print_row(name, len(late), lost, disorder, late)
    return disorder == 0 and lost == 0


def _notes_row(notes: Arrivals, frames: Sequence[PitchFrame]) -> bool:
    follower, begun = NoteFollower(), []
    for frame in frames:
        heard = follower.hear(float(hz_to_midi(frame.f0)), frame.level)
        if heard.begun and heard.note is not None and frame.time >= SETTLED:
            begun.append((heard.note, frame.emitted))
    late = []
    for note, emitted in begun:
        delays_of = [1e3 * (when - emitted) for other, when in notes if other == note and 0 <= when - emitted < LATEST]
        late += delays_of[:1]
    _print_row("MIDI (notes)", len(late), len(begun) - len(late), 0, late)
    return bool(late)  # where a busy machine leaves a gap of 0.2 s, other notes are played than from the frames alone


def _print_row(name: str, count: int, lost: int, disorder: int, late: list[float]) -> None:
    figures = (
        " | ".join(f"{x:.2f}" for x in [*np.percentile(late, [50, 95, 99]), max(late)]) if late else "– | – | – | –"
    )
    print(f"| {name} | {count} | {lost} | {disorder} | {figures} |", flush=True)


def stalled(name: str, seconds: float) -> bool:
    """Stop a receiver in the middle of a run; whether the pitch comes as before."""
    output, listener = _receiver(name)
    memory: list[float] = []
    first, last, state = 5.0, 5.0 + seconds, {"stalled": False}

    def glance(now: float) -> None:
        if (first <= now < last) != state["stalled"]:
            state["stalled"] = not state["stalled"]
            memory.append(resident())
            listener.stall(state["stalled"])

    time.sleep(3)
    run = run_session([output], last + 5.0, glance)
    memory.append(resident())
    listener.end()
    medians = []
    for title, since, until in (("before", SETTLED, first), ("during", first, last), ("after", last, math.inf)):
        p50, p99 = np.percentile(run.latency(since, until), [50, 99])
        medians.append(p50)
        print(f"| {name} | {title} | {p50:.1f} | {p99:.1f} | {run.lost} | {memory.pop(0):.0f} |", flush=True)
    return bool(medians[1] - medians[0] < FRAME)


def _receiver(name: str) -> tuple[Output, Listener]:
    if name == "OSC":
        port = free_port(socket.SOCK_DGRAM)
        return OscOutput(f"127.0.0.1:{port}"), Listener(osc, port)
    if name == "WebSocket":
        port = free_port(socket.SOCK_STREAM)
        return WebSocketOutput(str(port)), Listener(websocket, port)
    fifo = os.path.join(tempfile.mkdtemp(prefix="livepitch-"), "lines")
    os.mkfifo(fifo)
    listener = Listener(pipe, fifo)
    return JsonLinesOutput(open(fifo, "w", encoding="utf-8")), listener


if __name__ == "__main__":
    typer.run(main)
