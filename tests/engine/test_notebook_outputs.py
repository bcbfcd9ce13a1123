"""What executed notebooks hold is gathered once, in reading order, and what disagrees is refused with its cell."""

from __future__ import annotations

from dataclasses import replace

import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from natpatsip.blocks.figures import FIGURE, PICTURE, VEGALITE
from natpatsip.blocks.tables_and_callouts import BLOCK
from natpatsip.errors import FactError, FigureError
from natpatsip.facts.fact import CITED, PUBLISHED, Fact
from natpatsip.pipeline.notebook_outputs import (
    DATASET,
    Outputs,
    collect_facts,
    collect_figures,
    data_files,
    gather,
    illustrative_files,
)

SEEN = Fact("seen_north", "2024-25-Q2", 677, "people", "Return", kind="reported", rows="data/reported.csv: seen_north")
SHARE = Fact("share_north", "2024-25-Q2", 83.5, "percent", "Model", inputs=(SEEN,))


def shown(*data, id="shown"):  # noqa: A002
    return new_code_cell("…", id=id, outputs=[new_output("display_data", data=each) for each in data])


def said(fact, id="said"):  # noqa: A002
    stored = [{"expression": "cite(…)", "result": {"data": {CITED: fact.record()}}}]
    return new_markdown_cell("`{python} cite(…)`", id=id, metadata={"user_expressions": stored})


def outputs(*cells, name="ward"):
    return Outputs.of(name, new_notebook(cells=list(cells)))


def figure(name, alt="Rising."):
    return {FIGURE: {"id": name, "alt": alt}, VEGALITE: {"mark": "bar"}}


def test_one_pass_gathers_all_that_a_notebook_holds():
    block = {BLOCK: {"markdown": "", "facts": [SEEN.record()]}}
    found = outputs(
        shown({PUBLISHED: SHARE.record()}, id="owner"),
        shown(block, figure("fig-a"), {PICTURE: {"id": "pic-a"}}, {DATASET: {"file": "data/waits.csv"}}),
        said(SHARE),
    )
    assert [(fact.id, fact.section, fact.cell) for fact in found.published] == [("share_north", "ward", "owner")]
    assert [fact.id for fact in found.printed] == ["share_north", "seen_north"]  # prose, then tables and tiles
    assert [(cell, fact.id) for cell, fact in found.uses] == [
        ("owner", "share_north"),
        ("shown", "seen_north"),
        ("said", "share_north"),
    ]
    assert [each.id for each in (*found.figures, *found.pictures)] == ["fig-a", "pic-a"]
    assert found.datasets == ({"file": "data/waits.csv"},)


def test_what_a_fact_was_calculated_from_is_a_fact_of_the_report():
    assert [fact.id for fact in collect_facts({"ward": outputs(said(SHARE))})] == ["share_north", "seen_north"]


def test_a_notebook_that_prints_another_value_than_the_owners_is_refused():
    owner = outputs(shown({PUBLISHED: SHARE.record()}), name="ward")
    other = outputs(said(replace(SHARE, value=84.0)), name="index")
    with pytest.raises(FactError) as refused:
        collect_facts({"index": other, "ward": owner})
    assert str(refused.value) == (
        'notebooks/index.ipynb, cell 1 "`{python} cite(…)`" (id said): prints 84% for share_north (2024-25-Q2), '
        'but it is 83.5% in notebooks/ward.ipynb, cell 1 "…" (id shown). Cite it, and build again.'
    )


def test_figures_are_numbered_through_the_report():
    found = gather(
        {
            "ward": new_notebook(cells=[shown(figure("fig-b"))]),
            "theatre": new_notebook(cells=[shown(figure("fig-a"))]),
        }
    )
    listed = collect_figures(found, {"ward": "Ward", "theatre": "Theatre"})
    assert [(each.number, each.id, each.programme) for each in listed] == [
        (1, "fig-b", "Ward"),
        (2, "fig-a", "Theatre"),
    ]


def test_a_figure_without_alternative_text_and_an_id_of_two_are_refused_together():
    cells = (shown(figure("fig-a", alt=" "), id="one"), shown(figure("fig-a"), id="two"))
    with pytest.raises(FigureError, match=r"2 problems:") as caught:
        collect_figures({"ward": outputs(*cells)}, {"ward": "Ward"})
    assert "(id one): fig-a has no alternative text" in str(caught.value)
    assert "(id two): fig-a is the id of two figures" in str(caught.value)


def test_prose_that_cites_a_reported_fact_reads_the_file_of_reported_facts(tmp_path):
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "reported.csv").write_text("x", encoding="utf-8")
    read = {DATASET: {"file": "data/waits.csv", "sha256": "ab", "provenance": "mixed"}}
    assert data_files([outputs(shown(read))], tmp_path) == {"data/waits.csv": "ab"}
    assert set(data_files([outputs(shown(read), said(SEEN))], tmp_path)) == {"data/waits.csv", "data/reported.csv"}


@pytest.mark.parametrize(("provenance", "files"), [("illustrative", 1), ("mixed", 1), ("reported", 0), (None, 0)])
def test_files_with_illustrative_rows_are_named(provenance, files):
    record = {DATASET: {"file": "data/waits.csv", "provenance": provenance}}
    assert illustrative_files([outputs(shown(record))]) == ["data/waits.csv"][:files]
