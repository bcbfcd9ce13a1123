"""The overview of measures, and the summary of a quarter: what they say is what the charts say."""

import pytest
import yaml

from natpatsip import context, measures
from natpatsip.errors import DataError
from natpatsip.facts import publishing
from support.measured import RESOURCE, WAITS, months, project, rebased, rows_of
from support.yaml_text import to_yaml

LOW, HIGH = [70, 72, 71, 69, 70, 71, 73], [80, 82, 81, 79, 80, 81, 83, 80, 79, 81, 82, 80, 81]


@pytest.fixture
def shown(tmp_path):
    """Return a function that makes an overview and a summary of one measure."""
    publishing.forget()

    def show(values, **keys):
        project(tmp_path, rows_of(values), **keys)
        with context.use("2024-25-Q2", project=tmp_path):
            return measures.overview(), measures.summary()

    return show


def cells(block):
    return [cell.strip() for cell in block.markdown.splitlines()[2].split("|")[1:-1]]


def test_a_row_has_the_measure_its_levels_its_change_and_what_its_icons_say(shown):
    table, _ = shown(LOW + HIGH, rebase=[rebased("2023-09")], target=95)
    name, line, baseline, now, change, shows, attention = cells(table)
    assert name == "Waiting times"
    assert 'alt="February 2023 to September 2024: from 70.0% to 81.0%, lowest 69.0%, highest 83.0%"' in line
    assert (baseline[:7], now[:7], change) == ("[70.9%]", "[80.7%]", "+1.0")
    variation, assurance = shows.split("<br>")
    assert variation.startswith("[Common cause]{.drawing")
    assert assurance.startswith("[Reliably missed]{.drawing")
    assert attention == "Yes: target out of reach"
    assert "compares Q2 2024/25 with Q1 2024/25: percentages of all their months" in table.markdown
    assert [fact.id for fact in table.facts] == ["waits_baseline", "waits_mean_now"]


@pytest.mark.parametrize(
    ("values", "keys", "facts"),
    [
        (HIGH, {}, ["waits_mean_now"]),
        (HIGH, {"chart": "run"}, ["waits_mean_now"]),
        (HIGH, {"chart": "trend"}, ["waits_baseline", "waits_latest"]),
        (LOW + HIGH, {"rebase": [rebased("2023-09")]}, ["waits_baseline", "waits_mean_now"]),
    ],
)
def test_a_level_that_is_its_own_baseline_is_shown_once(tmp_path, values, keys, facts):
    """Else the baseline, which is of the past, would differ from one edition to the next."""
    project(tmp_path, rows_of(values), **keys)
    with context.use("2024-25-Q2", project=tmp_path):
        table = measures.overview("waits")
    assert [fact.id for fact in table.facts] == facts
    has_dash = len(facts) == 1
    assert (cells(table)[2] == "–", "A dash under “Baseline”" in table.markdown) == (has_dash, has_dash)


@pytest.mark.parametrize(
    ("chart", "called", "meaning"),
    [
        ("xmr", "Mean now", "“Mean now” is the mean since limits were last set."),
        ("run", "Now", "“Now” is the median, of charts whose middle line that is."),
        ("trend", "Now", "“Now” is the latest value, of charts without limits."),
    ],
)
def test_the_column_of_levels_is_called_what_its_charts_have(tmp_path, chart, called, meaning):
    project(tmp_path, rows_of(HIGH), chart=chart)
    with context.use("2024-25-Q2", project=tmp_path):
        table = measures.overview("waits").markdown
    assert table.splitlines()[0].split(" | ")[3] == called
    assert meaning in table


@pytest.mark.parametrize(
    ("values", "improvement", "meaning"),
    [
        ([*HIGH, 99], "increase", "“Improvement, high” means recent points are higher than usual, which is better."),
        ([*HIGH, 99], "decrease", "“Concern, high” means recent points are higher than usual, which is worse."),
        ([*HIGH, 60], "increase", "“Concern, low” means recent points are lower than usual, which is worse."),
        (HIGH, "increase", ""),
    ],
)
def test_what_an_icon_says_of_a_side_is_explained_where_it_is_shown(shown, values, improvement, meaning):
    table, _ = shown(values, improvement=improvement)
    assert meaning in table.markdown
    for words in ("than usual", "“Change” may go the other way."):
        assert (words in table.markdown) is bool(meaning)


@pytest.mark.parametrize(
    ("target", "meaning"),
    [
        (81, " “Hit and miss” means the target may be met or missed by chance."),
        (70, " “Reliably met” means the target will be met unless something changes."),
        (95, " “Reliably missed” means the target will be missed unless something changes."),
        (None, ""),
    ],
)
def test_what_an_icon_says_of_a_target_is_explained_where_it_is_shown(shown, target, meaning):
    table, _ = shown(HIGH, target=target)
    icon = meaning.split("”")[0].removeprefix(" “")
    assert f"[{icon}]{{.drawing" in table.markdown or not meaning
    assert meaning in table.markdown
    assert ("by chance." in table.markdown, "unless something changes" in table.markdown) == (
        "by chance." in meaning,
        "unless" in meaning,
    )


def test_it_publishes_nothing(shown):
    shown(HIGH)
    assert not publishing._published


