"""What pages are held against: axe-core in a browser, html-validate, links, ids."""

from __future__ import annotations

import json
import re
import subprocess
import tempfile
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from urllib.parse import unquote, urldefrag

import pytest
from lxml import html
from playwright.sync_api import Page

TOOLS = Path(__file__).parents[1] / "tools"
ADVICE = "Run scripts/test-tools.sh, which installs it with npm (make test does; it needs Node.js 18.19 or newer)."
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
OF_COLOUR = ["color-contrast", "link-in-text-block"]
# The contrast of texts takes half of axe-core's time: it looks for what is behind each word. So it is shown one text of
# each style, which ONE_OF_EACH_STYLE marks with this.
SAMPLE = "data-one-of-a-style"
OF_SAMPLES = {"rules": [{"id": "color-contrast", "selector": f"[{SAMPLE}]"}]}
# No rule is about a shape of a drawing without a role, a name or a focus; shapes are half of a page with charts.
SHAPES = """svg :is(path, rect, circle, ellipse, line, polyline, polygon)
    :not(:has(*), [role], [tabindex], [aria-label], [aria-labelledby], [aria-hidden])""".replace("\n    ", "")
# Nor does any find fault with what is closed: test_axe_judges_nothing_that_is_closed.
CLOSED = "details:not([open]) > :not(summary)"
UNJUDGED = f"{SHAPES}, {CLOSED}"
# Run rules without some elements, which are out of the page meanwhile.
# Media alone are loaded first: no rule reads style sheets that way, which the policy of a page forbids.
RUN = """async ([rules, without]) => {
    const out = [...document.querySelectorAll(without)].map(node => [node, document.createComment("")]);
    out.forEach(([node, place]) => node.replaceWith(place));
    const options = { resultTypes: ["violations"], preload: { assets: ["media"] } };
    const found = await axe.run(document, { runOnly: rules, ...options });
    out.forEach(([node, place]) => place.replaceWith(node));
    return found.violations.flatMap(each => each.nodes.map(node =>
        `${each.id} ${node.target.join(" ")}: ${node.failureSummary.split("\\n").slice(0, 2).join(" ")}`));
}"""
# Mark an element with text of each style: how its letters look, and the colours of all that it lies in. Where these are
# the same, so is the contrast, except where what is out of the flow lies over or under other things: all texts of that
# are marked. What is sticky has not left the flow where nothing is scrolled, as names in wide tables. No text in the
# frame of its drawing is marked: axe-core judges none of them, and takes longest to say so.
ONE_OF_EACH_STYLE = """sample => {
    const COLOURS = ["color", "backgroundColor", "backgroundImage", "opacity", "filter", "mixBlendMode", "position"];
    const LETTERS = ["fontSize", "fontWeight", "textDecorationLine", "textShadow", "fill", "zIndex"];
    const read = (style, names) => names.map(name => style[name]).join();
    const isScrolled = [...document.querySelectorAll("*")].some(node => node.scrollLeft || node.scrollTop);
    const isAtItsPlace = style => ["static", "relative"].includes(style.position) || (style.position === "sticky"
        && !isScrolled && style.bottom === "auto" && style.right === "auto");
    const leavesFlow = style => !isAtItsPlace(style) || style.float !== "none"
        || style.transform !== "none" || style.margin.includes("-") || parseFloat(style.top) || parseFloat(style.left);
    const grounds = new Map([[null, { colours: "" }]]), loose = [], texts = [], found = new Map();
    const groundOf = node => {
        if (!grounds.has(node)) {
            const style = getComputedStyle(node), around = groundOf(node.parentElement), isLoose = leavesFlow(style);
            const colours = `${around.colours}${read(style, COLOURS)}|`, isMoved = around.isMoved || isLoose;
            grounds.set(node, { style, colours, isLoose, isMoved });
        }
        return grounds.get(node);
    };
    // A copy: to read the edges of each DOMRect through its getters takes a sixth of the time of all this.
    const copied = ({ left, top, right, bottom }) => ({ left, top, right, bottom });
    const boxOf = node => copied(node.getBoundingClientRect());
    const isFramed = node => {
        let drawing = node.ownerSVGElement;
        while (drawing?.ownerSVGElement) drawing = drawing.ownerSVGElement;
        const frame = drawing?.getBoundingClientRect(), box = node.getBoundingClientRect();
        return frame && frame.left <= box.left && frame.top <= box.top && box.right <= frame.right
            && box.bottom <= frame.bottom;
    };
    for (const node of document.querySelectorAll("body, body *:not(svg *), svg text, svg tspan")) {
        node.removeAttribute(sample);
        if (!node.checkVisibility({ visibilityProperty: true })) continue;  // nor does axe-core judge its colours
        if (groundOf(node).isLoose) loose.push([node, boxOf(node)]);
        const hasText = [...node.childNodes].some(each => each.nodeType === Node.TEXT_NODE && each.data.trim());
        if (hasText && !isFramed(node)) texts.push(node);
    }
    const meet = (one, other) => Math.min(one.right, other.right) - Math.max(one.left, other.left) > 1
        && Math.min(one.bottom, other.bottom) - Math.max(one.top, other.top) > 1;
    for (const node of texts) {
        const { style, colours, isMoved } = groundOf(node), box = boxOf(node);
        const isCrossed = loose.some(([each, its]) => meet(box, its) && !each.contains(node) && !node.contains(each));
        found.set(isMoved || isCrossed ? node : [node.tagName, read(style, LETTERS), colours].join(), node);
    }
    found.forEach(node => node.setAttribute(sample, ""));
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
    """Return what axe-core finds against WCAG 2.2 AA and its best practices in what is open on a page."""
    if not tab.evaluate("'axe' in window"):
        tab.evaluate(axe_source())
        tab.evaluate("rules => axe.configure(rules)", OF_SAMPLES)
    return _found(tab, RULES)


def _found(tab: Page, rules: list[str]) -> list[str]:
    tab.evaluate(ONE_OF_EACH_STYLE, SAMPLE)
    found: list[str] = tab.evaluate(RUN, [rules, UNJUDGED])
    return found


def violations_in_both_themes(tab: Page) -> list[str]:
    """Return what axe-core finds on the page that is open, in light and in dark, which differ in colours alone."""
    tab.emulate_media(color_scheme="light")
    found, ground = violations(tab), tab.evaluate(GROUND)
    tab.emulate_media(color_scheme="dark")
    assert tab.evaluate(GROUND) != ground, "the page has no dark colours"
    in_dark = _found(tab, OF_COLOUR)
    return [*found, *(f"dark: {each}" for each in in_dark)]


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
