"""What mkdocs is told beside mkdocs.yml: pages that lie outside docs/, and links that leave the site.

The model card, the training record and the changelog stand where a reader of the repository looks for them. In the site
they are pages too, under the names below. A link to a file of the source becomes the file's path: the site has no place
to show it.
"""

from __future__ import annotations

import atexit
import posixpath
import re
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from mkdocs.plugins import event_priority

if TYPE_CHECKING:
    from mkdocs.config.defaults import MkDocsConfig
    from mkdocs.structure.files import Files
    from mkdocs.structure.pages import Page

ROOT = Path(__file__).resolve().parents[1]
OUTSIDE = {
    "CHANGELOG.md": "changelog.md",
    "LICENSE-REASON.md": "why-gpl.md",
    "model/checkpoints/README.md": "model-card.md",
    "training/README.md": "training.md",
}
SAME = {"model/checkpoints": "model-card.md", "README.md": "index.md"}
LINK = re.compile(r"(?P<picture>!?)\[(?P<text>[^\]]*)\]\((?P<to>[^)\s#]*)(?P<anchor>#[^)]*)?\)")
PICTURE = re.compile(r'(?P<before>(?:src|srcset)=")(?P<to>[^"]+)')


@event_priority(100)  # before mkdocstrings reads its settings
def on_config(config: MkDocsConfig) -> None:
    """Let the reference find the package under its name: the repository's root is the package itself."""
    package = Path(tempfile.mkdtemp(prefix="livepitch-site-")) / "livepitch"
    atexit.register(shutil.rmtree, package.parent)
    package.mkdir()
    (package / "__init__.py").symlink_to(ROOT / "__init__.py")
    for name in ("model", "practice", "realtime", "export", "outputs", "batch"):
        (package / name).symlink_to(ROOT / name)
    config.plugins["mkdocstrings"].config.handlers["python"]["paths"] = [str(package.parent)]


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the pages from outside."""
    from mkdocs.structure.files import File

    for source, name in OUTSIDE.items():
        files.append(File.generated(config, name, content=(ROOT / source).read_text(encoding="utf-8")))
    return files


def on_page_markdown(markdown: str, page: Page, config: MkDocsConfig, files: Files) -> str:
    """Turn links as they hold in the repository into links of the site."""
    names = {name: source for source, name in OUTSIDE.items()}
    source = names.get(page.file.src_uri, f"docs/{page.file.src_uri}")
    here = posixpath.dirname(page.file.src_uri)

    def linked(found: re.Match[str]) -> str:
        to = found["to"]
        if not to or ":" in to:
            return found[0]
        target = posixpath.normpath(posixpath.join(posixpath.dirname(source), to))
        inside = OUTSIDE.get(target) or SAME.get(target)
        if inside is None and target.startswith("docs/"):
            inside = target.removeprefix("docs/")
        if inside is None:
            return f"`{target}`" if found["text"].strip("`") == target else f"{found['text']} (`{target}`)"
        return f"{found['picture']}[{found['text']}]({posixpath.relpath(inside, here or '.')}{found['anchor'] or ''})"

    return LINK.sub(linked, markdown)
