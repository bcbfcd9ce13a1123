"""What a project adds to the look by Quarto's own keys reaches the pages of both renderers, or is named."""

from __future__ import annotations

import pytest
import yaml

from natpatsip.errors import ReportError, SettingsError
from natpatsip.pipeline.staging.project_style import without_effect
from natpatsip.quarter import Quarter
from support.projects import ROOT, command, edit_settings, small

Q2 = Quarter(2024, 2)
ORANGE = "#8A3B00"


def built(folder, *arguments):
    done = command(folder, "build", str(Q2), "--to", "html", "--renderer", "pandoc", "--jobs", "1", *arguments)
    return done, folder / "reports" / str(Q2) / "html"


@pytest.fixture(scope="module")
def styled(tmp_path_factory):
    folder = small(tmp_path_factory.mktemp("styled"))
    (folder / "own.css").write_text(".ward { color: teal; }\n", encoding="utf-8")
    (folder / "head.html").write_text('<meta name="robots" content="noindex">\n', encoding="utf-8")
    (folder / "_brand.yml").write_text(f'color: {{palette: {{rust: "{ORANGE}"}}, primary: rust}}\n', encoding="utf-8")
    edit_settings(
        folder,
        css="own.css",
        **{"include-in-header": ["head.html", {"text": '<meta name="rating" content="general">'}]},
    )
    done, pages = built(folder)
    assert done.returncode == 0, done.stderr
    return folder, pages


def test_a_projects_style_sheet_comes_after_the_looks(styled):
    _, pages = styled
    style = (pages / "assets" / "style.css").read_text(encoding="utf-8")
    assert style.index(".ward { color: teal; }") > style.index("main table {")
    assert ".ward { color: teal; }" in (pages / "report.html").read_text(encoding="utf-8")


def test_what_a_project_puts_into_the_head_is_on_each_page(styled):
    _, pages = styled
    for name in ("index.html", "ward.html"):
        head = (pages / name).read_text(encoding="utf-8").partition("</head>")[0]
        assert '<meta name="robots" content="noindex">' in head
        assert '<meta name="rating" content="general">' in head


def test_a_brands_colours_are_those_of_light_pages_and_of_the_pdf(styled):
    folder, pages = styled
    assert f":root {{ --blue: {ORANGE}; }}" in (pages / "assets" / "style.css").read_text(encoding="utf-8")
    staged = folder / "build" / str(Q2) / "book" / "_extensions" / "natpatsip" / "_brand.yml"
    assert yaml.safe_load(staged.read_text(encoding="utf-8"))["color"]["palette"]["blue"] == ORANGE


def test_quarto_is_not_given_what_is_in_the_look_already(styled):
    folder, _ = styled
    staged = yaml.safe_load((folder / "build" / str(Q2) / "book" / "_quarto.yml").read_text(encoding="utf-8"))
    assert {"css", "include-in-header"} & staged.keys() == set()


