"""What natpatsip has not drawn is a finding until somebody has looked at it, and is one again when it has changed."""

from __future__ import annotations

import json
import re
from copy import deepcopy
from pathlib import Path

import altair as alt
import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest
import yaml

mpl.use("agg")
import matplotlib.pyplot as plt
import plotly.graph_objects as go
from great_tables import GT

from natpatsip import figure, picture, table, tile, tiles
from natpatsip.blocks import library_figures, own_drawings
from natpatsip.blocks.diagrams import BLUE, Box, Diagram, ring
from natpatsip.blocks.headline_tiles import proportion
from natpatsip.blocks.tables_and_callouts import Drawing
from natpatsip.charts import theme
from natpatsip.charts.own_charts.chart_content import chart_content
from natpatsip.checks import own_drawing, runner
from natpatsip.checks.checked_quarter import CheckContext
from natpatsip.errors import ParamsError
from natpatsip.new_quarter.carry_over import next_id, next_params
from natpatsip.pipeline.execution import notebook_run
from natpatsip.pipeline.plan import Plan
from natpatsip.quarter import Quarter
from support.chart_samples import SAMPLES
from support.projects import code, command, prose, small

Q2, Q3 = Quarter(2024, 2), Quarter(2024, 3)
TEXTS = {"title": "Beds rise", "description": "Beds by month", "caption": "All beds."}
PNG = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="


def frame(beds=(3.25, 50)):
    return pd.DataFrame({"month": ["July", "August"], "beds": beds})


def altair_chart(rows, *, is_other=False):
    drawn = alt.Chart(rows)
    return (drawn.mark_tick() if is_other else drawn.mark_bar()).encode(x=alt.X("month").sort(None), y="beds")


def layered(rows, *, is_other=False):
    chart = altair_chart(rows)
    return (
        chart
        + alt.Chart(rows).mark_text(dy=9 if is_other else 5).encode(x=alt.X("month").sort(None), y="beds", text="beds")
    ).interactive()


def of_matplotlib(rows, *, is_other=False):
    axes = plt.figure().subplots()
    axes.bar(rows["month"], rows["beds"], color="red" if is_other else "blue")
    return axes


def of_plotly(rows, *, is_other=False):
    return go.Figure([(go.Scatter if is_other else go.Bar)(x=list(rows["month"]), y=list(rows["beds"]))])


def svg(rows, *, is_other=False):
    bars = "".join(f'<rect width="{beds}" height="{5 if is_other else 9}"/>' for beds in rows["beds"])
    return f"<svg>{bars}</svg>"


def shown(chart):
    return lambda rows, **options: figure("fig-beds", chart(rows, **options), data=rows, **TEXTS)


KINDS = {
    "altair": shown(altair_chart),
    "altair-layers": shown(layered),
    "matplotlib": shown(of_matplotlib),
    "plotly": shown(of_plotly),
    "svg": lambda rows, **options: picture("pic-beds", svg(rows, **options), alt="Beds."),
    "diagram": lambda rows, **options: picture("pic-beds", Diagram(svg(rows, **options), "<svg/>"), alt="Beds."),
    "picture-of-matplotlib": lambda rows, **options: picture("pic-beds", of_matplotlib(rows, **options), alt="Beds."),
    "styler": lambda rows, *, is_other=False: table(rows.style.format(precision=3 if is_other else 2), caption="Beds"),
    "great-tables": lambda rows, *, is_other=False: table(
        GT(rows).fmt_number("beds", decimals=3 if is_other else 2), caption="Beds"
    ),
    "tiles": lambda rows, **options: tiles(
        tile("3", "beds", icon="bed", drawing=Drawing(svg(rows, **options), "Beds"))
    ),
}
"""Each kind of drawing and table of other code, of the same rows; `is_other` is a change of the code."""


def own_of(made):
    return next((data["own"] for data in made._repr_mimebundle_().values() if "own" in data), None)


# Which drawings are natpatsip's own


