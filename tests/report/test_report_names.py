"""The names of this report's organisations are never cut short in charts of many series."""

import pandas as pd
import pytest

from natpatsip import charts, spc
from natpatsip.charts.layout.sizes import text_width, wrap_name
from support.chart_samples import ROOT
from support.layouts import check, series, written

PAGE = 905  # pixels: the height of a printed page at the width of a chart


def organisations(kind):
    listed = pd.read_csv(ROOT / "data" / "organisations.csv")
    return listed.loc[listed["kind"] == kind, "name"].tolist()


@pytest.mark.parametrize("kind", ["psc", "icb"])
def test_no_name_is_cut_short_and_small_multiples_stand_on_a_page(kind):
    names = organisations(kind)
    rows = [
        (name, measure, month, value)
        for seed, name in enumerate(names)
        for measure in ("Warmth", "Milk")
        for month, value in series(14, seed=seed).items()
    ]
    frame = pd.DataFrame(rows, columns=["name", "measure", "month", "value"])
    results = spc.panel(frame, by=["name", "measure"], value="value", date="month", target=82)
    warmth = results[results["measure"] == "Warmth"]
    small = check(charts.multiples(warmth, by="name", y_title="Babies kept warm", percent=True))
    grids = check(charts.icon_matrix(spc.summary(results), rows="name", columns="measure"))
    for layout in (*small, *grids):
        assert [name for name in names if name not in written(layout)] == []
    assert small[0].height <= PAGE


@pytest.mark.parametrize("kind", ["psc", "icb"])
def test_organisations_are_listed_in_alphabetical_order(kind):
    """Pages show them in the order of the list."""
    assert organisations(kind) == sorted(organisations(kind), key=str.casefold)


@pytest.mark.parametrize("width", [50, 90, 130])
def test_a_name_is_broken_but_never_cut(width):
    for name in organisations("icb"):
        lines = wrap_name(name, width, 12, first=width - 20)
        assert "".join(line.removesuffix("-") if line[-1] == "-" else f"{line} " for line in lines).strip() == name
        assert all(text_width(line, 12) <= width for line in lines)
