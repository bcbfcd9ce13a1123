"""Small numbers: what a policy should have hidden is found in whatever carries it, and so is what gives it away."""

from __future__ import annotations

import re
import shutil
from functools import partial

import altair as alt
import numpy as np
import pandas as pd
import pytest
from nbformat.v4 import new_output

from natpatsip import context, datasets, figure, measures, table
from natpatsip.blocks.tables_and_callouts import BLOCK
from natpatsip.checks import small_number
from natpatsip.checks.raw_counts import RawCounts
from natpatsip.checks.table_cells import Cells
from natpatsip.datasets.disclosure import SuppressionPolicy
from natpatsip.facts.fact import Fact
from natpatsip.measures.definitions import HIDDEN
from natpatsip.pipeline.notebook_outputs import DATASET
from natpatsip.quarter import Quarter
from support.checking import block, charting, printing, publishing, seen
from support.measured import months
from support.projects import code, prose, small, write

TEAMS = ("North", "South", "East", "West", "Central")
SEPTEMBER = {"North": (4, 22), "South": (23, 41), "East": (12, 33), "West": (31, 58), "Central": (26, 44)}
FILE = "data/waits_monthly.csv"


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    """A project whose North has a 4 in September."""
    folder = small(tmp_path_factory.mktemp("project") / "small")
    chance = np.random.default_rng(7)
    lines = ["month,team,seen_in_time,seen,provenance"]
    for month in months(18):
        for team in TEAMS:
            size = int(chance.integers(20, 90))
            top, whole = SEPTEMBER[team] if month == "2024-09" else (int(chance.integers(9, size)), size)
            lines.append(f"{month},{team},{top},{whole},reported")
    (folder / FILE).write_text("\n".join(lines) + "\n", encoding="utf-8")
    rows = [
        f"team,T{n},{name},{name.lower()},,{'Northern' if name == 'North' else ''},," for n, name in enumerate(TEAMS)
    ]
    listed = ["kind,code,name,slug,parent,aliases,open_from,open_to", *rows]
    (folder / "data" / "organisations.csv").write_text("\n".join(listed) + "\n", encoding="utf-8")
    (folder / "data" / "measures.yml").write_text(
        (folder / "data" / "measures.yml").read_text().replace("  target: waits_standard\n", "")
    )
    return folder


@pytest.fixture
def found(project):
    """Return a function that gives what the check finds in some cells."""
    return partial(found_in, project)


def found_in(project, *cells):
    reading = code("waits", id="reading")
    reading.outputs = [new_output("display_data", data={DATASET: {"file": FILE, "sha256": "", "rows": 1}})]
    write(project / "notebooks" / "ward.ipynb", "Ward", reading, *cells)
    return small_number.check(seen(project))


@pytest.fixture(scope="module")
def waits(project):
    return datasets.load("waits_monthly", quarter="2024-25-Q2", project=project, is_shown=False)


@pytest.fixture(scope="module")
def september(waits):
    """The raw counts of the month by team, under names that say nothing."""
    rows = waits[waits["month"] == "2024-09-01"][["team", "seen_in_time", "seen"]]
    return rows.set_axis(["Where", "In", "Of"], axis=1).reset_index(drop=True)


def showing(data):
    cell = code("shown", id="leak")
    cell.outputs = [new_output("execute_result", data=data, execution_count=1)]
    return cell


def printing_out(text):
    cell = code("print(frame)", id="leak")
    cell.outputs = [new_output("stream", name="stdout", text=text)]
    return cell


def as_figure(frame):
    chart = alt.Chart(frame).mark_bar().encode(x="Where", y=alt.Y("In", sort=None))
    return figure("fig-x", chart, title="T", description="D", caption="C", data=frame)._repr_mimebundle_()


