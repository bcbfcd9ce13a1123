"""A column that a frame does not have: the error names the frame, the columns that it has, and the nearest."""

import sys

import pandas as pd
import pytest

from natpatsip.errors import NotebookError
from natpatsip.pipeline.execution import notebook_run
from natpatsip.pipeline.execution.missing_column import advice
from natpatsip.pipeline.plan import Plan
from natpatsip.quarter import Quarter
from support.projects import code, prose, small

ROWS = "referrals = pd.DataFrame({'month': ['2024-08', '2024-09'], 'team': ['North', 'South'], 'people': [3, 4]})"
NAMED = 'referrals has no column "peple". Its columns are month, team and people. Did you mean "people"?'
WAYS = """\
referrals["peple"]
referrals[["month", "peple"]]
referrals.peple
referrals.loc[:, "peple"]
referrals.loc[referrals["team"] == "North", "peple"]
referrals.at[0, "peple"]
referrals.groupby("peple").sum()
referrals.groupby("team")["peple"].sum()
referrals.groupby("team")[["peple"]].sum()
referrals.groupby("team").agg(n=("peple", "sum"))
referrals.sort_values("peple")
referrals.set_index("peple")
referrals.drop(columns="peple")
referrals.pivot(index="peple", columns="team", values="people")
referrals.merge(referrals.copy(), left_on="peple", right_on="people")
referrals.melt(id_vars="peple")
referrals.dropna(subset=["peple"])
referrals.query("peple > 3")
referrals.astype({"peple": float})
""".splitlines()
OTHERS = """\
{"people": 3}["peple"]
referrals.loc["North"]
referrals.set_index("team").loc["West", "people"]
referrals["team"]["North"]
referrals["team"].peple
referrals.iloc[0]["peple"]
referrals.apply(lambda row: {"North": 1}[row["team"]], axis=1)
referrals.groupby("team")[["people"]].apply(lambda rows: {}["South"])
referrals.assign(x=lambda rows: {}["x"])
""".splitlines()


def advice_on(source):
    """Return the advice on the error of some code, as IPython leaves it."""
    names = {"pd": pd}
    exec(ROWS, names)  # noqa: S102 - as a notebook's cell
    with pytest.raises((LookupError, AttributeError, NameError)) as failed:
        exec(source, names)  # noqa: S102
    sys.last_value = failed.value
    try:
        return advice(str(failed.value))
    finally:
        del sys.last_value


@pytest.mark.parametrize("source", WAYS)
def test_however_a_column_is_asked_for_the_frame_and_its_columns_are_named(source):
    assert advice_on(source).replace("column or method", "column") == NAMED


@pytest.mark.parametrize("source", OTHERS)
def test_what_is_not_about_a_frames_columns_gets_no_advice(source):
    assert advice_on(source) == ""


@pytest.mark.parametrize(
    ("source", "said"),
    [
        (
            "referrals[referrals['people'] > 3]['x']",
            'The frame has no column "x". Its columns are month, team and people.',
        ),
        ("referrals[['x', 'y']]", 'referrals has no columns "x" and "y". Its columns are month, team and people.'),
        ("referrals[['team']]['x']", 'The frame has no column "x". Its only column is team.'),
        ("referrals.groupby('team').sum()['team']", "That is the name of its row labels: frame.reset_index()"),
        ("pd.DataFrame()['x']", 'The frame has no column "x". It has no columns.'),
        ("pd.DataFrame({f'c{n}': [n] for n in range(99)})['x']", "c18, c19 and 79 more."),
    ],
)
def test_a_frame_without_a_name_with_few_or_many_columns_is_described(source, said):
    assert said in advice_on(source)


def test_an_earlier_error_is_not_taken_for_the_one_that_is_asked_about():
    sys.last_value = KeyError("peple")
    try:
        assert advice("another") == ""
    finally:
        del sys.last_value


@pytest.mark.parametrize(
    ("kernels", "cell", "said"),
    [
        ("warm", code('by_month = referrals["peple"]', id="wrong"), f"raised KeyError: 'peple'. {NAMED}\n"),
        (
            "stock",
            prose('There were `{python} referrals["peple"].sum()`.', id="wrong"),
            f": KeyError: 'peple'. {NAMED}",
        ),
    ],
    ids=["a cell", "inline code"],
)
def test_a_build_says_which_columns_there_are(tmp_path, kernels, cell, said):
    project = small(tmp_path, ward=[code(f"import pandas as pd\n{ROWS}", id="rows"), cell])
    plan = Plan.of(project, Quarter.parse("2024-25-Q2"))
    with pytest.raises(NotebookError) as failed:
        notebook_run.run(plan, plan.notebooks["ward"], {}, kernels=kernels, is_traced=False)
    assert said in f"{failed.value}\n"
    assert "(id wrong)" in str(failed.value)
