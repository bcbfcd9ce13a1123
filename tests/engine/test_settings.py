"""The settings of a report: every key is optional, an unknown one is refused with its place."""

import json
import re

import pytest
from pydantic import BaseModel

from natpatsip.errors import SettingsError
from natpatsip.pipeline.notebook import Notebook
from natpatsip.pipeline.plan import Plan
from natpatsip.quarter import Quarter
from natpatsip.settings import Settings, current_settings, logo_of, read_book, read_settings
from support.projects import EXAMPLE, ROOT, SETTINGS, code, edit, small

Q2 = Quarter.parse("2024-25-Q2")


def project_with(folder, own):
    """Make a project whose ``_quarto.yml`` says `own` under ``natpatsip:``."""
    (folder / "_quarto.yml").write_text(f"{SETTINGS}natpatsip: {own}\n", encoding="utf-8")
    return folder


@pytest.mark.parametrize("own", ["", "{}", "{publisher: , cover: , keywords: }", "{labels: {target: }}"])
def test_every_key_is_optional_and_may_be_empty(tmp_path, own):
    settings = read_settings(project_with(tmp_path, own))
    assert (settings.publisher, settings.disclaimer, settings.labels.target) == ("", "", "Target")
    assert settings.for_quarter("Q2 2024/25").subtitle == "Q2 2024/25 progress report"


@pytest.mark.parametrize(
    ("own", "message"),
    [
        ("{publsher: A trust}", r'_quarto.yml, line \d+, natpatsip.publsher: unknown key. Did you mean "publisher"\?'),
        ("{html_only: [index]}", r'natpatsip.html_only: unknown key. Did you mean "html-only"\?'),
        (
            "{labels: {targt: Aim}}",
            r'natpatsip.labels.targt: unknown key. Did you mean "target"\? Known keys: target,',
        ),
        ("{cover: A line}", r"natpatsip.cover: found 'A line'; expected keys with their values"),
        ("{keywords: waits}", r"natpatsip.keywords: found 'waits'; expected a list"),
        ("{publisher: [A, B]}", r"natpatsip.publisher: found \['A', 'B'\]; expected text"),
        ('{colours: {ward: "blue"}}', r"natpatsip.colours.ward: found 'blue'"),
        ("[publisher]", r"_quarto.yml, line \d+, natpatsip: found \['publisher'\]; expected keys with their values"),
        ("{", r"_quarto.yml, line \d+: is not YAML: .* Look at the indents"),
    ],
)
def test_a_faulty_setting_is_refused_with_its_place(tmp_path, own, message):
    with pytest.raises(SettingsError, match=message):
        read_settings(project_with(tmp_path, own))


@pytest.mark.parametrize(
    "content", ["[]", "[a]", "1", "book", "book: []", "book: [a]", "book: a", "book: {chapters: a}", ""]
)
def test_settings_without_a_list_of_chapters_say_so(tmp_path, content):
    (tmp_path / "_quarto.yml").write_text(content, encoding="utf-8")
    with pytest.raises(SettingsError, match="has no list of chapters under book"):
        read_book(tmp_path)


@pytest.mark.parametrize("title", ["1.10", "2024", ".inf", ".nan", "true", "2024-09-30", "[Waits]", "{a: b}"])
def test_a_title_is_text_and_is_printed_as_it_is_written(tmp_path, title):
    (tmp_path / "_quarto.yml").write_text(SETTINGS.replace("Test report", title), encoding="utf-8")
    with pytest.raises(
        SettingsError, match=r"^_quarto\.yml, line 3, book\.title: found .*; expected text, in quotation"
    ):
        read_book(tmp_path)
    (tmp_path / "_quarto.yml").write_text(SETTINGS.replace("Test report", f'"{title}"'), encoding="utf-8")
    assert read_book(tmp_path)["book"]["title"] == title


@pytest.mark.parametrize(
    ("settings", "place"),
    [
        (f"{SETTINGS}natpatsip: {{contact: 'Ask {{{{< env USER >}}}}'}}", "natpatsip.contact"),
        (f"{SETTINGS}natpatsip: {{keywords: [waits, '{{{{< env USER >}}}}']}}", "natpatsip.keywords.1"),
        (SETTINGS.replace("Test report", '"{{< env USER >}}"'), "line 3, book.title"),
        (f"{SETTINGS}format: {{html: {{page-footer: '{{{{< env USER >}}}}'}}}}", "format.html.page-footer"),
    ],
)
def test_a_shortcode_is_refused_with_its_key_wherever_it_stands(tmp_path, settings, place):
    (tmp_path / "_quarto.yml").write_text(settings, encoding="utf-8")
    with pytest.raises(SettingsError, match=rf"^_quarto\.yml, .*{re.escape(place)}: found a shortcode"):
        read_settings(tmp_path)


