"""What runs before what, and what is refused before anything runs."""

import re
from itertools import pairwise

import pytest

from natpatsip.charts import palette
from natpatsip.errors import DataFileError, NotebookError, ParamsError, SettingsError, UsageError
from natpatsip.pipeline.plan import TERM, Plan
from natpatsip.quarter import Quarter
from support.projects import ROOT, code, command, edit, edit_cell, prose, small, write

Q2 = Quarter.parse("2024-25-Q2")


def test_a_notebook_that_cites_a_fact_runs_after_its_owner(tmp_path):
    owner = [code('publish("beds", 3, unit="beds", source="List")')]
    project = small(tmp_path, index=[prose('`{python} cite("beds")` beds')], ward=owner)
    assert Plan.of(project, Q2).before() == {"index": {"ward"}, "ward": set()}


def test_facts_cited_in_a_circle_are_an_error(tmp_path):
    one = [code('publish("a", cite("b").value, unit="beds", source="List")')]
    two = [code('publish("b", cite("a").value, unit="beds", source="List")')]
    with pytest.raises(NotebookError, match=r"in a circle: .*ward.ipynb"):
        Plan.of(small(tmp_path, index=one, ward=two), Q2)


def test_the_programmes_short_name_is_the_one_in_the_settings_else_its_title(tmp_path):
    project = small(tmp_path)
    assert Plan.of(project, Q2).programmes["ward"] == "Ward"
    edit(project / "_quarto.yml", "lang: en-GB", "lang: en-GB\nnatpatsip: {programmes: {ward: W}}")
    assert Plan.of(project, Q2).programmes["ward"] == "W"


@pytest.mark.parametrize(
    ("chapters", "said"),
    [
        (
            "[index.qmd, ward.qmd, ward.qmd]",
            r"line 4, book.chapters.2: ward.qmd is listed twice; first .*chapters.1",
        ),
        (
            "\n    - index.qmd\n    - part: Wards\n      chapters: [ward]",
            'line 7, book.chapters.1.chapters.0: found "ward"',
        ),
        ("[ward.qmd, index.qmd]", "_quarto.yml, line 4, book.chapters: begins with ward.qmd; a book begins with index"),
        ("[]", "_quarto.yml, line 4, book.chapters: has no chapter; a book begins with index.qmd"),
        ("[index.qmd, ward.ipynb, ../ward.qmd]", r'2 problems:\n(?s:.*)found "ward.ipynb"(?s:.*)found "../ward.qmd"'),
        ("none", "has no list of chapters"),
    ],
)
def test_a_list_of_chapters_that_is_none_is_refused(tmp_path, chapters, said):
    project = small(tmp_path)
    edit(project / "_quarto.yml", "[index.qmd, ward.qmd]", chapters)
    with pytest.raises(SettingsError, match=said):
        Plan.of(project, Q2)


def test_a_project_that_still_holds_the_engine_of_0_1_is_refused(tmp_path):
    project = small(tmp_path)
    (project / "src" / "helpers" / "build").mkdir(parents=True)
    with pytest.raises(UsageError, match=r"src/helpers holds the engine of natpatsip 0\.1.* import from natpatsip"):
        Plan.of(project, Q2)


def test_a_chapter_without_a_notebook_is_refused(tmp_path):
    project = small(tmp_path)
    (project / "notebooks" / "ward.ipynb").unlink()
    with pytest.raises(NotebookError, match=r"notebooks/ward.ipynb: the notebook is missing"):
        Plan.of(project, Q2)


def test_a_link_that_leads_to_no_notebook_is_refused_by_the_build(tmp_path):
    file = small(tmp_path) / "notebooks" / "ward.ipynb"
    file.unlink()
    file.symlink_to(tmp_path / "nowhere.ipynb")
    run = command(tmp_path, "build", str(Q2))
    assert run.returncode == 1
    assert "notebooks/ward.ipynb: the notebook is missing" in run.stderr
    assert "Traceback" not in run.stderr


