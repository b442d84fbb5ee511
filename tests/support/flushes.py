"""Tells what is flushed to the disk and what gets a name, in its order; both are done all the same."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pytest


def noted(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """A list that grows by "flush NAME" and "name NAME"."""
    happened: list[str] = []
    flush, replace = os.fsync, Path.replace

    def noted_flush(descriptor: int) -> None:
        happened.append("flush " + Path(f"/proc/self/fd/{descriptor}").readlink().name)
        flush(descriptor)

    def noted_replace(part: Path, file: Path) -> Path:
        happened.append(f"name {Path(file).name}")
        return replace(part, file)

    monkeypatch.setattr(os, "fsync", noted_flush)
    monkeypatch.setattr(Path, "replace", noted_replace)
    return happened