# YAML's own words for them; XML, of which Word files and drawings are, has no others
TURNING = (r"\u202a", r"\u202e", r"\u2066", r"\u2069")  # marks that turn the order of letters
CONTROLS = (r"\x00", r"\x07", r"\x08", r"\x1b", r"\x7f", r"\x9b", r"\ufffe", r"\uffff", r"\ud800")
OF_A_KEY = {
    "natpatsip.subtitle": "natpatsip: {{subtitle: {}}}",
    "natpatsip.description": "natpatsip: {{description: {}}}",
    "natpatsip.cover.line": "natpatsip: {{cover: {{line: {}}}}}",
    "natpatsip.keywords.1": "natpatsip: {{keywords: [waits, {}]}}",
    "format.html.toc-title": "format: {{html: {{toc-title: {}}}}}",
}


@pytest.mark.parametrize("control", [*CONTROLS, *TURNING])
@pytest.mark.parametrize("key", OF_A_KEY)
def test_what_no_format_can_show_is_refused_with_its_key(tmp_path, key, control):
    text = OF_A_KEY[key].format(f'"a{control}b"')
    (tmp_path / "_quarto.yml").write_text(f"{SETTINGS}{text}\n", encoding="utf-8")
    with pytest.raises(SettingsError, match=r"^_quarto\.yml") as caught:
        read_settings(tmp_path)
    if "is not YAML" not in str(caught.value):
        code = int(control[2:], 16)
        kind = "mark" if control in TURNING else "control character"
        assert f"{key}: found a {kind} (U+{code:04X})" in str(caught.value)


@pytest.mark.parametrize("text", [r"a\tb", r"a\nb", "Łódź ✅ 漢字", r"\u200b", r"\U0001F600", r"a\u00a0b", r"e\u0301"])
def test_other_signs_are_taken_as_they_are(tmp_path, text):
    assert read_settings(project_with(tmp_path, f'{{description: "a {text} z"}}')).description.startswith("a ")


ROOM = {
    "book.title": 120,
    "subtitle": 120,
    "publisher": 255,
    "description": 255,
    "labels.target": 255,
    "disclaimer": 600,
}


@pytest.mark.parametrize("letters", [0, 1])
@pytest.mark.parametrize("key", ROOM)
def test_a_text_that_has_no_room_where_it_is_printed_is_refused_with_its_key(tmp_path, key, letters):
    """A cover ends with its page, and a property of a Word file has 255 letters."""
    text = "a" * (ROOM[key] + letters)
    own = f"natpatsip: {{{key.replace('.', ': {', 1)}: {text}{'}' * key.count('.')}}}\n"
    title = SETTINGS.replace("Test report", text)
    (tmp_path / "_quarto.yml").write_text(title if key == "book.title" else f"{SETTINGS}{own}", encoding="utf-8")
    if not letters:
        assert read_settings(tmp_path)
        return
    with pytest.raises(
        SettingsError, match=rf"{key}: found a text of {len(text)} letters. There is room for {ROOM[key]}"
    ):
        read_settings(tmp_path)


def test_all_faults_are_named_together(tmp_path):
    with pytest.raises(SettingsError, match=r"2 problems:\n- .*publsher.*\n- .*contct"):
        read_settings(project_with(tmp_path, "{publsher: A, contct: B}"))


@pytest.mark.parametrize(
    ("logo", "message"),
    [
        ("logo.gif", r'natpatsip.logo: found "logo.gif"; expected an SVG or PNG file'),
        ("assets/logo.svg", r"natpatsip.logo: there is no file assets/logo.svg. Add it"),
        ("logos.svg", r'there is no file logos.svg. Did you mean "logo.svg"\?'),
    ],
)
def test_a_logo_that_no_format_can_show_is_refused(tmp_path, logo, message):
    (tmp_path / "logo.svg").touch()
    settings = read_settings(project_with(tmp_path, f"{{logo: {logo}}}"))
    with pytest.raises(SettingsError, match=message):
        logo_of(settings, tmp_path)


def test_settings_in_another_encoding_are_refused(tmp_path):
    (tmp_path / "_quarto.yml").write_bytes("natpatsip: {publisher: Zoë}".encode("latin-1"))
    with pytest.raises(SettingsError, match=r"_quarto.yml, line 1: is not UTF-8 \(byte \d+\)"):
        read_settings(tmp_path)