CARRIERS = {
    "a table of the report": lambda frame: showing(table(frame, caption="By team")._repr_mimebundle_()),
    "a figure's data, its download": lambda frame: charting("fig-x", id="leak", data=frame.to_csv(index=False)),
    "a chart's specification": lambda frame: showing(
        {key: value for key, value in as_figure(frame).items() if "vega" in key}
    ),
    "a frame that the executed notebook shows": lambda frame: showing(
        {"text/html": frame.to_html(), "text/plain": repr(frame)}
    ),
    "a printed frame": lambda frame: printing_out(frame.to_string()),
    "a printed series": lambda frame: printing_out(str(frame.set_index("Where")["In"])),
    "a table typed in Markdown": lambda frame: prose(
        "| Where | In |\n|---|--:|\n"
        + "\n".join(f"| {where} | {one} |" for where, one in zip(frame["Where"], frame["In"], strict=True)),
        id="leak",
    ),
    "a table whose columns are organisations": lambda frame: block(
        "| Month | " + " | ".join(frame["Where"]) + " |\n|---|" + "--:|" * len(frame)
        + "\n| September | " + " | ".join(map(str, frame["In"])) + " |",
        id="leak",
    ),
    "other names of organisations": lambda frame: block(
        table(frame.replace({"Where": {"North": "Northern"}}), caption="By team").markdown, id="leak"
    ),
}  # fmt: skip


@pytest.mark.parametrize("carrier", CARRIERS)
def test_a_raw_small_count_is_found_in(found, september, carrier):
    (finding, *_) = found(CARRIERS[carrier](september))
    assert (finding.notebook, finding.cell, finding.check) == ("ward.ipynb", "leak", "small-number")
    assert (finding.found, finding.expected) == ("4", "*")
    assert "waits_monthly.seen_in_time by team" in finding.message
    assert "4 for North" in finding.message
    assert 'datasets.suppress_small_counts(…, "waits_monthly")' in finding.message


def long(rows):
    return rows[["month", "team", "seen_in_time"]].assign(month=rows["month"].dt.strftime("%Y-%m"))


def wide(rows):
    return long(rows).pivot_table(index="month", columns="team", values="seen_in_time").astype(int).reset_index()


def hidden_beside_totals(rows):
    """Return a table by month in which each hidden count of North follows from the total."""
    frame = wide(rows).assign(total=lambda each: each.drop(columns="month").sum(axis=1), North="*")
    return frame[["month", *TEAMS, "total"]]


@pytest.fixture(scope="module")
def always_small(project, tmp_path_factory):
    """A project whose North has a 4 in each of 18 months."""
    folder = shutil.copytree(project, tmp_path_factory.mktemp("always") / "small")
    text = (folder / FILE).read_text(encoding="utf-8")
    (folder / FILE).write_text(re.sub(r"(?<=,North,)\d+", "4", text), encoding="utf-8")
    return folder


@pytest.mark.parametrize(
    ("form", "said"),
    [
        (long, 'the data of fig-x, column "seen_in_time": shows 4 for North (2023-04), 4 for North (2023-05), '
               "4 for North (2023-06) and 15 more, which are waits_monthly.seen_in_time by team"),
        (wide, "the data of fig-x: shows 4 for North (2023-04), 4 for North (2023-05), 4 for North (2023-06) and 15 "
               "more, which are waits_monthly.seen_in_time by team"),
        (hidden_beside_totals, "The same is true of 17 other hidden numbers there."),
    ],
)  # fmt: skip
def test_many_small_numbers_of_one_table_are_one_finding(always_small, form, said):
    rows = datasets.load("waits_monthly", quarter="2024-25-Q2", project=always_small, is_shown=False)
    findings = found_in(always_small, charting("fig-x", id="leak", data=form(rows).to_csv(index=False)))
    assert [said in each.message for each in findings if "the policy rounds them" not in each.message] == [True]
    assert [each.found for each in findings if said in each.message] == [
        "North and 17 more" if form is hidden_beside_totals else "4 and 17 more"  # an acceptance names how many
    ]


def test_a_figure_with_small_numbers_is_one_finding_that_names_its_data_and_its_chart(found, waits):
    rows = long(waits).query("month >= '2024-08'").rename(columns={"team": "Where", "seen_in_time": "In"})
    chart = alt.Chart(rows.assign(Part=1)).mark_bar().encode(x="month:N", y="In", color="Where", detail="Part")
    made = figure("fig-x", chart, title="T", description="D", caption="C", data=rows)._repr_mimebundle_()
    (finding,) = found(showing(made))
    assert finding.message.startswith('the data of fig-x, column "In": shows 4 for North (2024-09), which are')
    assert 'The same is in the chart\'s specification, column "In".' in finding.message


