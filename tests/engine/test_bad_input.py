"""Bad input gets one clear error, the right exit status, and leaves the report that was there."""

import pytest

from support.projects import code, command, edit, prose, small, write

Q2 = "2024-25-Q2"
OLD = "the report that was there"
CHART = """\
import altair as alt
import pandas as pd
rows = pd.DataFrame({"month": ["July"], "women": [3]})
"""
FIGURE = (
    CHART + 'figure("fig-women", alt.Chart(rows).mark_bar(), title="T", description="D", caption="C", data=rows{more})'
)


def at(number, words, identity, notebook="ward"):
    """Return a cell as messages name it: notebook, position, first words and id."""
    return f'notebooks/{notebook}.ipynb, cell {number} "{words}" (id {identity})'


def raised(place, line, reason):
    """Return what is said of a cell of one line that raises: the place, the analyst's line, and the reason."""
    return f"{place}, line 1:\n    {line}\n  raised {reason}\n"


CELLS = {
    "cell-that-raises": (
        [code("1 / 0", id="division")],
        [
            raised(at(4, "1 / 0", "division"), "1 / 0", "ZeroDivisionError: division by zero"),
            "  The notebook as far as it ran: build/2024-25-Q2/notebooks/ward.ipynb. Fix the cell and build again.",
        ],
    ),
    "inline-expression-that-fails": (
        [prose("We saw `{python} women_seen` women.", id="news")],
        [
            at(4, "We saw `{python} women_seen` women.", "news")
            + ", inline expression `{python} women_seen`: NameError: name 'women_seen' is not defined"
        ],
    ),
    "inline-expression-above-the-cell-that-defines-its-name": (
        [prose("We saw `{python} women_seen` women.", id="news"), code("women_seen = 3", id="later")],
        [
            "NameError: name 'women_seen' is not defined. `women_seen` is defined in "
            'cell 5 "women_seen = 3" (id later), below: move this cell under it.'
        ],
    ),
    "cell-above-the-cell-that-defines-its-name": (
        [code("women_seen + 1", id="news"), code("for women_seen in [3]:\n    pass", id="later")],
        ['`women_seen` is defined in cell 5 "for women_seen in [3]:" (id later), below: move this cell under it.'],
    ),
    "inline-expression-with-a-name-that-is-not-imported": (
        [prose('`{python} measure("waits").mean` women.', id="news")],
        ["NameError: name 'measure' is not defined. Import it: from natpatsip import measure"],
    ),
    "cell-with-a-name-that-is-not-imported": (
        [code('measure("waits")', id="news")],
        ["raised NameError: name 'measure' is not defined\n  Import it: from natpatsip import measure\n"],
    ),
    "citation-of-nothing": (
        [prose('We trained `{python} cite("staff_traind")` staff.', id="news")],
        [
            at(4, "We trained `{python}…", "news") + ', inline expression `{python} cite("staff_traind")`: '
            'cite("staff_traind", "2024-25-Q2"): nobody publishes this fact',
            'Did you mean "staff_trained"?',
        ],
    ),
    "figure-without-alternative-text": (
        [code(FIGURE.replace("{more}", ', alt=""'), id="chart")],
        [at(4, "import altair as alt", "chart") + ": fig-women: the alternative text is empty"],
    ),
    "fact-published-twice": (
        [
            code('publish("beds", 3, unit="beds", source="List")', id="first"),
            code('publish("beds", 4, unit="beds", source="List")', id="second"),
        ],
        [
            at(5, "publish('beds', 4, unit='beds',…", "second") + ": beds (2024-25-Q2) is published twice: ",
            "3 in cell 4 \"publish('beds', 3, unit='beds',…\" (id first)",
            " and 4 in cell 5 \"publish('beds', 4, unit='beds',…\" (id second)",
        ],
    ),
    "claim-that-the-chart-does-not-bear-out": (
        [
            code("from natpatsip import spc\nwarmth = spc.xmr([70, 71, 70, 72, 71] * 5)", id="chart"),
            prose('`{python} spc.claim("Warmth has risen", warmth, shows="rising")`.', id="news"),
        ],
        [
            at(5, "`{python} spc.claim('Warmth has risen',…", "news") + ", inline expression `{python} spc.claim(",
            '"Warmth has risen" claims "rising", but the chart does not show it',
            "It shows: stable.",
        ],
    ),
    "sentence-that-the-numbers-do-not-bear-out": (
        [
            code("from natpatsip import hold", id="tools"),
            prose('`{python} hold("Most wards", where=3 > 7 / 2, found="3 of 7")` took part.', id="news"),
        ],
        [
            at(5, "`{python} hold('Most wards', where=3 >…", "news") + ", inline expression `{python} hold(",
            '"Most wards" does not hold: 3 of 7.',
        ],
    ),
    "reference-to-no-figure": (
        [prose("As @fig-nothing shows.", id="news")],
        [at(4, "As @fig-nothing shows.", "news") + ": @fig-nothing refers to no figure of this report"],
    ),
    "figure-id-twice": (
        [code(FIGURE.replace("{more}", ""), id="one"), code(FIGURE.replace("{more}", ""), id="two")],
        [at(5, "import altair as alt", "two") + ": fig-women is the id of two figures"],
    ),
    "heading-skip": (
        [prose("## A\n\n#### B\n\ntext", id="news")],
        [at(4, "A", "news") + ': the heading "B" is of level 4 under one of level 2'],
    ),
}


