"""Sources that an engine's process can import, and that make trouble there."""

import threading

from livepitch.realtime.source import DeviceError, FileSource


class Stuck(FileSource):
    """Never done with opening."""

    def open(self, sink):
        threading.Event().wait()


class Renamed(FileSource):
    """Knows its name and rate only once it is open."""

    def __init__(self, path):
        super().__init__(path)
        self.name, self.sample_rate = "some input", 0

    def open(self, sink):
        self.name, self.sample_rate = "Headset", 16_000
        super().open(sink)


class Refused(FileSource):
    def open(self, sink):
        raise DeviceError("Headset: is in use by another program")


class OddError(Exception):
    """One that cannot be made from what it was pickled as."""

    def __init__(self, what, why):
        super().__init__(f"{what}, {why}")


class Odd(FileSource):
    def open(self, sink):
        raise OddError("broken", "on purpose")


class Bound(FileSource):
    """Cannot travel."""

    def __init__(self, path, **options):
        super().__init__(path, **options)
        self.lock = threading.Lock()
