"""Words of data that Python would print for no value are words; a missing value is none of them."""

import json

import pandas as pd

from natpatsip.pipeline.staging.data_phrases import phrases_in
from support.projects import code, command, small

MENU = 'team,meal\nNorth,nan bread\nSouth,"nan and rice, with tea"\nEast,soup\n'
TABLE = 'import pandas as pd\nmenu = pd.read_csv("../data/menu.csv")\ntable(menu, caption="Meals")'


def test_phrases_are_those_of_the_files_that_were_read(tmp_path, monkeypatch):
    (tmp_path / "menu.csv").write_text(MENU, encoding="utf-8")
    (tmp_path / "menu.parquet").touch()
    assert phrases_in(["menu.csv", "gone.csv", "~/other.csv"], tmp_path) == ["nan and rice", "nan bread"]
    monkeypatch.setattr(pd, "read_parquet", lambda _: pd.DataFrame({"meal": ["nan bread", None], "beds": [3, 4]}))
    assert phrases_in(["menu.parquet"], tmp_path) == ["nan bread"]


def test_a_table_prints_what_data_say_and_no_missing_value(tmp_path):
    project = small(tmp_path, ward=[code(TABLE, id="menu")])
    (project / "data" / "menu.csv").write_text(MENU, encoding="utf-8")
    run = command(project, "build", "2024-25-Q2", "--to", "html")
    assert run.returncode == 0, run.stderr
    page = (project / "reports" / "2024-25-Q2" / "html" / "ward.html").read_text(encoding="utf-8")
    assert "nan bread" in page
    assert "nan and rice, with tea" in page
    file = project / "notebooks" / "ward.ipynb"
    faulty = "menu.meal = [f\"{float('nan')} pounds\"] * 3"
    cells = json.loads(file.read_text(encoding="utf-8"))
    cells["cells"][-1]["source"] = TABLE.replace("table(", f"{faulty}\ntable(")
    stops = json.dumps(cells)
    file.write_text(stops, encoding="utf-8")
    run = command(project, "build", "2024-25-Q2", "--to", "html")
    assert run.returncode == 1
    assert 'shows "nan" to readers' in run.stderr
