"""What the networks are trained to minimise, and how well they do it."""

from __future__ import annotations

import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor

from livepitch.model.config import N_BINS
from livepitch.model.convert import CENTS_PER_BIN, FIRST_BIN_CENTS

from .causal import Causal, salience
from .mixing import Batch
from .voices import UNVOICED, VOICED, has_pitch

SIGMA = 25.0  # cents, width of the target round the true pitch
POSITIVE_WEIGHT = 5.0  # of bins that carry the pitch, against the many that do not
PITCH_WEIGHT = 2.0  # of the pitch among the bins, against the salience's own loss


def bins(f0: Tensor) -> Tensor:
    """Fractional salience bin of f0 in Hz; meaningless where f0 is 0."""
    return (1200 * (f0.clamp(min=10.0) / 10.0).log2() - FIRST_BIN_CENTS) / CENTS_PER_BIN


def target(f0: Tensor) -> Tensor:
    """Gaussian of 25 cents, peak 1, round each f0: (B, T) -> (B, T, 360)."""
    distance = torch.arange(N_BINS, device=f0.device) - bins(f0).unsqueeze(-1)
    return torch.exp(-0.5 * (distance * CENTS_PER_BIN / SIGMA) ** 2)


def causal_loss(output: tuple[Tensor, Tensor], batch: Batch) -> Tensor:
    """Cross-entropy of the pitch where it is known, plus binary cross-entropy of voicing where that is."""
    pitch, voicing = (x.float() for x in output)
    voiced = batch.state == VOICED
    known = voiced | (batch.state == UNVOICED)
    voicing_loss = F.binary_cross_entropy_with_logits(voicing, voiced.float(), reduction="none")
    return pitch_loss(pitch, batch) + 2.0 * (voicing_loss * known).sum() / known.sum().clamp(min=1)


def pitch_loss(logits: Tensor, batch: Batch) -> Tensor:
    """Cross-entropy of logits (B, T, 360) against the pitch, where that is known, voiced or not."""
    pitched = has_pitch(batch.state)
    wanted = target(batch.f0)
    wanted = wanted / wanted.sum(-1, keepdim=True).clamp(min=1e-6)
    cross = -(wanted * logits.log_softmax(-1)).sum(-1)
    return (cross * pitched).sum() / pitched.sum().clamp(min=1)


def salience_loss(logits: Tensor, batch: Batch) -> Tensor:
    """Weighted binary cross-entropy of the salience, as RMVPE is trained, plus that of the pitch among the bins.

    Frames in which only the pitch is known teach the second alone: which bin is highest, not how high it is.
    """
    known = (batch.state == VOICED) | (batch.state == UNVOICED)
    wanted = target(batch.f0) * (batch.state == VOICED).unsqueeze(-1)
    weight = 1.0 + (POSITIVE_WEIGHT - 1.0) * (wanted > 0.1)
    loss = F.binary_cross_entropy_with_logits(logits.float(), wanted, weight, reduction="none").sum(-1)
    return (loss * known).sum() / known.sum().clamp(min=1) + PITCH_WEIGHT * pitch_loss(logits.float(), batch)


def saliences(network: torch.nn.Module, mel: Tensor) -> Tensor:
    """Salience (B, T, 360) of either network."""
    output = network(mel)
    return salience(*output) if isinstance(network, Causal) else torch.sigmoid(output)


def decoded(values: Tensor) -> tuple[Tensor, Tensor]:
    """Pitch in fractional bins by the local weighted average of nine, and confidence: (B, T) each."""
    confidence, peak = values.max(-1)
    around = peak.unsqueeze(-1) + torch.arange(-4, 5, device=values.device)
    inside = (around >= 0) & (around < N_BINS)
    weights = values.gather(-1, around.clamp(0, N_BINS - 1)) * inside
    return (weights * around).sum(-1) / weights.sum(-1).clamp(min=1e-9), confidence


class Score:
    """Adds up accuracy over batches: raw pitch accuracy, and voicing at every threshold."""

    thresholds = tuple(i / 20 for i in range(1, 20))

    def __init__(self) -> None:
        self.right = self.octave = self.voiced = self.unvoiced = 0
        self.error = 0.0
        self.hits = {t: [0, 0, 0] for t in self.thresholds}  # right and voiced, voiced recalled, false alarms

    def add(self, values: Tensor, batch: Batch) -> None:
        """Counts one batch's salience against its labels."""
        pitch, confidence = decoded(values)
        cents = CENTS_PER_BIN * (pitch - bins(batch.f0))
        voiced, unvoiced = batch.state == VOICED, batch.state == 0
        right = voiced & (cents.abs() < 50)
        self.voiced += int(voiced.sum())
        self.unvoiced += int(unvoiced.sum())
        self.right += int(right.sum())
        self.octave += int((voiced & ((cents.abs() - 1200).abs() < 50)).sum())
        self.error += float((cents.abs() * right).sum())
        for t, hit in self.hits.items():
            on = confidence >= t
            for i, part in enumerate((right & on, voiced & on, unvoiced & on)):
                hit[i] += int(part.sum())

    def overall(self, threshold: float) -> float:
        """Overall accuracy at a threshold, 0..1."""
        right, _, alarms = self.hits[threshold]
        return (right + self.unvoiced - alarms) / max(1, self.voiced + self.unvoiced)

    def best_threshold(self) -> float:
        """The threshold of the highest overall accuracy."""
        return max(self.thresholds, key=self.overall)

    def report(self) -> dict[str, float]:
        """Figures in per cent, at the best threshold."""
        best = self.best_threshold()
        _, recalled, alarms = self.hits[best]
        voiced = max(1, self.voiced)
        return {
            "rpa": 100 * self.right / voiced,
            "octave_errors": 100 * self.octave / voiced,
            "mean_cents": self.error / max(1, self.right),
            "threshold": best,
            "oa": 100 * self.overall(best),
            "vr": 100 * recalled / voiced,
            "vfa": 100 * alarms / max(1, self.unvoiced),
        }
