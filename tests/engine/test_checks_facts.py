"""Facts against each other, against the quarter before and against the data that have come in."""

from __future__ import annotations

import shutil
from dataclasses import replace
from datetime import date

import pytest

from natpatsip.checks import broken_relations, old_data, unused
from natpatsip.checks.relations import Operand
from natpatsip.errors import DataError
from natpatsip.facts.fact import Fact
from support.checking import charting, context, printing, publishing, seen
from support.projects import EXAMPLE, code, edit, small, write

HEAD = "fact_id,period,relation,of,reason"
REPORTED = "fact_id,as_of,period,value,unit,provenance,source"


def fact(name, value, period="2024-25-Q2", unit="beds"):
    return Fact(name, period, value, unit, "List")


def made(folder, *cells, rules=(), reported=(), built=()):
    """Return what the checks see of a project with rules, reported rows, and a build of the quarter before."""
    project = small(folder, ward=cells)
    (project / "data" / "relations.csv").write_text("\n".join([HEAD, *rules, ""]), encoding="utf-8")
    if reported:
        (project / "data" / "reported.csv").write_text("\n".join([REPORTED, *reported, ""]), encoding="utf-8")
    if built:
        report = project / "reports" / "2024-25-Q1"
        report.mkdir(parents=True)
        head = "id,period,value,text,unit,section,notebook,cell,source,formula,inputs,rows,rows_sha256"
        (report / "facts.csv").write_text("\n".join([head, *built, ""]), encoding="utf-8")
    return seen(project)


OWN = publishing(fact("all", 29), fact("north", 26), fact("south", 4))


def test_a_relation_that_facts_break_is_told_at_the_first_with_the_reason_that_the_rules_give(tmp_path):
    (found,) = broken_relations.check_relations(
        made(tmp_path, OWN, rules=["all,quarter,sum,north + south,teams add up"])
    )
    assert found.message.endswith(
        "The first should be the sum of the others, 26 + 4 = 30; find out which is right. "
        "(data/relations.csv, row 2: teams add up.)"
    )
    assert found.message.count("(id facts) has") == 3
    assert "has 29 for all (Q2 2024/25); " in found.message
    assert (found.check, found.fact, found.found, found.expected) == ("contradiction", "all", "29", "26 + 4 = 30")
    assert (found.notebook, found.cell) == ("ward.ipynb", "facts")


def test_numbers_that_contradict_each_other_are_named_by_their_labels(tmp_path):
    labels = {"seen": "People seen", "met": "People who were met"}
    published = [replace(fact(name, 7, "2024-25-YTD"), label=labels[name]) for name in ("seen", "met")]
    changed = publishing(published[0], replace(published[1], value=8))
    (found,) = broken_relations.check_relations(made(tmp_path, changed, rules=["seen,year-to-date,equal,met,"]))
    assert "has 7 for People seen (2024/25 year to date); " in found.message
    assert "has 8 for People who were met (2024/25 year to date). " in found.message


def test_a_reported_or_decided_number_is_named_by_the_label_of_the_file(tmp_path):
    here = made(tmp_path)
    assert here.fact("teams", "2024-25-Q2").name == "Community teams of the trust (Q2 2024/25)"
    assert here.fact("waits_standard", "all").name == "Standard for people seen within 18 weeks"


@pytest.mark.parametrize(
    ("rule", "count"),
    [
        ("all,quarter,sum,north + south,", 1),
        ("all,quarter,at least,north,", 0),
        ("all,quarter,equal,north,", 1),
        ("all,year-to-date,equal,north,", 0),  # there is no such fact
        ("all,quarter,sum,north + south (all),", 0),  # nor this
        ("all,2024-25-Q2,equal,north,", 1),
        ("all,quarter,equal,fig-beds: Seen,", 1),
        ("all,quarter,equal,fig-bed: Seen,", 0),
        ("all,quarter,equal,fig-beds: Sen,", 0),
    ],
)
def test_a_rule_is_held_against_the_numbers_of_its_period_if_the_quarter_has_them_all(tmp_path, rule, count):
    here = made(tmp_path, OWN, charting("fig-beds"), rules=[rule])
    found = broken_relations.check_relations(here)
    assert len(found) == count
    assert all(each.message.endswith(f"(data/relations.csv, row 2: {rule.split(',')[2]}.)") for each in found)


