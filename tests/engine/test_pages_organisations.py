"""The page of organisations in a browser: to choose from by pointer and keyboard, and a table without scripts."""

from __future__ import annotations

import csv
import io
import json
import re
import shutil
from datetime import datetime
from itertools import count, pairwise

import pytest

from natpatsip import context, measures
from natpatsip.pipeline import render
from natpatsip.pipeline.drawing import organisation_tables
from support.auditing import markup_complaints, violations_in_both_themes
from support.measured import RESOURCE, months, project
from support.projects import IGNORED, ROOT
from support.staged import TIMESTAMP
from support.yaml_text import to_yaml

WIDTHS = (1280, 360)
VISITS = count()
PERIOD = re.compile(r"[A-Z][a-z]{2} [0-9]{4}")
TOPS = {"North": 71, "South": 60, "East": 66, "=West": 74}
POLICY = {"policy": "Ours", "source": "The trust", "counts": ["seen_in_time", "seen"], "geography": "team",
          "threshold": 7, "base": 5, "symbol": "*", "percent": ["seen_in_time", "seen"]}  # fmt: skip


@pytest.fixture(scope="module")
def pages(tmp_path_factory):
    """The pages of a report on four teams, of which East has few points, and =West a small number in the latest."""
    folder = tmp_path_factory.mktemp("report")
    rows = [
        (month, team, "routine", top + place % 5, 100 + 10 * len(team))
        for team, top in TOPS.items()
        for place, month in enumerate(months(15))
        if team != "East" or place > 10
    ]
    rows[-1] = (*rows[-1][:3], 3, rows[-1][4])
    return written(folder, rows, POLICY)


@pytest.fixture(scope="module")
def pages_of_changes(tmp_path_factory):
    """The pages of a report with a run chart of changes, which may be below 0, and no policy for counts."""
    rows = [(month, "North", "routine", (-1, 2, 0)[place % 3], 1) for place, month in enumerate(months(15))]
    counted = {"numerator": None, "denominator": None, "value": "seen_in_time", "noun": None, "verb": None}
    policy = {"policy": "Ours", "source": "The trust"}
    return written(tmp_path_factory.mktemp("changes"), rows, policy, chart="run", unit="people", **counted)


@pytest.fixture(scope="module")
def pages_of_shares(tmp_path_factory):
    """The pages of a report with a p chart, whose limits are wider where fewer were seen."""
    rows = [
        (
            month,
            team,
            "routine",
            round(part * (800, 1000, 1200)[place % 3] + place % 7 - 3),
            (800, 1000, 1200)[place % 3],
        )
        for team, part in (("North", 0.71), ("South", 0.62))
        for place, month in enumerate(months(24))
    ]
    return written(tmp_path_factory.mktemp("shares"), rows, POLICY, chart="p", target=75)


@pytest.fixture(scope="module")
def pages_of_small_shares(tmp_path_factory):
    """The pages of a report with shares that would be 0% or 100% with the usual decimals."""
    rows = [
        (month, team, "routine", top, 10_000) for month in months(15) for team, top in (("North", 3), ("South", 9998))
    ]
    return written(tmp_path_factory.mktemp("small"), rows, {"policy": "Ours", "source": "The trust"})


def written(folder, rows, policy, **keys):
    """Write the pages of a report with the measure `waits` by team, and return their folder."""
    project(folder, rows, **keys)
    resource = json.loads(json.dumps(RESOURCE))
    resource["natpatsip"]["disclosure"] = policy
    package = to_yaml({"name": "trust", "resources": [resource]})
    (folder / "data" / "datapackage.yaml").write_text(package, encoding="utf-8")
    with context.use("2024-25-Q2", project=folder):
        block = measures.by_organisation()
    staged = folder / "staged"
    shutil.copytree(ROOT / "_extensions", staged / "_extensions", ignore=IGNORED)
    for name in ("drawings", "figures"):
        (staged / name).mkdir()
    for name, data in block.data.items():
        (staged / "drawings" / f"{name}.json").write_text(json.dumps(data), encoding="utf-8")
        (staged / "drawings" / f"{name}.html").write_text(organisation_tables.tables(data), encoding="utf-8")
    texts = {"index": "# Summary {#index}\n\nAll is well.\n", "teams": f"# Teams {{#teams}}\n\n{block.markdown}\n"}
    for name, text in texts.items():
        (staged / f"{name}.qmd").write_text(text, encoding="utf-8")
    book = {"title": "Teams", "subtitle": "Progress in Q2 2024/25", "chapters": [f"{name}.qmd" for name in texts]}
    own = {"label": "Q2 2024/25", "html-only": ["teams"]}
    (staged / "_quarto.yml").write_text(to_yaml({"book": book, "natpatsip": own}), encoding="utf-8")
    render.render(staged, folder / "made", ["html"], renderer=render.PANDOC, timestamp=TIMESTAMP)
    return folder / "made" / "html"