@pytest.mark.parametrize(
    "key", ["programmes: {wrad: W}", "not-programmes: [wrad]", "html-only: [wrad]", "colours: {wrad: '#00666B'}"]
)
def test_a_setting_of_a_chapter_that_does_not_exist_is_refused(tmp_path, key):
    project = small(tmp_path)
    edit(project / "_quarto.yml", "lang: en-GB", f"lang: en-GB\nnatpatsip: {{{key}}}")
    with pytest.raises(SettingsError, match=r'"wrad" is not a chapter of the report. Did you mean "ward"\?') as refused:
        Plan.of(project, Q2)
    assert "to add the chapter, write - wrad.qmd under chapters, in book." in str(refused.value)


def test_a_colour_that_white_does_not_stand_out_from_is_refused(tmp_path):
    project = small(tmp_path)
    edit(project / "_quarto.yml", "lang: en-GB", 'lang: en-GB\nnatpatsip: {colours: {ward: "#FFFF00"}}')
    with pytest.raises(SettingsError, match=r"colours.ward: found #FFFF00, whose contrast with white is 1\.1 to 1"):
        Plan.of(project, Q2)


@pytest.mark.parametrize("unit", ["percent", "GBP", "quarter", "date"])
def test_a_name_for_a_unit_that_is_printed_as_a_sign_is_refused(tmp_path, unit):
    with pytest.raises(
        SettingsError, match=rf'line \d+, natpatsip.units.{unit}: numbers in "{unit}" are printed without'
    ):
        read_settings(project_with(tmp_path, f"{{units: {{{unit}: parts}}}}"))


UNIT_OF = {
    "a published number": lambda project: add(project, 'publish("a", 1, label="A", source="Us", unit="beds")'),
    "a helper": lambda project: write(project / "src" / "helpers" / "care.py", 'UNIT = "beds"'),
    "reported numbers": lambda project: write(project / "data" / "reported.csv", "fact_id,unit\na,beds\n"),
    "another quarter's params": lambda project: write(
        project / "params" / "2023-24-Q2.yml", "values: {a: {value: 1, unit: beds, source: Us}}"
    ),
    "a unit that is put together": lambda project: add(project, 'publish("a", 1, label="A", source="Us", unit=kind)'),
}


def add(project, text):
    file = project / "notebooks" / "ward.ipynb"
    cells = json.loads(file.read_text(encoding="utf-8"))
    cells["cells"].append(code(text, id="more"))
    file.write_text(json.dumps(cells), encoding="utf-8")


def write(file, text):
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")


@pytest.mark.parametrize("give", UNIT_OF.values(), ids=UNIT_OF)
def test_a_name_for_a_unit_that_no_number_has_is_refused_with_its_line(tmp_path, give):
    project = small(tmp_path, ward=[code('publish("b", 1, label="B", source="Us", unit="cots")')])
    edit(project / "_quarto.yml", "lang: en-GB", "lang: en-GB\nnatpatsip: {units: {beds: hospital beds, cots: cots}}")
    message = r'line \d+, natpatsip.units.beds: no number of the report has the unit "beds"; the name'
    with pytest.raises(SettingsError, match=message):
        Plan.of(project, Q2)
    give(project)
    assert Plan.of(project, Q2).settings.units["beds"] == "hospital beds"


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("data/reported.csv", "fact_id,unit\nteams,beds\n".encode("utf-16")),
        ("data/reported.csv", b"fact_id;unit\nteams;beds\n"),
        ("data/reported.csv", b'fact_id,unit\nteams,"beds\n'),
        ("src/helpers/wards.py", "# coding: latin-1\nUNIT = 'lits \xe0 part'\n".encode("latin-1")),
    ],
    ids=["utf-16", "semicolons", "quotation", "latin-1"],
)
def test_where_a_file_with_units_cannot_be_read_nobody_can_tell(tmp_path, name, content):
    project = small(tmp_path)
    edit(project / "_quarto.yml", "lang: en-GB", "lang: en-GB\nnatpatsip: {units: {beds: hospital beds}}")
    (project / name).parent.mkdir(parents=True, exist_ok=True)
    (project / name).write_bytes(content)
    assert Plan.of(project, Q2).settings.units["beds"] == "hospital beds"


