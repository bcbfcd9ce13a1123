"""The documentation as a site: every link holds, and its pages follow the rules of a report's pages."""

from __future__ import annotations

import shutil

import pytest
from lxml import html

from support.auditing import broken_links, markup_complaints, repeated_ids, violations_in_both_themes
from support.documentation import script
from support.page_rules import HEIGHT, SIZES, STICKING_OUT, opened
from support.projects import ROOT

SHOWN = ("index", "write-a-chapter", "chapters")  # pictures and steps; code, lists, and tables of all widths


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """The pages."""
    output = tmp_path_factory.mktemp("docs")
    script("docs_site").write_site(output)
    return output / "html"


def test_every_page_of_the_documentation_is_in_the_site_and_found_from_its_index(site):
    pages = {page.stem for page in site.glob("*.html")}
    assert {page.stem for page in ROOT.glob("docs/*.md")} <= pages
    assert {"readme", "contributing", "changelog", "data-readme", "qa-qa-log"} <= pages


def test_no_link_is_broken_and_no_id_stands_twice(site):
    assert list(broken_links(site)) == []
    assert {page.name: repeated_ids(page) for page in site.glob("*.html") if repeated_ids(page)} == {}


def test_pages_have_search_contents_code_and_a_policy_without_inline_scripts(site):
    tree = html.parse(str(site / "write-a-chapter.html")).getroot()
    assert tree.xpath("//button[contains(@class, 'search-button')]")
    assert tree.xpath("//nav[@id='contents']//a[@href='commands.html']")
    assert len(tree.xpath("//main//pre/code")) > 10
    assert tree.xpath("//*[@style] | //style | //script[not(@src)]") == []
    assert "data add" in (site / "assets" / "search-index.js").read_text(encoding="utf-8")


def test_no_page_breaks_a_rule_of_wcag_or_scrolls_sideways(site, chrome):
    found = []
    with opened(chrome) as window:
        tab = window.new_page()
        for name in SHOWN:
            for width in sorted(SIZES):  # made wider, which takes less than opening it again
                tab.set_viewport_size({"width": width, "height": HEIGHT})
                if width == min(SIZES):
                    tab.goto((site / f"{name}.html").as_uri())
                looks = (*violations_in_both_themes(tab), tab.evaluate(STICKING_OUT))
                found += [f"{name}, {width}: {each}" for each in looks if each]
    assert found == []


def test_the_markup_is_valid(site, tmp_path):
    for name in SHOWN:
        shutil.copy(site / f"{name}.html", tmp_path)
    assert markup_complaints(tmp_path) == []


def test_what_is_wrong_in_a_page_is_named(monkeypatch, tmp_path):
    site = script("docs_site")
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "index.md").write_text(
        "# Index\n\n[no page](none.md), [no heading](#none), [heading](#a--b), ![no picture](none.png), <b>bold</b>\n\n"
        "## A & B\n\n| | b |\n|---|---|\n| 1 | 2 |\n\nText.\n",
        encoding="utf-8",
    )
    (tmp_path / "pyproject.toml").write_text('[project]\nversion = "1.0"\n', encoding="utf-8")
    monkeypatch.setattr(site, "ROOT", tmp_path)
    with pytest.raises(site.DocumentationError) as error:
        site.write_site(tmp_path / "build")
    found = sorted(str(error.value).splitlines())
    assert found == sorted(
        [
            "docs/index.md: a table has a column without a heading, below A & B",
            "docs/index.md: found <b>, which is not Markdown; write \\< for the sign itself",
            "docs/index.md: found </b>, which is not Markdown; write \\< for the sign itself",
            "docs/index.md: none.md: there is no docs/none.md",
            "docs/index.md: #none: docs/index.md has no heading for #none",
            "docs/index.md: there is no picture none.png",
        ]
    )
