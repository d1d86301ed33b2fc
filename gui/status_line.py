"""The facts of the stream in one line at the bottom of the window."""

from __future__ import annotations

from PyQt6.QtWidgets import QLabel, QStatusBar

from .look.wording import latency_text, rate_text, skipped_text, xruns_text
from .sound.transport import Stream

TIPS = {
    "device": "The input that is listened to",
    "rate": "Samples per second that the input delivers; tuned: in the blocks that `livepitch tune` found best",
    "model": "The network that finds the pitch",
    "latency": "Median time from a sound at the input to its pitch. The algorithmic part is the sound that "
    "the model must hear beyond a moment to judge it; no faster computer can shorten it.",
    "xruns": "How often the sound card lost input because the computer was busy",
    "skipped": "Sound that was left out so that the picture keeps up with the voice",
}


class StatusLine(QStatusBar):
    """Device, rate and model at the left; latency, xruns and skipped audio at the right."""

    def __init__(self) -> None:
        super().__init__()
        self.setSizeGripEnabled(False)
        self.labels = {name: QLabel() for name in TIPS}
        for name, label in self.labels.items():
            label.setToolTip(TIPS[name])
            if name in ("device", "rate", "model"):
                self.addWidget(label)
            else:
                self.addPermanentWidget(label)

    def show_choice(self, device: str, model: str) -> None:
        """Show what is chosen, before anything is known of the stream."""
        self._write(device=device, model=f"model {model}")

    def show_stream(self, stream: Stream, device: str) -> None:
        """Show a running stream's figures, and the name of the device that it opened."""
        stats, rate = stream.stats, stream.sample_rate
        self._write(
            device=device,
            rate=rate_text(rate) + (", tuned" if stream.tuned else "") if rate else "",
            latency=latency_text(stats, stream.latency),
            xruns=xruns_text(stats),
            skipped=skipped_text(stats, rate),
        )

    def _write(self, **texts: str) -> None:
        for name, text in texts.items():
            label = self.labels[name]
            if label.text() != text:
                label.setText(text)
                label.setAccessibleName(text)
                label.setVisible(bool(text))