def test_what_is_accepted_of_one_table_holds_for_no_other_of_its_cell(found, september):
    figure_alone = charting("fig-x", id="leak", data=september.to_csv(index=False))
    shown = table(september.assign(Of="–"), caption="By team")._repr_mimebundle_()
    both = charting("fig-x", id="leak", data=september.to_csv(index=False))
    both.outputs += [new_output("display_data", data=shown)]
    (one,) = [each for each in found(figure_alone) if each.expected == "*"]
    (two,) = [each for each in found(both) if each.expected == "*"]
    assert (one.found, two.found) == ("4", "4 and 1 more")
    assert "The same is in the table" in two.message


def test_exact_counts_are_told_beside_small_ones_of_another_table(found, september):
    counts = september[["Where", "In"]].set_axis(["Where", "seen_in_time"], axis=1)
    small = counts.assign(seen_in_time=["4", *(str(5 * round(each / 5)) for each in counts["seen_in_time"][1:])])
    cell = charting("fig-x", id="leak", data=counts[counts["seen_in_time"] > 7].to_csv(index=False))
    cell.outputs += showing(table(small, caption="By team")._repr_mimebundle_()).outputs
    assert [(each.found, each.expected) for each in found(cell)] == [("23 and 3 more", "25"), ("4", "*")]


def test_an_expression_of_a_table_in_markdown_is_read_too(found, september):
    rows = "\n".join(f"| {name} | `{{python}} each` |" for name in september["Where"])
    cell = printing(f"| Where | In |\n|---|--:|\n{rows}", *map(str, september["In"]), id="leak")
    assert [each.found for each in found(cell)] == ["4"]


@pytest.mark.parametrize("carrier", CARRIERS)
def test_what_the_policy_shows_is_not_found_in(found, project, waits, carrier):
    rows = waits[waits["month"] == "2024-09-01"]
    with context.use("2024-25-Q2", project=project):
        shown = datasets.suppress_small_counts(rows, "waits_monthly")
    frame = pd.DataFrame({"Where": shown["team"], "In": shown["seen_in_time_shown"], "Of": shown["seen_shown"]})
    assert found(CARRIERS[carrier](frame)) == []


def test_sums_of_a_quarter_are_known_by_their_values(found, waits):
    sums = datasets.quarterly(waits, by="team", counts=["seen"])
    latest = sums[sums["month"] == sums["month"].max()][["team", "seen"]].set_axis(["Where", "Number"], axis=1)
    (finding,) = found(showing(table(latest, caption="Quarter")._repr_mimebundle_()))
    assert "the policy rounds them to the nearest 5" in finding.message


def test_a_series_of_one_organisation_is_known_by_its_values(found, waits):
    north = waits[waits["team"] == "North"][["month", "seen_in_time"]].set_axis(["Month", "Number"], axis=1)
    (finding,) = found(charting("fig-x", id="leak", data=north.tail(9).to_csv(index=False)))
    assert finding.found == "4"


@pytest.mark.parametrize(
    ("label", "counts", "expected"),
    [
        ("Seen within 18 weeks", (4, 23), ["4"]),
        ("Seen within 18 weeks", (3, 25), ["3"]),  # of which one agrees, rounded
        ("Seen within 18 weeks", (1, 23), ["1"]),
        ("Seen within 18 weeks", (7, 23), ["7"]),
        ("Seen within 18 weeks", (0, 23), ["23"]),  # a 0 is shown; what is not rounded is found
        ("Seen within 18 weeks", (4, "*"), ["4"]),
        ("Visits", (4, 23), []),  # too few to be known by their values alone
        ("Seen", (3, 4), []),  # another dataset's, of the same name
        ("Seen", (3, 0), []),
    ],
)
def test_counts_are_known_by_their_name_if_a_value_agrees(found, label, counts, expected):
    rows = "\n".join(f"| {team} | {count} |" for team, count in zip(("North", "South"), counts, strict=True))
    assert [each.found for each in found(block(f"| Team | {label} |\n|---|--:|\n{rows}", id="leak"))] == expected


def test_a_count_is_known_by_its_name_in_a_table_of_the_report_which_escapes_it(found):
    rows = pd.DataFrame({"team": ["North", "South"], "seen_in_time": [4, 25]})
    assert [each.found for each in found(showing(table(rows, caption="By team")._repr_mimebundle_()))] == ["4"]


