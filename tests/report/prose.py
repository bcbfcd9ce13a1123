"""The report's prose as a reader meets it: paragraphs, list items and sentences, and how easy they are to read."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from lxml import html
from pyphen import Pyphen

from support.reading import tidy

HYPHENATOR = Pyphen(lang="en_US")
NOT_PROSE = (
    "ancestor::figure or ancestor::table or ancestor::nav or ancestor::*[contains(@class, 'tile')] "
    "or ancestor::*[contains(@class, 'table-notes')] or contains(@class, 'passport')"
)


@dataclass(frozen=True)
class Chapter:
    """A chapter that a notebook makes, read from its page."""

    page: Path

    @cached_property
    def main(self) -> html.HtmlElement:
        main = html.parse(str(self.page)).getroot().xpath("//main")[0]
        for node in main.xpath(".//script | .//style | .//svg | .//details"):  # details: the data of a chart
            node.drop_tree()
        return main

    @property
    def headings(self) -> list[str]:
        return [tidy(each.text_content()) for each in self.main.xpath(".//h1 | .//h2 | .//h3 | .//h4")]

    @property
    def items(self) -> list[str]:
        return [text for tag, text in self._blocks if tag == "li"]

    @property
    def blocks(self) -> list[str]:
        """The paragraphs and list items of the running text; tables, tiles and what stands beside charts left out."""
        return [text for _, text in self._blocks]

    @property
    def captions(self) -> list[str]:
        return [
            tidy(each.text_content()) for each in self.main.xpath(".//figure//p | .//caption | .//*[@class='tile']")
        ]

    @cached_property
    def _blocks(self) -> list[tuple[str, str]]:
        found = self.main.xpath(f".//*[self::p or self::li][not({NOT_PROSE})][not(./p or ./ul or ./ol)]")
        return [
            ("li" if each.xpath("ancestor-or-self::li") else "p", tidy(each.text_content()).strip()) for each in found
        ]

    @property
    def sentences(self) -> list[str]:
        return [each for block in self.blocks for each in re.split(r"(?<=[.!?])\s+(?=[A-Z0-9‘“])", block)]

    @property
    def text(self) -> str:
        """All that a reader sees: headings, prose, tables, tiles, captions."""
        return tidy(self.main.text_content())


def words(text: str) -> list[str]:
    return re.sub(r"[^\w\s]", "", text).split()


def reading_ease(sentences: list[str]) -> float:
    """Return the Flesch reading ease, with syllables counted as textstat 0.7.4 counts them.

    textstat itself imports pkg_resources, which setuptools has given up.
    """
    counted = [each for sentence in sentences if len(each := words(sentence)) > 2]
    every = [word.lower() for sentence in sentences for word in words(sentence)]
    syllables = sum(len(HYPHENATOR.positions(word)) + 1 for word in every)
    return 206.835 - 1.015 * len(every) / len(counted) - 84.6 * syllables / len(every)