def test_a_report_is_built_again_when_its_style_changes(styled):
    folder, pages = styled
    (folder / "own.css").write_text(".ward { color: navy; }\n", encoding="utf-8")
    done, _ = built(folder)
    assert "unchanged, checked" not in done.stderr
    assert ".ward { color: navy; }" in (pages / "assets" / "style.css").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("keys", "files", "said"),
    [
        ({"css": "owl.css"}, {"own.css": ""}, r"css names owl\.css, which is not a file of the project.*own\.css"),
        (
            {"include-in-header": "x.html"},
            {"x.html": "<script>alert(1)</script>"},
            r"x\.html: found <script>; the pages allow",
        ),
        ({"include-in-header": {"text": "<style>p {}</style>"}}, {}, r"include-in-header: found <style; .*css names"),
        (
            {"include-in-header": {"text": '<script src="https://a.example/b.js"></script>'}},
            {},
            "ask for nothing from elsewhere",
        ),
        (
            {},
            {"_brand.yml": "color: {primary: rusty, palette: {rust: '#8A3B00'}}"},
            r'line 1, color.primary: found "rusty" for blue.*rust',
        ),
        (
            {},
            {"_brand.yml": "color:\n  palette:\n    blue: '#12'"},
            r'line 3, color.palette.blue: found "#12" for blue',
        ),
        (
            {},
            {"_brand.yml": "color:\n  primry: '#8A3B00'"},
            r'line 2, color.primry: unknown key. Did you mean "primary"',
        ),
        ({}, {"_brand.yml": "color: {primary: '#FFEE00'}"}, "has a contrast of"),
        ({}, {"_brand.yml": "- color"}, r"_brand\.yml: found \['color'\]; expected keys with values"),
        ({}, {"_brand.yml": "color: blue"}, r"_brand\.yml, line 1, color: found 'blue'; expected keys"),
        ({}, {"_brand.yml": "color: ['#8A3B00']"}, r"_brand\.yml, line 1, color: found \['#8A3B00'\]; expected keys"),
        ({}, {"_brand.yml": "color:\n  palette: ['#8A3B00']"}, r"_brand\.yml, line 2, color\.palette: found \['#8A3B"),
        ({}, {"_brand.yml": "color:\n  palette: rust"}, r"_brand\.yml, line 2, color\.palette: found 'rust'"),
        ({}, {"_brand.yml": "color:\n  palette:\n    rust: 583"}, r"line 3, color\.palette\.rust: found 583; expected"),
        ({}, {"_brand.yml": "color:\n  palette:\n    blue: [1]"}, r"line 3, color\.palette\.blue: found \[1\]"),
        ({}, {"_brand.yml": "color: {palette: {rust: }}"}, r"line 1, color\.palette\.rust: found None"),
        ({}, {"_brand.yml": "color: {primary: ['#8A3B00']}"}, r"color.primary: found \"\['#8A3B00'\]\" for blue"),
    ],
)
def test_style_that_could_not_work_is_refused_with_its_place(tmp_path, keys, files, said):
    from natpatsip.pipeline.render.accessibility_statement import read_pairs
    from natpatsip.pipeline.staging.project_style import add_project_style

    folder = small(tmp_path / "project")
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
    edit_settings(folder, **keys)
    look = folder / "look"
    (look / "assets").mkdir(parents=True)
    (look / "_brand.yml").write_bytes((ROOT / "_extensions" / "natpatsip" / "_brand.yml").read_bytes())
    book = yaml.safe_load((folder / "_quarto.yml").read_text(encoding="utf-8"))

    def styled_and_checked():
        add_project_style(book, folder, look)
        read_pairs(look / "_brand.yml")

    with pytest.raises(ReportError, match=f"(?s){said}"):
        styled_and_checked()


@pytest.mark.parametrize(
    ("settings", "named"),
    [
        ("book: {title: T, chapters: [index.qmd], search: false}", ["_quarto.yml, line 1, book.search"]),
        (
            "theme: cosmo\nbook:\n  chapters: [index.qmd]\n  sidebar: {style: floating}\n",
            ["line 1, theme", "line 4, book.sidebar"],
        ),
        (
            "format:\n  html: {toc: true}\n  natpatsip-html:\n    theme: none\n",
            ["line 2, format.html", "line 4, format.natpatsip-html.theme"],
        ),
        ("website: {navbar: {}}\ncomments: {hypothesis: true}\n", ["website", "comments"]),
        ("lang: en-GB\nbook: {title: T, chapters: []}\nformat: {natpatsip-html: {css: a.css}}\nnatpatsip: {}\n", []),
        ("format: {natpatsip-html: default}\nproject: {type: default}\n", []),
    ],
)
def test_each_key_without_effect_is_named_with_its_line(settings, named):
    notes = without_effect(yaml.safe_load(settings), written=settings.encode())
    assert len(notes) == len(named)
    assert all(name in note for name, note in zip(named, notes, strict=True)), notes


def test_a_build_notes_a_key_without_effect(tmp_path):
    folder = small(tmp_path)
    edit_settings(folder, theme="cosmo")
    done, _ = built(folder)
    assert done.returncode == 0
    assert "theme has no effect: the report has one look" in done.stderr


def test_an_unreadable_style_sheet_is_refused(tmp_path):
    from natpatsip.pipeline.staging.project_style import add_project_style

    folder = small(tmp_path)
    (folder / "own.css").write_bytes(b'p { content: "\xff" }')
    with pytest.raises(SettingsError, match=r"own\.css is not UTF-8 text"):
        add_project_style({"css": ["own.css"]}, folder, folder)


@pytest.mark.parametrize("text", ["", "color:\n", "color: {palette: }\n", "meta: {name: A}\n"])
def test_a_brand_file_without_colours_changes_none(tmp_path, text):
    from natpatsip.pipeline.staging.project_style import add_project_style

    folder, look = small(tmp_path / "project"), tmp_path
    (folder / "_brand.yml").write_text(text, encoding="utf-8")
    (look / "_brand.yml").write_bytes((ROOT / "_extensions" / "natpatsip" / "_brand.yml").read_bytes())
    before = yaml.safe_load((look / "_brand.yml").read_text(encoding="utf-8"))
    add_project_style({}, folder, look)
    assert yaml.safe_load((look / "_brand.yml").read_text(encoding="utf-8")) == before