def test_percentages_of_small_counts_are_found(found, september):
    shares = september.assign(Share=(100 * september["In"] / september["Of"]).round(1))[["Where", "Share"]]
    (finding,) = found(showing(table(shares, caption="Shares")._repr_mimebundle_()))
    assert (finding.found, finding.expected) == ("18.2", "*")


@pytest.mark.parametrize("periods", [5, 6, 12])
@pytest.mark.parametrize("decimals", [0, 1, 2])
def test_percentages_of_one_organisation_period_after_period_are_known_by_their_values(found, waits, periods, decimals):
    north = waits[waits["team"] == "North"]
    shares = (100 * north["seen_in_time"] / north["seen"]).round(decimals)
    frame = pd.DataFrame({"Month": north["month"], "Share": shares}).tail(periods)
    assert [each.found for each in found(charting("fig-x", id="leak", data=frame.to_csv(index=False)))] == (
        [f"{shares.iloc[-1]}"] if periods >= 6 else []
    )
    hidden = frame.assign(Share=frame["Share"].where(frame["Month"] < "2024-09-01"))
    assert found(charting("fig-x", id="leak", data=hidden.to_csv(index=False))) == []
    other = frame.assign(Share=frame["Share"] + 2)
    assert found(charting("fig-x", id="leak", data=other.to_csv(index=False))) == []


@pytest.mark.parametrize(
    ("form", "expected"),
    [
        ("{} people", ["4"]),
        ("{} of {}", ["4", "22 and 4 more"]),  # the second numbers are too large to be hidden, but not rounded
        ("about {} ({} in all)", ["4", "22 and 4 more"]),
        ("{} in 2024", ["4"]),
        ("in T{}", []),  # a code
        ("{}th", []),
        ("0.{}", []),
    ],
)
def test_counts_among_words_are_known_by_their_values(found, september, form, expected):
    texts = [form.format(few, many) for few, many in zip(september["In"], september["Of"], strict=True)]
    frame = september[["Where"]].assign(What=texts)
    assert sorted(each.found for each in found(showing(table(frame, caption="Seen")._repr_mimebundle_()))) == sorted(
        expected
    )


def test_percentages_that_differ_in_a_decimal_that_is_shown_are_of_other_counts(found, september):
    shares = september.assign(Share=(100 * september["In"] / september["Of"]).round(1) + 0.2)[["Where", "Share"]]
    assert found(showing(table(shares, caption="Shares")._repr_mimebundle_())) == []


def test_a_percentage_is_small_if_either_of_its_counts_is_from_one_to_the_threshold():
    tops, wholes = [1, 7, 8, 0, 0], [20, 30, 40, 7, 8]
    columns = {"team": ["A", "B", "C", "D", "E"], "seen_in_time": tops, "seen": wholes}
    rule = SuppressionPolicy(
        policy="Ours", source="us", counts=["seen_in_time", "seen"], percent=["seen_in_time", "seen"],
        geography="team", threshold=7, base=5, symbol="*",
    )  # fmt: skip
    shares = np.array([round(100 * top / whole, 1) for top, whole in zip(tops, wholes, strict=True)])
    small = RawCounts("waits", rule, columns, "", {}).small_in_percentages(range(5), shares, 1)
    assert small.tolist() == [True, True, False, True, False]


def test_cells_that_are_in_no_table_are_left_alone(found):
    assert found(showing({"text/html": "<tr><td>North</td><td>4</td></tr><table><td>4</td></table>"})) == []


def test_sums_of_the_counts_keep_the_order_of_the_datasets_columns():
    parts = {f"part{n}": ["b"] * n + ["a"] + ["b"] * (7 - n) for n in range(8)}  # a row for each part
    columns = {"team": ["North"] * 8, **parts, "seen": range(1, 9)}
    rule = SuppressionPolicy(
        policy="Ours", source="us", counts=["seen"], geography="team", threshold=7, base=5, symbol="*"
    )
    sums = RawCounts("waits", rule, columns, "", {}).sums["seen"]
    assert sums[0].tolist() == [*range(1, 9), 36] * 2


