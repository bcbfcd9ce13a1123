"""A text that is longer than a page is printed whole, wherever it stands: what lies below a page's end is lost."""

from __future__ import annotations

import re
import subprocess

import pytest
import yaml

from natpatsip.settings_texts import LINE, PASSAGE, TITLE
from support.projects import code, command, edit, prose, small

WORDS = 1_500  # more than a page holds of the smallest letters
PLACES = (
    "title",
    "description",
    "caption",
    "picture",
    "credit",
    "table",
    "cell",
    "tile",
    "callout",
    "source",
    "unit",
    "text",
)
CHART = "alt.Chart(bars).mark_bar().encode(x='n:Q', y='name:N')"
USED = f"""\
import altair as alt
import pandas as pd
bars = pd.DataFrame({{'name': ['A', 'B'], 'n': [3, 4]}})
svg = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 40 10"><rect width="40" height="10"/></svg>'

def words(place):
    return " ".join(f"{{place}}{{number}}" for number in range({WORDS}))

def bars_with(place):
    return figure(f"fig-{{place}}", {CHART}, data=bars,
                  **{{"title": "Bars", "description": "Bars", "caption": "All."}} | {{place: words(place)}})"""


@pytest.fixture(scope="module")
def printed(tmp_path_factory):
    shown = {
        **{place: f"bars_with('{place}')" for place in ("title", "description", "caption")},
        "picture": "picture('pic-beds', svg, alt='Beds', caption=words('picture'))",
        "credit": "picture('pic-seats', svg, alt='Seats', caption='Seats.', credit=words('credit'))",
        "table": "table(bars, caption=words('table'))",
        "cell": "table(pd.DataFrame({'name': [words('cell')], 'n': [3]}), caption='Cells')",
        "tile": "tiles([tile('5', words('tile'), icon='people'), tile('6', 'beds', icon='people')])",
        "callout": "callout('note', words('callout'), 'text')",
    }
    cells = [code(USED, id="used"), *(code(source, id=f"a-{name}") for name, source in shown.items())]
    cells += [
        code("beds = publish('beds', 5, unit='beds', source=words('source'))", id="sourced"),
        code("seats = publish('seats', 5, unit=words('unit'), source='A list')", id="counted"),
        prose("Beds: `{python} beds`, seats: `{python} seats`.", id="cited"),
        prose(" ".join(f"text{number}" for number in range(WORDS)), id="text"),
    ]
    project = small(tmp_path_factory.mktemp("long"), ward=cells)
    edit(project / "_quarto.yml", "ward.qmd]", "ward.qmd, sources.qmd]")
    done = command(project, "build", "2024-25-Q2", "--to", "pdf", "--jobs", "1")
    assert done.returncode == 0, done.stderr
    report = project / "reports" / "2024-25-Q2" / "report.pdf"
    run = subprocess.run(["pdftotext", report, "-"], capture_output=True, text=True, check=True)
    return set(re.findall(r"[a-z]+[0-9]+", run.stdout.lower()))


@pytest.mark.parametrize("place", PLACES)
def test_each_word_is_on_a_page(printed, place):
    missing = [number for number in range(WORDS) if f"{place}{number}" not in printed]
    assert not missing, f"{len(missing)} of {WORDS}, from {place}{missing[0]}"


def test_settings_as_long_as_they_may_be_are_printed_whole(tmp_path):
    """On the cover, which ends with its page; and such a Word file can be written."""
    own = {
        "publisher": words_of("publisher", LINE),
        "licence": words_of("licence", LINE),
        "url": f"https://riverside.example/{'u' * (LINE - 26)}",
        "disclaimer": words_of("disclaimer", PASSAGE),
        "contact": words_of("contact", PASSAGE),
        "subtitle": words_of("subtitle", TITLE),
        "description": words_of("description", LINE),
        "cover": {"line": words_of("line", LINE), "programmes": words_of("programmes", LINE)},
        "illustrative-data": {"cover": words_of("cover", PASSAGE)},
    }
    project = small(tmp_path, ward=[prose("Beds are open.", id="beds")])
    settings = yaml.safe_load((project / "_quarto.yml").read_text(encoding="utf-8"))
    settings["natpatsip"] = {**(settings.get("natpatsip") or {}), **own}
    settings["book"]["title"] = words_of("title", TITLE)
    (project / "_quarto.yml").write_text(yaml.safe_dump(settings, width=10_000), encoding="utf-8")
    done = command(project, "build", "2024-25-Q2", "--to", "html,pdf,docx", "--jobs", "1")
    assert done.returncode == 0, done.stderr
    report = project / "reports" / "2024-25-Q2" / "report.pdf"
    run = subprocess.run(["pdftotext", "-l", "1", report, "-"], capture_output=True, text=True, check=True)
    cover = set(re.findall(r"[a-z]+[0-9]+", run.stdout.lower()))
    places = ("title", "subtitle", "publisher", "licence", "disclaimer", "line", "programmes")
    texts = [settings["book"]["title"], *map(str, own.values()), *own["cover"].values()]
    wanted = {word for text in texts for word in re.findall(r"[a-z]+[0-9]+", text) if word.startswith(places)}
    assert wanted - cover == set()


def words_of(name: str, letters: int) -> str:
    """Return numbered words, so many that not one more has room."""
    text = ""
    for number in range(letters):
        longer = f"{text} {name}{number}".strip()
        if len(longer) > letters:
            return text
        text = longer
    return text