def test_the_measures_may_be_those_of_a_dataset(tmp_path):
    project(tmp_path, rows_of(HIGH))
    with context.use("2024-25-Q2", project=tmp_path):
        assert measures.overview(dataset="waits_monthly") == measures.overview("waits")
        with pytest.raises(DataError, match=r'of the dataset "waits_month"\. Did you mean "waits_monthly"'):
            measures.overview(dataset="waits_month")


def test_an_overview_of_a_dataset_reads_the_data_of_no_other(tmp_path):
    """Else a change of any dataset would run each notebook with an overview again."""
    others = {**WAITS, "dataset": "others_monthly"}
    project(tmp_path, rows_of(HIGH), measures={"waits": WAITS, "others": others})
    package = tmp_path / "data" / "datapackage.yaml"
    declared = yaml.safe_load(package.read_text(encoding="utf-8"))
    declared["resources"].append({**RESOURCE, "name": "others_monthly", "path": "others_monthly.csv"})
    package.write_text(to_yaml(declared), encoding="utf-8")
    with context.use("2024-25-Q2", project=tmp_path):
        assert len(measures.overview(dataset="waits_monthly").markdown.splitlines()) > 3
        with pytest.raises(DataError, match=r"others_monthly\.csv"):  # which is not there
            measures.overview()


def test_its_drawings_travel_with_it_and_are_seen_in_jupyter(shown):
    table, _ = shown(HIGH)
    assert all(svg.startswith("<svg") for svg in table.drawings.values())
    assert all(name in table.markdown for name in table.drawings)
    assert table.shown.count("data:image/svg+xml;base64,") == 2
    assert "{.drawing" not in table.shown
    assert "{.fact" not in table.shown


@pytest.mark.parametrize(
    ("values", "variation", "attention"), [([70, 71, 72], "too few points", ""), ([None] * 9, "", "Yes: no data")]
)
def test_a_measure_with_too_few_points_has_no_icon(shown, values, variation, attention):
    table, _ = shown(values)
    assert cells(table)[5] == variation
    assert cells(table)[-1] == attention
    assert "icon" not in table.markdown


def test_a_gap_breaks_the_line(shown):
    table, _ = shown([70, 71, None, 72, 73, 74, 75, 76])
    line = next(svg for svg in table.drawings.values() if 'stroke="#767676"' in svg)
    assert line.count('stroke="#767676"') == 2


@pytest.mark.parametrize(
    ("seen", "change"), [(7_999, "0.0"), (8_004, "0.0"), (8_006, "+0.1"), (7_994, "−0.1"), (8_100, "+1.0")]
)
def test_a_change_has_the_decimals_of_its_measure(tmp_path, seen, change):
    publishing.forget()
    rows = [
        (month, "North", "routine", top, 10_000) for month, top in zip(months(6), [8_000] * 3 + [seen] * 3, strict=True)
    ]
    project(tmp_path, rows, decimals=1)
    with context.use("2024-25-Q2", project=tmp_path):
        assert cells(measures.overview())[4] == change


def test_a_change_is_of_whole_quarters_alone(shown):
    assert cells(shown(HIGH[:5])[0])[4] == ""


@pytest.mark.parametrize(
    ("values", "keys", "heading", "item"),
    [
        (LOW + HIGH, {"rebase": [rebased("2023-09")]}, "What has improved", "better since September 2023"),
        (HIGH + LOW * 2, {"rebase": [rebased("2023-08")]}, "What needs attention", "down from 80.7%"),
        ([*HIGH, 60], {}, "What needs attention", "getting worse"),
        ([*HIGH, None], {}, "What needs attention", "latest values missing"),
        (HIGH, {"target": 81}, "What needs attention", "below the target"),
        (HIGH, {"target": 80, "improvement": "decrease"}, "What needs attention", "above the target"),
    ],
)
def test_the_summary_says_what_improved_and_what_needs_attention(shown, values, keys, heading, item):
    assert f"- **{heading}:**\n    - Waiting times ({item})\n" in shown(values, **keys)[1].markdown


@pytest.mark.parametrize(("target", "improvement"), [(80, "increase"), (81, "decrease"), (81, "neutral")])
def test_a_mean_on_the_right_side_of_its_target_needs_no_attention(shown, target, improvement):
    assert cells(shown(HIGH, target=target, improvement=improvement)[0])[-1] == "No sign on chart"


@pytest.mark.parametrize(("values", "news"), [([*HIGH, 60], "Waiting times: getting worse"), (HIGH, "nothing")])
def test_the_summary_says_what_is_new_since_the_quarter_before(shown, values, news):
    assert shown(values)[1].markdown.endswith(f"- **What is new since Q1 2024/25:**\n    - {news}")


def test_stacked_bars_have_no_row(tmp_path):
    bars = {**WAITS, "chart": "stacked", "category": "list", "unit": "teams"}
    bars = {key: value for key, value in bars.items() if key not in ("numerator", "denominator")}
    project(tmp_path, rows_of(HIGH), measures={"lists": bars})
    with context.use("2024-25-Q2", project=tmp_path):
        with pytest.raises(DataError, match="declares no measure that an overview can show"):
            measures.overview()
        with pytest.raises(DataError, match="lists is drawn as stacked, which has no row"):
            measures.overview("lists")