def test_a_file_that_is_no_notebook_is_refused(tmp_path):
    project = small(tmp_path)
    (project / "notebooks" / "ward.ipynb").write_text("{", encoding="utf-8")
    with pytest.raises(NotebookError, match=r"notebooks/ward.ipynb: Jupyter cannot read it"):
        Plan.of(project, Q2)


def test_a_tag_that_looks_like_a_quarter_and_is_none_is_refused(tmp_path):
    project = small(tmp_path, ward=[prose("News", id="news", tags=["2024-25-Q7"])])
    with pytest.raises(NotebookError, match=r'\(id news\): the tag "2024-25-Q7" is not a valid quarter'):
        Plan.of(project, Q2)


def test_a_notebook_without_parameters_is_refused(tmp_path):
    project = small(tmp_path)
    write(project / "notebooks" / "ward.ipynb", "Ward")
    edit(project / "notebooks" / "ward.ipynb", '"parameters"\n    ]', '"other"\n    ]')
    with pytest.raises(NotebookError, match='no cell tagged "parameters" sets the quarter'):
        Plan.of(project, Q2)


@pytest.mark.parametrize(
    "line", ["year = quarter[:7]", 'title = f"Results of {quarter}"', "parts = [each for each in quarter]"]
)
def test_what_a_parameters_cell_calculates_from_its_own_quarter_is_refused(tmp_path, line):
    project = small(tmp_path)
    edit_cell(project / "notebooks" / "ward.ipynb", "parameters", 'edition = ""', f'edition = ""\n{line}')
    with pytest.raises(
        NotebookError, match=r"\(id parameters\): it calculates from `quarter`, which the build sets after"
    ):
        Plan.of(project, Q2)


@pytest.mark.parametrize(
    "line", ["threshold = 18", "def year():\n    return quarter[:7]", "quarter: str = '2024-25-Q1'"]
)
def test_what_a_parameters_cell_only_sets_is_read(tmp_path, line):
    project = small(tmp_path)
    edit_cell(project / "notebooks" / "ward.ipynb", "parameters", 'edition = ""', f'edition = ""\n{line}')
    assert Plan.of(project, Q2)


def test_a_notebook_does_not_wait_for_itself_and_waits_for_each_owner_of_a_fact(tmp_path):
    one = [code('publish("a", 1, unit="beds", source="List"); cite("a"); cite("b")')]
    two = [code('publish("b", 2, unit="beds", source="List")')]
    plan = Plan.of(small(tmp_path, index=one, ward=two), Q2)
    assert plan.before() == {"index": {"ward"}, "ward": set()}
    assert plan.order().get_ready() == ("ward",)


def test_notebooks_that_cite_in_a_circle_are_named_in_its_order(tmp_path):
    one = [code('publish("a", cite("b").value, unit="beds", source="List")')]
    two = [code('publish("b", cite("a").value, unit="beds", source="List")')]
    with pytest.raises(NotebookError) as refused:
        Plan.of(small(tmp_path, index=one, ward=two), Q2)
    circle = "index.ipynb → ward.ipynb → index.ipynb"
    assert str(refused.value) == (
        f"notebooks cite each other's facts in a circle: {circle}. "
        "Move a fact to a notebook that needs none of the others."
    )


def test_in_a_circle_of_three_each_notebook_is_named_before_the_one_that_it_cites(tmp_path):
    index, ward, third = (
        [code(f'publish("{own}", cite("{cited}").value, unit="beds", source="List")')]
        for own, cited in (("a", "b"), ("b", "c"), ("c", "a"))
    )
    project = chapters(small(tmp_path, index=index, ward=ward), "index", "ward", "third")
    write(project / "notebooks" / "third.ipynb", "Third", *third)
    with pytest.raises(NotebookError) as refused:
        Plan.of(project, Q2)
    named = re.findall(r"(\w+)\.ipynb", str(refused.value))
    assert len(named) == 4
    assert all(after == {"index": "ward", "ward": "third", "third": "index"}[one] for one, after in pairwise(named))


