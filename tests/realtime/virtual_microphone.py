"""A microphone without hardware: a PulseAudio daemon of our own, whose null sink is heard by its monitor."""

import ctypes.util
import os
import shutil
import subprocess
import tempfile
import time
from pathlib import Path

PACKAGES = "libportaudio2 libasound2-plugins pulseaudio pulseaudio-utils"
DEVICE = "pulse"  # what PortAudio calls the sound server


def skip_unless_installed():
    """Skip the test where the programs are missing; `./test` installs them where it may."""
    programs = [name for name in ("pulseaudio", "pactl", "paplay") if shutil.which(name) is None]
    libraries = [name for name in ("portaudio", "asound") if ctypes.util.find_library(name) is None]
    if programs or libraries:
        import pytest  # benchmarks, which have no pytest, use the rest of this

        pytest.skip(f"{', '.join(programs + libraries)} missing; needs the Debian packages {PACKAGES}")


class VirtualMicrophone:
    """While open, `play` is heard by PortAudio's device `pulse` of this process, sample for sample."""

    def __init__(self, sample_rate):
        self.sample_rate = sample_rate

    def __enter__(self):
        # A short path: a socket's may have 107 characters at most.
        self._folder = Path(tempfile.mkdtemp(prefix="livepitch-"))
        socket = self._folder / "socket"
        self._before = dict(os.environ)
        # libpulse, inside this process too, finds its server and its files by these.
        os.environ |= {
            "PULSE_SERVER": f"unix:{socket}",
            "PULSE_RUNTIME_PATH": str(self._folder / "runtime"),
            "PULSE_STATE_PATH": str(self._folder / "state"),
            "XDG_CONFIG_HOME": str(self._folder / "config"),
            "XDG_RUNTIME_DIR": str(self._folder),
        }
        os.environ.pop("PULSE_SOURCE", None)
        options = ["-n", "--daemonize=no", "--use-pid-file=no", "--exit-idle-time=-1", "--disallow-exit"]
        modules = [
            f"module-native-protocol-unix auth-anonymous=1 socket={socket}",
            f"module-null-sink sink_name=virt rate={self.sample_rate} channels=1 format=s16le",
        ]
        with (self._folder / "log").open("w") as log:
            command = ["pulseaudio", *options, *(part for module in modules for part in ("-L", module))]
            self._daemon = subprocess.Popen(command, stdout=log, stderr=log)
        try:
            self._wait_for_server()
            subprocess.run(["pactl", "set-default-sink", "virt"], check=True, capture_output=True)
            subprocess.run(["pactl", "set-default-source", "virt.monitor"], check=True, capture_output=True)
        except BaseException:
            self.__exit__()
            raise
        return self

    def _wait_for_server(self):
        limit = time.monotonic() + 30
        while subprocess.run(["pactl", "info"], capture_output=True, check=False).returncode:
            log = (self._folder / "log").read_text()
            assert self._daemon.poll() is None, f"pulseaudio ended at once: {log}"
            assert time.monotonic() < limit, f"pulseaudio does not answer: {log}"
            time.sleep(0.1)

    def play(self, wav):
        """Start to play a file of the sink's rate; the process that does, to be waited for."""
        # A long buffer on the playing side: a busy machine must not tear the sound before it is recorded.
        return subprocess.Popen(["paplay", "--latency-msec=2000", "--device=virt", str(wav)])

    def __exit__(self, *_):
        self._daemon.terminate()
        self._daemon.wait(30)
        os.environ.clear()
        os.environ.update(self._before)
        shutil.rmtree(self._folder, ignore_errors=True)