def test_no_code_is_read_for_units_that_are_declared(tmp_path, monkeypatch):
    project = small(tmp_path)
    edit(project / "_quarto.yml", "lang: en-GB", "lang: en-GB\nnatpatsip: {units: {beds: hospital beds}}")
    UNIT_OF["reported numbers"](project)
    (project / "src" / "helpers").mkdir(parents=True)
    (project / "src" / "helpers" / "care.py").write_bytes(b"\xff")
    monkeypatch.setattr(Notebook, "units", None)
    assert Plan.of(project, Q2).settings.units == {"beds": "hospital beds"}


@pytest.mark.parametrize("name", ['""', '" "', "[a]"])
def test_a_unit_without_a_name_is_refused(tmp_path, name):
    with pytest.raises(SettingsError, match=r"natpatsip.units.beds"):
        read_settings(project_with(tmp_path, f"{{units: {{beds: {name}}}}}"))


def keys(model, before=""):
    """Yield the keys of the settings as docs/settings.md writes them."""
    for name, field in model.model_fields.items():
        key = f"{before}{field.alias or name}"
        inner = field.annotation
        if isinstance(inner, type) and issubclass(inner, BaseModel):
            yield from keys(inner, f"{key}.")
        else:
            yield key


def test_each_key_is_in_the_documentation_and_no_other():
    page = (ROOT / "docs" / "settings.md").read_text(encoding="utf-8")
    assert re.findall(r"^\| `([\w.-]+)` \|", page, re.MULTILINE) == list(keys(Settings))


def test_every_format_has_the_first_chapter(tmp_path):
    project = small(tmp_path)
    edit(project / "_quarto.yml", "lang: en-GB", "lang: en-GB\nnatpatsip: {html-only: [index]}")
    with pytest.raises(SettingsError, match=r"_quarto.yml, line 6, natpatsip.html-only: index is the first chapter"):
        Plan.of(project, Q2)


def test_a_report_says_what_it_calls_its_target_and_others_say_target(tmp_path, monkeypatch):
    monkeypatch.chdir(EXAMPLE)
    assert current_settings().labels.target == "Standard"
    monkeypatch.chdir(tmp_path)
    assert current_settings().labels.target == "Target"


def test_errors_name_lines_of_yaml_files_through_the_functions_that_know_them():
    typed = re.compile(r"""f["'](\{MARK\}|\{PARAMS_FOLDER\}/[^"':]*|params/\{[^"':]*\}\.yml), """)
    found = {
        f"{path.name}: {match[0]}"
        for path in (ROOT / "src" / "natpatsip").rglob("*.py")
        for match in typed.finditer(path.read_text(encoding="utf-8"))
    }
    assert not found


@pytest.mark.parametrize(
    ("own", "found"),
    [
        (
            "subtitle: 'In {quater}'",
            r"subtitle: found \{quater\}, which readers would see as it stands; \{quarter\} is",
        ),
        ("subtitle: 'In {Quarter}'", r"subtitle: found \{Quarter\}"),
        (
            "publisher: 'Trust, {quarter}'",
            r"publisher: found \{quarter\}, which readers would see as it stands\. Write",
        ),
        (
            "illustrative-data: {banner: 'Made up{standins}.'}",
            r"banner: found \{standins\}.*; \{stand-ins\} is filled in",
        ),
    ],
)
def test_a_name_in_braces_that_no_build_fills_in_is_refused(tmp_path, own, found):
    (tmp_path / "_quarto.yml").write_text(f"{SETTINGS}natpatsip: {{{own}}}\n", encoding="utf-8")
    with pytest.raises(SettingsError, match=found):
        read_settings(tmp_path)


@pytest.mark.parametrize("text", ["title: 'Waits in {quarter}'", "author: [A trust, 'Team {quarter}']"])
def test_no_build_fills_in_a_name_in_braces_in_the_title_or_the_author(tmp_path, text):
    (tmp_path / "_quarto.yml").write_text(f"book:\n  {text}\n  chapters: [index.qmd]\n", encoding="utf-8")
    with pytest.raises(
        SettingsError, match=rf"line 2, book\.{text[:5]}.*: found \{{quarter\}}, which readers would see"
    ):
        read_settings(tmp_path)


def test_names_in_braces_that_a_build_fills_in_are_right(tmp_path):
    own = "subtitle: 'To {quarter}', description: 'In {quarter}', illustrative-data: {banner: 'Made up{stand-ins}.'}"
    (tmp_path / "_quarto.yml").write_text(f"{SETTINGS}natpatsip: {{{own}}}\n", encoding="utf-8")
    assert read_settings(tmp_path).subtitle == "To {quarter}"
