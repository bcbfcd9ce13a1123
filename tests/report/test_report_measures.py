"""The measures of this report: each is drawn, and says what its chart shows as a person would."""

import json

import pytest

from natpatsip import context, figure, measures
from natpatsip.blocks.figures import FIGURE
from natpatsip.measures.measures_file import declared
from support.projects import ROOT

QUARTERS = ("2024-25-Q1", "2024-25-Q2")
LATER_CHAPTERS = ("about", "organisations")  # chapters that came later, without a counterpart in the first edition
MOST_LINES = 464  # half of what the eight notebooks had while each repeated what its measures know


def made(name, quarter="2024-25-Q2"):
    with context.use(quarter, project=ROOT):
        measure = measures.Measure(name, is_owner=False)
        return measure, str(measure.sentence)


@pytest.mark.parametrize("name", declared(ROOT).by_id)
@pytest.mark.parametrize("quarter", QUARTERS)
def test_each_measure_has_a_figure_and_sentences(name, quarter):
    measure, text = made(name, quarter)
    record = figure(measure, title="Title")._repr_mimebundle_()[FIGURE]
    assert record["id"] == f"fig-{name.replace('_', '-')}"
    assert text


def test_the_notebooks_have_few_lines_of_code():
    files = [file for file in (ROOT / "notebooks").glob("*.ipynb") if file.stem not in LATER_CHAPTERS]
    cells = [cell for file in files for cell in json.loads(file.read_text(encoding="utf-8"))["cells"]]
    code = "\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "code")
    lines = [line for line in code.splitlines() if line.strip() and not line.lstrip().startswith("#")]
    assert 0 < len(lines) <= MOST_LINES


def test_a_step_is_told_with_its_cause_and_both_levels():
    _, text = made("place_of_birth")
    assert text.startswith(
        "Since July 2023, when a change of process in 2 PSC areas brought a rise, 83.0% of eligible babies on average "
        "have been born in the right place, up from 79.1%."
    )


def test_what_needs_attention_is_what_has_fallen_or_is_below_its_ambition():
    with context.use("2024-25-Q2", project=ROOT):
        text = measures.summary().markdown.partition("What needs attention:**\n")[2].partition("\n- **")[0]
    assert text.splitlines() == [
        "    - Births in the right place (below the ambition)",
        "    - Antenatal corticosteroids (down from 54.7%)",
        "    - Normal temperature (down from 73.0%)",
    ]
