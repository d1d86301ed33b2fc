"""What a window may leave behind: threads, processes, open files, temporary files."""

import gc
import os
import subprocess
import threading
import time
from contextlib import contextmanager

PATIENCE = 20.0  # s until what is ending has ended


def children():
    """Processes that this one has started and that live."""
    told = subprocess.run(["ps", "-A", "-o", "pid=,ppid=,stat=,args="], capture_output=True, text=True, check=True)
    rows = [line.split(None, 3) for line in told.stdout.splitlines()]
    ours = [row for row in rows if int(row[1]) == os.getpid() and not row[3].startswith("ps ")]
    return {int(row[0]): row[3] for row in ours if not row[2].startswith("Z")}


def threads():
    return {thread for thread in threading.enumerate() if thread.name.startswith("livepitch")}


def descriptors():
    """Sockets, pipes and files that are open, by what they are."""
    found = {}
    for name in os.listdir("/dev/fd"):
        try:
            target = os.readlink(f"/dev/fd/{name}")
        except OSError:  # the listing itself; or no Linux, where nothing more is known
            continue
        if not target.startswith(("anon_inode:", "/dev/", "/proc/", "/usr/")):  # event loops, screens, Qt's own files
            found[target] = found.get(target, 0) + 1
    return found


@contextmanager
def nothing_left(monkeypatch, folder):
    """What is done inside leaves no thread, process, open file or temporary file behind."""
    folder.mkdir()
    monkeypatch.setenv("TMPDIR", str(folder))
    monkeypatch.setattr("tempfile.tempdir", str(folder))
    before = threads(), set(children()), set(descriptors())
    yield
    until = time.monotonic() + PATIENCE

    def left():
        gc.collect()
        return (
            [thread.name for thread in threads() - before[0]],
            {pid: what[-200:] for pid, what in children().items() if pid not in before[1]},
            set(descriptors()) - before[2],
            # libpulse makes a folder of its own, once for the process, where there is no sound server.
            [path.name for path in folder.iterdir() if not path.name.startswith("pulse-")],
        )

    while any(left()) and time.monotonic() < until:
        time.sleep(0.1)
    found = left()
    assert found == ([], {}, set(), []), found