def test_the_year_so_far_is_held_against_each_of_its_quarters(tmp_path):
    here = made(
        tmp_path,
        publishing(fact("all", 60, "2024-25-YTD"), fact("all", 29)),
        rules=["all,year-to-date,sum,all (each quarter),"],
        built=["all,2024-25-Q1,30,30,beds,ward,ward.ipynb,facts,List,,,,"],
    )
    (found,) = broken_relations.check_relations(here)
    assert found.expected == "30 + 29 = 59"
    assert "reports/2024-25-Q1/facts.csv, row 2 has 30 for all (Q1 2024/25)" in found.message


@pytest.mark.parametrize(
    ("before", "now", "bound", "is_moved"),
    [
        (100, 125, "25%", False),
        (100, 125.1, "25%", True),
        (100, 75, "25%", False),
        (100, 74.9, "25%", True),
        (-100, -126, "25%", True),
        (-100, -124, "25%", False),
        (100, 110, "10", False),
        (100, 111, "10", True),
        (0, 1, "50%", True),
        (0, 0, "50%", False),
    ],
)
def test_a_fact_may_move_as_far_as_its_rule_says_and_no_further(tmp_path, before, now, bound, is_moved):
    row = f"all,2024-25-Q1,{before},{before},beds,ward,ward.ipynb,facts,List,,,,"
    here = made(tmp_path, publishing(fact("all", now)), rules=[f"all,quarter,moves at most,{bound},"], built=[row])
    found = broken_relations.check_changes(here)
    assert len(found) == is_moved


def test_a_fact_that_moved_too_far_is_told_with_both_values_and_places(tmp_path):
    row = "all,2024-25-Q1,100,100,beds,ward,ward.ipynb,facts,List,,,,"
    here = made(tmp_path, publishing(fact("all", 60)), rules=["all,quarter,moves at most,12.5%,"], built=[row])
    (found,) = broken_relations.check_changes(here)
    assert found.message.startswith(
        "all (Q2 2024/25) fell since the quarter before, from 100 "
        "(reports/2024-25-Q1/facts.csv, row 2) to 60 (notebooks/ward.ipynb, cell 4 "
    )
    assert found.message.endswith(
        ", by more than the 12.5% that data/relations.csv, row 2 allows. Check the value, and explain the "
        "change or accept "
        "the finding with the reason."
    )
    assert (found.check, found.fact, found.found, found.expected) == ("moved", "all", "60", "100 ± 12.5%")


def test_a_reported_period_is_held_against_what_was_reported_of_it_before(tmp_path):
    rows = [
        "seen,2024-25-Q1,since-baseline,100,people,reported,s",
        "seen,2024-25-Q2,since-baseline,200,people,reported,s",
    ]
    rows += ["seen,2024-25-Q1,2024-25-Q1,7,people,reported,s", "seen,2024-25-Q2,2024-25-Q2,7,people,reported,s"]
    here = made(tmp_path, rules=["seen,since-baseline,moves at most,50,"], reported=rows)
    (found,) = broken_relations.check_changes(here)
    assert found.message.startswith(
        "seen (since the baseline) rose since the quarter before, from 100 (data/reported.csv, row 2) to 200 "
        "(data/reported.csv, row 3), by more "
        "than the 50 that data/relations.csv, row 2 allows."
    )
    assert (found.where, found.notebook) == ("data/reported.csv, row 3", "")


def test_what_could_not_be_compared_is_said_if_the_quarter_before_is_not_built(tmp_path):
    rules = ["all,quarter,moves at most,25%,", "north,quarter,moves at most,25%,", "nobody,quarter,estimate,,"]
    project = small(tmp_path, ward=[publishing(fact("all", 29), fact("nobody", 1), fact("north", 2))])
    (project / "data" / "relations.csv").write_text("\n".join([HEAD, *rules, ""]), encoding="utf-8")
    assert broken_relations.notes(seen(project)) == [
        "moved: 2 facts not compared, because 2024-25-Q1 is not built here; run: natpatsip build 2024-25-Q1"
    ]
    (project / "data" / "relations.csv").write_text("\n".join([HEAD, rules[0], ""]), encoding="utf-8")
    assert broken_relations.notes(seen(project))[0].startswith("moved: 1 fact not compared,")
    (project / "data" / "relations.csv").write_text("\n".join([HEAD, rules[2], ""]), encoding="utf-8")
    assert broken_relations.notes(seen(project)) == []


