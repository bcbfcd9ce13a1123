"""Figures of matplotlib and Plotly are figures of the report: numbered, with words, data and the report's letters."""

from __future__ import annotations

import re
import shutil
import sys

import docx
import kaleido
import matplotlib as mpl
import pandas as pd
import pytest

mpl.use("agg")
import matplotlib.pyplot as plt
import plotly.graph_objects as go
from kaleido.errors import ChromeNotFoundError
from lxml import etree

from natpatsip.blocks.figures import FIGURE, VEGALITE, figure, picture
from natpatsip.blocks.library_figures import PLOTLY, SVG
from natpatsip.errors import FigureError
from natpatsip.pipeline.caching.store import Cache
from natpatsip.pipeline.drawing import plotly_to_svg
from natpatsip.pipeline.drawing.charts_to_svg import Artist
from natpatsip.pipeline.drawing.svg import portable
from support.projects import ROOT, code, command, prose, small

DATA = pd.DataFrame({"month": ["July", "August"], "beds": [3, 50]})
TEXTS = {"title": "Beds rise", "description": "Beds by month", "caption": "All beds.", "data": DATA}
FONTS = ROOT / "_extensions" / "natpatsip" / "fonts"


def axes(**options):
    _, drawn = plt.subplots(**options)
    drawn.plot(DATA["month"], DATA["beds"], marker="o", label="beds & <é>")
    drawn.set_yscale("log")
    drawn.legend()
    return drawn


def plotly():
    return go.Figure([go.Bar(x=list(DATA["month"]), y=list(DATA["beds"]))])


@pytest.fixture
def artist(tmp_path):
    return Artist(Cache(tmp_path), FONTS)


def test_matplotlib_figures_and_axes_have_what_every_figure_has():
    shown = figure("fig-beds", axes(), **TEXTS)
    assert shown.alt == "Beds by month. Rows from July to August: beds from 3 to 50, lowest 3, highest 50."
    assert set(shown._repr_mimebundle_()) == {SVG, FIGURE, "text/plain"}
    assert figure("fig-beds", axes().figure, **TEXTS).forms == shown.forms
    assert VEGALITE in figure("fig-beds", __import__("altair").Chart(DATA).mark_bar().encode(x="beds"), **TEXTS).forms


def test_the_same_figure_gives_the_same_drawing_in_the_reports_letters():
    one, other = (figure("fig-beds", axes(), **TEXTS).forms[SVG] for _ in range(2))
    assert one == other
    assert "<dc:date>" not in one
    assert {*re.findall(r"font-family: ([^\";]*)", one)} <= {"'Open Sans', 'DejaVu Sans', sans-serif", "'Open Sans'"}
    assert mpl.rcParams["svg.fonttype"] == mpl.rcParamsDefault["svg.fonttype"]


def test_a_figure_that_is_in_the_report_is_closed():
    drawn = axes()
    figure("fig-beds", drawn, **TEXTS)
    assert not plt.fignum_exists(drawn.figure.number)


def test_letters_of_a_small_figure_are_not_stretched():
    widths = [
        re.search(r'viewBox="\S+ 0 ([\d.]+)', figure("fig-a", axes(figsize=(w, 2)), **TEXTS).forms[SVG])[1]
        for w in (2, 9)
    ]
    assert float(widths[0]) == 480
    assert float(widths[1]) > 480


EMPTY = {
    "no axes": lambda: plt.figure(),
    "empty axes": lambda: plt.subplots()[1],
    "an empty line": lambda: plt.subplots()[1].plot([], [])[0].axes,
    "nothing but missing values": lambda: plt.subplots()[1].plot([1], [float("nan")])[0].axes,
    "no trace": go.Figure,
}


@pytest.mark.parametrize("make", EMPTY.values(), ids=EMPTY)
def test_a_figure_that_shows_no_data_is_refused(make):
    with pytest.raises(FigureError, match="fig-beds: the figure shows no data"):
        figure("fig-beds", make(), **TEXTS)
    plt.close("all")


@pytest.mark.parametrize("kind", [go.Choropleth, go.Scattergeo, go.Scattermap, go.Densitymap])
def test_a_map_from_the_network_is_refused(kind):
    with pytest.raises(FigureError, match=r"fig-beds: Plotly loads the map under a .* from the network"):
        figure("fig-beds", go.Figure([kind()]), **TEXTS)


@pytest.mark.parametrize("made", [go.Heatmap(z=[[1, 2], [3, 4]]), go.Treemap(labels=["a"], parents=[""], values=[1])])
def test_what_is_called_a_map_and_is_none_is_drawn(made):
    assert figure("fig-beds", go.Figure([made]), **TEXTS).id == "fig-beds"


