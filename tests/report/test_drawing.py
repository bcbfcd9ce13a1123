"""Which of this report's notebooks have something to draw."""

import pytest

from natpatsip.blocks.figures import FIGURE, PICTURE
from natpatsip.pipeline.drawing import draw_worker
from support.projects import ROOT


@pytest.mark.parametrize("notebook", sorted((ROOT / "notebooks").glob("*.ipynb")), ids=lambda path: path.stem)
def test_a_notebook_that_shows_figures_or_pictures_looks_like_it(notebook, whole):
    executed = (whole.report() / "notebooks" / notebook.name).read_text(encoding="utf-8")
    assert draw_worker.may_draw(notebook) == (f'"{FIGURE}"' in executed or f'"{PICTURE}"' in executed)