@pytest.mark.parametrize("is_built", [True, False])
def test_nothing_is_said_if_the_quarter_before_is_built_or_is_not_the_projects(tmp_path, is_built):
    rules = ["all,quarter,moves at most,25%,"]
    row = "other,2024-25-Q1,1,1,beds,ward,ward.ipynb,facts,List,,,,"
    project = made(tmp_path, publishing(fact("all", 29)), rules=rules, built=[row] if is_built else []).project
    if not is_built:
        (project / "params" / "2024-25-Q1.yml").unlink()
    assert broken_relations.notes(seen(project)) == []


# What is known of a fact


def test_a_fact_is_known_from_its_notebook_the_data_the_params_or_an_earlier_build(tmp_path):
    here = made(
        tmp_path,
        publishing(fact("all", 29)),
        built=[
            "all,2024-25-Q1,30,thirty,beds,ward,ward.ipynb,facts,List,,,,",
            "day,2024-25-Q1,2024-06-01,x,date,w,w,f,L,,,,",
        ],
    )
    own, built = here.fact("all", "2024-25-Q2"), here.fact("all", "2024-25-Q1")
    assert (own.value, own.text, own.where) == (29, "29", here.places["ward", "facts"].where)
    assert own.operand == Operand("all (Q2 2024/25)", 29, "29", own.where)
    assert (built.value, built.text, built.where, built.place) == (
        30,
        "30",
        "reports/2024-25-Q1/facts.csv, row 2",
        None,
    )
    assert here.fact("day", "2024-25-Q1") is None  # no number
    assert here.fact("all", "all") is None
    assert here.fact("all", "2023-24-Q4") is None
    decided = here.fact("waits_standard", "all")
    assert (decided.value, decided.text, decided.where) == (
        75,
        "75%",
        "params/2024-25-Q2.yml, line 14, targets.waits_standard",
    )
    assert here.fact("waits_standard", "2024-25-Q2") is None
    reported = here.fact("teams", "2024-25-Q2")
    assert (reported.value, reported.where) == (3, "data/reported.csv, row 3")
    assert here.fact("teams", "2024-25-Q3") is None


def test_a_later_report_of_a_period_counts_and_one_of_a_later_quarter_does_not(tmp_path):
    rows = [f"seen,2024-25-Q{number},since-baseline,{number}00,people,reported,s" for number in (2, 1, 3)]
    here = made(tmp_path, reported=rows)
    assert here.fact("seen", "since-baseline").value == 200
    assert here.reported_before("seen", "since-baseline").value == 100
    assert here.reported_before("seen", "all") is None


def test_what_came_in_with_the_quarter_and_is_not_cited_is_told(tmp_path):
    rows = ["seen,2024-25-Q1,2024-25-Q1,7,people,reported,s", "seen,2024-25-Q2,2024-25-Q2,8,people,reported,s"]
    found = unused.check_facts(made(tmp_path, reported=rows))
    assert [(each.fact, each.found) for each in found] == [("seen", "8"), ("waits_standard", "75%")]
    assert found[0].message == (
        "seen (Q2 2024/25), 8, is new in the quarter, and nothing in the report cites it. Cite it where it matters, "
        'with cite("seen"), or leave it out.'
    )
    assert found[0].where == "data/reported.csv, row 3"


def test_a_file_of_reported_facts_with_a_fault_stops_what_needs_it(tmp_path):
    here = made(tmp_path, reported=["seen,2024-25-Q2,2024-25-Q2,many,people,reported,s"])
    with pytest.raises(DataError, match=r"data/reported\.csv, row 2"):
        here.fact("seen", "2024-25-Q2")


def test_rules_may_name_facts_that_any_notebook_publishes_and_no_others(tmp_path):
    project = small(tmp_path)
    write(
        project / "notebooks" / "attic.ipynb", "Attic", code('publish(\n    "attic_beds", 3, unit="beds", source="s")')
    )
    (project / "notebooks" / "broken.ipynb").write_text("{", encoding="utf-8")
    (project / "data" / "relations.csv").write_text(f"{HEAD}\nattic_beds,quarter,estimate,,\n", encoding="utf-8")
    assert seen(project).rules.is_estimate("attic_beds", "2024-25-Q2")
    edit(project / "data" / "relations.csv", "attic_beds", "attic_bed")
    with pytest.raises(DataError, match='names "attic_bed", a fact that nobody publishes'):
        _ = seen(project).rules


TABLE = "Month,North,South,Note\r\nApril,1,2,a\r\nMay,3,4,b\r\nJune,5,6.5,c\r\nJuly,7,8,d\r\n"


