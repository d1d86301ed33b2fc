"""The facts of the stream in one line at the bottom of the window."""

from __future__ import annotations

from PyQt6.QtGui import QResizeEvent
from PyQt6.QtWidgets import QLabel, QStatusBar

from .look.wording import latency_text, rate_text, skipped_text, xruns_text
from .sound.transport import Stream

TIPS = {
    "device": "The input that is listened to",
    "rate": "Samples per second that the input delivers; tuned: in the blocks that `livepitch tune` found best",
    "model": "The network that finds the pitch",
    "sending": "What is sent to other programs (Ctrl+Shift+G)",
    "latency": "Median time from a sound at the input to its pitch. The algorithmic part is the sound that "
    "the model must hear beyond a moment to judge it; no faster computer can shorten it.",
    "xruns": "How often the sound card lost input because the computer was busy",
    "skipped": "Sound that was left out so that the picture keeps up with the voice",
}

GAP, PADDING = 8, 28  # px between two figures; around one


class StatusLine(QStatusBar):
    """Device, rate, model and where it is sent at the left; latency, xruns and skipped audio at the right."""

    def __init__(self) -> None:
        super().__init__()
        self.setSizeGripEnabled(False)
        self._sending = "", ""
        self.labels = {name: QLabel() for name in TIPS}
        for name, label in self.labels.items():
            label.setToolTip(TIPS[name])
            label.hide()  # until there is something to say
            if name in ("device", "rate", "model", "sending"):
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

    def show_sending(self, text: str, short: str, trouble: str) -> None:
        """Show what is sent to other programs, in short where there is no room, and why some of it is not."""
        self._sending = text, short
        self.labels["sending"].setToolTip("\n".join(filter(None, (text, trouble, TIPS["sending"]))))
        self._fit()

    def resizeEvent(self, event: QResizeEvent | None) -> None:  # noqa: N802
        """Use the room that there is now."""
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        text, short = self._sending
        label = self.labels["sending"]
        others = [each for each in self.labels.values() if each is not label and each.text()]
        room = self.width() - sum(each.sizeHint().width() + GAP for each in others) - PADDING
        self._write(sending=text if label.fontMetrics().horizontalAdvance(text) < room else short)
        if text:
            label.setAccessibleName(text)

    def _write(self, **texts: str) -> None:
        for name, text in texts.items():
            label = self.labels[name]
            if label.text() != text:
                label.setText(text)
                label.setAccessibleName(text)
                label.setVisible(bool(text))