@pytest.mark.parametrize("kind", SAMPLES)
def test_charts_of_the_engine_are_known_by_their_content(kind):
    chart = SAMPLES[kind]()
    assert own_of(figure("fig-beds", chart, data=frame(), **TEXTS)) is None
    assert own_of(figure("fig-beds", chart.copy(), data=frame(), **TEXTS)) is None  # a copy says the same


def moved_row(chart):
    rows = chart.layer[0].data.values
    rows[0][next(name for name, value in rows[0].items() if isinstance(value, int | float))] = 12345
    return chart


def bars(chart):
    chart.layer[0].mark = "bar"
    return chart


CHANGES = {
    "properties": lambda chart: chart.properties(height=99),
    "a title": lambda chart: chart.properties(title="Better than ever"),
    "a layer": lambda chart: chart + alt.Chart(frame()).mark_point().encode(y="beds"),
    "a configuration": lambda chart: chart.configure_axis(grid=True),
    "a row": moved_row,
    "a mark": bars,
    "its claims": lambda chart: chart.properties(usermeta={**chart.usermeta, "shows": ["improving"]}),
}


@pytest.mark.parametrize("change", list(CHANGES))
def test_a_chart_of_the_engine_that_a_notebook_has_changed_is_the_notebooks_own(change):
    own = own_of(figure("fig-beds", CHANGES[change](deepcopy(SAMPLES["run"]())), data=frame(), **TEXTS))
    assert own
    assert own["made_with"] == "Altair"


@pytest.mark.parametrize(
    "theme_of_a_notebook",
    [{"config": {"mark": {"opacity": 0}}}, {"config": theme.CONFIG, "title": "Better than ever"}, {}],
)
def test_a_chart_of_the_engine_in_another_theme_is_the_notebooks_own(theme_of_a_notebook):
    chart = SAMPLES["run"]()
    drawn = figure("fig-beds", chart, data=frame(), **TEXTS)
    alt.theme.register("mine", enable=False)(lambda: theme_of_a_notebook)
    with alt.theme.enable("mine"):
        other = figure("fig-beds", chart, data=frame(), **TEXTS)
    assert drawn.specification != other.specification
    assert own_of(drawn) is None
    assert own_of(other)["made_with"] == "Altair"


def test_diagrams_and_small_drawings_of_the_engine_are_known_and_those_that_were_changed_are_not():
    made = ring([Box((name,), (), BLUE) for name in ("Refer", "Triage", "Assess", "Treat", "Review")], ("The", "way"))
    changed = Diagram(made.wide.replace("Treat", "Wait"), made.narrow)
    assert own_of(picture("pic-way", made, alt="The way.")) is None
    assert own_of(picture("pic-way", changed, alt="The way."))
    assert own_of(picture("pic-way", made.wide, alt="The way."))  # an SVG as any other
    part = proportion(3, 15)
    of_fifteen = {"icon": "bed", "drawing": part}
    assert own_of(tiles(tile("3", "of 15", **of_fifteen))) is None
    assert own_of(
        tiles(tile("3", "of 15", **of_fifteen | {"drawing": Drawing(part.svg.replace("3.2", "4"), part.alt)}))
    )
    assert own_of(table(frame(), caption="Beds")) is None


# What a digest is of


@pytest.mark.parametrize("kind", list(KINDS))
def test_a_drawing_has_another_digest_with_other_data_or_code_and_no_other(kind):
    made = own_of(KINDS[kind](frame()))
    assert made == own_of(KINDS[kind](frame()))
    assert len(made["digest"]) == own_drawings.SHOWN
    assert made["digest"] != own_of(KINDS[kind](frame((4.25, 50))))["digest"]
    assert made["digest"] != own_of(KINDS[kind](frame(), is_other=True))["digest"]