def test_a_figure_without_words_is_refused_whoever_drew_it():
    for drawn in (axes(), plotly()):
        with pytest.raises(FigureError, match="fig-beds: has no title"):
            figure("fig-beds", drawn, **(TEXTS | {"title": ""}))
    plt.close("all")


def test_a_picture_may_be_of_matplotlib_not_of_plotly():
    assert "<svg" in picture("pic-a", axes(), alt="A line").svg
    with pytest.raises(FigureError, match=r"pic-a: picture\(…\) does not take figures of Plotly. Show it with figure"):
        picture("pic-a", plotly(), alt="A line")


def test_drawings_are_without_what_pages_forbid(artist):
    drawn = artist.drawn("fig-beds", figure("fig-beds", axes(), **TEXTS).forms)
    root = etree.fromstring(drawn.svg.encode())
    assert not [node for node in root.iter() if "style" in node.attrib or etree.QName(node).localname == "style"]
    ids = [node.get("id") for node in root.iter() if node.get("id")]
    assert ids
    assert all(name.startswith("fig-beds-part-") for name in ids)
    links = re.findall(r'(?:href="#|url\(#)([^")]+)', drawn.svg)
    assert set(links) == set(ids)
    assert drawn.png.startswith(b"\x89PNG")
    assert drawn.interactive == ""


def test_drawings_without_styles_stay_as_they_are():
    svg = '<svg><g id="a"/><!-- c --></svg>'
    assert portable(svg) is svg


def test_the_shorthand_for_fonts_is_taken_apart():
    svg = portable(
        """<svg><text style="font: italic 700 10px 'Open Sans', sans-serif; white-space: pre">a</text></svg>"""
    )
    assert svg == (
        """<svg><text font-style="italic" font-weight="700" font-size="10px" """
        """font-family="'Open Sans', sans-serif">a</text></svg>"""
    )


def test_plotly_draws_without_the_network_and_the_same_each_time(built, artist):
    one = artist.drawn("fig-b", figure("fig-b", plotly(), **TEXTS).forms)
    assert one.svg == (built / "reports" / "2024-25-Q2" / "figures" / "fig-b.svg").read_text(encoding="utf-8")
    assert ">August<" in one.svg
    assert "style=" not in one.svg
    assert 'viewBox="0 0 640 400"' in one.svg


@pytest.mark.parametrize(
    ("fault", "message"),
    [
        (ChromeNotFoundError(), "fig-a: kaleido finds no browser. .*pip install kaleido"),
        (RuntimeError("Error 525\nmore"), "fig-a: kaleido cannot draw the figure: Error 525"),
    ],
)
def test_what_keeps_plotly_from_drawing_is_said_with_the_remedy(artist, monkeypatch, fault, message):
    def fail(*_, **__):
        raise fault

    monkeypatch.setattr(kaleido, "calc_fig_sync", fail)
    with pytest.raises(FigureError, match=message):
        artist.drawn("fig-a", {PLOTLY: {"data": [{}], "layout": {}}})


def test_a_missing_kaleido_is_said_with_the_remedy(monkeypatch):
    monkeypatch.setitem(sys.modules, "kaleido", None)
    with pytest.raises(FigureError, match=r"fig-a: kaleido is not installed\. .*pip install kaleido"):
        plotly_to_svg.plotly_svg("fig-a", {"data": []})


SETUP = "import pandas as pd\nimport matplotlib.pyplot as plt\nimport plotly.graph_objects as go\n"
SETUP += f"data = pd.DataFrame({DATA.to_dict(orient='list')})"
WORDS = 'title="Beds rise", description="Beds by month", caption="All beds.", data=data'
CELLS = {
    "matplotlib": f'fig, ax = plt.subplots()\nax.bar(data["month"], data["beds"])\nfigure("fig-a", fig, {WORDS})',
    "image": 'fig, ax = plt.subplots()\nax.imshow([[1, 2]])\npicture("pic-a", fig, alt="Two squares")',
    "plotly": f'figure("fig-b", go.Figure([go.Bar(x=data["month"], y=data["beds"])]), {WORDS})',
    "bare-matplotlib": 'plt.plot(data["beds"]);',
    "bare-plotly": "go.Figure([go.Bar(y=[1])])",
}


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """A project with figures of each library, and such as show nan bread and soup, built in all formats."""
    ward = [prose("## Progress\n\nSee @fig-a and @fig-b."), code(SETUP, id="setup", tags=["typed-number"])]
    ward += [code(text, id=name, tags=["typed-number"]) for name, text in CELLS.items()]
    index = [prose("## Summary\n\nSee @fig-a1 and @fig-b1, @fig-c1 and @fig-d1."), *meals(1, "'soup'")]
    project = small(tmp_path_factory.mktemp("project"), index=index, ward=ward)
    done = command(project, "build", "2024-25-Q2")
    assert done.returncode == 0, done.stdout + done.stderr
    return project