def refused(project, *arguments, status):
    """Build, and return what was said; the report that was there must stay as it was."""
    old = project / "reports" / Q2 / "report.pdf"
    old.parent.mkdir(parents=True, exist_ok=True)
    old.write_text(OLD, encoding="utf-8")
    run = command(project, "build", *arguments, "--to", "html")
    assert run.returncode == status, run.stderr
    assert [path.relative_to(project).as_posix() for path in (project / "reports").rglob("*") if path.is_file()] == [
        f"reports/{Q2}/report.pdf"
    ]
    assert old.read_text(encoding="utf-8") == OLD
    assert "Traceback" not in run.stderr.replace("Traceback (most recent call last)\n    Cell", "")
    return run.stderr


@pytest.mark.parametrize("fault", CELLS)
def test_a_faulty_cell_is_named(tmp_path, fault):
    cells, said = CELLS[fault]
    error = refused(small(tmp_path, ward=cells), Q2, status=1)
    for words in said:
        assert words in error


def test_every_notebook_that_failed_is_named(tmp_path):
    project = small(tmp_path, index=[code("1 / 0", id="here")], ward=[code("[][1]", id="there")])
    error = refused(project, Q2, status=1)
    first = raised(at(4, "1 / 0", "here", "index"), "1 / 0", "ZeroDivisionError: division by zero")
    second = raised(at(4, "[][1]", "there"), "[][1]", "IndexError: list index out of range")
    assert f"natpatsip: 2 problems:\n- {first}" in error  # in reading order, whichever ended first
    assert f"\n- {second}" in error.partition(first)[2]