@pytest.mark.parametrize("kind", ["altair", "altair-layers", "matplotlib", "plotly"])
def test_a_figure_is_looked_at_beside_its_data(kind):
    """A picture of the rows of last quarter, above a table of this one's."""
    chart = {"altair": altair_chart, "altair-layers": layered, "matplotlib": of_matplotlib, "plotly": of_plotly}[kind]
    now = frame().assign(closed=[1, 2])
    drawn = [own_of(figure("fig-beds", chart(frame()), data=data, **TEXTS)) for data in (frame(), now)]
    assert drawn[0]["digest"] != drawn[1]["digest"]


COMPARED = {
    "number": (tiles(tile(value, "beds", icon="bed", drawing=Drawing("<svg/>", "3 of 100"))) for value in "39"),
    "label": (tiles(tile("3", label, icon="bed", drawing=Drawing("<svg/>", "3"))) for label in ("beds", "wards")),
    "tile": (tiles(tile("3", "beds", icon="bed", drawing=Drawing("<svg/>", words))) for words in ("3", "9")),
    "svg": (picture("pic-beds", "<svg/>", alt=f"{team} has the most beds.") for team in ("North", "South")),
    "diagram": (picture("pic-beds", Diagram("<svg/>", "<svg/>"), alt=f"{team} leads.") for team in ("North", "South")),
    "matplotlib": (picture("pic-beds", of_matplotlib(frame()), alt=f"{team} leads.") for team in ("North", "South")),
}
"""A drawing twice, beside another number or other words."""


@pytest.mark.parametrize("kind", list(COMPARED))
def test_a_drawing_is_looked_at_beside_its_number_and_its_words(kind):
    one, other = (own_of(made)["digest"] for made in COMPARED[kind])
    assert one != other


def test_tiles_without_a_drawing_of_the_notebook_do_not_matter_to_those_with_one():
    own = tile("3", "beds", icon="bed", drawing=Drawing("<svg/>", "3"))
    rows = [tiles(own, tile(value, "wards", icon="bed")) for value in "59"]
    assert own_of(rows[0]) == own_of(rows[1]) == own_of(tiles(own))


def test_a_table_is_read_beside_its_data():
    """A format that prints the same whatever the data are."""
    made = [own_of(table(frame(beds).style.format(lambda _: "5"), caption="C")) for beds in ((3.25, 50), (7, 8))]
    assert made[0]["digest"] != made[1]["digest"]


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind not in ("svg", "diagram", "tiles")])
def test_what_a_processor_leaves_in_the_last_digits_makes_no_other_drawing(kind):
    made = [own_of(KINDS[kind](frame((beds, 50))))["digest"] for beds in (0.3, 0.1 + 0.2)]
    assert made[0] == made[1]


@pytest.mark.parametrize("kind_of_number", ["float64", "float32", "int64", "uint8"])
@pytest.mark.parametrize("shape", [(4,), (2, 2)])
def test_columns_of_plotly_are_compared_by_their_numbers(kind_of_number, shape):
    """It writes an array as bytes, of which no digit can be rounded, and which are others for each type."""
    numbers = np.array([3, 50, 7, 9]).reshape(shape)
    made = [go.Figure([go.Heatmap(z=each)]) for each in (numbers.tolist(), numbers.astype(kind_of_number))]
    assert "bdata" in made[1].to_json()
    drawn = [own_of(figure("fig-beds", each, data=frame(), **TEXTS)) for each in made]
    assert drawn[0] == drawn[1]


def test_missing_numbers_and_last_digits_in_columns_of_plotly_make_no_other_drawing():
    columns = ([0.3, None], np.array([0.3, np.nan]), np.array([0.1 + 0.2, np.nan]))
    drawn = [own_of(figure("fig-beds", go.Figure([go.Bar(y=y)]), data=frame(), **TEXTS)) for y in columns]
    assert drawn[0] == drawn[1] == drawn[2]


@pytest.mark.parametrize("kind", ["altair", "altair-layers", "matplotlib", "picture-of-matplotlib"])
def test_the_reports_look_makes_no_other_drawing(kind, monkeypatch):
    before = own_of(KINDS[kind](frame()))
    monkeypatch.setattr(theme, "CONFIG", {**theme.CONFIG, "font": "Georgia", "background": "#EEEEEE"})
    monkeypatch.setitem(library_figures.SETTINGS, "font.sans-serif", ["DejaVu Serif"])
    monkeypatch.setattr(library_figures, "WIDTH", 900)
    assert own_of(KINDS[kind](frame())) == before


