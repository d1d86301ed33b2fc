"""Trains a bundled checkpoint: `python -m training.train stream --pack DIR --out DIR`.

Stops after `--seconds` and goes on where it stopped when called again with the same `--out`.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import math
import platform
import random
import shlex
import sys
import time
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file
from torch import Tensor, nn
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

from livepitch.model.checkpoint import Checkpoint, write_checkpoint
from livepitch.model.config import REFINABLE
from livepitch.parity.front_end import LogMel

from .bank import Bank, deep_starts, load_audio, load_bank
from .contours import Dice
from .losses import Score, saliences
from .mixing import HALVES, PARTS, UNEVENNESS, Batch, Mixer, Source
from .notes import note_bank
from .recipes import RECIPES, Recipe
from .steady import tone_bank
from .synthesis import synthetic_bank
from .windows import through_windows

HELD_OUT = 0.03  # of the resynthesised voices, for validation
DEEP = 140.0  # Hz; one real voice in seven is below, and few creak


def load_mixers(options: argparse.Namespace, recipe: Recipe, seed: int, device: torch.device) -> tuple[Mixer, Mixer]:
    """Training and validation mixers over a pack of recordings, or over synthetic voices alone without one."""
    synthetic = synthetic_bank(seed, options.synthetic, device)
    pack, without = options.pack, frozenset(options.without)

    def mixer(sources: list[Source], music: Tensor, noise: Tensor, seed: int, without: frozenset[str]) -> Mixer:
        dice, compiled = Dice(seed, device), options.compile
        return Mixer(sources, music, noise, dice, recipe.frames, compiled, without, options.halved, options.uneven)

    if pack is None:
        silence = torch.full((recipe.frames * 160 * 5,), 1e-3, device=device)
        sources = [Source(synthetic, 1.0, 3.0)]
        return mixer(sources, silence, silence, seed, without), mixer(sources, silence, silence, 1, frozenset())
    voices, world = load_bank(pack, "voices", device), load_bank(pack, "world", device)
    music, noise = (load_audio(pack / f"{name}.ogg", device) for name in ("music", "noise"))
    held = Source(world.slice(1 - HELD_OUT, 1.0), 1.0, 2.0)
    deep = deep_starts(voices, recipe.frames, DEEP)
    tones, starts = tone_bank(seed, options.tones, device)
    notes, firsts = note_bank(seed, options.notes, device)
    named = {
        "voices": Source(voices, 0.37, 8.0),
        "deep": Source(voices, 0.07 if len(deep) else 0.0, 6.0, deep),
        "world": Source(world.slice(0.0, 1 - HELD_OUT), 0.33, 4.0),
        "tones": Source(tones, 0.06, 3.0, starts, recorded=False, tones=True),
        "notes": Source(notes, 0.06, 2.0, firsts, recorded=False, tones=True),
        "synthetic": Source(synthetic, 0.11, 4.0, recorded=False),
    }
    kept = [source for name, source in named.items() if name not in without]
    share = sum(source.share for source in kept)
    kept = [replace(source, share=source.share / share) for source in kept]
    cut = int(len(music) * (1 - HELD_OUT))
    train = mixer(kept, music[:cut], noise, seed + 1, without)
    return train, mixer([held], music[cut:], noise, 1, frozenset())


def describe(bank: Bank) -> str:
    """Minutes of a bank and its shares of unvoiced, voiced, unknown and merely pitched frames."""
    shares = torch.bincount(bank.state.long(), minlength=4) / bank.n_frames
    return f"{bank.n_frames / 6000:.0f} min, unvoiced/voiced/unknown/pitched {[round(float(s), 2) for s in shares]}"


class Trainer:
    """Network, average, optimiser and schedule of one run."""

    def __init__(
        self,
        recipe: Recipe,
        steps: int,
        device: torch.device,
        compiled: bool,
        seed: int,
        ema: float,
        windows: float = 0.0,
    ) -> None:
        torch.manual_seed(seed)
        self.windows, self.rng = windows, random.Random(seed)
        self.recipe, self.steps, self.device = recipe, steps, device
        self.network: Any = recipe.network().to(device, memory_format=torch.channels_last)  # type: ignore[call-overload]
        for module in self.network.modules():
            if isinstance(module, nn.Dropout):
                module.p = 0.0  # RMVPE's lies on its 360 outputs, where it only makes the gradient noisy
        self.average = AveragedModel(self.network, multi_avg_fn=get_ema_multi_avg_fn(ema), use_buffers=True)
        decayed = [p for p in self.network.parameters() if p.ndim > 1]
        plain = [p for p in self.network.parameters() if p.ndim <= 1]
        groups = [{"params": decayed, "weight_decay": 0.01}, {"params": plain, "weight_decay": 0.0}]
        self.optimizer = torch.optim.AdamW(groups, lr=recipe.learning_rate, fused=device.type == "cuda")
        self.mel = LogMel().to(device)
        self.step = 0
        if compiled:
            unet: Any = self.network.unet
            if isinstance(unet, nn.Module):
                unet.compile()
            else:
                self.network.unet = torch.compile(unet)

    def learning_rate(self) -> float:
        """Linear warm-up, then cosine to a hundredth."""
        warm = min(1.0, (self.step + 1) / min(self.recipe.warm_up, self.steps / 12))
        rest = 0.5 * (1 + math.cos(math.pi * min(1.0, self.step / self.steps)))
        return self.recipe.learning_rate * warm * (0.01 + 0.99 * rest)

    def hear(self, batch: Batch) -> Tensor:
        """Log-mel (B, T, 128) of a batch, of windows that reach as far ahead as the network's."""
        return self.mel(batch.audio, self.recipe.config.lookahead)

    def train_on(self, batch: Batch) -> Tensor:
        """One optimiser step; returns the loss."""
        for group in self.optimizer.param_groups:
            group["lr"] = self.learning_rate()
        with torch.no_grad():
            mel = self.hear(batch)
        with torch.autocast(self.device.type, torch.bfloat16, enabled=self.device.type == "cuda"):
            if self.rng.random() < self.windows:
                output, batch = through_windows(self.network, mel, batch, self.rng)
            else:
                output = self.network(mel)
        loss = self.recipe.loss(output, batch)
        self.optimizer.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_(self.network.parameters(), 3.0)
        self.optimizer.step()
        self.average.update_parameters(self.network)
        self.step += 1
        return loss.detach()

    @torch.no_grad()
    def score(self, mixer: Mixer, batches: int) -> Score:
        """Accuracy of the averaged weights on fresh batches."""
        network, score = self.average.module.eval(), Score()
        for _ in range(batches):
            batch = mixer.batch(self.recipe.batch)
            score.add(saliences(network, self.hear(batch)), batch)
        return score

    def state(self) -> dict[str, Any]:
        """What a later call needs to go on."""
        return {
            "step": self.step,
            "network": self.network.state_dict(),
            "average": self.average.state_dict(),
            "optimizer": self.optimizer.state_dict(),
        }

    def load_checkpoint(self, path: Path) -> None:
        """Starts from a checkpoint's weights, as far as names and shapes agree, with a fresh schedule."""
        for network in (self.network, self.average.module):
            shapes = {name: value.shape for name, value in network.state_dict().items()}
            fitting = {k: v.float() for k, v in load_file(path).items() if shapes.get(k) == v.shape}
            network.load_state_dict(fitting, strict=False)

    def load_state(self, state: dict[str, Any]) -> None:
        """Goes on from `state`."""
        self.step = state["step"]
        self.network.load_state_dict(state["network"])
        self.average.load_state_dict(state["average"])
        self.optimizer.load_state_dict(state["optimizer"])


