"""The pitch of every recording in a folder, as CSV files, with as many processes as there are cores.

python examples/folder_to_csv.py songs pitches

Started again, it goes on where it was. `livepitch track songs -o pitches --jobs 4` does the same, with a progress bar.
"""

import argparse
import os
import signal
import sys
from concurrent.futures import ProcessPoolExecutor, as_completed
from multiprocessing import get_context
from pathlib import Path

import livepitch as lp

ENDINGS = {".wav", ".flac", ".ogg", ".mp3", ".aiff"}


def track_all(recordings: Path, pitches: Path, processes: int) -> int:
    """Track what has no CSV file yet; how many recordings could not be read."""
    pitches.mkdir(parents=True, exist_ok=True)
    found = sorted(path for path in recordings.iterdir() if path.suffix.lower() in ENDINGS)
    targets = {path: pitches / f"{path.name}.csv" for path in found}
    waiting = {path: target for path, target in targets.items() if not target.exists()}
    failed = 0
    # "spawn": a process that is forked from one in which MLX has run hangs. Ctrl-C is for this one alone.
    with ProcessPoolExecutor(processes, get_context("spawn"), signal.signal, (signal.SIGINT, signal.SIG_IGN)) as pool:
        jobs = [pool.submit(lp.track_file, path, target) for path, target in waiting.items()]
        try:
            for number, job in enumerate(as_completed(jobs), 1):
                problem = job.exception()
                failed += problem is not None
                print(f"{number}/{len(jobs)} {problem or job.result()}", flush=True)
        except KeyboardInterrupt:
            pool.shutdown(cancel_futures=True)
            sys.exit("ended; started again, it goes on from here")
    print(f"{len(found) - failed} of {len(found)} recordings have their pitch in {pitches}")
    return failed


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("recordings", type=Path, help="a folder of audio files")
    parser.add_argument("pitches", type=Path, help="the folder to write into")
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1)
    chosen = parser.parse_args()
    if not chosen.recordings.is_dir():
        sys.exit(f"{chosen.recordings}: is no folder; name one with recordings in it")
    os.environ.setdefault("OMP_NUM_THREADS", "1")  # each process has a core of its own
    sys.exit(1 if track_all(chosen.recordings, chosen.pitches, chosen.processes) else 0)