def test_a_patch_of_altair_makes_no_other_drawing():
    """It names another version of Vega-Lite, hashes rows in another way and goes on counting views and parameters."""
    specification = layered(frame()).to_dict()
    text = json.dumps(specification)
    for name in specification["datasets"]:
        text = text.replace(name, "data-5eed")
    for name in ("view_", "param_"):
        assert f'"{name}' in text
        text = re.sub(rf'"{name}\w*', f'"{name}1', text)
    other = {**json.loads(text), "$schema": "https://vega.github.io/schema/vega-lite/v6.9.9.json"}
    contents = [chart_content(each, theme.CONFIG) for each in (specification, other)]
    assert contents[0] == contents[1]


def test_a_configuration_of_the_notebooks_own_makes_another_drawing():
    chart = altair_chart(frame())
    drawn = [own_of(figure("fig-beds", each, data=frame(), **TEXTS)) for each in (chart, chart.configure_bar(width=2))]
    assert drawn[0]["digest"] != drawn[1]["digest"]


# Findings, and what the params say of them

SETUP = code(
    "import altair as alt, matplotlib.pyplot as plt, pandas as pd, plotly.graph_objects as go\n"
    "from IPython.display import Markdown\nfrom natpatsip import charts\n"
    "from natpatsip.blocks.tables_and_callouts import Drawing\n"
    "f = pd.DataFrame({'month': ['2024-07', '2024-08'], 'beds': [3, 50]})\n"
    "trend = charts.trend(f, x='month', y='beds', y_title='Beds')\n"
    "def fig(chart, name):\n"
    "    return figure(name, chart, title='T', description='D', caption='C', data=f)",
    id="setup",
)
CELLS = {
    "altair": ("fig(alt.Chart(f).mark_bar().encode(x='month:N', y='beds'), 'fig-altair')", "fig-altair"),
    "changed": ("fig(trend.properties(height=90), 'fig-changed')", "fig-changed"),
    "matplotlib": ("plt.plot(f['beds'])\nfig(plt.gcf(), 'fig-matplotlib')", "fig-matplotlib"),
    "plotly": ("fig(go.Figure([go.Bar(y=list(f['beds']))]), 'fig-plotly')", "fig-plotly"),
    "svg": ("picture('pic-svg', '<svg/>', alt='A')", "pic-svg"),
    "numbered": ("table(f.style, caption='Beds {#tbl-beds}')", "table tbl-beds"),
    "styler": ("f.style.set_caption('Beds')", "table in cell styler of ward.ipynb"),
    "markdown": (
        "display(Markdown('| month | beds |\\n|---|---|\\n| July | 3 |'))",
        "table in cell markdown of ward.ipynb",
    ),
    "in-a-callout": ("callout('note', 'Beds', '| beds |\\n|---|\\n| 3 |')", "table in cell in-a-callout of ward.ipynb"),
    "drawn": (
        "tiles(tile('3', 'beds', icon='bed', drawing=Drawing('<svg/>', 'Beds')))",
        "tiles in cell drawn of ward.ipynb",
    ),
}
KNOWN = {
    "engine": "fig(trend, 'fig-engine')",
    "table": "table(f, caption='Beds')",
    "tiles": "tiles(tile('3', 'beds', icon='bed'))",
    "callout": "callout('note', 'Beds', 'All beds, in North | South.')",
    "words": "Markdown('All beds, in North | South.')",
}