def test_a_circle_of_a_copied_notebook_names_the_fact_that_both_publish(tmp_path):
    one = [code('publish("a", cite("b").value, unit="beds", source="List")')]
    copy = [
        code('publish("a", 1, unit="beds", source="List")\npublish("b", cite("a").value, unit="beds", source="List")')
    ]
    with pytest.raises(NotebookError) as refused:
        Plan.of(small(tmp_path, index=one, ward=copy), Q2)
    assert str(refused.value).endswith(
        "in a circle: index.ipynb → ward.ipynb → index.ipynb. index.ipynb and ward.ipynb publish the same fact, a. "
        "Publish it in one, and cite it in the others."
    )


def test_a_copied_notebook_is_named_only_if_the_fact_that_it_publishes_too_is_part_of_the_circle(tmp_path):
    one = [code('publish("a", cite("b").value, unit="beds", source="List")')]
    copied = code('publish("c", 1, unit="beds", source="List")\ncite("c")', id="copied")
    two = [code('publish("b", cite("a").value, unit="beds", source="List")'), copied]
    project = chapters(small(tmp_path, index=one, ward=two), "index", "ward", "copied")
    write(project / "notebooks" / "copied.ipynb", "Copied", copied)
    with pytest.raises(NotebookError, match=r"Move a fact to a notebook that needs none of the others\.$"):
        Plan.of(project, Q2)


def test_a_copied_notebook_is_named_though_the_one_in_the_circle_cites_its_own_fact(tmp_path):
    one = [code('publish("a", cite("b").value, unit="beds", source="List")\ncite("a")')]
    two = [code('publish("b", cite("a").value, unit="beds", source="List")')]
    project = chapters(small(tmp_path, index=one, ward=two), "index", "ward", "copied")
    write(project / "notebooks" / "copied.ipynb", "Copied", code('publish("a", 1, unit="beds", source="List")'))
    with pytest.raises(NotebookError, match=r"copied\.ipynb and index\.ipynb publish the same fact, a\."):
        Plan.of(project, Q2)


def chapters(project, *names):
    edit(project / "_quarto.yml", "[index.qmd, ward.qmd]", f"[{', '.join(f'{name}.qmd' for name in names)}]")
    return project


def test_what_the_build_writes_itself_needs_no_notebook(tmp_path):
    written = ("list-of-figures", "sources", "accessibility", "changes", "quality-assurance")
    plan = Plan.of(chapters(small(tmp_path), "index", "ward", *written), Q2)
    assert list(plan.notebooks) == ["index", "ward"]
    assert plan.programme_chapters == ["index", "ward"]


def test_the_quality_assurance_is_in_final_editions_alone_and_changes_in_all(tmp_path):
    project = chapters(small(tmp_path), "index", "changes", "quality-assurance", "ward")
    draft, final = Plan.of(project, Q2), Plan.of(project, Q2, is_final=True)
    assert (draft.chapters, draft.is_final) == (("index", "changes", "ward"), False)
    assert (final.chapters, final.is_final) == (("index", "changes", "quality-assurance", "ward"), True)


def test_a_chapter_that_is_no_programmes_is_not_among_them(tmp_path):
    project = small(tmp_path)
    edit(project / "_quarto.yml", "lang: en-GB", "lang: en-GB\nnatpatsip: {not-programmes: [index]}")
    assert Plan.of(project, Q2).programme_chapters == ["ward"]


def test_all_notebooks_that_cannot_be_read_are_named_together(tmp_path):
    project = small(tmp_path)
    for name in ("index", "ward"):
        (project / "notebooks" / f"{name}.ipynb").unlink()
    with pytest.raises(NotebookError, match=r"(?s)^2 problems:.*notebooks/index.ipynb: .*notebooks/ward.ipynb: "):
        Plan.of(project, Q2)


def test_an_edition_has_a_workplace_of_its_own(tmp_path):
    project = small(tmp_path)
    plan, edition = Plan.of(project, Q2), Plan.of(project, Q2, edition="mill-lane")
    assert (plan.edition, plan.workplace) == ("", project / "build" / "2024-25-Q2")
    assert edition.workplace == project / "build" / "2024-25-Q2" / "editions" / "mill-lane"


