"""The settings of a report: every key is optional, an unknown one is refused with its place."""

import pytest

from natpatsip.errors import SettingsError
from natpatsip.pipeline.plan import Plan
from natpatsip.quarter import Quarter
from natpatsip.settings import current_settings, read_settings
from projects import ROOT, SETTINGS, edit, small

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
        ("{publsher: A trust}", r'_quarto.yml, natpatsip.publsher: is not a key .* Did you mean "publisher"\?'),
        ("{html_only: [index]}", r'natpatsip.html_only: is not a key .* Did you mean "html-only"\?'),
        (
            "{labels: {targt: Aim}}",
            r'natpatsip.labels.targt: is not a key .* Did you mean "target"\? Known here: target,',
        ),
        ("{cover: A line}", r"natpatsip.cover: found 'A line'; expected keys with their values"),
        ("{keywords: waits}", r"natpatsip.keywords: found 'waits'; expected a list"),
        ("{publisher: [A, B]}", r"natpatsip.publisher: found \['A', 'B'\]; expected a text"),
        ("[publisher]", r"_quarto.yml, natpatsip: found \['publisher'\]; expected keys with their values"),
        ("{logo: assets/logo.gif}", r'natpatsip.logo: found "assets/logo.gif"; expected an SVG or PNG file'),
        ("{logo: logo.svg}", r"natpatsip.logo: there is no file logo.svg"),
        ("{", r"_quarto.yml: is not YAML"),
    ],
)
def test_a_faulty_setting_is_refused_with_its_place(tmp_path, own, message):
    with pytest.raises(SettingsError, match=message):
        read_settings(project_with(tmp_path, own))


def test_all_faults_are_named_together(tmp_path):
    with pytest.raises(SettingsError, match=r"2 problems:\n- .*publsher.*\n- .*contct"):
        read_settings(project_with(tmp_path, "{publsher: A, contct: B}"))


def test_a_logo_that_is_misspelt_is_suggested(tmp_path):
    (tmp_path / "logo.svg").touch()
    with pytest.raises(SettingsError, match=r'there is no file logos.svg. Did you mean "logo.svg"\?'):
        read_settings(project_with(tmp_path, "{logo: logos.svg}"))


def test_settings_in_another_encoding_are_refused(tmp_path):
    (tmp_path / "_quarto.yml").write_bytes("natpatsip: {publisher: Zoë}".encode("latin-1"))
    with pytest.raises(SettingsError, match=r"_quarto.yml: is not UTF-8 \(byte \d+\)"):
        read_settings(tmp_path)


@pytest.mark.parametrize("key", ["programmes: {wrad: W}", "not-programmes: [wrad]"])
def test_a_setting_of_a_chapter_that_does_not_exist_is_refused(tmp_path, key):
    project = small(tmp_path)
    edit(project / "_quarto.yml", "lang: en-GB", f"lang: en-GB\nnatpatsip: {{{key}}}")
    with pytest.raises(SettingsError, match=r'"wrad" is not a chapter of the report. Did you mean "ward"\?'):
        Plan.of(project, Q2)


def test_this_report_says_what_it_calls_its_target_and_others_say_target(tmp_path, monkeypatch):
    monkeypatch.chdir(ROOT)
    assert current_settings().labels.target == "Ambition"
    monkeypatch.chdir(tmp_path)
    assert current_settings().labels.target == "Target"