INLINE = {
    "inline": "`{python} Markdown('| beds |\\n|---|\\n| 3 |')`",
    "inline-rows": "| beds |\n|---|\n`{python} Markdown('| 3 |')`",
    "inline-cells": "| month | beds |\n|---|---|\n| July `{python} Markdown('| 3')` |",
    "inline-lines": "| beds |\n|---|\n| `{python} Markdown('3 |\\n| 5')` |",
}
TYPED = {
    "values": "| beds | all |\n|---|---|\n| `{python} f['beds'].max()` | `{python} Markdown('**3**')` |",
    "pipes": "| wards |\n|---|\n| `{python} 'North | South'` |\n\nAll `{python} Markdown('wards | beds')`.",
}


def drawings(folder, *more):
    """Make a project with a cell for each kind."""
    pasted = prose("![North has the most beds](attachment:image.png)", id="pasted")
    pasted.attachments = {"image.png": {"image/png": PNG}}
    worded = prose("![Of `{python} 50` beds, North has the most](attachment:image.png)", id="pasted-worded")
    worded.attachments = pasted.attachments
    cells = [SETUP, *(code(source, id=name) for name, (source, _) in CELLS.items()), pasted, worded]
    cells += [prose(source, id=name) for name, source in INLINE.items()]
    cells += [prose(source, id=name) for name, source in TYPED.items()]
    cells += [*(code(source, id=name) for name, source in KNOWN.items())]
    return small(folder, ward=[*cells, *more])


@pytest.fixture(scope="module")
def ran(tmp_path_factory):
    """Return the project and its executed notebook."""
    project = drawings(tmp_path_factory.mktemp("drawings"))
    return project, executed(project)


def executed(project, kernels="warm"):
    plan = Plan.of(project, Q2)
    return notebook_run.run(plan, plan.notebooks["ward"], {}, kernels=kernels, is_traced=False).content


def outcome(project, content, *accepted):
    """Return the findings about drawings, where the params accept these."""
    file = project / "params" / f"{Q2}.yml"
    before = file.read_bytes()
    try:
        file.write_bytes(before + yaml.safe_dump({"accepted": list(accepted)}, allow_unicode=True).encode())
        plan = Plan.of(project, Q2)
        found = own_drawing.check(CheckContext(plan, content if "ward" in content else {"ward": content}))
        return (*runner._split_accepted(found, plan),)
    finally:
        file.write_bytes(before)


def entry_of(finding):
    """Return what a finding says to write, as a reader would who copies it."""
    return yaml.safe_load(finding.message.partition("as the reason: ")[2])


def test_each_is_a_finding_in_its_cell_and_what_it_says_to_write_closes_it(ran):
    still_open, accepted = outcome(*ran)
    names = {cell: name for cell, (_, name) in CELLS.items()}
    names |= {cell: f"image in cell {cell} of ward.ipynb" for cell in ("pasted", "pasted-worded")}
    names |= {cell: f"table in cell {cell} of ward.ipynb" for cell in INLINE}
    assert {each.cell: each.found.rpartition(" ")[0] for each in still_open} == names
    assert not accepted
    for each in still_open:
        assert f"under accepted in params/{Q2}.yml" in each.message
    entries = [entry for each in still_open for entry in entry_of(each)]
    assert [entry["found"] for entry in entries] == [each.found for each in still_open]
    left, closed = outcome(*ran, *entries)
    assert not left
    assert len(closed) == len(names)
    record = json.dumps([each.record() for each in closed])  # of the final edition, where there is nothing to write
    assert "The build does not" in record
    assert "If it is right" not in record


def test_it_lapses_with_the_data_or_the_code_and_says_what_to_write_in_its_place(ran):
    still_open, _ = outcome(*ran)
    accepted = [{"check": "own-drawing", "found": each.found, "reason": "Ann, 1 October 2024"} for each in still_open]
    for number, each in enumerate(still_open):
        before = [dict(entry) for entry in accepted]
        before[number]["found"] = was = f"{each.found.rpartition(' ')[0]} 00000000"
        (finding,), closed = outcome(*ran, *before)
        assert (finding.cell, finding.found, len(closed)) == (each.cell, each.found, len(accepted) - 1)
        assert f"The params accept {was}, and since then its data or its code have changed" in finding.message
        assert f"accepted.{number}.found" in finding.message
        assert entry_of(finding) == {"found": each.found}


