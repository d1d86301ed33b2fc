"""A process that has imported what every command needs and forks for each: `livepitch` in a tenth of the time.

A command's process is like any other: its own working folder, environment, standard streams, signals and exit status.
What takes seconds in each (SciPy, numba) has been imported before; nothing has run and no thread was started.

    python warm.py SOCKET DIGEST SIZE

A file of that SHA-256 and size counts as the published `rmvpe`, so that fetching it can be tried without a network.
"""

from __future__ import annotations

import array
import contextlib
import json
import os
import select
import signal
import socket
import sys

PRELOADED = ("livepitch.__main__", "numba", "scipy.signal", "soundfile", "soxr", "librosa", "rich.table", "typer")
# The program that is on PATH: hands its folder, words and streams over, and ends as the command does.
CLIENT = """#!{python} -IS
import array, json, os, signal, socket, sys
with socket.socket(socket.AF_UNIX) as talk:
    talk.connect({path!r})
    told = json.dumps([os.getcwd(), sys.argv[1:], dict(os.environ)]).encode()
    streams = array.array("i", [0, 1, 2])
    talk.sendmsg([len(told).to_bytes(4, "big")], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, streams)])
    talk.sendall(told)
    child = int.from_bytes(talk.recv(4), "big")
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda number, _: os.kill(child, number))
    status = talk.recv(4)
code = int.from_bytes(status, "big", signed=True) if status else 1
if code < 0:
    signal.signal(-code, signal.SIG_DFL)
    os.kill(os.getpid(), -code)
sys.exit(code)
"""


def serve(path: str) -> None:
    """Answer one command after the other, several at once, until standard input ends."""
    import importlib

    for name in PRELOADED:
        importlib.import_module(name)
    del sys.modules["livepitch.__main__"]  # each command is it anew
    with socket.socket(socket.AF_UNIX) as door:
        door.bind(path)
        door.listen(32)
        print("ready", flush=True)
        while True:
            talk, _ = door.accept()
            if os.fork() == 0:
                door.close()
                _answer(talk)
            talk.close()


def _answer(talk: socket.socket) -> None:
    """In a child of its own: fork the command, tell its id, wait, tell how it ended."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    head, held, _, _ = talk.recvmsg(4, socket.CMSG_SPACE(12))
    streams = array.array("i")
    streams.frombytes(held[0][2])
    told = b""
    while len(told) < int.from_bytes(head, "big"):
        told += talk.recv(65536)
    folder, words, environment = json.loads(told)
    child = os.fork()
    if child == 0:
        talk.close()
        _become(streams, folder, words, environment)
    for stream in streams:
        os.close(stream)
    talk.sendall(child.to_bytes(4, "big"))
    gone, _, _ = select.select([os.pidfd_open(child), talk], [], [])
    if talk in gone:  # who asked was killed: nobody waits for the command any more
        os.killpg(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    with contextlib.suppress(OSError):
        talk.sendall(os.waitstatus_to_exitcode(status).to_bytes(4, "big", signed=True))
    os._exit(0)


def _become(streams: array.array[int], folder: str, words: list[str], environment: dict[str, str]) -> None:
    """Be `python -m livepitch WORDS` there."""
    import runpy

    os.setsid()
    for number, stream in enumerate(streams):
        os.dup2(stream, number)
        os.close(stream)
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    sys.argv = ["livepitch", *words]
    code: object = 0
    try:
        runpy.run_module("livepitch", run_name="__main__", alter_sys=True)
    except SystemExit as left:
        code = left.code
    except KeyboardInterrupt:
        code = 130
    except BaseException:
        import traceback

        traceback.print_exc()
        code = 1
    # As an interpreter ends: threads are joined, `atexit` is heard, streams are flushed.
    _end(code if isinstance(code, int) else int(bool(code)))


def _end(code: int) -> None:
    import atexit
    import threading

    threading._shutdown()  # type: ignore[attr-defined]
    atexit._run_exitfuncs()
    try:
        sys.stdout.flush()
        sys.stderr.flush()
    except OSError:
        code = code or 1
    os._exit(code)


def publish(digest: str, size: int) -> None:
    """Let a small file stand for the published checkpoint."""
    from livepitch.model.published import RELEASES, PublishedFile, Release
    from tests.model.loopback_hub import REPOSITORY

    toy = PublishedFile("rmvpe.pt", digest, size, "the toy")
    RELEASES["rmvpe"] = Release("rmvpe", REPOSITORY, (toy,), "no licence is stated", "a toy")


if __name__ == "__main__":
    sys.path[0] = os.path.abspath(f"{__file__}/../../..")  # as where this lies is no place for modules
    publish(sys.argv[2], int(sys.argv[3]))
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    serve(sys.argv[1])
