"""Makes an app's icon of livepitch.svg, every size drawn anew: python packaging/macos/icon.py livepitch.icns"""

import io
import os
import sys
from pathlib import Path

from PIL import Image
from PyQt6.QtCore import QBuffer, QIODevice
from PyQt6.QtGui import QGuiApplication, QImage, QPainter
from PyQt6.QtSvg import QSvgRenderer

HERE = Path(__file__).parent
SIZES = (16, 32, 64, 128, 256, 512, 1024)  # pixels


def drawn(svg: Path, size: int) -> Image.Image:
    """A square picture, `size` pixels wide, transparent where nothing is drawn."""
    picture = QImage(size, size, QImage.Format.Format_ARGB32)
    picture.fill(0)
    painter = QPainter(picture)
    QSvgRenderer(str(svg)).render(painter)
    painter.end()
    png = QBuffer()
    png.open(QIODevice.OpenModeFlag.WriteOnly)
    picture.save(png, "PNG")
    return Image.open(io.BytesIO(png.data().data()))


if __name__ == "__main__":
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    app = QGuiApplication([])
    *smaller, largest = [drawn(HERE / "livepitch.svg", size) for size in SIZES]
    largest.save(sys.argv[1], append_images=smaller)
