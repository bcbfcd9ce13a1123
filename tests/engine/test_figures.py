"""Figures and blocks bring all that every reader needs of them, or are refused."""

import altair as alt
import pandas as pd
import pytest

from natpatsip.blocks.figures import FIGURE, VEGALITE, figure, picture
from natpatsip.blocks.tables_and_callouts import callout, table
from natpatsip.errors import FigureError
from natpatsip.facts.fact import Fact

ROWS = pd.DataFrame({"month": ["July", "August"], "women": [3, 5]})
TEXTS = {"title": "More women", "description": "Women a month, England", "caption": "From July to August."}
WOMEN = Fact("people_seen", "2024-25-Q2", 677, "women", "Return")


def chart(**more):
    return alt.Chart(ROWS, **more).mark_bar().encode(x=alt.X("month:N").sort(None), y="women:Q")


def test_a_plain_chart_gets_alternative_text_from_its_description_and_data():
    shown = figure("fig-women", chart(), data=ROWS, **TEXTS)
    assert shown.alt == "Women a month, England. Rows from July to August: women from 3 to 5, lowest 3, highest 5."


def test_a_chart_that_brings_alternative_text_keeps_it():
    assert figure("fig-women", chart(description="Three, then five."), data=ROWS, **TEXTS).alt == "Three, then five."


def test_the_analysts_alternative_text_comes_first():
    assert figure("fig-women", chart(description="Chart"), data=ROWS, alt="Mine.", **TEXTS).alt == "Mine."


@pytest.mark.parametrize("missing", ["title", "description", "caption"])
def test_a_figure_without_a_text_is_refused(missing):
    with pytest.raises(FigureError, match=f"fig-women: has no {missing}"):
        figure("fig-women", chart(), data=ROWS, **TEXTS | {missing: " "})


def test_a_figure_with_empty_alternative_text_is_refused():
    with pytest.raises(FigureError, match="alternative text is empty"):
        figure("fig-women", chart(), data=ROWS, alt=" ", **TEXTS)


def test_a_figure_without_data_is_refused():
    with pytest.raises(FigureError, match="has no data"):
        figure("fig-women", chart(), data=ROWS.iloc[:0], **TEXTS)


@pytest.mark.parametrize("name", ["women", "fig_women", "fig-Women", "pic-women", "fig-"])
def test_an_id_of_another_form_is_refused(name):
    with pytest.raises(FigureError, match="is not a valid id"):
        figure(name, chart(), data=ROWS, **TEXTS)


def test_a_figure_is_shown_once_and_recorded_once():
    forms = figure("fig-women", chart(), data=ROWS, **TEXTS)._repr_mimebundle_()
    assert set(forms) == {VEGALITE, FIGURE, "text/plain"}
    assert forms[FIGURE]["data"] == "month,women\nJuly,3\nAugust,5\n"


def test_a_figure_of_drawn_data_says_so():
    assert figure("fig-women", chart(), data=ROWS.assign(provenance="illustrative"), **TEXTS).is_illustrative
    assert not figure("fig-women", chart(), data=ROWS, **TEXTS).is_illustrative


def test_a_picture_needs_alternative_text_and_an_svg():
    with pytest.raises(FigureError, match="no alternative text"):
        picture("pic-cycle", "<svg/>", alt="")
    with pytest.raises(FigureError, match="is not an SVG"):
        picture("pic-cycle", "a file name", alt="A cycle")


def test_a_table_has_numbers_to_the_right_and_marks_its_facts():
    rows = pd.DataFrame({"Who": ["A|B", "C"], "How many": [WOMEN, 1500]})
    assert table(rows, caption="People").markdown.splitlines() == [
        "| Who | How many |",
        "|---|--:|",
        '| A\\|B | [677]{.fact key="people_seen" period="2024-25-Q2"} |',
        "| C | 1,500 |",
        "",
        ": People",
    ]


@pytest.mark.parametrize(
    ("values", "mark"), [([1, 2, "Not reported"], "--:"), ([1, "Low", "High"], "---"), ([1, 2, True], "---")]
)
def test_a_word_among_numbers_does_not_move_them_to_the_left(values, mark):
    rows = pd.DataFrame({"Who": list("ABC"), "How many": pd.Series(values, dtype=object)})
    assert table(rows, caption="People").markdown.splitlines()[1] == f"|---|{mark}|"


