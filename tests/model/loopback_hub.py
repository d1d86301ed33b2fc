"""A hub on this machine alone: answers as the Hugging Face hub does, and breaks off when it is told to."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from livepitch.model.published import PublishedFile, Release

REPOSITORY = "someone/SomeRepository"


@dataclass
class Hub:
    """What the server gives, and what was asked of it."""

    content: bytes = b""
    status: int = 200
    """Of every answer, if it is an error."""
    break_after: int | None = None
    """Bytes of the body after which the connection is closed."""
    wait_after: int | None = None
    """Bytes of the body after which it waits for `go_on`."""
    bodies: int | None = None
    """After so many it answers 503: http_get goes on by itself where only the connection breaks."""
    ranges: bool = True
    endless: bool = False
    """Says no length, and goes on as long as anybody listens."""
    go_on: threading.Event = field(default_factory=threading.Event)
    asked: list[str | None] = field(default_factory=list)
    """The Range header of each request for the file."""
    headers: list[dict[str, str]] = field(default_factory=list)
    """All of each request, by names in lower case."""
    sent: list[int] = field(default_factory=list)
    """Bytes of each body."""
    cdn: str = ""
    """Another name of this machine, to which the hub redirects."""
    endpoint: str = ""
    repository: str = REPOSITORY


@contextmanager
def serving(hub: Hub) -> Iterator[Hub]:
    """The hub at `hub.endpoint` while the block runs."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            resolve = f"/{hub.repository}/resolve/main/"
            hub.headers.append({name.lower(): value for name, value in self.headers.items()})
            if hub.status != 200:
                self.send_error(hub.status)
            elif len(hub.sent) == hub.bodies:
                self.send_error(503)
            elif self.path.startswith(resolve):  # large files are redirected to another host
                self.send_response(302)
                host = f"http://{hub.cdn}:{server.server_port}" if hub.cdn else ""
                self.send_header("Location", f"{host}/cdn/{self.path.removeprefix(resolve)}")
                self.send_header("X-Repo-Commit", "0" * 40)
                self.send_header("X-Linked-ETag", f'"{hashlib.sha256(hub.content).hexdigest()}"')
                self.send_header("Content-Length", "0")
                self.end_headers()
            elif self.path.startswith("/cdn/"):
                self._send_file()
            else:
                self.send_error(404)

        def _send_file(self) -> None:
            asked = self.headers.get("Range")
            hub.asked.append(asked)
            start = int(asked.removeprefix("bytes=").rstrip("-")) if asked and hub.ranges else 0
            if start and start >= len(hub.content):
                self.send_error(416)
                return
            total = len(hub.content)
            self.send_response(206 if start else 200)
            if start:
                self.send_header("Content-Range", f"bytes {start}-{total - 1}/{total}")
            if not hub.endless:
                self.send_header("Content-Length", str(total - start))
            self.end_headers()
            self._send_body(hub.content[start:])
            while hub.endless:
                self.wfile.write(hub.content)

        def _send_body(self, body: bytes) -> None:
            if hub.wait_after is not None:
                self.wfile.write(body[: hub.wait_after])
                self.wfile.flush()
                hub.go_on.wait(60)
                body = body[hub.wait_after :]
            body = body[: hub.break_after]
            hub.sent.append(len(body))
            self.close_connection = True
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

        def handle(self) -> None:
            with suppress(ConnectionError):  # the other side has left
                super().handle()

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    hub.endpoint = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield hub
    finally:
        hub.go_on.set()
        server.shutdown()
        server.server_close()
        thread.join()


def release_of(
    content: bytes, model: str = "toy", name: str = "toy.pt", others: tuple[PublishedFile, ...] = ()
) -> Release:
    """A release whose file has this content."""
    file = PublishedFile(name, hashlib.sha256(content).hexdigest(), len(content), f"{name} of {REPOSITORY}")
    return Release(model, REPOSITORY, (file, *others), "its licence is not stated", "a toy")


def lies_in(folder: Path) -> set[str]:
    """What a person sees in the cache: not the lock."""
    return {path.name for path in folder.iterdir() if not path.name.endswith(".lock")}
