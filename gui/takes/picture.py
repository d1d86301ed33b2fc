"""The picture of the voice as a file."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PyQt6.QtCore import QBuffer, QByteArray, QIODevice, QRectF, QSize
from PyQt6.QtGui import QImage, QPainter
from PyQt6.QtSvg import QSvgGenerator

from ...model.replacement import replacement
from ..plot.pitch_view import PitchView

PICTURES = {"png": "Picture, PNG", "svg": "Drawing, SVG"}
LARGER = 2  # times as many pixels in a PNG


def draw_picture(view: PitchView, path: Path) -> Callable[[], None]:
    """Draw what is on screen, now; what comes back writes the file, on any thread.

    ValueError for a name that ends in neither .png nor .svg; OSError from writing.
    """
    ending = path.suffix.lower()
    if ending not in (".png", ".svg"):
        raise ValueError(f"{path.name}: a picture can end in .png or .svg; choose one of these")
    made = _png(view) if ending == ".png" else _svg(view)
    return lambda: _write(path, made)


def _svg(view: PitchView) -> Callable[[], bytes]:
    data = QByteArray()
    buffer = QBuffer(data)
    generator = QSvgGenerator()
    generator.setOutputDevice(buffer)
    generator.setSize(view.size())
    generator.setViewBox(QRectF(view.rect()))
    generator.setTitle("Pitch over time")
    painter = QPainter(generator)
    view.paint_vector(painter, QRectF(view.rect()))
    painter.end()
    return data.data


def _png(view: PitchView) -> Callable[[], bytes]:
    image = QImage(QSize(LARGER * view.width(), LARGER * view.height()), QImage.Format.Format_RGB32)
    image.setDevicePixelRatio(LARGER)
    painter = QPainter(image)
    view.paint_vector(painter, QRectF(view.rect()))
    painter.end()

    def data() -> bytes:
        made = QByteArray()
        buffer = QBuffer(made)
        buffer.open(QIODevice.OpenModeFlag.WriteOnly)
        image.save(buffer, "PNG")
        return made.data()

    return data


def _write(path: Path, made: Callable[[], bytes]) -> None:
    try:
        with replacement(path) as partial:
            partial.write_bytes(made())
    except OSError as error:
        raise OSError(f"{path}: cannot be written ({error.strerror}); choose another folder") from error
