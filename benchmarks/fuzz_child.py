"""One target under atheris, in a process of its own that may die: `python benchmarks/fuzz_child.py MODULE NAME …`.

Writes into its folder: `corpus/`, what reached new branches; `input/`, the file being read; `tally.json`, what came
out; `finds/`, one file for each kind of trouble with a text beside it that says what happened.
"""

from __future__ import annotations

import hashlib
import importlib
import json
import sys
import time
import traceback
from collections import Counter
from pathlib import Path

from fuzz_guard import Guard, limit_memory, ran_out
from fuzz_target import Target

SLOW = 5.0  # s of computing for one file of so few bytes: a find, though it ends
PATIENCE = 20  # s, then it hangs and the process is ended
SAVE_EVERY = 32  # files: libFuzzer ends the process without a last word
LONGEST_LINE = 400  # characters of a message beside the file's name


class Trial:
    """Reads one file after another and keeps what is wrong."""

    def __init__(self, target: Target, folder: Path) -> None:
        self.target = target
        self.tally = Counter[str]()
        self._folder = folder
        self._guard = Guard(folder, target.allowed)
        self._input = folder / "input" / target.file_name
        self._input.parent.mkdir(exist_ok=True)
        self._read = target.reader()

    def warm_up(self, files: list[Path]) -> None:
        """Read good files unwatched: what is imported or compiled at the first use is no harm."""
        for path in files:
            self._input.write_bytes(path.read_bytes())
            try:
                self._read(self._input)
            except Exception as error:
                raise SystemExit(f"{self.target.name}: its own {path.name} is not read ({error})") from error

    def one(self, data: bytes) -> None:
        """Read one file."""
        data = self.target.mended(data)
        self._input.write_bytes(data)
        begun = time.process_time()  # others who keep the machine busy make no reader slow
        with self._guard:
            outcome, text = self._outcome()
        took = time.process_time() - begun
        if self._guard.noted:
            outcome, text = "harm", "; ".join(self._guard.noted)
        elif took > SLOW:
            outcome, text = "slow", f"{took:.1f} s ({outcome})"
        self.tally[outcome] += 1
        if outcome not in ("opened", "refused"):
            self._keep(data, outcome, text)
        if self.tally.total() % SAVE_EVERY == 1:
            self.save()

    def save(self) -> None:
        """Put the tally where the parent finds it, should this process die."""
        (self._folder / "tally.json").write_text(json.dumps(self.tally), encoding="utf-8")

    def _outcome(self) -> tuple[str, str]:
        from livepitch.model.errors import LivepitchError, printable

        try:
            self._read(self._input)
        except LivepitchError as error:
            text = str(error)
            if ran_out(error):
                return "memory", _where(error)
            plain = text == printable(text) and len(text) <= len(str(self._input)) + LONGEST_LINE
            return ("refused", "") if plain else ("unprintable", ascii(text)[:LONGEST_LINE])
        except Exception as error:  # whatever it is, it is a find
            return ("memory" if ran_out(error) else "error"), _where(error)
        return "opened", ""

    def _keep(self, data: bytes, outcome: str, text: str) -> None:
        key = text if outcome != "slow" else str(len(data).bit_length())
        path = self._folder / "finds" / f"{outcome}-{hashlib.sha256(key.encode()).hexdigest()[:8]}{self._input.suffix}"
        if not path.exists():
            path.write_bytes(data)
            path.with_name(f"{path.name}.txt").write_text(f"{outcome}: {text}\n", encoding="utf-8")


def _where(error: BaseException) -> str:
    frames = traceback.extract_tb(error.__traceback__)
    places = " < ".join(f"{Path(frame.filename).name}:{frame.lineno}" for frame in reversed(frames[-4:]))
    return f"{type(error).__name__} at {places}"


def _escaped(word: bytes) -> str:
    return "".join(f"\\x{byte:02x}" for byte in word)


def main(module: str, name: str, folder: Path, seconds: int, seed: int) -> None:
    """Fuzz one target for so long; ends by itself, or is ended by a signal."""
    import atheris

    sys.dont_write_bytecode = True
    target = next(target for target in importlib.import_module(module).TARGETS if target.name == name)
    with atheris.instrument_imports(include=list(target.watched)):
        trial = Trial(target, folder)
    trial.warm_up(sorted((folder / "good").iterdir()))
    words = folder / "words.txt"
    words.write_text("".join(f'"{_escaped(word)}"\n' for word in target.words), encoding="ascii")
    limit_memory()
    options = {
        "max_total_time": seconds, "seed": seed, "max_len": target.largest, "timeout": PATIENCE, "dict": words,
        "rss_limit_mb": 0, "artifact_prefix": f"{folder}/", "len_control": 0, "close_fd_mask": 1,
    }  # fmt: skip
    arguments = [f"-{key}={value}" for key, value in options.items()]
    atheris.Setup([sys.argv[0], *arguments, str(folder / "corpus"), str(folder / "good")], trial.one)
    atheris.Fuzz()


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], Path(sys.argv[3]), int(sys.argv[4]), int(sys.argv[5]))