@pytest.mark.parametrize(
    ("kind", "values", "is_apart"),
    [
        ("string", ("new", "again"), True),
        ("boolean", ("true", "false"), True),
        ("year", ("1990", "1991"), True),  # people who were born in a year
        ("date", ("2024-04-01", "2024-05-01"), True),
        ("integer", ("3", "4"), False),
        ("number", ("3.5", "4"), False),
    ],
)
def test_what_is_no_number_tells_rows_of_one_organisation_apart(tmp_path, kind, values, is_apart):
    project = small(tmp_path / "project")
    declared = project / "data" / "datapackage.yaml"
    field = f"        - {{name: more, type: {kind}, description: more}}\n      primaryKey"
    declared.write_text(declared.read_text(encoding="utf-8").replace("      primaryKey", field, 1), encoding="utf-8")
    head, *rows = (project / FILE).read_text(encoding="utf-8").splitlines()
    rows = [f"{row},{values[number % 2]}" for number, row in enumerate(rows)]
    (project / FILE).write_text("\n".join([f"{head},more", *rows, ""]), encoding="utf-8")
    assert ("more" in RawCounts.read("waits_monthly", Quarter(2024, 2), project).columns) == is_apart


@pytest.mark.parametrize("seed", range(12))
def test_sums_of_the_counts_are_those_of_pandas(seed):
    random = np.random.default_rng(seed)
    months = pd.to_datetime(random.choice(["2024-01", "2024-02", "2024-03", "2024-07", None], 60))
    frame = pd.DataFrame(
        {
            "team": random.choice(["North", "South", "West"], 60),
            "month": months if seed % 3 else months.fillna(months.max()),
            "kind": random.choice(["", "new", "again"], 60),
            "open": random.choice([True, False, None], 60) if seed % 2 else True,
            "seen": random.choice([0, 3, 12, np.nan], 60),
        }
    )
    columns = {name: [None if pd.isna(value) else value for value in column] for name, column in frame.items()}
    rule = SuppressionPolicy(
        policy="Ours", source="us", counts=["seen"], geography="team", threshold=7, base=5, symbol="*"
    )
    found = RawCounts("waits", rule, columns, "month", {})
    quarters = frame.assign(month=frame["month"].dt.to_period("Q").dt.to_timestamp())
    parts = [(frame, ["month", "kind", "open"]), (frame, ["month"]), (frame, ["kind", "open"]), (frame, []),
             (quarters, ["month", "kind", "open"]), (quarters, ["month"])]  # fmt: skip
    sums = []
    for rows, keys in parts:
        summed = rows.groupby(["team", *keys], observed=True)["seen"].sum(min_count=1)
        sums.append((summed.unstack(keys) if keys else summed.to_frame()).sort_index().to_numpy())
    assert _columns(found.sums["seen"]) == _columns(np.concatenate(sums, axis=1))
    series = [
        rows.groupby(["team", *keys, "month"], observed=True)["seen"].sum(min_count=1).unstack("month").to_numpy()
        for rows in (frame, quarters)
        for keys in (["kind", "open"], [])
    ]
    for ours, theirs in zip(found.series["seen"], series, strict=True):
        np.testing.assert_array_equal(ours[~np.isnan(ours).all(axis=1)], theirs[~np.isnan(theirs).all(axis=1)])


def _columns(sums):
    """The columns of an array in an order of their own: pandas has those first that the first organisation has."""
    return sorted(map(str, sums.T.tolist()))


@pytest.mark.parametrize(
    "frame",
    [
        {"Where": [*TEAMS], "Clinics": [1, 5, 9, 12, 4]},  # other things than people
        {"Where": [*TEAMS], "Staff": [0, 0, 1, 0, 0]},
        {"Month": [f"2024-{n:02}" for n in range(1, 9)], "Number": [3, 1, 4, 1, 5, 9, 2, 6]},
    ],
)
def test_small_numbers_of_something_else_are_not_found(found, frame):
    assert found(showing(table(pd.DataFrame(frame), caption="Others")._repr_mimebundle_())) == []


def test_national_numbers_are_not_found(found, waits):
    total = datasets.total(waits, ["seen_in_time", "seen"])
    assert found(charting("fig-x", data=total.to_csv(index=False))) == []


# What gives a hidden number away


def rows_of(*rows):
    return "| Team | Visits | Calls | Total |\n|---|--:|--:|--:|\n" + "\n".join(
        f"| {' | '.join(row)} |" for row in rows
    )


