"""Which two builds are compared, and the page with both side by side."""

from __future__ import annotations

import re
import shutil

import pytest
from lxml import html
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from natpatsip import look
from natpatsip.blocks.figures import FIGURE
from natpatsip.compare import BuiltReport, CompareError, compare, located, side_by_side
from natpatsip.errors import UsageError
from natpatsip.facts.fact import Fact
from natpatsip.quarter import Quarter
from support.auditing import markup_complaints, repeated_ids, violations_in_both_themes
from support.page_rules import STICKING_OUT, opened
from support.projects import command, edit_cell
from support.reviewing import QUARTER

Q1, Q2 = Quarter(2024, 1), Quarter(2024, 2)
MOVED = "The first thing to say here."
SVG = (
    '<svg xmlns="http://www.w3.org/2000/svg" width="40" height="20">'
    '<g id="a"><path fill="url(#a)" d="M0 0h9v9z"/></g></svg>'
)


@pytest.fixture
def reports(tmp_path):
    """Folders of reports, as far as finding them goes."""
    folders = {"2023-24-Q2": "reports", "2024-25-Q1": "reports", "2024-25-Q2": "reports", "drafts/2024-25-Q2": ""}
    for name, parent in folders.items():
        folder = tmp_path / parent / name
        folder.mkdir(parents=True)
        (folder / "manifest.json").write_text(f'{{"quarter": "{name[-10:]}"}}', encoding="utf-8")
    (tmp_path / "damaged").mkdir()
    (tmp_path / "damaged" / "manifest.json").write_text("{", encoding="utf-8")
    return tmp_path / "reports"


@pytest.mark.parametrize(
    ("before", "now", "expected"),
    [
        ("2024-25-Q1", "2024-25-Q2", [("reports/2024-25-Q1", Q1, ""), ("reports/2024-25-Q2", Q2, "")]),
        ("2024-25-Q2", "drafts/2024-25-Q2", [("reports/2024-25-Q2", Q2, "reports/2024-25-Q2"),
                                             ("drafts/2024-25-Q2", Q2, "drafts/2024-25-Q2")]),
        ("drafts", "2024-25-Q2", [("drafts/2024-25-Q2", Q2, "drafts"),
                                  ("reports/2024-25-Q2", Q2, "reports/2024-25-Q2")]),
        ("2024-25-Q1", "drafts/2024-25-Q2", [("reports/2024-25-Q1", Q1, ""), ("drafts/2024-25-Q2", Q2, "")]),
    ],
)  # fmt: skip
def test_a_build_is_named_by_its_quarter_or_its_folder(reports, monkeypatch, before, now, expected):
    monkeypatch.chdir(reports.parent)
    sides = located(before, now, reports)
    assert [
        (each.folder.resolve().relative_to(reports.parent).as_posix(), each.quarter, each.name) for each in sides
    ] == (expected)


def test_the_name_of_a_build_does_not_hold_the_folders_of_the_machine(reports, tmp_path_factory):
    elsewhere = tmp_path_factory.mktemp("home")
    for name in ("ann", "ben"):
        shutil.copytree(reports / str(Q2), elsewhere / name / str(Q2))
    inside, ann, ben = (
        str(each / str(Q2)) for each in (reports.parent / "drafts", elsewhere / "ann", elsewhere / "ben")
    )
    pairs = [(inside, ann), (str(Q2), ben), (ann, ben)]
    assert [[side.name for side in located(*each, reports)] for each in pairs] == [
        [f"drafts/{Q2}", f"ann/{Q2}"],
        [f"reports/{Q2}", f"ben/{Q2}"],
        [f"ann/{Q2}", f"ben/{Q2}"],
    ]


def test_the_same_quarter_of_last_year(reports):
    sides = located("2024-25-Q2", "", reports, is_last_year=True)
    assert [each.folder.name for each in sides] == ["2023-24-Q2", "2024-25-Q2"]


@pytest.mark.parametrize(
    ("before", "now", "kind", "said"),
    [
        ("2024-25-Q2", "2024-25-Q2", UsageError, "is named twice"),
        ("2024-25-Q2", "reports/2024-25-Q2", UsageError, "is named twice"),
        ("2024-25-Q2", "reports", UsageError, "is named twice"),
        ("autumn", "2024-25-Q2", UsageError, '"autumn" is not a quarter.*Or name the folder of a built report'),
        (".", "2023-24-Q1", UsageError, "holds no report"),
        ("damaged", "2024-25-Q2", CompareError, "its manifest.json does not say which quarter"),
    ],
)
def test_what_names_no_two_builds_is_refused(reports, monkeypatch, before, now, kind, said):
    monkeypatch.chdir(reports.parent)
    with pytest.raises(kind, match=said):
        located(before, now, reports)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [(("2024-25-Q2",), "compared with what?"), (("2024-25-Q1", "2024-25-Q2", "--last-year"), "takes one quarter")],
)
def test_a_comparison_has_two_sides(reports, arguments, said):
    (reports.parent / "_quarto.yml").touch()
    run = command(reports.parent, "compare", *arguments)
    assert run.returncode == 2
    assert said in run.stderr