@pytest.mark.parametrize(
    ("column", "value", "text"),
    [
        ("North", 7, "7"),
        ("North (quarter)", 15, "15"),
        ("*", 15, "15"),
        ("* (quarter)", 33.5, "33.5"),
        ("Note", 0, "0"),
    ],
)
def test_what_a_chart_shows_is_its_last_row_or_its_last_three(tmp_path, column, value, text):
    here = context(tmp_path, charting("fig-a", data=TABLE))
    operand = here.charted("fig-a", column)
    assert (operand.name, operand.value, operand.text) == (f"fig-a: {column}", value, text)
    assert operand.place == here.places["ward", "chart"].where


def test_what_a_chart_does_not_show_is_unknown(tmp_path):
    here = context(tmp_path, charting("fig-a", data=TABLE), charting("fig-b", id="empty", data="Month,North\r\n"))
    assert here.charted("fig-a", "West") is None
    assert here.charted("fig-c", "North") is None
    assert here.charted("fig-b", "North") is None
    assert here.charted("fig-b", "*") is None


# Data that have not come in


def test_a_fact_that_was_last_reported_before_the_quarter_is_told_with_its_row(tmp_path):
    rows = [
        "seen,2024-25-Q1,2024-25-Q1,7,people,reported,s",
        "ever,2023-24-Q4,since-baseline,70,people,reported,s",
        "ever,2024-25-Q1,since-baseline,80,people,reported,s",
        "now,2024-25-Q1,2024-25-Q1,1,people,reported,s",
        "now,2024-25-Q2,2024-25-Q2,2,people,reported,s",
        "later,2024-25-Q3,2024-25-Q3,2,people,reported,s",
        "past,2024-25-Q1,2023-24-Q2,2,people,reported,s",
    ]
    found = [each for each in old_data.check(made(tmp_path, reported=rows)) if each.fact]
    assert [each.message for each in found] == [
        "seen (its quarter) was last reported as of 2024-25-Q1 (7), before the cut-off of 2024-25-Q2, 30 "
        "September 2024. "
        "Add its row to data/reported.csv.",
        "ever (since-baseline) was last reported as of 2024-25-Q1 (80), before the cut-off of 2024-25-Q2, 30 September "
        "2024. Add its row to data/reported.csv.",
    ]
    assert [(each.check, each.where, each.found, each.expected) for each in found] == [
        ("old-data", "data/reported.csv, row 2", "2024-25-Q1", "2024-25-Q2"),
        ("old-data", "data/reported.csv, row 4", "2024-25-Q1", "2024-25-Q2"),
    ]


@pytest.mark.parametrize("closed", [False, True])
@pytest.mark.parametrize("series", ["", "series: {by: [team], members: all}"])
def test_a_sum_of_some_organisations_is_told_though_no_series_is_declared(tmp_path, series, closed):
    project = small(tmp_path)
    shutil.copy(EXAMPLE / "data" / "measures.yml", project / "data")
    edit(project / "data" / "datapackage.yaml", "      series: {by: [team], members: all}\n", f"      {series}\n")
    file = project / "data" / "waits_monthly.csv"
    lines = file.read_text(encoding="utf-8").splitlines()
    kept = [line for line in lines if not line.startswith("2024-09,East")]
    file.write_text("\n".join([*kept, ""]), encoding="utf-8")
    if closed:
        edit(project / "data" / "organisations.csv", "2023-04-01,", "2023-04-01,2024-08-31")
    found = [each.message for each in old_data.check(seen(project)) if not each.fact]
    told = [message for message in found if "People seen within 18 weeks would be of the others alone" in message]
    assert len(told) == (not series and not closed)
    assert all(message.startswith("East: no row for 2024-09.") for message in told)
    assert bool(found) == (not closed)


