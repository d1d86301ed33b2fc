"""The colours of the trace, as people with and without a colour deficiency see them."""

from itertools import combinations

import numpy as np
import pytest
from PyQt6.QtGui import QColor

from livepitch.gui.look.palettes import CONTRAST, PALETTES, SAFE, TRAFFIC
from livepitch.gui.look.theme import DARK, LIGHT

# Machado, Oliveira, Fernandes 2009, full severity, on linear RGB.
SIGHT = {
    "normal": np.eye(3),
    "protanopia": np.array(
        [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]]
    ),
    "deuteranopia": np.array(
        [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]]
    ),
    "tritanopia": np.array(
        [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]]
    ),
}
TO_XYZ = np.array(
    [[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750], [0.0193339, 0.1191920, 0.9503041]]
)
WHITE = np.array([0.95047, 1.0, 1.08883])
APART = 20.0  # CIEDE2000; 2 can be seen side by side, 10 at a glance
CONTRAST_RATIO = 3.0  # of lines with their ground, as WCAG 2.2 asks of graphics


def linear(colour):
    value = np.array(QColor(colour).getRgbF()[:3])
    return np.where(value <= 0.04045, value / 12.92, ((value + 0.055) / 1.055) ** 2.4)


def seen(colour, sight):
    """CIELAB of a colour."""
    xyz = TO_XYZ @ np.clip(SIGHT[sight] @ linear(colour), 0, 1) / WHITE
    f = np.where(xyz > 216 / 24389, np.cbrt(xyz), (24389 / 27 * xyz + 16) / 116)
    return 116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])


def difference(one, other):
    """CIEDE2000 of two CIELAB colours (Sharma, Wu, Dalal 2005)."""
    (l1, a1, b1), (l2, a2, b2) = one, other
    mean = (np.hypot(a1, b1) + np.hypot(a2, b2)) / 2
    stretch = 1.5 - 0.5 * np.sqrt(mean**7 / (mean**7 + 25.0**7))
    c1, c2 = np.hypot(stretch * a1, b1), np.hypot(stretch * a2, b2)
    h1, h2 = (np.degrees(np.arctan2(b, stretch * a)) % 360 for a, b in ((a1, b1), (a2, b2)))
    turn = (h2 - h1 + 180) % 360 - 180 if c1 * c2 else 0.0
    hue = 2 * np.sqrt(c1 * c2) * np.sin(np.radians(turn / 2))
    light, chroma, middle = (l1 + l2) / 2, (c1 + c2) / 2, (h1 + turn / 2) % 360
    shape = 1 - 0.17 * np.cos(np.radians(middle - 30)) + 0.24 * np.cos(np.radians(2 * middle))
    shape += 0.32 * np.cos(np.radians(3 * middle + 6)) - 0.2 * np.cos(np.radians(4 * middle - 63))
    dl = (l2 - l1) / (1 + 0.015 * (light - 50) ** 2 / np.sqrt(20 + (light - 50) ** 2))
    dc = (c2 - c1) / (1 + 0.045 * chroma)
    dh = hue / (1 + 0.015 * chroma * shape)
    twist = np.sin(np.radians(60 * np.exp(-(((middle - 275) / 25) ** 2))))
    turned = -2 * np.sqrt(chroma**7 / (chroma**7 + 25.0**7)) * twist
    return float(np.sqrt(dl**2 + dc**2 + dh**2 + turned * dc * dh))


def test_the_measure_is_right():
    """The first and another pair of the paper's own table."""
    assert difference((50.0, 2.6772, -79.7751), (50.0, 0.0, -82.7485)) == pytest.approx(2.0425, abs=1e-4)
    assert difference((60.2574, -34.0099, 36.2677), (60.4626, -34.1751, 39.4387)) == pytest.approx(1.2644, abs=1e-4)


def grounds(theme):
    return theme.row, theme.row_black


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize("sight", SIGHT)
@pytest.mark.parametrize("palette", [SAFE, CONTRAST], ids=lambda palette: palette.name)
def test_everyone_tells_the_bands_apart_and_sees_them_on_their_ground(palette, sight, theme):
    bands = [seen(colour, sight) for colour in (palette.dark if theme.dark else palette.light)]
    assert min(difference(one, other) for one, other in combinations(bands, 2)) >= APART
    assert min(difference(band, seen(ground, sight)) for band in bands for ground in grounds(theme)) >= APART


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
def test_traffic_lights_are_told_apart_by_most_and_not_by_all(theme):
    colours = TRAFFIC.dark if theme.dark else TRAFFIC.light
    apart = {
        sight: min(difference(seen(a, sight), seen(b, sight)) for a, b in combinations(colours, 2)) for sight in SIGHT
    }
    assert apart["normal"] >= APART
    assert apart["deuteranopia"] < APART, "then it need not be warned of"


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize("palette", PALETTES.values(), ids=lambda palette: palette.name)
def test_lines_stand_out_from_their_ground(palette, theme):
    luminance = np.array([0.2126, 0.7152, 0.0722])
    for colour in palette.dark if theme.dark else palette.light:
        for ground in grounds(theme):
            dim, bright = sorted((float(linear(colour) @ luminance), float(linear(ground) @ luminance)))
            assert (bright + 0.05) / (dim + 0.05) >= CONTRAST_RATIO, (colour, ground)


def test_the_first_choice_is_the_one_for_everyone(window):
    assert window.looks.remember()["palette"] == next(iter(PALETTES)) == "safe"


@pytest.mark.parametrize(("name", "theme"), [("light", LIGHT), ("dark", DARK)])
def test_a_palette_colours_the_trace_in_both_themes(running, studio, tone, name, theme):
    running.looks.choose_theme(name)
    studio.stream.ready = tone(440.0, 7.0)
    running.listening.tick()
    for key, palette in zip("321", reversed(PALETTES.values()), strict=True):
        trigger(running, f"Ctrl+Shift+{key}")
        wanted = QColor(palette.dark[0] if theme.dark else palette.light[0])
        assert wanted.rgb() in colours_of(running.stage.view), palette.name
        assert running.stage.legend.grab().toImage().pixelColor(15, 8) == wanted


def colours_of(view):
    image = view.grab().toImage()
    middle = image.width() // 2
    return {image.pixel(middle, y) for y in range(image.height())}


def trigger(window, keys):
    next(action for action in window.actions() if action.shortcut().toString() == keys).trigger()
