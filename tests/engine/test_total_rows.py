"""A total among the rows of organisations is told before it is counted twice."""

import pytest

from natpatsip import context, datasets, new_dataset
from natpatsip.datasets.total_rows import is_sum_of_others, likely_total, total_by_name
from natpatsip.errors import DataError
from natpatsip.measures.measured_series import MeasuredSeries
from support.measured import RESOURCE, months, project
from support.yaml_text import to_yaml

MONTHS = months(4)
POLICY = {
    "policy": "Ours",
    "source": "The trust",
    "counts": ["seen_in_time"],
    "geography": "team",
    "threshold": 7,
    "base": 5,
}
PARTS = {"North": (12, 15, 9, 11), "South": (20, 22, 19, 25)}
SUMS = tuple(map(sum, zip(*PARTS.values(), strict=True)))


def rows_of(**teams):
    return [
        (month, name, "routine", value, 100)
        for name, values in (PARTS | teams).items()
        for month, value in zip(MONTHS, values, strict=True)
    ]


@pytest.fixture
def series(tmp_path):
    """Return a function that gives the series of the measure `waits` of rows by team."""

    def make(rows):
        project(tmp_path, rows, numerator=None, denominator=None, value="seen_in_time", unit="people")
        return MeasuredSeries("waits").series

    with context.use("2024-25-Q2", project=tmp_path):
        yield make


@pytest.mark.parametrize(
    ("names", "total"),
    [
        (["North", "South", "england "], "england "),
        (["England", "Wales"], ""),  # nations are organisations of their own
        (["All"], ""),  # nothing is beside it
        (["North", "All Saints Hospital", "National Hospital"], ""),
    ],
)
def test_a_total_is_known_by_its_name(names, total):
    assert total_by_name(names) == total


def found(values, names=("North", "South", "Trust"), periods=4):
    rows = [(name, period) for period in range(periods) for name in names]
    texts, groups = [name for name, _ in rows], [period for _, period in rows]
    name = likely_total(texts, values)
    return name if name and is_sum_of_others(name, texts, groups, values) else ""


@pytest.mark.parametrize(
    ("values", "names", "periods", "total"),
    [
        ([12, 20, 32, 15, 22, 37, 9, 19, 28], ("North", "South", "Trust"), 3, "Trust"),
        ([4, 2, 6] * 9, ("North", "South", "Trust"), 9, ""),  # such as beds, which are the same each month
        ([4, 2, 6, 4, 2, 6, 5, 2, 7], ("North", "South", "Trust"), 3, ""),
        ([12, 20, 32, 15, 22, 37], ("North", "South", "Trust"), 2, ""),  # by chance, perhaps
        ([12, 20, 32, 15, 22, 38, 9, 19, 27], ("North", "South", "Trust"), 3, ""),  # in all periods together alone
        ([12, 12, 15, 15, 9, 9], ("North", "South"), 3, ""),
        ([0, 0, 0] * 3, ("North", "South", "Trust"), 3, ""),
        ([12, None, 32, 15, 22, 37, 9, 19, 28], ("North", "South", "Trust"), 3, ""),  # what is hidden is not known
    ],
)
def test_a_total_is_known_by_its_sum_in_every_period(values, names, periods, total):
    assert found(values, names, periods) == total


@pytest.mark.parametrize("alone", ["Trust", "North"])
def test_a_total_is_there_in_every_period_in_which_its_parts_are_and_in_no_other(alone):
    names, periods, values = ["North", "South", "Trust"] * 3, [*"aaabbbccc"], [12, 20, 32, 15, 22, 37, 9, 19, 28]
    assert is_sum_of_others("Trust", names, periods, values)
    assert not is_sum_of_others("Trust", [*names, alone], [*periods, "d"], [*values, 5])


@pytest.mark.parametrize(
    ("name", "values", "how"),
    [("England", (1, 2, 3, 4), "is the name of a total"), ("Trust", SUMS, "is always the sum of the others")],
)
def test_a_measure_refuses_a_total_among_its_organisations(series, name, values, how):
    with pytest.raises(
        DataError, match=rf'line \d+, waits\.by: the column team of data/waits_monthly.csv has "{name}", which {how}'
    ):
        series(rows_of(**{name: values}))


def test_a_third_organisation_is_no_total(series):
    assert series(rows_of(East=(1, 2, 3, 4)))["value"].tolist() == [33, 39, 31, 40]


@pytest.mark.parametrize(
    ("name", "values", "how"),
    [("All", (1, 2, 3, 4), "which is the name of a total"),
     ("Trust", SUMS, "whose seen_in_time is always the sum of the others")],
)  # fmt: skip
def test_a_file_with_a_total_in_its_column_of_organisations_is_refused_with_the_row(tmp_path, name, values, how):
    project(tmp_path, rows_of(**{name: values}))
    resource = RESOURCE | {"natpatsip": RESOURCE["natpatsip"] | {"disclosure": POLICY}}
    resource["schema"] = RESOURCE["schema"] | {"primaryKey": ["month", "team"]}
    (tmp_path / "data" / "datapackage.yaml").write_text(to_yaml({"name": "trust", "resources": [resource]}))
    with pytest.raises(DataError, match=rf'row 10, column team: found "{name}", {how}; expected organisations alone'):
        datasets.load("waits_monthly", quarter="2024-25-Q2", project=tmp_path)


def test_a_likely_total_is_a_question_when_a_file_is_declared(tmp_path):
    folder = project(tmp_path, [])
    lines = ["month,ward,beds", *(f"{month},{ward},{beds}" for month, ward, _, beds, _ in rows_of(Trust=SUMS))]
    (folder / "data" / "beds.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    found = new_dataset.add(folder / "data" / "beds.csv", folder)
    assert [each for each in found.decisions if "total" in each] == [
        'ward: is "Trust" the total of the others? Take its rows out of the file: the total is added up from the '
        "others, and would count it twice."
    ]