def column_of(total, *counts):
    named = zip((*TEAMS, "Total"), (*counts, total), strict=True)
    return "| Team | Visits |\n|---|--:|\n" + "\n".join(f"| {name} | {count} |" for name, count in named)


def shares_of(*rows, label="%"):
    """Return a table of numerators, denominators and percentages; a bar in the last makes two columns of it."""
    named = "\n".join(f"| {name} | {' | '.join(row)} |" for name, row in zip(TEAMS, rows, strict=False))
    rule = "|---|" + "--:|" * (label.count("|") + 3)
    return f"| Team | Seen within 18 weeks | Seen | {label} |\n{rule}\n{named}"


@pytest.mark.parametrize(
    ("text", "whose"),
    [
        (column_of("101", "*", "21", "33", "28", "14"), "North"),  # exact others
        (column_of("128", "*", "20", "35", "30", "15"), ""),  # rounded others leave more than one value
        (column_of("101", "*", "21", "33", "28", "*"), ""),  # two are hidden
        (column_of("84", "*", "21", "33", "28", "*"), "North and 1 more"),  # two of 1: nothing else adds up to 2
        (column_of("96", "*", "21", "33", "28", "*"), "North and 1 more"),  # two of 7
        (column_of("91", "*", "20", "35", "30", "15"), ""),
        (column_of("93", "*", "20", "35", "30", "15"), "North"),  # the least of all others leave 1 to it
        (column_of("–", "*", "21", "33", "28", "14"), ""),  # no total
        (rows_of(("North", "*", "21", "25"), ("South", "31", "12", "43")), "Visits"),
        (rows_of(("North", "*", "*", "9"), ("South", "31", "12", "43")), ""),
        (shares_of(("*", "12", "33.3"), ("23", "41", "56.1")), "North"),
        (shares_of(("*", "10", "33.3"), ("25", "40", "62.5")), ""),  # rounded: of 9 or of 12
        (shares_of(("*", "12", "33.3"), ("23", "41", "56.1"), ("*", "9", "33.3")), "North and 1 more"),
        (shares_of(("*", "12", ""), ("23", "41", "56.1")), ""),
        (shares_of(("*", "*", "14.3%"), ("23", "41", "56.1%")), "North"),  # 1 of 7: nothing else of 1 to 7
        (shares_of(("*", "50", "4.0%"), ("23", "41", "−3.2%"), label="Change, %"), ""),
        (shares_of(("*", "50", "−3.2%"), ("23", "41", "4.0%"), label="Change, %"), ""),
        (shares_of(("*", "50", "4.0%"), ("23", "41", "56.1%"), ("31", "58", "4.0%")), ""),
        (shares_of(("*", "50", "4.0%"), label="Change, %"), ""),  # no count that is shown agrees
        (shares_of(("*", "50", "4.0%"), ("0", "40", "–"), label="Change, %"), ""),
        (shares_of(("*", "52", "5.8 | 4.0"), ("23", "41", "56.1 | 7.9"), label="% | Change, %"), "North"),
    ],
)
def test_a_hidden_number_that_others_fix_is_found(found, text, whose):
    given = [each.found for each in found(block(text, id="leak")) if "hidden number" in each.message]
    assert given == ([whose] if whose else [])


@pytest.mark.parametrize("total", ["Total", "All", "SUM"])
def test_a_total_is_known_by_each_of_its_names(found, total):
    (given,) = found(block(column_of("101", "*", "21", "33", "28", "14").replace("Total", total)))
    assert given.found == "North"


def test_percentages_do_not_add_up(found):
    text = column_of("20", "*", "21%", "33%", "28%", "14%")
    assert found(block(text)) == []


# The page of organisations, and facts


@pytest.fixture
def page(project):
    with context.use("2024-25-Q2", project=project):
        return measures.by_organisation()


def with_data(page, change):
    record = page._repr_mimebundle_()[BLOCK]
    change(next(iter(record["data"].values()))["groups"][0]["measures"][0])
    return showing({BLOCK: record})


def test_the_page_of_organisations_is_as_the_policy_asks(found, page):
    assert found(with_data(page, lambda measure: None)) == []