def test_jupyterlab_shows_the_numbers_of_a_table_without_their_marks():
    frame = pd.DataFrame({"Effect": ["Treated"], "Q2": [WOMEN]})
    shown = table(frame, caption="Women")._repr_mimebundle_()["text/markdown"]
    assert f"| Treated | {WOMEN.text} |" in shown
    assert ".fact" not in shown


def test_a_table_needs_a_caption():
    with pytest.raises(FigureError, match="no caption"):
        table(ROWS, caption="")


def test_an_unknown_kind_of_callout_is_refused_with_the_nearest():
    with pytest.raises(FigureError, match='Did you mean "warning"'):
        callout("warn", "T", "text")


def test_missing_values_are_missing_in_words_and_empty_in_tables_and_files():
    rows = pd.DataFrame({"month": ["July", "August", "September"], "women": [None, 3.0, None], "men": [None] * 3})
    rows = rows.astype({"men": float})
    shown = figure("fig-women", chart(), data=rows, **TEXTS)
    assert "women from 3 to 3, lowest 3, highest 3, 2 values missing; men has no value" in shown.alt
    assert shown.data.splitlines()[1] == "July,,"


@pytest.mark.parametrize("missing", [None, float("nan"), pd.NA, pd.NaT])
def test_a_missing_cell_of_a_table_is_empty(missing):
    rows = pd.DataFrame({"Who": ["A", "B"], "Seen": pd.Series([missing, "C"], dtype=object)})
    assert table(rows, caption="People").markdown.splitlines()[2] == "| A |  |"


@pytest.mark.parametrize(
    ("name", "values", "printed"),
    [
        ("Year", [2023, 2024], ["2023", "2024"]),
        ("Financial year", [2023.0, 2024.0], ["2023", "2024"]),
        ("Seen in the year", [1023, 12024], ["1,023", "12,024"]),
        ("Yearly", [2023, 2412], ["2,023", "2,412"]),
        ("Seen", [9_007_199_254_740_993, 1], ["9,007,199,254,740,993", "1"]),
    ],
)
def test_years_have_no_separator_and_whole_numbers_all_their_digits(name, values, printed):
    rows = table(pd.DataFrame({name: values}), caption="C").markdown.splitlines()
    assert [row.strip("| ") for row in rows[2:4]] == printed


@pytest.mark.parametrize("dtype", ["float64", "Float64", "float32"])
def test_data_with_an_infinite_value_are_refused(dtype):
    rows = ROWS.assign(rate=pd.Series([1.0, float("-inf")]).astype(dtype))
    with pytest.raises(FigureError, match="fig-women: the data: column rate is infinite in row 2"):
        figure("fig-women", chart(), data=rows, **TEXTS)


@pytest.mark.parametrize("channel", ["facet", "row", "column"])
def test_panels_of_an_own_chart_keep_their_size(channel):
    rows = pd.DataFrame({"month": ["July", "August"], "women": [3, 5]})
    made = alt.Chart(rows).mark_bar().encode(x=alt.X("month:N").sort(None), y="women:Q", **{channel: "month:N"})
    assert "width" not in figure("fig-women", made, data=ROWS, **TEXTS).forms[VEGALITE]


@pytest.mark.parametrize(
    ("women", "refused"),
    [([30, 50], True), ([0.03, 0.05], True), ([3, 5], False), ([3.2, 4.9], False), ([3, 99], False)],
)
def test_data_with_none_of_the_numbers_of_their_chart_are_refused(women, refused):
    data = ROWS.assign(women=women)
    if refused:
        with pytest.raises(
            FigureError,
            match=r"fig-women: the data are not those of the chart: they hold .* draws numbers such as 3 and 5",
        ):
            figure("fig-women", chart(), data=data, **TEXTS)
    else:
        assert figure("fig-women", chart(), data=data, **TEXTS)
    summed = alt.Chart(ROWS).mark_bar().encode(y="sum(women):Q")
    assert figure("fig-women", summed, data=data, **TEXTS)