@pytest.fixture(scope="module", params=WIDTHS)
def tab(chrome, request):
    """A tab for all tests at a width: a new one takes as long as it takes to load the page."""
    with chrome.new_context(viewport={"width": request.param, "height": 900}, accept_downloads=True) as window:
        yield window.new_page()


def open_page(tab, pages, hash_=""):
    complaints = []
    tab.on("console", lambda message: complaints.append(message.text))
    tab.on("pageerror", lambda error: complaints.append(str(error)))
    tab.goto(f"{(pages / 'teams.html').as_uri()}?{next(VISITS)}{hash_}")  # another hash alone would load nothing
    tab.locator(".organisation-choice").first.wait_for()
    return complaints


def test_an_organisation_is_chosen_by_keyboard_and_the_address_leads_to_it(tab, pages):
    complaints = open_page(tab, pages)
    select = tab.get_by_label("Choose an organisation to see its charts")
    select.focus()
    tab.keyboard.type("South")
    tab.keyboard.press("Enter")
    tab.locator("h2", has_text="South").wait_for()
    assert tab.evaluate("decodeURIComponent(location.hash)") == "#organisation=team/South"
    assert tab.locator(".organisations-all").is_hidden()
    tab.go_back()
    tab.locator(".organisations-all").wait_for()
    assert complaints == []
    assert not tab.evaluate("document.documentElement.scrollWidth > innerWidth")


def test_the_table_leads_to_each_organisation_and_the_focus_follows(tab, pages):
    open_page(tab, pages)
    tab.get_by_role("link", name="North").click()
    tab.locator("h2", has_text="North").wait_for()
    assert tab.evaluate("document.activeElement.textContent") == "North"
    assert tab.locator(".organisations-one .organisation-chart svg").count() == 1


def test_the_arrow_keys_say_each_value_of_a_chart(tab, pages):
    open_page(tab, pages, "#organisation=team%2FNorth")
    reader = tab.get_by_role("slider", name="Values of Waiting times, North")
    reader.focus()
    tab.keyboard.press("End")
    words = reader.get_attribute("aria-valuetext")
    assert words.startswith("Period: September 2024, Seen in time: 75, Seen: 150, Waiting times, %: 50%, All: ")
    tab.keyboard.press("ArrowLeft")
    assert reader.get_attribute("aria-valuetext").startswith("Period: August 2024")
    assert tab.locator(".chart-tip").last.is_visible()
    tab.keyboard.press("Escape")
    assert tab.locator(".chart-tip").last.is_hidden()


def test_what_an_organisation_lacks_is_said(tab, pages):
    open_page(tab, pages, "#organisation=team%2FEast")
    assert tab.locator(".organisation-remark").inner_text() == "With 4 points, a change cannot be told from chance."
    assert tab.locator(".organisations-one .organisation-icon").count() == 0


