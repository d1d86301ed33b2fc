"""What several of these tests send to."""

from collections.abc import Iterator

import pytest

from livepitch.outputs.websocket import WebSocketOutput


@pytest.fixture
def output() -> Iterator[WebSocketOutput]:
    """A page on a port that is free."""
    output = WebSocketOutput("0")
    output.open()
    yield output
    output.close()
