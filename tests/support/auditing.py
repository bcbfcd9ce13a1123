"""What pages are held against: axe-core in a browser, html-validate, links, ids."""

from __future__ import annotations

import json
import re
import subprocess
import tempfile
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urldefrag

import pytest
from lxml import html
from playwright.sync_api import Page

TOOLS = Path(__file__).parents[1] / "tools"
ADVICE = "Run scripts/test-tools.sh, which installs it with npm (make test does; it needs Node.js 18.19 or newer)."
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
OF_COLOUR = {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}
RUN = """async ({ rules, within }) => {
    const found = await axe.run({ include: within }, { runOnly: rules, resultTypes: ["violations"] });
    return found.violations.flatMap(each => each.nodes.map(node =>
        `${each.id} ${node.target.join(" ")}: ${node.failureSummary.split("\\n").slice(0, 2).join(" ")}`));
}"""
EVERYTHING = "() => [document.documentElement]"
# An element with text of each style: how its letters look, and the colours of all that it lies in. Where these are the
# same, so is the contrast, for which axe-core looks long at what is behind each word.
ONE_OF_EACH_STYLE = """() => {
    const COLOURS = ["color", "backgroundColor", "backgroundImage", "opacity", "filter", "mixBlendMode", "position"];
    const LETTERS = ["fontSize", "fontWeight", "textDecorationLine", "textShadow", "fill"];
    const ground = new Map([[null, ""]]), found = new Map();
    const groundOf = node => {
        if (!ground.has(node)) {
            const style = getComputedStyle(node);
            const own = COLOURS.map(name => style[name]).join();
            ground.set(node, `${groundOf(node.parentElement)}${own}|`);
        }
        return ground.get(node);
    };
    for (const node of document.querySelectorAll("body, body *")) {
        if (![...node.childNodes].some(each => each.nodeType === Node.TEXT_NODE && each.data.trim())) continue;
        const style = getComputedStyle(node);
        const letters = LETTERS.map(name => style[name]);
        const isSeen = node.checkVisibility({ visibilityProperty: true });
        found.set([node.tagName, isSeen, ...letters, groundOf(node)].join(), node);
    }
    return [...found.values()];
}"""

GROUND = "() => getComputedStyle(document.body).backgroundColor"
# Blocks of the text that lie over each other: a paragraph, heading, list, table or figure and the next one.
OVERLAPS = """() => {
    const blocks = [...document.querySelectorAll("main :is(h1, h2, h3, h4, p, ul, ol, dl, table, figure, nav)")]
        .filter(node => node.checkVisibility() && !node.closest("svg, .visually-hidden, tr, figcaption, .tile, dialog")
            && getComputedStyle(node).position !== "fixed");
    return blocks.slice(1).flatMap((node, i) => {
        const before = blocks[i];
        if (before.contains(node)) return [];
        const one = before.getBoundingClientRect(), other = node.getBoundingClientRect();
        const across = Math.min(one.right, other.right) - Math.max(one.left, other.left);
        const down = Math.min(one.bottom, other.bottom) - Math.max(one.top, other.top);
        return across > 1 && down > 1 ? [`${before.textContent.slice(0, 30)} / ${node.textContent.slice(0, 30)}`] : [];
    });
}"""


@cache
def axe_source() -> str:
    """Return axe-core's script."""
    file = TOOLS / "node_modules" / "axe-core" / "axe.min.js"
    if not file.is_file():
        pytest.fail(f"axe-core is not installed. {ADVICE}")
    return file.read_text(encoding="utf-8")


def violations(tab: Page) -> list[str]:
    """Return what axe-core finds against WCAG 2.2 AA and its best practices on the page that is open."""
    if not tab.evaluate("'axe' in window"):
        tab.evaluate(axe_source())
    return _found(tab, RULES, EVERYTHING)


def _found(tab: Page, rules: list[str] | dict[str, Any], within: str) -> list[str]:
    found: list[str] = tab.evaluate(RUN, {"rules": rules, "within": tab.evaluate_handle(within)})
    return found


def violations_in_both_themes(tab: Page) -> list[str]:
    """Return what axe-core finds on the page that is open, in light and in dark, which differ in colours alone."""
    tab.emulate_media(color_scheme="light")
    found, ground = violations(tab), tab.evaluate(GROUND)
    tab.emulate_media(color_scheme="dark")
    assert tab.evaluate(GROUND) != ground, "the page has no dark colours"
    return [*found, *(f"dark: {each}" for each in _found(tab, OF_COLOUR, ONE_OF_EACH_STYLE))]


def markup_complaints(folder: Path) -> list[str]:
    """Return what html-validate has against the pages of a folder, by its standard and accessibility presets."""
    program = TOOLS / "node_modules" / "html-validate" / "bin" / "html-validate.mjs"
    if not program.is_file():
        pytest.fail(f"html-validate is not installed. {ADVICE}")
    pages = sorted(folder.glob("*.html"))
    command: list[str | Path] = [
        "node",
        program,
        "--config",
        TOOLS / "htmlvalidate.json",
        "--formatter",
        "json",
        *pages,
    ]
    with tempfile.TemporaryFile("w+", encoding="utf-8") as said:  # node cuts short what it writes into a pipe
        run = subprocess.run(command, stdout=said, stderr=subprocess.PIPE, text=True, check=False, cwd=TOOLS)
        said.seek(0)
        text = said.read()
    assert text.startswith("["), run.stderr
    return [
        f"{Path(page['filePath']).name}:{each['line']}:{each['column']} {each['ruleId']}: {each['message']}"
        for page in json.loads(text)
        for each in page["messages"]
    ]


def broken_links(folder: Path) -> Iterator[str]:
    """Yield each link, picture, script or sheet of a folder's pages that leads to no file or no id."""
    pages = {page.resolve(): html.parse(str(page)).getroot() for page in sorted(folder.glob("*.html"))}
    ids = {page: {node.get("id") for node in tree.iter() if node.get("id")} for page, tree in pages.items()}
    for page, tree in pages.items():
        for node in tree.xpath("//*[@href or @src]"):
            target = node.get("href") or node.get("src") or ""
            if re.match(r"(https?|mailto|data):", target):
                continue
            path, fragment = urldefrag(target)
            file = (page.parent / unquote(path)).resolve() if path else page
            if not file.is_file():
                yield f"{page.name}: {target} is not there"
            elif fragment and file in ids and unquote(fragment) not in ids[file]:
                yield f"{page.name}: {target} has no such id"


def repeated_ids(page: Path) -> list[str]:
    """Return the ids that stand more than once in a page."""
    ids = [node.get("id") for node in html.parse(str(page)).getroot().iter() if node.get("id")]
    return sorted({each for each in ids if ids.count(each) > 1})
