"""What the model cannot tell stands in the documents as it does on the page of a comparison."""

from __future__ import annotations

from pathlib import Path

import pytest

from experiments.page.content import LIMITS
from experiments.page.words import say

DOCS = Path(__file__).resolve().parents[1] / "docs"
PAGES = {"en": "cannot_tell.md", "id": "cannot_tell.id.md"}


def points(lang):
    text = (DOCS / PAGES[lang]).read_text(encoding="utf-8")
    return [block for block in text.split("\n\n") if block.startswith("**")]


@pytest.mark.parametrize("lang", PAGES)
def test_every_point_of_the_page_is_explained_in_its_words_and_order(lang):
    said = [say(f"cannot_{k}", lang) for k in range(1, LIMITS + 1)]
    assert [block.split("**")[1] for block in points(lang)] == said
    for block in points(lang):
        assert len(block.split("**")[2].split()) >= 4, f"nothing behind: {block[:60]}"


def test_both_languages_link_to_each_other():
    assert "(cannot_tell.id.md)" in (DOCS / PAGES["en"]).read_text(encoding="utf-8")
    assert "(cannot_tell.md)" in (DOCS / PAGES["id"]).read_text(encoding="utf-8")
