"""The drawings in docs/ are those of the rules in force."""

from __future__ import annotations

from pathlib import Path

import pytest

from hotline.commands.drawn_pages import pages


@pytest.mark.parametrize("name", sorted(pages()))
def test_the_page_is_fresh(name: str) -> None:
    assert (Path("docs") / name).read_text(encoding="utf-8") == pages()[name], "run: make docs"
