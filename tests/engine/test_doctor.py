"""What doctor says about a project, besides its tools."""

import pytest

from natpatsip import doctor
from support.projects import SETTINGS, small


@pytest.mark.parametrize(
    ("settings", "is_ok", "said"),
    [
        ("", False, "cannot say where to report"),
        ('natpatsip: {contact: ""}', False, "cannot say where to report"),
        ("natpatsip: {contact: report@example.org}", True, "report@example.org"),
        ("natpatsip: [", False, "is not YAML"),
        ("natpatsip: {contct: report@example.org}", False, "natpatsip.contct: unknown key"),
    ],
)
def test_a_report_without_a_contact_is_said(tmp_path, monkeypatch, settings, is_ok, said):
    project = small(tmp_path)
    (project / "_quarto.yml").write_text(f"{SETTINGS}{settings}\n", encoding="utf-8")
    monkeypatch.chdir(project)
    found = [each for each in doctor.examine() if said in each.found]
    assert [each.is_ok for each in found] == [is_ok]
    assert is_ok or found[0].remedy