def test_two_builds_of_a_quarter_are_compared(ward):
    shutil.copytree(ward / "reports" / QUARTER, ward / "signed" / QUARTER)
    edit_cell(ward / "notebooks" / "ward.ipynb", "facts", "41", "43")
    edit_cell(ward / "notebooks" / "ward.ipynb", "chart", "[3, 5, 4]", "[3, 5, 6]")
    run = command(ward, "build", QUARTER, "--to", "html", "--renderer", "pandoc")
    assert run.returncode == 0, run.stderr
    run = command(ward, "compare", "signed", QUARTER, "--page", "side-by-side")
    assert run.returncode == 0, run.stderr
    assert run.stdout.startswith(
        f"1 change from Q2 2024/25 (signed) to Q2 2024/25 (reports/{QUARTER}).\n\nNumbers that rose: 1\n"
    )
    assert run.stdout.endswith("\nwritten: side-by-side/index.html\n")
    tree = html.parse(str(ward / "side-by-side" / "index.html")).getroot()
    assert len(tree.xpath("//figure//svg")) == 2  # the data of the chart changed, though its message did not
    beds = [" ".join(each.text_content().split()) for each in tree.xpath("//td[@class='number']")]
    assert beds == ["41", "43"]


def built(quarter, *texts, title, data="3", other=True):
    cells = [new_markdown_cell("# Ward", id="title")]
    cells += [new_markdown_cell(text, id=f"cell-{number}") for number, text in enumerate(texts)]
    names = ["fig-beds", *(["fig-same"] if other else [])]
    for name in names:
        record = {"id": name, "title": title if name == "fig-beds" else "It & stays", "data": data, "alt": "Bars <3>."}
        cells.append(new_code_cell("", id=name, outputs=[new_output("display_data", data={FIGURE: record})]))
    facts = (Fact("women", str(quarter), 662 + quarter.number, "women", "Returns", label="Women seen"),)
    return BuiltReport(quarter, facts, {"ward": new_notebook(cells=cells)})


@pytest.fixture(scope="module")
def page(tmp_path_factory):
    """A page that has a change of each kind."""
    place = tmp_path_factory.mktemp("page")
    for quarter in (Q1, Q2):
        (place / str(quarter) / "figures").mkdir(parents=True)
        (place / str(quarter) / "figures" / "fig-beds.svg").write_text(SVG, encoding="utf-8")
    before = built(
        Q1, "## News", MOVED, "Most of the teams met online <i>here</i>.", "It rained.", "As ever.", title="It rose"
    )
    now = built(Q2, "## News", "Most of the teams met in person <i>here</i>.", "It snowed a lot.", "As ever.", MOVED,
                title="It fell", other=False)  # fmt: skip
    folders = place / str(Q1), place / str(Q2)
    return side_by_side.write_page(compare(before, now), folders, place / "out", place)


def test_both_versions_of_each_change_are_side_by_side(page):
    tree = html.parse(str(page)).getroot()
    changes = [
        [" ".join(part.text_content().split()) for part in each.xpath("./p | .//div[@class='side']/p[2]")]
        for each in tree.xpath("//div[starts-with(@class, 'change ')]")
    ]
    assert changes == [
        ["Reworded", "Most of the teams met [removed: online] <i>here</i>.",
         "Most of the teams met [added: in person] <i>here</i>."],
        ["Removed", "[removed: It rained.]", "Nothing."],
        ["Added", "Nothing.", "[added: It snowed a lot.]"],
        ["Moved further down", MOVED, MOVED],
    ]  # fmt: skip
    assert [" ".join(each.text_content().split()) for each in tree.xpath("//details[not(ancestor::figure)]")] == [
        "1 passage unchanged As ever."
    ]
    assert [each.text for each in tree.xpath("//p[@class='section-path']")] == ["News"]


def test_both_charts_are_shown_with_what_they_say(page):
    tree = html.parse(str(page)).getroot()
    assert [each.text for each in tree.xpath("//section/h3")] == ["Figure 1 changed", "Figure 2 is gone"]
    assert tree.xpath("//*[@role='img']/@aria-label") == ["Bars <3>."] * 2
    assert tree.xpath("//svg/@viewbox | //svg/@viewBox") == ["0 0 40 20"] * 2
    assert tree.xpath("//path/@fill") == ["url(#before-fig-beds-a)", "url(#now-fig-beds-a)"]
    text = " ".join(tree.text_content().split())
    assert "Its drawing is not in that report's folder." in text
    assert "This report has no such figure." in text


def test_the_page_keeps_to_the_policy_of_the_report(page):
    template = (look.packaged() / "page.html").read_text(encoding="utf-8")
    assert re.search(r'Security-Policy" content="([^"]*)"', template)[1] == side_by_side.POLICY
    assert not re.search(r"<script| style=|https?://(?!www\.w3\.org)", page.read_text(encoding="utf-8"))


def test_a_page_of_something_else_is_not_overwritten(tmp_path):
    (tmp_path / "index.html").write_text("<title>Another</title>", encoding="utf-8")
    one = built(Q1, "One.", title="It rose")
    with pytest.raises(UsageError, match=r"holds another page, index\.html, which would be overwritten"):
        side_by_side.write_page(compare(one, one), (tmp_path, tmp_path), tmp_path, tmp_path)


def test_the_page_is_valid_and_names_nothing_twice(page):
    assert markup_complaints(page.parent) == []
    assert repeated_ids(page) == []


@pytest.mark.parametrize("width", [1280, 360])
def test_the_page_breaks_no_rule_of_wcag_from_disk(page, chrome, width):
    with opened(chrome, width=width) as window:
        tab = window.new_page()
        complaints = []
        tab.on("console", lambda message: complaints.append(message.text))
        tab.goto(page.as_uri())
        assert complaints == []
        assert tab.evaluate(STICKING_OUT) is None
        places = tab.evaluate(
            "[...document.querySelectorAll('.pair .side')].map(each => each.getBoundingClientRect().x)"
        )
        assert (places[0] < places[1]) is (width == 1280)  # beside each other, or one below the other
        assert violations_in_both_themes(tab) == []