def export(trainer: Trainer, name: str, score: Score, record: dict[str, Any], path: Path) -> None:
    """Writes the averaged weights as a checkpoint of livepitch, with its threshold and training record."""
    state = trainer.average.module.state_dict()
    weights = {k: v.float().cpu().numpy() for k, v in state.items() if not k.endswith("num_batches_tracked")}
    threshold = score.best_threshold()
    record = record | {"steps": trainer.step, "validation": score.report()}
    config = trainer.recipe.config
    refine = config.lookahead in REFINABLE
    checkpoint = Checkpoint(name, config, weights, threshold, 0.8 * threshold, record, refine=refine)
    write_checkpoint(path, checkpoint)


def arguments(given: list[str] | None = None) -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m training.train", description=__doc__)
    parser.add_argument("name", choices=RECIPES)
    parser.add_argument("--pack", type=Path, help="folder with voices, world, music and noise; synthetic only without")
    parser.add_argument("--out", type=Path, required=True, help="folder of the checkpoint")
    parser.add_argument("--work", type=Path, help="folder of the state to go on from (default: --out)")
    parser.add_argument("--start", type=Path, help="checkpoint to start from instead of fresh weights")
    parser.add_argument("--rate", type=float, help="peak learning rate")
    parser.add_argument("--ema", type=float, default=0.9995, help="decay of the averaged weights")
    parser.add_argument("--steps", type=int, help="length of the whole schedule")
    parser.add_argument("--batch", type=int, help="clips per step")
    parser.add_argument("--seconds", type=float, default=math.inf, help="stop (to go on later) after so long")
    parser.add_argument("--synthetic", type=int, default=2048, help="synthetic clips of 8 s")
    parser.add_argument("--tones", type=int, default=1200, help="clips of tones of 4.8 s, at least 2")
    parser.add_argument("--notes", type=int, default=1200, help="clips of short notes of 4.8 s, at least 2")
    parser.add_argument("--halved", type=float, default=HALVES, help="share of clips made an octave lower")
    parser.add_argument("--uneven", type=float, default=UNEVENNESS, help="share of clips whose low periods differ")
    parser.add_argument("--windows", type=float, default=0.0, help="share of steps through windows (rmvpe-small)")
    parser.add_argument("--lookahead", type=int, help="samples that mel windows reach past their frame (stream)")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--without", nargs="*", choices=PARTS, default=[], help="leave these out (ablation)")
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    parser.add_argument("--compile", action="store_true")
    options = parser.parse_args(given)
    if options.lookahead is not None:
        try:
            RECIPES[options.name].with_lookahead(options.lookahead)
        except ValueError as error:
            parser.error(str(error))
    return options