def test_one_of_two_drawings_of_a_cell_is_not_taken_for_the_other(ran):
    project, content = ran
    twice = next(cell for cell in content.cells if cell.id == "styler")
    other = json.loads(json.dumps(twice.outputs[0]))
    other["data"]["application/vnd.natpatsip.block+json"]["own"]["digest"] = "12345678"
    kept = list(twice.outputs)
    try:
        twice.outputs = [*kept, type(twice.outputs[0])(other)]
        accepted = {"check": "own-drawing", "found": "table in cell styler of ward.ipynb 12345678", "reason": "Ann"}
        (finding,) = [each for each in outcome(project, content, accepted)[0] if each.cell == "styler"]
        old = [{**accepted, "found": f"table in cell styler of ward.ipynb {digit * 8}"} for digit in "ab"]
        both = [each.message for each in outcome(project, content, *old)[0] if each.cell == "styler"]
    finally:
        twice.outputs = kept
    assert "The params accept" not in finding.message
    assert [f"accepted.{number}.found" in message for number, message in enumerate(both)] == [True, True]


def test_a_pasted_image_is_looked_at_beside_its_words(ran):
    project, content = ran
    changed = deepcopy(content)
    cells = {cell.id: cell for cell in changed.cells}
    cells["pasted"].source = cells["pasted"].source.replace("North", "South")
    cells["pasted-worded"].metadata["user_expressions"][0]["result"]["data"]["text/plain"] = "60"
    found = [{each.found for each in outcome(project, each)[0]} for each in (content, changed)]
    assert {each.partition(" of")[0] for each in found[1] - found[0]} == {
        "image in cell pasted",
        "image in cell pasted-worded",
    }


def test_a_drawing_without_an_id_is_not_taken_for_one_in_a_copy_of_its_notebook(ran):
    project, content = ran
    (seen,) = [each.found for each in outcome(project, content)[0] if each.cell == "styler"]
    copied = deepcopy(content)
    (other,) = [cell for cell in copied.cells if cell.id == "styler"]
    other.outputs[0]["data"]["application/vnd.natpatsip.block+json"]["own"]["digest"] = "12345678"
    accepted = {"check": "own-drawing", "found": seen.replace("of ward", "of index"), "reason": "Ann"}
    for executed in ({"ward": content, "index": copied}, {"index": copied, "ward": content}):
        open_, _ = outcome(project, executed, accepted)
        said = {each.notebook: each.message for each in open_ if each.cell == "styler"}
        assert "since then" in said["index.ipynb"]
        assert "since then" not in said["ward.ipynb"]


def test_an_acceptance_of_a_drawing_that_is_not_in_the_report_is_a_finding(ran):
    gone = {"check": "own-drawing", "found": "fig-engine 7f3a91c2", "reason": "Ann"}
    still_open, _ = outcome(*ran, gone)
    assert (
        "accept a finding that no longer exists (check own-drawing, found fig-engine 7f3a91c2)"
        in still_open[-1].message
    )


@pytest.mark.parametrize("named", [{"notebook": "ward"}, {"found": "fig-altair"}, {"found": "fig-altair eba8"}])
def test_what_was_looked_at_has_to_be_named(ran, named):
    """Otherwise each later drawing of that name, or in that notebook, were accepted too."""
    with pytest.raises(ParamsError, match=r"accepted.*: has no drawing with what was looked at, such as found: fig-"):
        outcome(*ran, {"check": "own-drawing", "reason": "Ann", **named})


PROCESS = """
import os, sys, time
assert (os.environ["PYTHONHASHSEED"], time.tzname[0]) == ("7", "NZST")
sys.path[:0] = [{tests!r}, {tests!r} + "/engine"]
from test_own_drawing import KINDS, frame, own_of
print([own_of(KINDS[kind](frame()))["digest"] for kind in {order}])
"""