def test_a_notebook_that_is_in_no_report_is_said_to_be_left_out_and_why(tmp_path):
    project = chapters(small(tmp_path), "index", "ward", "sources")
    assert Plan.of(project, Q2).left_out() == []
    for name in ("sources", "changes", "attic", ".hidden", "index"):
        write(project / "notebooks" / f"{name}.ipynb", name)
    assert Plan.of(project, Q2).left_out() == [
        "notebooks/attic.ipynb is not in the report: _quarto.yml does not name it. Add attic.qmd to book.chapters, "
        "or move the notebook elsewhere.",
        "notebooks/changes.ipynb is not in the report: the build writes the chapter changes itself. "
        "Give the notebook another name.",
        "notebooks/sources.ipynb is not in the report: the build writes the chapter sources itself. "
        "Give the notebook another name.",
    ]


def rebased(project, *series):
    file = project / "params" / f"{Q2}.yml"
    rows = "".join(f"  - {{measure: {name}, date: 2024-05, reason: Why, provenance: reported}}\n" for name in series)
    file.write_text(f"quarter: {Q2}\ncut_off: 2024-09-30\nrebase:\n{rows}", encoding="utf-8")
    (project / "data" / "measures.yml").unlink()  # it has a target of the params that were there
    return project


CHARTED = 'spc.xmr(v, rebase=params.rebase_dates("waits.seen")); params.rebase_dates("waits.all")'


def test_a_rebase_of_a_series_that_no_notebook_charts_is_refused_and_all_of_them_together(tmp_path):
    project = rebased(small(tmp_path, ward=[code(CHARTED)]), "waits.seen", "waits.sen", "beds", "waits.all")
    with pytest.raises(ParamsError) as refused:
        Plan.of(project, Q2)
    assert str(refused.value) == (
        "2 problems:\n"
        '- params/2024-25-Q2.yml, line 5, rebase.1.measure: found "waits.sen". '
        'Did you mean "waits.seen"? The measures are waits.all, waits.seen.\n'
        '- params/2024-25-Q2.yml, line 6, rebase.2.measure: found "beds". The measures are waits.all, waits.seen.'
    )


def test_a_rebase_of_a_measure_that_there_is_not_is_refused_where_notebooks_chart_no_series_of_their_own(tmp_path):
    project = small(tmp_path, index=[prose("Beds.")], ward=[prose("Beds.")])
    edit(project / "params" / f"{Q2}.yml", "measure: waits", "measure: wait")
    with pytest.raises(ParamsError, match=r'measure: found "wait"\. Did you mean "waits"\?'):
        Plan.of(project, Q2)


@pytest.mark.parametrize(("one", "other"), [("params.rebase_dates(name)", CHARTED), ("1", "1")])
def test_where_notebooks_do_not_name_their_series_in_words_no_rebase_is_refused(tmp_path, one, other):
    project = small(tmp_path, index=[code(one)], ward=[code(other)])
    assert Plan.of(rebased(project, "beds"), Q2).params.rebase[0].measure == "beds"


def test_settings_that_name_a_chapter_that_there_is_not_are_refused(tmp_path):
    project = small(tmp_path)
    edit(project / "_quarto.yml", "lang: en-GB", "lang: en-GB\nnatpatsip: {not-programmes: [wards]}")
    with pytest.raises(SettingsError, match=r'"wards" is not a chapter .* Did you mean "ward"'):
        Plan.of(project, Q2)


def with_settings(project, lines):
    edit(project / "_quarto.yml", "lang: en-GB", f"lang: en-GB\n{lines}")
    return project


@pytest.mark.parametrize("named", ["gone.bib", "[works.bib, gone.bib]", "../outside.bib", "data"])
def test_each_file_of_works_to_cite_is_one_of_the_project(tmp_path, named):
    project = with_settings(small(tmp_path / "project"), f"bibliography: {named}")
    for file in (project / "works.bib", tmp_path / "outside.bib"):
        file.touch()
    name = named.strip("[]").rpartition(", ")[2]
    message = rf"^_quarto\.yml, line \d+, bibliography: there is no file {name} in the project\. Add it"
    with pytest.raises(SettingsError, match=message):
        Plan.of(project, Q2)
    edit(project / "_quarto.yml", named, "works.bib")
    assert Plan.of(project, Q2)