def undeclared(folder, *, without=(), measures=1, period="", periods=str):
    """Return what is told of the example's sums, whose file declares no series and lacks some rows."""
    project = small(folder)
    declaration = project / "data" / "datapackage.yaml"
    edit(declaration, "      series: {by: [team], members: all}\n", "")
    if period:
        edit(declaration, "          type: yearmonth\n          description: the month of the appointment", period)
        edit(declaration, "      required: each month\n", "")
    own = (EXAMPLE / "data" / "measures.yml").read_text(encoding="utf-8").partition("waits:\n")[2]
    named = own.replace("People seen within 18 weeks", "Waits NUMBER", 1).replace("waits_mean", "mNUMBER")
    more = [f"waits{n or ''}:\n{named.replace('NUMBER', str(n))}" for n in range(measures)]
    (project / "data" / "measures.yml").write_text("".join(more), encoding="utf-8")
    file = project / "data" / "waits_monthly.csv"
    head, *lines = file.read_text(encoding="utf-8").splitlines()
    rows = [(periods(line[:7]), *line.split(",")[1:]) for line in lines if not line.startswith(tuple(without))]
    kept = {row[:2]: ",".join(row) for row in rows}  # one of each period and team
    file.write_text("\n".join([head, *kept.values(), ""]), encoding="utf-8")
    edit(project / "data" / "organisations.csv", "2023-04-01,", "2023-04-01,2026-08-31")
    return [each.message for each in old_data.check(seen(project)) if "of the others alone" in each.message]


@pytest.mark.parametrize("last", ["2024-05", "2026-12"])
def test_no_row_is_owed_before_the_first_of_an_organisation_where_no_series_is_declared(tmp_path, last):
    absent = [f"{year}-{month:02d},East" for year in range(2020, 2027) for month in range(1, 13)]
    assert undeclared(tmp_path, without=[each for each in absent if each <= f"{last},East"]) == []


def test_a_missing_row_is_one_finding_that_lists_the_measures_it_is_missing_from(tmp_path):
    (told,) = undeclared(tmp_path, without=["2024-09,East"], measures=3)
    assert told.startswith("East: no row for 2024-09.")
    assert "Waits 0, Waits 1 and Waits 2 would be of the others alone" in told


def test_a_month_without_any_row_is_no_sum_of_the_others(tmp_path):
    assert undeclared(tmp_path, without=["2024-09", "2024-05"]) == []


@pytest.mark.parametrize(
    ("period", "periods"),
    [
        ("type: year", lambda month: month[:4]),
        ("natpatsip: {form: period}", lambda month: f"{month[:4]}-{int(month[2:4]) + 1}-YTD"),
        ("natpatsip: {form: period}", "to-{}".format),
    ],
)
def test_periods_that_are_no_months_or_quarters_are_owed_by_nobody(tmp_path, period, periods):
    without = [f"2024-{month:02d},East" for month in range(1, 13)]
    assert undeclared(tmp_path, without=without, period=f"          {period}", periods=periods) == []


@pytest.mark.parametrize("order", [(1, 2, 3), (3, 2, 1), (2, 3, 1)])
def test_the_newest_row_of_a_fact_by_the_quarter_counts_in_whatever_order_rows_stand(tmp_path, order):
    rows = {
        number: [
            f"now,2024-25-Q{number},since-baseline,{number},people,reported,s",
            *([f"old,2023-24-Q{number},since-baseline,{number},people,reported,s"]),
        ]
        for number in order
    }
    found = old_data.check(made(tmp_path, reported=[row for each in rows.values() for row in each]))
    assert [(each.fact, each.found) for each in found if each.fact] == [("old", "2023-24-Q3")]


def test_a_file_that_lacks_months_is_told_and_one_that_is_not_there_is_left_to_who_reads_it(tmp_path):
    project = small(tmp_path)
    file = project / "data" / "waits_monthly.csv"
    lines = file.read_text(encoding="utf-8").splitlines()
    kept = [line for line in lines if not line.startswith("2024-09")]
    file.write_text("\n".join([*kept, ""]), encoding="utf-8")
    (found,) = [each for each in old_data.check(seen(project)) if not each.fact]
    assert found.where == "data/waits_monthly.csv"
    assert found.message == (
        f"data/waits_monthly.csv {found.found}: the data are older than the cut-off, 30 September 2024. Bring them in."
    )
    assert found.expected == "2024-25-Q2"
    file.unlink()
    assert [each for each in old_data.check(seen(project)) if not each.fact] == []


def test_a_reported_fact_that_prose_cites_is_known_from_the_data_and_a_date_is_no_number(tmp_path):
    cited = Fact("teams", "2024-25-Q2", 3, "teams", "List", kind="reported")
    day = Fact("day", "2024-25-Q2", date(2024, 8, 14), "date", "Calendar")
    here = context(tmp_path, publishing(day), printing("We had `{python} teams` teams.", cited))
    assert here.fact("teams", "2024-25-Q2").where == "data/reported.csv, row 3"
    assert here.fact("day", "2024-25-Q2") is None
