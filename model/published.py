"""Checkpoints that other people publish: where they lie, which files they are, where ours are kept."""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path

CACHE_VARIABLE = "LIVEPITCH_CACHE"
ENDPOINT_VARIABLE = "HF_ENDPOINT"  # the one that huggingface_hub reads: a mirror serves both
DEFAULT_ENDPOINT = "https://huggingface.co"
CHUNK = 1 << 20  # bytes read at once for a checksum


@dataclass(frozen=True)
class PublishedFile:
    """A file that can be told by its SHA-256."""

    name: str
    sha256: str
    size: int
    """Bytes."""
    about: str


@dataclass(frozen=True)
class Release:
    """A model that is fetched on request; its first file is the one that is fetched."""

    model: str
    repository: str
    """On the Hugging Face hub."""
    files: tuple[PublishedFile, ...]
    licence: str
    """One line for the person who fetches it."""
    description: str

    def address(self) -> str:
        """URL of the first file, at the mirror that `HF_ENDPOINT` names if there is one."""
        endpoint = os.environ.get(ENDPOINT_VARIABLE, "").strip().rstrip("/") or DEFAULT_ENDPOINT
        from huggingface_hub import hf_hub_url

        return hf_hub_url(self.repository, self.files[0].name, endpoint=endpoint)

    def fetched(self, folder: Path) -> Path | None:
        """The file of this release that lies in `folder`, unchecked."""
        names = dict.fromkeys(file.name for file in self.files)
        return next((folder / name for name in names if (folder / name).is_file()), None)

    def identify(self, path: Path) -> PublishedFile | None:
        """Which of the files `path` is.

        Raises:
            OSError: it cannot be read.
        """
        size = path.stat().st_size
        candidates = [file for file in self.files if file.size == size]
        digest = sha256(path) if candidates else ""
        return next((file for file in candidates if file.sha256 == digest), None)


RMVPE = Release(
    model="rmvpe",
    repository="lj1995/VoiceConversionWebUI",
    files=(
        PublishedFile(
            "rmvpe.pt",
            "6d62215f4306e3ca278246188607209f09af3dc77ed4232efdd069798c4ec193",
            181_184_272,
            "rmvpe.pt of lj1995/VoiceConversionWebUI, as RVC and Applio use it",
        ),
        PublishedFile(
            "rmvpe.pt",
            "a5ed4719f59085d1affc5d81354c70828c740584f2d24e782523345a6a278962",
            181_189_687,
            "the other rmvpe.pt in circulation",
        ),
        PublishedFile(
            "rmvpe.onnx",
            "5370e71ac80af8b4b7c793d27efd51fd8bf962de3a7ede0766dac0befa3660fd",
            361_688_443,
            "rmvpe.onnx of lj1995/VoiceConversionWebUI",
        ),
    ),
    licence="no licence is stated for this checkpoint; whether you may use it is for you to judge",
    description="RMVPE as published, 90 M parameters; sees the whole file, or windows when live",
)
RELEASES = {RMVPE.model: RMVPE}


def cache_folder() -> Path:
    """Where fetched checkpoints lie: `LIVEPITCH_CACHE`, or livepitch's folder among the user's caches."""
    chosen = os.environ.get(CACHE_VARIABLE)
    if chosen:
        return Path(chosen).expanduser()
    from platformdirs import user_cache_path

    return user_cache_path("livepitch")


def sha256(path: Path) -> str:
    """The checksum of a file, in hexadecimal."""
    digest = hashlib.sha256()
    with open(path, "rb") as file:
        while piece := file.read(CHUNK):
            digest.update(piece)
    return digest.hexdigest()
