"""What data/measures.yml may say; each mistake is a sentence with file, line and key."""

import re

import pytest

from natpatsip import params
from natpatsip.errors import DataError, DataFileError
from natpatsip.measures.definitions import ROLES, SUFFIXES, Definition
from natpatsip.measures.kinds import KINDS
from natpatsip.measures.measures_file import declared
from support.measured import WAITS, project, rows_of
from support.projects import ROOT


def read(folder, **keys):
    return declared(project(folder, rows_of([70] * 3), **keys))


@pytest.mark.parametrize(
    ("keys", "told"),
    [
        ({"dataset": "waits_montly"}, 'line 4, waits.dataset: found "waits_montly". Did you mean "waits_monthly"?'),
        ({"numerator": "seen_intime"}, 'waits.numerator: waits_monthly has no column "seen_intime". Did you mean'),
        ({"by": "teem"}, 'waits.by: waits_monthly has no column "teem". Did you mean "team"?'),
        ({"filter": {"lst": "urgent"}}, 'waits.filter.lst: waits_monthly has no column "lst". Did you mean "list"?'),
        ({"filter": {"list": "urgnt"}}, 'waits.filter.list: found "urgnt". Did you mean "urgent"?'),
        ({"denominator": None}, "waits: has no denominator. A numerator and a denominator go together"),
        ({"numerator": "team"}, "waits.numerator: waits_monthly.team is of type string; expected a column of numbers."),
        ({"value": "seen"}, "waits.value: is given beside a numerator and a denominator."),
        ({"numerator": None, "denominator": None}, "waits: has no values. Give value, or numerator and denominator"),
        (
            {"unit": "per 1,000 patients"},
            'waits: has no per. The unit is "per 1,000 patients": write the number, such as per: 1000.',
        ),
        ({"per": 1000}, "waits.per: found 1000, but the unit is percent"),
        ({"improvement": "up"}, "waits.improvement: found 'up'"),
        ({"lable": "Waits"}, 'waits.lable: unknown key. Did you mean "label"?'),
        ({"label": None}, "waits.label: is missing. Add it."),
        (
            {"chart": "xrm"},
            'waits.chart: found "xrm", which is not a kind of chart that measures have. Did you mean "xmr"?',
        ),
        ({"chart": "stacked"}, "waits: has no category."),
        ({"categories": {"a": "A"}, "groups": {"All": ["b"]}}, "waits.groups: categories have no b."),
        ({"categories": {"a": "A"}, "groups": {"X": ["a"], "Y": ["a"]}}, "waits.groups: a is there twice."),
        ({"noun": None}, "waits: has one of noun and verb."),
        ({"verb": "are seen in time"}, 'waits.verb: found "are seen in time"; expected what the noun has done'),
        ({"facts": {"median": "waits_median"}}, "waits.facts"),
        ({"facts": "Waits"}, 'waits.facts: "Waits_baseline" is not the id of a fact'),
    ],
)
def test_each_mistake_is_told_with_its_place_and_the_nearest_name(tmp_path, keys, told):
    with pytest.raises(DataFileError) as error:
        read(tmp_path, **keys)
    assert told in str(error.value)
    assert "data/measures.yml, line " in str(error.value)


def test_all_mistakes_are_told_at_once(tmp_path):
    with pytest.raises(DataFileError, match="2 problems") as error:
        read(tmp_path, by="teem", unit="per 1,000 patients")
    assert "waits.by" in str(error.value)


def test_two_measures_of_one_id_are_refused(tmp_path):
    with pytest.raises(DataFileError, match="line 2, waits: is given twice, in line 1 too"):
        read(tmp_path, measures="waits: {}\nwaits: {}\n")


def test_two_measures_with_a_fact_of_one_id_are_refused(tmp_path):
    both = {"waits": WAITS | {"facts": "seen"}, "urgent": WAITS | {"facts": "seen"}}
    with pytest.raises(DataFileError, match=r"urgent.facts: its fact seen_baseline is also one of waits"):
        read(tmp_path, measures=both)


@pytest.mark.parametrize(
    ("facts", "baseline", "mean"),
    [
        (None, "waits_baseline", "waits_mean_now"),
        ("fig5", "fig5_baseline", "fig5_mean_now"),
        ({"mean": "seen_on_average"}, "waits_baseline", "seen_on_average"),
    ],
)
def test_facts_have_the_prefix_or_the_ids_that_are_declared(tmp_path, facts, baseline, mean):
    ids = read(tmp_path, facts=facts).by_id["waits"].fact_ids("waits")
    assert (ids["baseline"], ids["mean"]) == (baseline, mean)