def test_a_fresh_process_and_any_kernel_give_the_same_in_another_order_time_zone_and_seed(ran, tmp_path, monkeypatch):
    order = list(KINDS)[::-1]
    digests = code(PROCESS.format(tests=str(Path(__file__).parents[1]), order=order), id="digests")
    monkeypatch.setenv("TZ", "Pacific/Auckland")
    monkeypatch.setenv("PYTHONHASHSEED", "7")
    project, content = ran
    stock = executed(drawings(tmp_path, digests), "stock")
    found = [[each.found for each in outcome(project, each)[0]] for each in (content, stock)]
    assert found[0] == found[1]
    here = [own_of(KINDS[kind](frame()))["digest"] for kind in order]
    (cell,) = [each for each in stock.cells if each.id == "digests"]
    assert yaml.safe_load(cell.outputs[-1].text) == here


def test_a_build_counts_them_a_final_one_waits_and_json_is_valid(tmp_path):
    source, name = CELLS["altair"]
    project = small(tmp_path, ward=[SETUP, code(source, id="altair"), prose("@fig-altair shows beds.", id="said")])
    checked = command(project, "check", str(Q2), "--format", "json")
    found = [each for each in json.loads(checked.stdout) if each["check"] == "own-drawing"]
    assert [each["found"].partition(" ")[0] for each in found] == [name]
    built = command(project, "build", str(Q2), "--to", "html")
    assert "own-drawing 1" in built.stdout + built.stderr
    again = json.loads((project / "reports" / str(Q2) / "manifest.json").read_bytes())["findings"]
    assert [each for each in again if each["check"] == "own-drawing"] == found
    message = found[0]["message"]
    assert message in command(project, "build", str(Q2), "--final").stderr
    with (project / "params" / f"{Q2}.yml").open("a", encoding="utf-8") as file:
        file.write(f"accepted:\n  {message.partition('as the reason: ')[2]}\n")
    final = command(project, "build", str(Q2), "--final")
    assert "own-drawing" not in final.stderr
    assert "accepted.0.reason: is …. Say why the finding may stay" in final.stderr


def test_before_the_data_are_in_nothing_is_said_of_what_was_not_drawn(tmp_path):
    source, name = CELLS["altair"]
    reading = code("from natpatsip import datasets\nwaits = datasets.load('waits_monthly')", id="reading")
    project = small(tmp_path, ward=[reading, SETUP, code(source, id="altair")])
    (project / "data" / "waits_monthly.csv").unlink()
    with (project / "params" / f"{Q2}.yml").open("a", encoding="utf-8") as file:
        file.write(f"accepted:\n  - {{check: own-drawing, found: {name} 7f3a91c2, reason: Ann}}\n")
    run = command(project, "check", str(Q2))
    assert "own-drawing" not in run.stdout
    assert "charts, facts, figures and tables of ward, which did not run" in run.stdout


# The next quarter


def test_a_drawing_that_did_not_change_is_the_same_in_the_cell_that_was_carried_over(ran):
    project, content = ran
    carried = deepcopy(content)
    for cell in carried.cells:
        cell.id = next_id(f"{cell.id}-q2", Q3, set())
    found = [[each.found for each in outcome(project, each)[0]] for each in (content, carried)]
    assert found[0] == found[1]


def test_the_next_quarter_keeps_the_drawings_that_were_looked_at_and_no_other_finding():
    text = (
        f"quarter: {Q2}\ncut_off: 2024-09-30\n\n# Accepted, and why.\naccepted:\n"
        "  - check: moved\n    fact: beds\n    reason: a new site\n"
        "  - {check: own-drawing, found: fig-beds 7f3a91c2, reason: 'Ann Example, 1 October 2024'}\n\n"
        "# How long.\nlimits:\n  cell: 60\n"
    )
    written = next_params(text, Q2, Q3)
    looked_at = {"check": "own-drawing", "found": "fig-beds 7f3a91c2", "reason": "Ann Example, 1 October 2024"}
    assert yaml.safe_load(written)["accepted"] == [looked_at]
    assert "# Accepted, and why.\naccepted:" in written
    assert "# How long.\nlimits:" in written
