"""The programmes' colours on pages can be read, whichever a report chooses."""

from __future__ import annotations

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from natpatsip.charts import palette
from natpatsip.pipeline.plan import LEAST_CONTRAST
from natpatsip.pipeline.render.programme_colours import DARK_TINT, LEAST, TINT, WHITE, shades
from support.projects import ROOT

LOOK = yaml.safe_load((ROOT / "_extensions" / "natpatsip" / "_brand.yml").read_text(encoding="utf-8"))
GROUNDS = {
    "light": (WHITE, TINT, LOOK["color"]["palette"]["ink"]),
    "dark": (LOOK["dark"]["white"], DARK_TINT, LOOK["dark"]["ink"]),
}
allowed = st.builds("#{:02X}{:02X}{:02X}".format, *[st.integers(0, 255)] * 3).filter(
    lambda colour: palette.contrast(colour, WHITE) >= LEAST_CONTRAST
)


@pytest.mark.parametrize("theme", GROUNDS)
@given(colour=allowed)
def test_the_text_of_a_tile_stands_out_from_its_ground(theme, colour):
    ground, share, ink = GROUNDS[theme]
    found = shades(colour, ground=ground, share=share)
    assert palette.contrast(found["-text"], found["-tint"]) >= LEAST
    assert palette.contrast(ink, found["-tint"]) >= LEAST
    assert palette.contrast(found["-text"], ground) >= LEAST  # the headings of its chapter


@pytest.mark.parametrize("colour", LOOK["programmes"])
def test_white_titles_stand_out_from_the_bands_of_the_look(colour):
    assert palette.contrast(WHITE, colour) >= LEAST