def test_code_that_calls_a_measure_publishes_its_facts(tmp_path):
    measures = read(tmp_path)
    assert measures.published_in('waits = measure("waits")') == measures.fact_ids
    assert measures.published_in('measures.overview("waits")') == set()


def test_an_unknown_measure_is_told_with_the_nearest_one(tmp_path):
    with pytest.raises(DataError, match=r'There is no measure "wait". Did you mean "waits"\?'):
        read(tmp_path).definition("wait")


@pytest.mark.parametrize(
    ("target", "told"),
    [
        (
            "longest",
            "Add it under `targets` in params/2024-25-Q2.yml.",
        ),
        (
            "standrd",
            'waits.target: found "standrd", which the params of 2024-25-Q2 do not have. Did you mean "standard"',
        ),
        ("people", "waits.target: people is in patients; expected a target in percent, the measure's unit."),
    ],
)
def test_a_target_is_a_value_of_the_params_in_the_unit_of_the_measure(tmp_path, target, told):
    read(tmp_path, target=85)
    file = tmp_path / "params" / "2024-25-Q2.yml"
    more = "model:\n  people: {value: 5, unit: patients, source: Plan}\n"
    file.write_text(file.read_text(encoding="utf-8") + more, encoding="utf-8")
    text = (tmp_path / "data" / "measures.yml").read_text(encoding="utf-8")
    (tmp_path / "data" / "measures.yml").write_text(
        text.replace("target: standard", f"target: {target}"), encoding="utf-8"
    )
    measures = declared(tmp_path)
    with pytest.raises(DataFileError) as error:
        measures.check_targets(params.load("2024-25-Q2", project=tmp_path), tmp_path)
    assert told in str(error.value)


@pytest.mark.parametrize(("target", "is_refused"), [(750, True), (-1, True), (0, False), (85, False), (100, False)])
def test_the_target_of_a_share_is_from_0_to_100_percent(tmp_path, target, is_refused):
    read(tmp_path, target=target)
    measures, decided = declared(tmp_path), params.load("2024-25-Q2", project=tmp_path)
    if not is_refused:
        measures.check_targets(decided, tmp_path)
        return
    with pytest.raises(DataFileError) as error:
        measures.check_targets(decided, tmp_path)
    said = rf"params/2024-25-Q2\.yml, line \d+, targets\.standard\.value: found {target}, the target of waits in "
    assert re.match(said, str(error.value))
    text = (tmp_path / "data" / "measures.yml").read_text(encoding="utf-8")
    given = re.sub("(?m)^ +denominator:.*\n", "", text.replace("numerator:", "value:"))
    (tmp_path / "data" / "measures.yml").write_text(given, encoding="utf-8")
    declared(tmp_path).check_targets(decided, tmp_path)  # a percentage that is given may be of more than the whole


def test_a_project_without_the_file_has_no_measures(tmp_path):
    assert declared(tmp_path).by_id == {}


def test_a_file_of_another_name_is_refused(tmp_path):
    project(tmp_path, rows_of([70] * 3))
    (tmp_path / "data" / "measures.yml").rename(tmp_path / "data" / "measures.yaml")
    with pytest.raises(DataFileError, match=r"measures are declared in data/measures.yml"):
        declared(tmp_path)


def test_each_kind_of_chart_that_may_be_declared_can_be_drawn():
    assert ROLES.keys() == KINDS.keys()


def test_the_reference_has_every_key_and_every_kind_of_chart_and_no_other():
    page = (ROOT / "docs" / "measures.md").read_text(encoding="utf-8")
    table = page.partition("## Keys")[2].partition("## ")[0]
    named = [re.findall(r"`(\w+)`", line.split("|")[1]) for line in table.splitlines() if line.startswith("| `")]
    assert sorted(key for keys in named for key in keys) == sorted(Definition.model_fields)
    (charts,) = (line for line in table.splitlines() if line.startswith("| `chart`"))
    assert set(re.findall(r"`(\w+)`", charts.split("|")[2])) == set(ROLES)


def test_the_reference_says_under_which_ids_a_measures_facts_are_cited():
    page = (ROOT / "docs" / "measures.md").read_text(encoding="utf-8")
    sentence = re.search(r"The facts' ids are .*?\.", page, re.DOTALL)[0]
    assert re.findall(r"`_(\w+)`", sentence) == list(SUFFIXES.values())
