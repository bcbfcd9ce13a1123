"""A sum that takes a missing value for 0 is found, unless its code says what is meant."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from nbformat import NotebookNode
from nbformat.v4 import new_output

from natpatsip.checks import missing_as_zero
from natpatsip.checks.outcome import Finding
from natpatsip.pipeline.notebook_outputs import DATASET
from support.checking import seen
from support.projects import code, prose, small

DECLARED = """\
name: ward
resources:
  - name: waits
    path: waits.csv
    schema:
      fields:
        - {name: team}
        - {name: seen, type: integer, missingValues: ["", "*"]}
        - {name: beds, type: integer}
        - {name: closed, type: boolean}
"""
TAKING = [  # a missing value of `seen` for 0
    'rows["seen"].sum()',
    "rows.seen.sum()",
    "rows.sum(numeric_only=True)",
    'rows.groupby("team")["seen"].sum()',
    'rows.groupby("team")["seen"].sum(min_count=1)',
    'rows.groupby("beds").sum(numeric_only=True)',
    'rows[rows["beds"] > 2].sum(numeric_only=True)',
    'rows.groupby("team").agg({"seen": "sum", "beds": "mean"})',
    'rows.groupby("team").agg({"seen": "sum"}, skipna=False)',  # which pandas does not heed
    'rows.groupby("team").agg(total=("seen", "sum"))',
    'rows.groupby("team")["seen"].agg(["sum", "mean"])',
    'rows.groupby("team")["seen"].transform("sum")',
    'rows.pivot_table(index="team", values="seen", aggfunc="sum")',
    'pd.crosstab(rows["team"], rows["beds"], values=rows["seen"], aggfunc="sum")',
    'rows["seen"].cumsum()',
    'rows["seen"].expanding().sum()',
    'rows["seen"].rolling(3, min_periods=1).sum()',
    'rows["seen"].rolling(3, 1).sum()',
    'rows["seen"].rolling("90D").sum()',
    'rows["seen"].rolling(12).mean().sum()',
    'np.nansum(rows["seen"])',
    'np.nancumsum(rows["seen"])',
    'np.sum(rows["seen"])',
    '(rows["seen"] / rows["beds"]).sum()',
    'rows[rows["team"].isin(["North"])]["seen"].sum()',
    'rows.loc[rows["team"].eq("South"), "seen"].sum()',
    'rows[rows["beds"].between(1, 9)]["seen"].sum()',
    'rows[rows["beds"].notna()]["seen"].sum()',
    'rows[~rows["team"].duplicated()]["seen"].sum()',
    'rows.query("beds > 1")["seen"].sum()',
    'rows["seen"].fillna(0)',
    'rows.fillna(value=0)["seen"]',
    'rows.fillna({"seen": 0})',
    'np.nan_to_num(rows["seen"])',
    'rows["seen"].replace(float("nan"), 0)',
    'rows["seen"].add(rows["beds"], fill_value=0)',
    'rows["seen"].where(rows["seen"].notna(), 0)',
    'pd.concat([rows, rows])["seen"].sum()',
    'pd.merge(rows, rows)["seen"].sum()',
    'pd.Series(rows["seen"]).sum()',
    'pd.DataFrame({"seen": rows["seen"]}).sum()',
    'datasets.total(rows, ["seen"], by="team")["seen"].sum()',
    'pd.concat([rows, rows[["beds"]]])["seen"].sum()',
    'pd.concat([rows[["beds"]], rows])["seen"].sum()',
    'pd.concat([rows[["beds"]], rows[["seen"]]]).sum()',
    *(f'rows["seen"].{held}.sum()' for held in ("loc[:]", "iloc[:]", "T", "values", "array")),
]
MEANT = [
    'rows["beds"].sum()',  # which has no missing value
    "rows.beds.sum()",
    'rows.groupby("team").agg({"beds": "sum", "seen": "mean"})',
    'rows.groupby("team")["beds"].agg("sum")',
    'rows["seen"].sum(skipna=False)',
    'rows["seen"].sum(skipna=True)',
    'rows.groupby("team")["seen"].agg("sum", skipna=False)',
    'rows["seen"].dropna().sum()',
    'rows.dropna(subset=["seen"])["seen"].sum()',
    'rows.drop(columns="seen").sum(numeric_only=True)',
    'rows[rows["seen"].notna()]["seen"].sum()',
    'rows[~rows["seen"].isna()]["seen"].sum()',
    '(rows["seen"] > 5).sum()',
    '((rows["seen"] > 5) & (rows["beds"] > 2)).sum()',
    'rows["seen"].isna().sum()',
    'rows["seen"].rolling(3).sum()',  # missing itself
    'rows["seen"].fillna("suppressed")',
    'rows["beds"].fillna(0)',
    'rows["closed"].fillna(False)',
    'rows["seen"].replace(float("nan"), -1)',
    'rows["seen"].replace(1, 0)',
    *(f'rows["seen"].{name}(rows["seen"].{asked}, -1)' for name, asked in (("where", "notna()"), ("mask", "isna()"))),
    *(f'rows["seen"].{name}(rows["beds"] > 2, 0)' for name in ("where", "mask")),
    'datasets.total(rows, "seen", by="team")',
    'rows.groupby("team")["seen"].agg("mean")',
    'rows.pivot_table(index="team", values="seen", aggfunc="max", margins=True)',  # of one column
    'rows.pivot_table(index="team", values=["seen", "beds"], aggfunc="max", margins=False)',
    'rows.pivot_table(index="team", values=["seen", "beds"], aggfunc="max", margins=True, dropna=False)',
    'rows[["team", "beds"]].pivot_table(index="team", margins=True)',
    "sum([1, 2])",
    'pd.concat([rows[["beds"]], rows[["beds"]]]).sum()',
    "np.arange(len(rows)).sum()",
    *(f'rows["seen"].{name}({{5}}).sum()' for name in ("isin", "eq", "ne", "lt", "le", "gt", "ge", "between")),
    *(f'rows["seen"].{name}().sum()' for name in ("isna", "isnull", "notna", "notnull", "duplicated", "value_counts")),
    'rows["seen"].unique().sum()',
    *(f'rows["seen"].{name}' for name in ("shape[0]", "index.sum()")),
    *("rows.columns.size", 'rows.groupby("team").ngroups'),
    *(f'rows.groupby("team")["seen"].{name}().sum()' for name in ("count", "size", "nunique", "any", "all")),
]
NAMED = [  # code of several lines, and whether it takes what is missing for 0
    ("totals = rows.groupby('team')\ntotals = totals.first()\ntotals.sum(numeric_only=True)", True),
    ("seen = rows['seen']\nseen.sum()", True),
    ("seen: pd.Series = rows['seen']\nseen.sum()", True),
    ("beds = rows['beds']\nbeds.sum()", False),
    ("by = rows.groupby('team')['beds']\nby.sum()", False),
    ("complete = rows.dropna()\ncomplete['seen'].sum()", False),
    ("flags = rows['seen'] > 5\nflags.sum()", False),
    ("share = rows['beds'] / rows['beds'].sum()\nshare.sum()", False),
    ("n = len(rows)\nnp.arange(n).sum()", False),
    ("other = pd.DataFrame({'a': [1]})\nother.sum()", False),
]


def reading(folder, *after: NotebookNode, cells: str = "North,4,2,true\nSouth,*,3,\n", is_read: bool = True) -> Path:
    """Make a project with a notebook that has read a file with these rows."""
    load = code('rows = datasets.load("waits")', id="load")
    if is_read:
        load.outputs = [new_output("display_data", data={DATASET: {"name": "waits", "file": "data/waits.csv"}})]
    project = small(folder, ward=[load, *after])
    (project / "data" / "measures.yml").unlink()
    (project / "data" / "datapackage.yaml").write_text(DECLARED, encoding="utf-8")
    (project / "data" / "waits.csv").write_text(f"team,seen,beds,closed\n{cells}", encoding="utf-8")
    return project


def found(folder, *sources: str, **given: Any) -> dict[str, Finding]:
    """Return what the check says of each cell, by its source."""
    project = reading(folder, *(code(source, id=f"cell-{n}") for n, source in enumerate(sources)), **given)
    return {sources[int(each.cell.removeprefix("cell-"))]: each for each in missing_as_zero.check(seen(project))}


@pytest.fixture(scope="module")
def of_each(tmp_path_factory):
    """What the check says of every cell, all in one notebook."""
    return found(tmp_path_factory.mktemp("sums"), *TAKING, *MEANT, *(source for source, _ in NAMED))


@pytest.mark.parametrize("source", TAKING)
def test_a_call_that_takes_a_missing_value_for_0_is_found_with_the_value(source, of_each):
    assert "takes missing values for 0, and data/waits.csv, row 3, has no value in seen." in of_each[source].message


@pytest.mark.parametrize("source", MEANT)
def test_code_that_says_what_it_wants_or_sums_what_is_complete_is_not_found(source, of_each):
    assert source not in of_each


@pytest.mark.parametrize("given", [{"cells": "North,4,2,true\nSouth,0,3,\n"}, {"is_read": False}])
def test_data_without_missing_values_or_that_the_notebook_has_not_read_have_no_finding(tmp_path, given):
    assert found(tmp_path, *TAKING, **given) == {}


def test_a_call_is_advised_by_what_it_does(of_each):
    assert ".sum(skipna=False), after which such a sum is missing too" in of_each['np.sum(rows["seen"])'].message
    assert of_each['rows["seen"].fillna(0)'].message.endswith("Leave it missing, or give its rows words of their own.")


@pytest.mark.parametrize(("source", "is_taken"), NAMED)
def test_a_name_stands_for_the_columns_that_it_was_made_of(source, is_taken, of_each):
    assert (source in of_each) == is_taken


BY_TIME = [  # the sum of each month or quarter, which is 0 for one without rows
    'rows.set_index("month")["seen"].resample("MS").sum()',
    'rows.resample("QS", on="month")["seen"].sum()',
    'rows.resample("MS", on="month").agg({"seen": "sum"})',
    'rows.groupby(pd.Grouper(key="month", freq="MS"))["seen"].sum()',
    'rows.resample("MS", on="month")["seen"].sum(min_count=0)',
]
NOT_BY_TIME = [
    'rows.resample("MS", on="month")["seen"].sum(min_count=1)',
    'rows.resample("MS", on="month")["seen"].mean()',
    'rows.groupby("month")["seen"].sum()',
    'rows["seen"].sum()',
]


def by_time(folder, kind, *months):
    """Return the cells that are found where a file has a row for each of these times."""
    cells = [code(source, id=f"cell-{n}") for n, source in enumerate([*BY_TIME, *NOT_BY_TIME])]
    project = reading(folder, *cells)
    fields = f"{{name: month, type: {kind}}}\n        - {{name: seen, type: integer}}"
    declared = DECLARED[: DECLARED.index("{name: team}")] + fields + "\n"
    (project / "data" / "datapackage.yaml").write_text(declared, encoding="utf-8")
    rows = "".join(f"{month},5\n" for month in months)
    (project / "data" / "waits.csv").write_text(f"month,seen\n{rows}", encoding="utf-8")
    return {each.cell: each.message for each in missing_as_zero.check(seen(project))}


def test_a_sum_of_each_month_is_found_where_a_month_has_no_row(tmp_path):
    messages = by_time(tmp_path, "yearmonth", "2024-04", "2024-05", "2024-07", "2024-09")
    assert [*messages] == [f"cell-{n}" for n in range(len(BY_TIME))]
    assert all("data/waits.csv has no row of June 2024. Write .sum(min_count=1)" in each for each in messages.values())


@pytest.mark.parametrize(
    ("kind", "months"),
    [("yearmonth", ["2024-04", "2024-05", "2024-06"]), ("date", ["2024-04-02", "2024-06-03"])],
    ids=["each-month-has-a-row", "days-of-events"],
)
def test_a_sum_of_each_month_is_not_found_where_none_lacks_a_row_or_a_row_is_an_event(tmp_path, kind, months):
    assert by_time(tmp_path, kind, *months) == {}


def test_inline_code_is_read_too(tmp_path):
    text = prose('We saw `{python} rows["seen"].sum()` people, in `{python} rows["beds"].sum()` beds.', id="cell-0")
    assert [each.cell for each in missing_as_zero.check(seen(reading(tmp_path, text)))] == ["cell-0"]


@pytest.mark.parametrize("given", ['values=["seen", "beds"], aggfunc="max", ', 'values=["beds", "seen"], ', ""])
def test_totals_of_a_pivot_table_that_lack_a_row_are_found(tmp_path, given):
    source = f'rows.pivot_table(index="team", {given}margins=True)'
    message = found(tmp_path, source)[source].message
    assert message.startswith("pivot_table(…) with margins=True leaves a row with a missing value out of the totals")
    assert "data/waits.csv, row 3, has no value in seen." in message