@pytest.mark.parametrize(("count", "said"), [(4, "holds 4 for North"), (13, "holds 13 for North")])
def test_a_raw_count_in_the_data_of_the_page_is_found(found, page, count, said):
    def change(measure):
        measure["counts"]["numerator"][0][-1] = count

    assert [said in each.message for each in found(with_data(page, change))] == [True]


@pytest.mark.parametrize(
    ("last", "national", "whose"),
    [
        (10, 55, "South"),  # four others of at most 12 each leave 7 to it
        (10, 54, ""),
        (None, 43, "South"),  # one has no row: three of at most 12
        (None, 55, ""),  # which is not the sum of these
    ],
)
def test_a_hidden_count_that_the_national_one_gives_away_is_found(found, page, last, national, whose):
    def change(measure):
        counts = measure["counts"]["numerator"]
        for row in counts:
            row[-1] = 10
        counts[1][-1], counts[-1][-1] = HIDDEN, last
        measure["national"]["numerator"][-1] = national

    findings = found(with_data(page, change))
    assert [each.found for each in findings] == ([whose] if whose else [])
    assert all("follows from the total of" in each.message for each in findings)
    assert all(each.expected == "a number that cannot be calculated" for each in findings)


def test_hidden_counts_that_the_national_ones_give_away_are_one_finding_of_a_measure(found, page):
    def change(measure):
        for row in measure["counts"]["numerator"]:
            row[-3:] = [10] * 3
        measure["counts"]["numerator"][1][-3:] = [HIDDEN] * 3
        measure["national"]["numerator"][-3:] = [55] * 3

    (finding,) = found(with_data(page, change))
    assert finding.found == "South and 2 more"
    assert "The same is true of 2 other hidden numbers there." in finding.message


def test_all_hidden_numbers_that_are_given_away_count_also_those_of_one_column_or_period(found, page):
    def change(measure):
        for row in measure["counts"]["numerator"]:
            row[-1] = 10
        measure["counts"]["numerator"][1][-1] = measure["counts"]["numerator"][2][-1] = HIDDEN
        measure["national"]["numerator"][-1] = 3 * 12 + 2 * 7  # the most that all can have been

    (on_page,) = found(with_data(page, change))
    (in_table,) = found(block(column_of("84", "*", "21", "33", "28", "*"), id="leak"))
    for finding in (on_page, in_table):
        assert finding.found.endswith(" and 1 more")
        assert "The same is true of 1 other hidden number there." in finding.message


def fact(value, rows, **more):
    return Fact("north_seen", "2024-25-Q2", value, "people", "List", rows=rows, section="ward", cell="leak", **more)


@pytest.mark.parametrize(
    ("value", "rows", "expected"),
    [
        (4, f"{FILE}: month 2024-09, team North, 1 row", "*"),
        (1, f"{FILE}: month 2024-09, team North, 1 row", "*"),
        (7, f"{FILE}: month 2024-09, team North, 1 row", "*"),
        (8, f"{FILE}: month 2024-09, team North, 1 row", "10"),
        (13, f"{FILE}: team North, summed by month, 3 rows", "15"),
        (15, f"{FILE}: month 2024-09, team North, 1 row", ""),
        (0, f"{FILE}: month 2024-09, team North, 1 row", ""),
        (4, f"{FILE}: summed by month, 1 row", ""),
        (4, "data/reported.csv: team North", ""),
    ],
)
def test_a_fact_that_is_a_count_of_one_organisation_is_found(found, value, rows, expected):
    findings = found(publishing(fact(value, rows), id="leak"))
    assert [each.expected for each in findings] == ([expected] if expected else [])
    assert all((each.fact, each.found, each.cell) == ("north_seen", str(value), "leak") for each in findings)


@pytest.mark.parametrize(
    ("texts", "decimals"),
    [
        (("50%", "70%", "70%"), 0),
        (("100", "200"), 0),
        (("18.0", "7.0"), 0),
        (("18.5", "7.0"), 1),
        (("", "-"), 0),
        ((), 0),
    ],
)
def test_cells_are_taken_as_rounded_to_the_decimals_that_they_show_never_to_tens(texts, decimals):
    """Or three ambitions of 50%, 70% and 70% would agree with some month of any three organisations."""
    assert Cells("Ambition", texts, tuple(range(len(texts))), texts).decimals == decimals
