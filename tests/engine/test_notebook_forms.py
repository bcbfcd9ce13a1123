"""Notebooks as other programs save them run, and their cells have names that are the same in every build."""

from __future__ import annotations

import json

import pytest

from natpatsip.errors import NotebookError
from natpatsip.pipeline.execution import notebook_run
from natpatsip.pipeline.execution.engine import assigned
from natpatsip.pipeline.notebook import Notebook, name_of
from natpatsip.pipeline.plan import Plan
from natpatsip.quarter import Quarter
from support.projects import code, prose, small, write

NEWS = [code("n = 3", id="three"), prose("We had `{python} n` beds.", id="news")]
METADATA = {
    "none": {},
    "another-environment": {"kernelspec": {"name": "conda-env-nhs-py", "display_name": "nhs", "language": "python"}},
    "colab": {"kernelspec": {"name": "py3x", "display_name": "Python 3"}, "language_info": {"name": "python"}},
    "vs-code": {"kernelspec": {"name": ".venv", "display_name": ".venv"}, "language_info": {"name": "python"}},
}


def rewritten(project, change):
    file = project / "notebooks" / "ward.ipynb"
    content = json.loads(file.read_text(encoding="utf-8"))
    change(content)
    file.write_text(json.dumps(content), encoding="utf-8")
    return file


def executed(project, kernels="auto"):
    plan = Plan.of(project, Quarter(2024, 2))
    return notebook_run.run(plan, plan.notebooks["ward"], {}, kernels=kernels, is_traced=False).content


@pytest.mark.parametrize("sign", ["\r", "\v", "\f", "\x1c", "\x85", "\u2028", "\u2029"])
def test_a_title_is_one_line_whatever_breaks_lines_in_it(tmp_path, sign):
    project = small(tmp_path)
    file = write(project / "notebooks" / "ward.ipynb", f"Ward{sign}round", prose("## Progress\n\nAll is well."))
    assert Notebook.read(file).title == "Ward round"


@pytest.mark.parametrize("kernels", ["stock", "warm"])
@pytest.mark.parametrize("form", METADATA)
def test_a_python_notebook_runs_on_the_projects_python_whatever_kernel_it_names(tmp_path, form, kernels):
    project = small(tmp_path, ward=NEWS)
    file = rewritten(project, lambda content: content.update(metadata=METADATA[form]))
    run = executed(project, kernels)
    assert run.cells[-1].metadata["user_expressions"][0]["result"]["data"]["text/plain"] == "3"
    assert run.metadata.papermill.input_path == str(file)


def test_cells_without_ids_are_named_by_their_place_in_every_build(tmp_path):
    def older(content):
        content["nbformat_minor"] = 4
        for cell in content["cells"]:
            del cell["id"]
        content["cells"][-1]["metadata"]["id"] = "kJ3_x-9"  # as Colab saves it

    project = small(tmp_path, ward=NEWS)
    file = rewritten(project, older)
    names = ["cell-1", "cell-2", "cell-3", "cell-4", "kJ3_x-9"]
    assert [cell.id for cell in Notebook.read(file).content.cells] == names
    run = executed(project)
    assert [cell.id for cell in run.cells if "injected-parameters" not in cell.metadata.tags] == names


def test_an_id_given_twice_names_one_cell(tmp_path):
    project = small(tmp_path, ward=[prose("One.", id="news"), prose("Two.", id="other"), prose("3.", id="cell-5")])
    file = rewritten(project, lambda content: content["cells"][4].update(id="news"))
    ids = [cell.id for cell in Notebook.read(file).content.cells]
    assert ids[3:] == ["news", "cell-5-", "cell-5"]


@pytest.mark.parametrize("line", ['quarter: str = "2024-25-Q2"', 'quarter:str="2024-25-Q2"', 'quarter = "2024-25-Q2"'])
def test_parameters_may_have_types(tmp_path, line):
    project = small(tmp_path, ward=NEWS)
    file = rewritten(project, lambda content: content["cells"][1].update(source=f'{line}\nedition: str = ""'))
    assert Notebook.read(file).name == "ward"
    executed(project)


@pytest.mark.parametrize(
    ("source", "name"),
    [
        ("## News\n\nIn July.", 'cell 3 "News" (id x)'),
        ('\n\nsay("hello")', "cell 3 \"say('hello')\" (id x)"),
        ("", "cell 3 (id x)"),
        ("Between April and June the teams saw more people.", 'cell 3 "Between April and June the teams saw…" (id x)'),
    ],
)
def test_a_cell_is_named_by_number_first_words_and_id(source, name):
    assert name_of(3, {"id": "x", "source": source}) == name


SETS = [
    "quarter = '2024-25-Q1'",
    "edition: str = 'north'",
    "for quarter in ['2024-25-Q1', '2024-25-Q2']:\n    pass",
    "from natpatsip import quarter",
    "def f():\n    global quarter\n    quarter = 1",
    "[quarter := q for q in '12']",
    "globals()['quarter'] = '2024-25-Q1'",
    "exec('edition = \"north\"')",
    "del globals()['quarter']",
]


@pytest.mark.parametrize("kernels", ["stock", "warm"])
def test_a_cell_that_sets_the_quarter_or_the_edition_is_refused(tmp_path, kernels):
    project = small(tmp_path)
    for number, source in enumerate(SETS if kernels == "warm" else SETS[-3:]):
        folder = tmp_path / str(number)
        folder.mkdir()
        project = small(folder, ward=[code(source, id="again"), code("1 / 0", id="after")])
        with pytest.raises(
            NotebookError, match=r"notebooks/ward.ipynb, cell 4 .*\(id again\) sets `(quarter|edition)`"
        ):
            executed(project, kernels)


@pytest.mark.parametrize(
    "source", ["[quarter for quarter in 'ab']", "def f(quarter):\n    edition = 1", "x.quarter = 1"]
)
def test_a_name_of_the_same_letters_elsewhere_is_not_the_parameter(source):
    assert not {"quarter", "edition"} & assigned(source)


@pytest.mark.parametrize("kernels", ["stock", "warm"])
def test_a_failure_shows_the_analysts_line_then_the_error_then_the_notebook_as_far_as_it_ran(tmp_path, kernels):
    source = "import json\nrows = 'x'\njson.loads(\n    rows)"
    with pytest.raises(NotebookError) as error:
        executed(small(tmp_path, ward=[code(source, id="reads")]), kernels)
    assert str(error.value).splitlines() == [
        'notebooks/ward.ipynb, cell 4 "import json" (id reads), line 3:',
        "    json.loads(",
        "  raised JSONDecodeError: Expecting value: line 1 column 1 (char 0)",
        "  The notebook as far as it ran: build/2024-25-Q2/notebooks/ward.ipynb. Fix the cell and build again.",
    ]


def test_a_failure_in_the_reports_own_python_names_that_line_too(tmp_path):
    project = small(tmp_path, ward=[code("import own\nown.divide(0)", id="divides")])
    (project / "src").mkdir(exist_ok=True)
    (project / "src" / "own.py").write_text("def divide(by):\n    return 1 / by\n", encoding="utf-8")
    with pytest.raises(
        NotebookError, match=r"line 2:\n    own.divide\(0\)\n.*\n  in src/own.py, line 2: return 1 / by"
    ):
        executed(project)


def test_an_error_has_no_colours_of_a_terminal(tmp_path):
    shouts = r"raise ValueError('\x1b[31mred\x1b]8;;http://x\x07 link')"
    with pytest.raises(NotebookError, match=r"raised ValueError: red link") as error:
        executed(small(tmp_path, ward=[code(shouts)]))
    assert "\x1b" not in str(error.value)