def test_a_broken_cell_of_a_data_file_is_reported_once_with_the_notebooks_that_read_it(tmp_path):
    cited = prose('`{python} cite("teams")` and `{python} cite("reminders_sent")` messages', id="news")
    other = [code("1 / 0", id="division")]
    project = small(tmp_path, index=[cited], ward=[code('cite("teams")', id="teams")])
    rows = (project / "data" / "reported.csv").read_text(encoding="utf-8").splitlines()
    rows[2] = rows[2].replace(",3,", ",abc,")
    (project / "data" / "reported.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    said = "data/reported.csv, row 3, column value: found value abc and unit teams, expected a number, in digits alone"
    error = refused(project, Q2, status=1)
    assert error.count("abc") == 1
    assert f"natpatsip: {said}" in error
    assert "Fix the file and build again; index.ipynb and ward.ipynb read it." in error
    write(project / "notebooks" / "ward.ipynb", "Ward", *other)
    error = refused(project, Q2, status=1)
    assert f"natpatsip: 2 problems:\n- {said}" in error
    assert "index.ipynb reads it." in error
    assert raised(at(4, "1 / 0", "division"), "1 / 0", "ZeroDivisionError: division by zero") in error


REBASE = "rebase:\n  - {{measure: {}, date: {}, reason: new clinics, provenance: reported}}\n"


def test_a_rebase_of_neither_a_measure_nor_a_series_that_a_notebook_charts_is_refused(tmp_path):
    charted = code('from natpatsip import params\nparams.load().rebase_dates("waits.trust")', id="chart")
    project = small(tmp_path, ward=[charted])
    file = project / "params" / f"{Q2}.yml"
    kept, _, rest = file.read_text(encoding="utf-8").partition("rebase:")
    targets = rest[rest.index("targets:") :]  # which a measure names
    file.write_text(kept + REBASE.format("waits.trst", "2022-04") + targets, encoding="utf-8")
    error = refused(project, Q2, status=2)
    line = kept.count("\n") + 2
    place = f"params/{Q2}.yml, line {line}, rebase.0"
    assert f'{place}.measure: found "waits.trst". Did you mean "waits.trust"? The measures are' in error
    file.write_text(kept + REBASE.format("waits.trust", "2024-10") + targets, encoding="utf-8")
    late = refused(project, Q2, status=2)
    assert f"{place}.date: is 2024-10 (waits.trust), after the cut-off of 2024-09-30; expected a month" in late


@pytest.mark.parametrize("filtered", ["", "ignore", "error"])
def test_what_a_control_chart_warns_of_is_told(tmp_path, monkeypatch, filtered):
    monkeypatch.setenv("PYTHONWARNINGS", filtered)
    chart = (
        "import pandas as pd\nfrom natpatsip import spc\n"
        "spc.xmr([70, 71] * 9, dates=pd.date_range('2023-01-01', periods=18, freq='MS'), rebase=['2012-04-01'])"
    )
    run = command(small(tmp_path, ward=[code(chart, id="chart")]), "build", Q2, "--to", "html")
    assert run.returncode == 0, run.stderr
    assert "(id chart): No row has the rebase date 2012-04-01" in run.stderr


def test_a_failure_of_one_quarter_is_told_once(tmp_path):
    error = refused(small(tmp_path, ward=[prose("`{python} beds` beds", id="news")]), Q2, status=1)
    assert error.count("NameError") == 1
    assert "could not be built" not in error


def test_a_quarter_that_is_still_to_be_opened_is_opened_by_a_command(tmp_path):
    project = small(tmp_path)
    assert "natpatsip new-quarter 2024-25-Q3 opens the next one." in refused(project, "2024-25-Q3", status=2)
    later = refused(project, "2025-26-Q1", status=2)
    assert "natpatsip new-quarter 2024-25-Q3 opens the next one; quarters are opened in order" in later
    assert "new-quarter" not in refused(project, "2023-24-Q4", status=2)


def test_two_notebooks_that_publish_a_fact_differently_are_both_named(tmp_path):
    one, two = ([code(f'publish("beds", {n}, unit="beds", source="List")', id=f"cell-{n}")] for n in (3, 4))
    error = refused(small(tmp_path, index=one, ward=two), Q2, status=1)
    places = [
        at(4, f"publish('beds', {n}, unit='beds',…", f"cell-{n}", name) for n, name in ((3, "index"), (4, "ward"))
    ]
    assert f"beds (2024-25-Q2) is published twice: 3 in {places[0]} and 4 in {places[1]}. " in error


def test_an_unknown_quarter_is_a_matter_of_the_command_line(tmp_path):
    error = refused(small(tmp_path), "2031-32-Q1", status=2)
    assert "params/2031-32-Q1.yml does not exist: there are params for 2024-25-Q1, 2024-25-Q2" in error


def test_what_is_no_quarter_is_a_matter_of_the_command_line(tmp_path):
    assert '"autumn" is not a quarter' in refused(small(tmp_path), "autumn", status=2)


def test_an_unknown_format_is_a_matter_of_the_command_line(tmp_path):
    run = command(small(tmp_path), "build", Q2, "--to", "html,pfd")
    assert run.returncode == 2
    assert 'found "pfd", expected one of html, pdf, docx. Did you mean "pdf"?' in run.stderr


def test_a_misspelt_key_of_the_params_is_named(tmp_path):
    project = small(tmp_path)
    edit(project / "params" / f"{Q2}.yml", "targets:", "target:")
    assert 'target: unknown key. Did you mean "targets"?' in refused(project, Q2, status=2)


def test_a_data_file_that_is_missing_is_named(tmp_path):
    project = small(tmp_path, ward=[prose('`{python} cite("staff_trained")` staff')])
    (project / "data" / "reported.csv").unlink()
    error = refused(project, Q2, status=1)
    assert "data/reported.csv" in error


@pytest.mark.parametrize(
    ("dataset", "old", "new", "said"),
    [
        ("waits_monthly", "month,team", "moth,team", "month"),
        ("waits_monthly", None, "many", "many"),
        ("waits_monthly", "South", "Suth", 'Did you mean "South"'),
    ],
)
def test_a_faulty_data_file_is_named_with_row_and_column(tmp_path, dataset, old, new, said):
    project = small(tmp_path, ward=[code(f'from natpatsip import datasets\ndatasets.load("{dataset}")', id="load")])
    file = project / "data" / f"{dataset}.csv"
    lines = file.read_text(encoding="utf-8").splitlines()
    if old is None:
        fields = lines[5].split(",")
        fields[3] = new
        lines[5] = ",".join(fields)
    else:
        place = next(number for number, line in enumerate(lines) if old in line)
        lines[place] = lines[place].replace(old, new)
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    error = refused(project, Q2, status=1)
    assert f"data/{dataset}.csv" in error
    assert said in error


def test_outside_a_project_the_error_says_where_to_go(tmp_path):
    run = command(tmp_path, "build", Q2)
    assert run.returncode == 2
    assert "no _quarto.yml here or in a folder above" in run.stderr


def test_quarto_asked_for_and_not_there_is_said(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", "/usr/bin:/bin")
    run = command(small(tmp_path), "build", Q2, "--renderer", "quarto")
    assert run.returncode == 1
    assert "quarto" in run.stderr.lower()