def test_they_are_in_all_formats_and_bare_ones_are_findings(built):
    report = built / "reports" / "2024-25-Q2"
    page = (report / "html" / "ward.html").read_text(encoding="utf-8")
    assert page.count('<figure class="report-figure"') == 2
    assert page.count('role="img"') == 3
    assert "style=" not in page
    assert 'href="figures/fig-a.csv"' in page
    assert "data-chart" not in page
    words = [
        each.get("descr") for each in docx.Document(report / "report.docx").element.iter() if each.tag.endswith("docPr")
    ]
    assert [text[:13] for text in words][-3:] == ["Beds by month", "Two squares", "Beds by month"]
    findings = command(built, "check", "2024-25-Q2").stdout
    for kind, cell in (("matplotlib", "bare-matplotlib"), ("Plotly", "bare-plotly")):
        finding = f"This cell shows a figure of {kind} in JupyterLab that is not in the report. Publish it with figure("
        assert f"(id {cell})\n    not-shown: {finding}" in findings


def test_an_axis_is_labelled_with_its_values_not_with_their_distance_from_one():
    _, drawn = plt.subplots()
    drawn.plot([1_000_001, 1_000_002], [5, 6])
    svg = figure("fig-beds", drawn, **TEXTS).forms[SVG]
    assert "1e6" not in svg
    assert "1000001.0" in svg


ALTAIR_WORDS = WORDS.replace("data=data", 'data=rows, alt="Meals"')
MEALS = {
    "altair": 'import altair as alt\nrows = pd.DataFrame({"meal": meals, "beds": [5, 3]})\n'
    'made = alt.Chart(rows).mark_bar().encode(x="meal:N", y="beds:Q")\n'
    f'figure("fig-c", made, {ALTAIR_WORDS})',
    "altair-title": f'figure("fig-d", made.properties(title=meals[1]), {ALTAIR_WORDS})',
    "matplotlib": f'fig, ax = plt.subplots()\nax.bar(meals, [5, 3])\nfigure("fig-a", fig, {WORDS})',
    "plotly": f'figure("fig-b", go.Figure([go.Bar(x=meals, y=[5, 3])]), {WORDS})',
    "picture": 'fig, ax = plt.subplots()\nax.bar(meals, [5, 3])\npicture("pic-a", fig, alt="Meals")',
}


def meals(number, other):
    """Return cells that draw nan bread and another meal with each library."""
    cells = [code(f'{SETUP}\nmeals = ["nan bread", {other}]', id=f"meals-{number}")]
    for name, text in MEALS.items():
        own = re.sub(r'"((?:fig|pic)-\w)"', rf'"\g<1>{number}"', text)
        cells.append(code(own, id=f"{name}-{number}", tags=["typed-number"]))
    return cells


def test_a_phrase_that_begins_with_nan_is_drawn(built):
    figures = built.rglob("html/figures/*-[abcd]1.svg")
    assert ["nan bread" in file.read_text(encoding="utf-8") for file in figures] == [True] * 5


@pytest.fixture
def one_browser(monkeypatch):
    """Have one browser draw all figures of Plotly in this process: to open it takes nine tenths of a drawing's time."""
    path = shutil.which(plotly_to_svg.SHELL)  # if there is none, kaleido looks for another
    kaleido.start_sync_server(page_generator=kaleido.PageGenerator(mathjax=False), **({"path": path} if path else {}))
    draw = kaleido.calc_fig_sync
    monkeypatch.setattr(kaleido, "calc_fig_sync", lambda drawn, *, opts, kopts: draw(drawn, opts=opts))
    yield
    kaleido.stop_sync_server()


@pytest.mark.usefixtures("one_browser")
def test_a_missing_value_beside_such_a_phrase_is_refused(tmp_path):
    ward = [*meals(1, "f\"{float('nan')} pounds\""), *meals(2, "str(float('nan'))")]
    done = command(small(tmp_path, ward=ward), "build", "2024-25-Q2", "--to", "html", "--jobs", "1")
    assert done.returncode == 1, done.stdout + done.stderr
    assert len(re.findall(r'it shows the text "nan pounds', done.stderr)) == 5
    assert len(re.findall(r'it shows the text "nan"', done.stderr)) == 5
    assert "nan bread" not in done.stderr
