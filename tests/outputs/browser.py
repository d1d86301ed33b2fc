"""A headless Chromium, driven over a pair of pipes by its DevTools protocol: no port, no driver."""

from __future__ import annotations

import base64
import io
import json
import os
import shutil
import subprocess
import time
from pathlib import Path
from types import TracebackType
from typing import Any

import numpy as np
from matplotlib import image
from numpy.typing import NDArray

CHROMIUM = next(filter(None, map(shutil.which, ("chromium-headless-shell", "chromium", "google-chrome"))), None)
FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync",
    "--disable-background-networking", "--disable-component-update", "--disable-extensions", "--hide-scrollbars",
    "--disable-dev-shm-usage", "--force-color-profile=srgb", "--remote-debugging-pipe",
)  # fmt: skip
PATIENCE = 60.0  # s


class Browser:
    """One page of one browser."""

    def __init__(self, folder: Path) -> None:
        """folder: an empty one, for its profile."""
        assert CHROMIUM is not None
        ours, self._write = os.pipe()
        self._read, theirs = os.pipe()
        # It reads commands from its descriptor 3 and answers on 4.
        self._child = subprocess.Popen(
            ["bash", "-c", f'exec "$0" "$@" 3<&{ours} 4>&{theirs}', CHROMIUM, *FLAGS, f"--user-data-dir={folder}"],
            pass_fds=(ours, theirs), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        os.close(ours)
        os.close(theirs)
        self._answers = os.fdopen(self._read, "rb")
        self._asked = 0
        self._session: str | None = None
        page = self.ask("Target.createTarget", url="about:blank")["targetId"]
        self._session = self.ask("Target.attachToTarget", targetId=page, flatten=True)["sessionId"]

    def ask(self, method: str, **parameters: Any) -> dict[str, Any]:
        self._asked += 1
        question = {"id": self._asked, "method": method, "params": parameters}
        if self._session is not None:
            question["sessionId"] = self._session
        os.write(self._write, json.dumps(question).encode() + b"\0")
        while True:
            answer = json.loads(self._next())
            if answer.get("id") == self._asked:
                assert "error" not in answer, answer["error"]
                return dict(answer["result"])

    def _next(self) -> bytes:
        told = bytearray()
        while (sign := self._answers.read(1)) != b"\0":
            assert sign, "the browser has gone"
            told += sign
        return bytes(told)

    def show(self, address: str, width: int = 800, height: int = 450, scheme: str = "dark") -> None:
        self.ask("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False)
        self.ask("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])
        self.ask("Page.navigate", url=address)
        self.wait("document.readyState === 'complete'")

    def evaluate(self, expression: str) -> Any:
        done = self.ask("Runtime.evaluate", expression=expression, awaitPromise=True, returnByValue=True)
        assert "exceptionDetails" not in done, done["exceptionDetails"]
        return done["result"].get("value")

    def wait(self, expression: str) -> None:
        """Until it is true in the page."""
        end = time.monotonic() + PATIENCE
        while not self.evaluate(expression):
            assert time.monotonic() < end, f"never came true: {expression}"
            time.sleep(0.02)

    def png(self, transparent: bool = False) -> bytes:
        """A screenshot; on nothing at all instead of white if transparent."""
        ground = {"color": {"r": 0, "g": 0, "b": 0, "a": 0}} if transparent else {}
        self.ask("Emulation.setDefaultBackgroundColorOverride", **ground)
        return base64.b64decode(self.ask("Page.captureScreenshot", format="png")["data"])

    def picture(self, transparent: bool = False) -> NDArray[np.float32]:
        """(height, width, 3 or 4), 0..1."""
        return np.asarray(image.imread(io.BytesIO(self.png(transparent)), format="png"), np.float32)

    def __enter__(self) -> Browser:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        os.close(self._write)  # it ends with the pipe
        self._answers.close()
        try:
            self._child.wait(10)
        except subprocess.TimeoutExpired:
            self._child.kill()
            self._child.wait()
