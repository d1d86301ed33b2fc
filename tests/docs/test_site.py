"""The site builds without a warning, nothing in it leads nowhere, and nothing in it comes from elsewhere."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urldefrag, urlparse

import pytest

from tests.docs.pages import ROOT, outside, pages

LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
PICTURE = re.compile(r'(?:src|srcset)="([^"]+)"')
ROOMS = {path.name for path in ROOT.iterdir() if path.is_dir()}
LOADED = {"script": "src", "img": "src", "source": "srcset", "iframe": "src", "link": "href"}


class Read(HTMLParser):
    """What a page of the site holds: places to go to, places to be gone to, and what it loads."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.ids: set[str] = set()
        self.links: list[str] = []
        self.loads: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.ids |= {value for name, value in attrs if name in ("id", "name") and value}
        if tag == "a" and given.get("href"):
            self.links.append(str(given["href"]))
        if tag in LOADED and given.get(LOADED[tag]) and given.get("rel") not in ("canonical", "next", "prev"):
            self.loads.append(str(given[LOADED[tag]]))


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    pytest.importorskip("mkdocs", reason="the documentation is built with livepitch[docs]")
    folder = tmp_path_factory.mktemp("site")
    built = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", str(folder)],
        cwd=ROOT,
        env={**os.environ, "NO_MKDOCS_2_WARNING": "1"},
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    assert built.returncode == 0, built.stdout + built.stderr
    return folder


@pytest.fixture(scope="module")
def read(site: Path) -> dict[Path, Read]:
    return {path: Read(path.read_text(encoding="utf-8")) for path in site.rglob("*.html")}


def test_no_link_of_the_site_leads_nowhere(site: Path, read: dict[Path, Read]) -> None:
    followed = 0
    for path, page in read.items():
        if path.name == "404.html":  # shown for any address: its links begin at the site's root
            continue
        for link in (*page.links, *page.loads):
            if urlparse(link).scheme or link.startswith("//"):
                continue
            to, anchor = urldefrag(unquote(link))
            target = (path.parent / to).resolve() if to else path
            target = target / "index.html" if target.is_dir() else target
            assert target.is_file(), f"{path.name}: {link}"
            if anchor and target in read and target.name not in ("404.html",):
                assert anchor in read[target].ids | {"only-light", "only-dark", "__codelineno"}, f"{path.name}: {link}"
            followed += 1
    assert followed > 1000


def test_the_site_loads_nothing_from_elsewhere(site: Path, read: dict[Path, Read]) -> None:
    for path, page in read.items():
        assert not [each for each in page.loads if urlparse(each).scheme or each.startswith("//")], path.name
    for sheet in site.rglob("*.css"):
        assert not re.findall(r"url\(['\"]?https?:", sheet.read_text(encoding="utf-8")), sheet.name


def test_every_page_is_in_the_contents(site: Path, read: dict[Path, Read]) -> None:
    contents = {(site / urldefrag(link)[0]).resolve() for link in read[site / "index.html"].links if "://" not in link}
    listed = {path for path in read if path.name not in ("404.html", "index.html")}
    assert listed <= contents, sorted(path.name for path in listed - contents)
    assert {f"{Path(page).stem}.html" for page in pages() if page.startswith("docs/")} <= {path.name for path in read}


def test_every_public_name_stands_in_the_reference(site: Path, read: dict[Path, Read]) -> None:
    import livepitch

    named = {each.removeprefix("livepitch.") for each in read[site / "reference.html"].ids}
    assert {name for name in livepitch.__all__ if not name.startswith("_")} <= named


@pytest.mark.parametrize("page", [*pages(), "CHANGELOG.md", "LICENSE-REASON.md"])
def test_no_link_of_a_page_in_the_repository_leads_nowhere(page: str) -> None:
    """As a reader of the files follows them, without the site."""
    text = re.sub(r"`[^`\n]*`", "", outside((ROOT / page).read_text(encoding="utf-8")))
    for link in (*LINK.findall(text), *PICTURE.findall(text)):
        if urlparse(link).scheme:
            continue
        to, anchor = urldefrag(link)
        target = (ROOT / page).parent / to if to else ROOT / page
        assert target.exists(), f"{page}: {link}"
        if anchor and target.suffix == ".md":
            assert anchor in anchors(target), f"{page}: {link}"


@pytest.mark.parametrize("page", pages())
def test_every_file_of_the_source_that_a_page_names_is_there(page: str) -> None:
    text = outside((ROOT / page).read_text(encoding="utf-8"))
    for name in re.findall(r"`((?:[a-z_]+/)+[\w-]+\.(?:py|md|npz|safetensors|txt|toml))`", text):
        folders = [ROOT, (ROOT / page).parent]
        assert any((folder / name).exists() for folder in folders) or name.split("/")[0] not in ROOMS, f"{page}: {name}"


def anchors(path: Path) -> set[str]:
    """Where a page's headings can be gone to."""
    headings = re.findall(r"^#+ (.+)$", outside(path.read_text(encoding="utf-8")), re.MULTILINE)
    plain = [re.sub(r"[^\w\s-]", "", heading.lower()).strip() for heading in headings]
    return {re.sub(r"[\s]", "-", heading) for heading in plain} | {re.sub(r"[\s-]+", "-", each) for each in plain}