def given_words(options: argparse.Namespace) -> list[str]:
    """The settings that shape the result, as words of the command line."""
    names = ("rate", "ema", "steps", "batch", "synthetic", "tones", "notes", "halved", "uneven", "windows", "lookahead")
    given = {name: getattr(options, name) for name in (*names, "seed") if getattr(options, name) is not None}
    words = [word for name, value in given.items() for word in (f"--{name}", str(value))]
    without = ["--without", *options.without] if options.without else []
    return [options.name, *words, *without]


def digest(path: Path) -> str:
    """The first 16 hexadecimal digits of a file's SHA-256."""
    total = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(1 << 20):
            total.update(block)
    return total.hexdigest()[:16]


def versions() -> dict[str, str]:
    """Of Python and of the packages that the result depends on."""
    return {"python": platform.python_version()} | {name: version(name) for name in ("torch", "numpy", "soundfile")}


def say(**values: Any) -> None:
    """One line of the log, JSON."""
    print(json.dumps({k: round(v, 4) if isinstance(v, float) else v for k, v in values.items()}), flush=True)


def run(options: argparse.Namespace) -> Trainer:
    """Trains until the schedule or the time ends, then validates and writes."""
    began, device, recipe = time.monotonic(), torch.device(options.device), RECIPES[options.name]
    torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = True
    torch.backends.cudnn.benchmark = True
    recipe = replace(recipe, batch=options.batch or recipe.batch, learning_rate=options.rate or recipe.learning_rate)
    if options.lookahead is not None:
        recipe = recipe.with_lookahead(options.lookahead)
    work = options.work or options.out
    steps = options.steps or recipe.steps
    trainer = Trainer(recipe, steps, device, options.compile, options.seed, options.ema, options.windows)
    state_file = work / f"{options.name}.pt"
    if state_file.exists():
        trainer.load_state(torch.load(state_file, map_location=device, weights_only=True))
    elif options.start:
        trainer.load_checkpoint(options.start)
    # a resumed run must not see the first part's batches again
    train, held = load_mixers(options, recipe, options.seed + trainer.step, device)
    record = {
        "command": shlex.join(["python", "-m", "training.train", *given_words(options)]),
        "start": digest(options.start) if options.start else None,
        "pack": {path.name: digest(path) for path in sorted(options.pack.glob("*.*"))} if options.pack else {},
        "seed": options.seed,
        "batch": recipe.batch,
        "frames": recipe.frames,
        "without": list(options.without),
        "versions": versions(),
        "machine": platform.platform(),
    }
    for source in train.voices:
        say(bank=describe(source.bank), share=source.share)
    say(
        ready=time.monotonic() - began,
        step=trainer.step,
        parameters=sum(p.numel() for p in trainer.network.parameters()),
    )
    if options.start and trainer.step == 0:
        say(start=str(options.start), **trainer.score(held, 8).report())
    fit(trainer, train, began + options.seconds)
    score = trainer.score(held, 8)
    say(step=trainer.step, seconds=time.monotonic() - began, **score.report())
    for folder in (options.out, work):
        folder.mkdir(parents=True, exist_ok=True)
    export(trainer, options.name, score, record, options.out / f"{options.name}.safetensors")
    unfinished = state_file.with_suffix(".unfinished")  # a run that is killed here must not lose the last state
    torch.save(trainer.state(), unfinished)
    unfinished.replace(state_file)
    return trainer


def fit(trainer: Trainer, mixer: Mixer, deadline: float) -> None:
    """Steps until the schedule's end or the deadline (monotonic seconds), saying the loss now and then."""
    since, steps, total = time.monotonic(), 0, torch.zeros((), device=trainer.device)
    trainer.network.train()
    while trainer.step < trainer.steps and time.monotonic() < deadline:
        total += trainer.train_on(mixer.batch(trainer.recipe.batch))
        steps += 1
        if trainer.step % 250 == 0 or trainer.step in (10, 50):
            now = time.monotonic()
            say(step=trainer.step, loss=float(total) / steps, per_second=steps / (now - since))
            since, steps = time.monotonic(), 0
            total.zero_()


if __name__ == "__main__":
    run(arguments(sys.argv[1:]))