@pytest.mark.parametrize("name", ["works.yaml", "works.json", "works.ris", "works", "works.bibtex"])
def test_works_in_another_form_than_bibtex_are_refused_since_nothing_finds_their_mistakes(tmp_path, name):
    project = with_settings(small(tmp_path), f"bibliography: {name}")
    (project / name).touch()
    with pytest.raises(SettingsError, match=rf"bibliography: the name {name} does not end in \.bib\. .* works\.bib,"):
        Plan.of(project, Q2)


@pytest.mark.parametrize(("colour", "ratio"), [("#949494", ""), ("#959595", "3.0"), ("#FFFF00", "1.1")])
def test_white_stands_out_from_a_programmes_colour_by_three_to_one(tmp_path, monkeypatch, colour, ratio):
    project = with_settings(small(tmp_path), f'natpatsip: {{colours: {{ward: "{colour}", index: "#003087"}}}}')
    if not ratio:
        assert Plan.of(project, Q2)
        monkeypatch.setattr(palette, "contrast", lambda *_: 3.0)
        assert Plan.of(project, Q2)
        return
    with pytest.raises(SettingsError) as refused:
        Plan.of(project, Q2)
    place = r"_quarto\.yml, line \d+, natpatsip\.colours\.ward"
    found = rf"{place}: found {colour}, whose contrast with white is {ratio} to 1; expected at least 3 to 1\. "
    assert re.fullmatch(rf"{found}Choose a darker colour\.", str(refused.value))


def test_the_chapter_of_changes_can_be_left_out_of_a_plan(tmp_path):
    plan = Plan.of(chapters(small(tmp_path), "index", "changes", "ward"), Q2).without_changes()
    assert plan.chapters == ("index", "ward")
    assert plan.book["book"]["chapters"] == ["index.qmd", "ward.qmd"]


def test_tables_of_terms_begin_with_the_word_that_authors_are_told():
    page = (ROOT / "docs" / "chapters.md").read_text(encoding="utf-8")
    assert f"tables whose first column is called *{TERM}*" in " ".join(page.split())


UNIT = "natpatsip: {units: {bed: hospital beds}}"


@pytest.mark.parametrize(
    ("file", "content"),
    [
        ("params/2023-24-Q2.yml", "# caf\xe9\nvalues: {a: {value: 1, unit: beds, source: Us}}\n".encode("latin-1")),
        ("data/reported.csv", b"fact_id,unit\na,beds\nb\n"),
    ],
)
def test_the_nearest_unit_is_told_whatever_else_is_wrong_with_the_files_that_have_it(tmp_path, file, content):
    project = with_settings(small(tmp_path), UNIT)
    (project / file).write_bytes(content)
    with pytest.raises(SettingsError, match=r'no number of the report has the unit "bed"; .* Did you mean "beds"\?'):
        Plan.of(project, Q2)


def test_a_unit_of_reported_numbers_is_read_as_their_file_has_it(tmp_path):
    project = small(tmp_path)
    edit(project / "_quarto.yml", "lang: en-GB", "lang: en-GB\n" r'natpatsip: {units: {"beds\r\nand cots": beds}}')
    (project / "data").mkdir(exist_ok=True)
    (project / "data" / "reported.csv").write_bytes(b'fact_id,unit\r\na,"beds\r\nand cots"\r\n')
    assert Plan.of(project, Q2).settings.units == {"beds\r\nand cots": "beds"}


def test_a_measures_target_that_the_params_have_not_is_refused(tmp_path):
    project = small(tmp_path)
    edit(project / "data" / "measures.yml", "target: waits_standard", "target: waits_standrad")
    with pytest.raises(DataFileError, match="waits_standrad"):
        Plan.of(project, Q2)