def test_the_download_has_what_may_be_seen_and_no_formula(tab, pages):
    open_page(tab, pages, "#organisation=team%2F%3DWest")
    with tab.expect_download() as waiting:
        tab.get_by_role("button", name="Download the data of =West").click()
    text = waiting.value.path().read_text(encoding="utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text)))
    assert {row["organisation"] for row in rows} == {"'=West"}
    assert (rows[-1]["period"], rows[-1]["numerator"], rows[-1]["value"]) == ("September 2024", "*", "*")
    assert (rows[0]["numerator"], rows[0]["denominator"]) == ("75", "150")
    assert waiting.value.suggested_filename == "west.csv"


def downloaded(tab, name):
    with tab.expect_download() as waiting:
        tab.get_by_role("button", name=f"Download the data of {name}").click()
    return list(csv.DictReader(io.StringIO(waiting.value.path().read_text(encoding="utf-8-sig"))))


def test_a_number_below_0_is_shown_as_it_is(tab, pages_of_changes):
    assert open_page(tab, pages_of_changes, "#organisation=team%2FNorth") == []
    assert [row["value"] for row in downloaded(tab, "North")] == ["-1", "2", "0"] * 5
    tab.get_by_text("Data of the chart").click()
    cells = tab.locator(".organisations-one details table tbody tr td:nth-child(2)").all_inner_texts()
    assert cells == ["−1", "2", "0"] * 5


@pytest.mark.parametrize(("team", "value"), [("North", "0.03%"), ("South", "99.98%")])
def test_no_small_or_nearly_full_share_is_0_or_100(tab, pages_of_small_shares, team, value):
    assert open_page(tab, pages_of_small_shares, f"#organisation=team%2F{team}") == []
    assert {row["value"] for row in downloaded(tab, team)} == {value.rstrip("%")}
    tab.get_by_text("Data of the chart").click()
    shown = tab.locator(".organisations-one details table tbody tr").all_inner_texts()
    assert len(shown) == 15
    assert all(value in row for row in shown)
    written = (pages_of_small_shares.parents[1] / "staged" / "drawings").glob("*.html")
    assert all(f">{value.rstrip('%')}<" in each.read_text(encoding="utf-8") for each in written)


def test_the_country_and_the_target_have_the_decimals_of_the_measure_though_counts_are_rounded(tab, tmp_path):
    rows = [(month, team, "routine", top, 150) for month in months(15) for team, top in (("North", 110), ("South", 98))]
    rows[0] = (*rows[0][:3], 112, 150)  # 70% of all
    pages = written(tmp_path, rows, POLICY, decimals=2, target=82.5)
    assert open_page(tab, pages, "#organisation=team%2FNorth") == []
    assert "target 82.5%" in tab.locator(".organisations-one").inner_text()
    tab.get_by_text("Data of the chart").click()
    lines = tab.locator(".organisations-one details table tbody tr").all_inner_texts()
    assert ["70.00%" in lines[0], *("69.33%" in line for line in lines[1:])] == [True] * 15


def test_the_legend_has_a_mean_and_limits_only_where_a_chart_has(tab, pages, pages_of_changes):
    entries = {"Mean", "Limits of normal variation"}
    for folder, there in ((pages, entries), (pages_of_changes, set())):
        open_page(tab, folder, "#organisation=team%2FNorth")
        assert entries & set(tab.locator(".organisation-legend li").all_inner_texts()) == there


def test_the_periods_along_a_chart_are_evenly_apart(tab, pages):
    drawn = """width => {
        const one = document.querySelector(".organisations-one");
        one.style.width = `${width}px`;
        window.natpatsipOrganisationCharts.redrawAll();
        return [...one.querySelector(".organisation-chart svg").querySelectorAll("text")].map(each => each.textContent);
    }"""
    open_page(tab, pages, "#organisation=team%2FNorth")
    for width in range(200, 700, 20):
        named = [datetime.strptime(text, "%b %Y") for text in tab.evaluate(drawn, width) if PERIOD.fullmatch(text)]
        apart = {12 * (one.year - other.year) + one.month - other.month for other, one in pairwise(sorted(named))}
        assert len(named) >= 2, width
        assert len(apart) == 1, width


def test_a_p_chart_has_a_step_of_its_limits_for_each_point(tab, pages_of_shares):
    open_page(tab, pages_of_shares, "#organisation=team%2FNorth")
    steps = tab.locator(".organisation-chart path[stroke-dasharray='5 4'][d*='H']")
    assert steps.count() == 2
    assert steps.first.get_attribute("d").count("H") == 24
    rows = downloaded(tab, "North")
    levels = [float(row["upper_limit"]) for row in rows]
    assert levels[0] > levels[1] > levels[2] > float(rows[0]["mean"])


def test_the_funnel_plot_has_every_organisation_with_a_number(tab, pages):
    open_page(tab, pages)
    tab.get_by_text("Data of the funnel plot").click()
    cells = tab.locator(".organisations-all details table tbody tr").all_inner_texts()
    assert [row.split("\t")[0].strip() for row in cells] == ["East", "North", "South"]
    assert all("within" in row or "limit" in row for row in cells)


def test_a_key_says_what_each_icon_of_the_table_means(tab, pages):
    open_page(tab, pages)
    meant = tab.locator(".organisation-key li").all_inner_texts()
    assert meant
    assert len(set(meant)) == len(meant)
    assert set(tab.locator(".organisations-all td .visually-hidden").all_text_contents()) == {
        each.strip() for each in meant
    }
    assert tab.locator(".organisation-key").bounding_box()["y"] < tab.locator("table").first.bounding_box()["y"]


def test_no_label_of_the_key_is_broken_where_the_page_has_room(tab, pages):
    open_page(tab, pages)
    entries = tab.locator(".organisation-key li").all()
    assert max(entry.bounding_box()["height"] for entry in entries) < 30


def test_the_national_number_of_a_card_is_in_line_with_the_others(tab, pages):
    open_page(tab, pages)
    starts = """rows => rows.map(row => {
        const text = document.createRange(), cell = row.querySelector("td");
        text.selectNodeContents([...cell.childNodes].find(part => part.nodeType === Node.TEXT_NODE));
        return text.getBoundingClientRect();
    }).map(box => [Math.round(box.left), Math.round(box.right)])"""
    lefts, rights = zip(*tab.locator(".organisations-all tbody").first.locator("tr").evaluate_all(starts), strict=True)
    assert len(set(lefts)) == 1 or len(set(rights)) == 1


def test_the_funnel_plot_says_what_it_shows_and_names_both_its_axes(tab, pages):
    open_page(tab, pages)
    said = tab.locator(".organisations-all .organisation-funnel").inner_text()
    assert re.match(r"Each point is one Team\. Further right are those with more [a-z]", said)
    written = tab.locator(".organisations-all .organisation-chart svg text").all_text_contents()
    assert [text for text in written if text.endswith(", %")]


def test_the_chosen_organisation_has_a_ring_in_the_funnel_plot_and_its_name_in_the_legend(tab, pages):
    open_page(tab, pages, "#organisation=team%2FNorth")
    tab.get_by_text("Compared with the others").click()
    plot = tab.locator(".organisations-one details .organisation-chart svg")
    plot.locator("circle").first.wait_for()  # it is drawn once the browser says that its part is open
    assert plot.locator("circle").count() == 1
    assert "North" not in plot.text_content()
    assert "North" in tab.locator(".organisations-one details .organisation-legend li").all_inner_texts()


def test_points_of_a_funnel_plot_that_would_cover_one_another_are_side_by_side(tab, pages):
    drawn = """width => {
        const sizes = [...Array(9).fill(40), 60, 60, 60], look = { fill: "#000", outline: "#000", shape: "circle" };
        const organisations = sizes.map((size, at) => ({ name: `${at}`, size, value: 75, kind: 0 }));
        const limits = { lower_inner: [.6, .6], lower_outer: [.5, .5], upper_inner: [.8, .8], upper_outer: [.9, .9] };
        const named = { chosen: "", sizeName: "People", valueName: "Seen, %", printed: String };
        const shown = { organisations, limits, sizes: [20, 60], middle: 70, ...named };
        return window.natpatsipOrganisationCharts.funnel(shown, width, { colours: {}, points: [look] }).points;
    }"""
    open_page(tab, pages)
    points = tab.evaluate(drawn, 320)
    assert all(abs(one["x"] - other["x"]) >= 9 for place, one in enumerate(points) for other in points[place + 1 :])
    assert all(52 <= point["x"] <= 308 for point in points)
    assert len({point["y"] for point in points}) == 1


OUTLIERS = """([width, away, kinds]) => {
    const look = { fill: "#000", outline: "#000", shape: "circle" };
    const organisations = kinds.map((kind, at) => ({ name: `The ward ${at}`, size: 40 + away * at, value: 95, kind }));
    const limits = { lower_inner: [.6, .6], lower_outer: [.5, .5], upper_inner: [.8, .8], upper_outer: [.9, .9] };
    const named = { chosen: "", sizeName: "People", valueName: "Seen, %", printed: String };
    const shown = { organisations, limits, sizes: [20, 60], middle: 70, ...named };
    const drawn = window.natpatsipOrganisationCharts.funnel(shown, width, { colours: {}, points: [look, look] });
    const names = [...drawn.svg.querySelectorAll("text")].filter((each) => each.textContent.startsWith("The ward"));
    const at = (each, name) => Number(each.getAttribute(name));
    return [drawn.isMoved, names.map((each) => [each.textContent, at(each, "x"), at(each, "y")])];
}"""


@pytest.mark.parametrize(
    ("width", "away", "kinds", "is_moved", "named"),
    [
        (700, 10, [0, 0, 0], False, []),
        (700, 10, [0, 1, 1], False, ["The ward 1", "The ward 2"]),
        (320, 10, [1, 1, 1], False, ["The ward 0", "The ward 1", "The ward 2"]),
        (700, 0, [0, 1], True, ["The ward 1"]),
        (700, 0.2, [0, 0], True, []),
    ],
)
def test_a_funnel_plot_names_who_is_outside_and_says_if_a_point_was_moved(
    tab, pages, width, away, kinds, is_moved, named
):
    open_page(tab, pages)
    moved, places = tab.evaluate(OUTLIERS, [width, away, kinds])
    assert moved is is_moved
    assert [name for name, _, _ in places] == named
    ends = [(x, x + 6.5 * len(name), y) for name, x, y in places]
    assert all(start >= 52 and end <= width - 12 for start, end, _ in ends)
    for place, (start, end, y) in enumerate(ends):
        assert all(end <= s or start >= e or abs(y - at) >= 12 for s, e, at in ends[place + 1 :])


BESIDE_LINES = """width => {
    const look = { fill: "#000", outline: "#000", shape: "circle" };
    const organisations = [{ name: "East", size: 40, value: 100, kind: 1 }];
    const limits = { lower_inner: [.35, .7], lower_outer: [.06, .65], upper_inner: [1, .93], upper_outer: [1, .98] };
    const named = { chosen: "", sizeName: "People", valueName: "Seen, %", printed: String, mark: "Illustrative data" };
    const shown = { organisations, limits, sizes: [5, 52], middle: 83, ...named };
    const drawn = window.natpatsipOrganisationCharts.funnel(shown, width, { colours: {}, points: [look, look] });
    return [...drawn.svg.querySelectorAll("text")].map((each) => [each.textContent, Number(each.getAttribute("y"))]);
}"""


def test_a_funnel_plot_that_reaches_near_0_has_a_tick_there_and_names_stand_clear_of_its_lines(tab, pages):
    open_page(tab, pages)
    texts = dict(tab.evaluate(BESIDE_LINES, 700))
    zero, whole = texts["0"] - 4, texts["100"] - 4

    def y(value):
        return zero + (whole - zero) * value / 100

    share = (40 - 5) / (52 - 5)
    for level in (100 - 2 * share, 100 - 7 * share, 83):
        assert not texts["East"] - 11 <= y(level) <= texts["East"] + 3


def test_the_funnel_plot_says_in_words_who_is_outside(tab, pages):
    open_page(tab, pages)
    text = tab.locator(".organisations-all").inner_text()
    assert ("Outside the outer limits: " in text) != ("None is outside the outer limits." in text)


def test_the_legend_of_a_funnel_plot_names_the_points_it_has_and_its_axis_has_a_scale(tab, pages):
    open_page(tab, pages)
    tab.get_by_text("Data of the funnel plot").click()
    rows = tab.locator(".organisations-all details table tbody tr").all_inner_texts()
    entries = set(tab.locator(".organisation-legend li").all_inner_texts())
    assert any("outer limits, " in entry for entry in entries) == any("outer" in row for row in rows)
    assert not {"Improvement", "Concern"} & entries  # words of change over time, which a funnel plot does not show
    along = tab.locator(".organisation-chart svg text[text-anchor='middle']").all_text_contents()
    assert len([text for text in along if text.replace(",", "").isdigit()]) >= 2


def test_axe_finds_nothing_in_any_view(tab, pages):
    for hash_ in ("", "#organisation=team%2FNorth", "#organisation=team%2FEast"):
        open_page(tab, pages, hash_)
        tab.evaluate("document.querySelectorAll('details').forEach(part => part.open = true)")
        assert violations_in_both_themes(tab) == []


def test_without_scripts_there_is_the_table_of_the_latest_values(chrome, pages):
    with chrome.new_context(java_script_enabled=False) as window:
        tab = window.new_page()
        tab.goto((pages / "teams.html").as_uri())
        rows = [row.inner_text().split() for row in tab.locator("tbody tr").all()]
    assert [row[0] for row in rows] == ["=West", "East", "North", "South", "All"]
    assert rows[0][1] == "*"


def test_the_whole_report_on_one_page_has_the_table_and_asks_for_no_script(pages):
    text = (pages / "report.html").read_text(encoding="utf-8")
    assert '<th scope="row">North</th><td class="number" data-label="Waiting times, %">50</td>' in text
    assert "<script" not in text
    assert "data-file" not in text


def test_the_markup_is_valid(pages):
    assert markup_complaints(pages) == []
