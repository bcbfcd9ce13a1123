"""What runs before what, and what is refused before anything runs."""

import pytest

from natpatsip.errors import NotebookError, SettingsError, UsageError
from natpatsip.pipeline.plan import Plan
from natpatsip.quarter import Quarter
from support.projects import code, command, edit, prose, small, write

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
