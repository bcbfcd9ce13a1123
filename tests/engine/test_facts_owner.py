"""A fact has one owner: what the data report is cited, and not published again with another value."""

from __future__ import annotations

import pytest

from natpatsip import context
from natpatsip.errors import FactError, together
from natpatsip.facts import publishing
from support import trust

PARAMS = """\
quarter: 2024-25-Q2
cut_off: 2024-09-30
model:
  size: {value: 8, unit: people, source: Evidence}
"""


@pytest.fixture(autouse=True)
def quarter(tmp_path):
    (tmp_path / "params").mkdir()
    (tmp_path / "params" / "2024-25-Q2.yml").write_text(PARAMS, encoding="utf-8")
    publishing.forget()
    with context.use("2024-25-Q2", project=trust.make(tmp_path)):
        yield
    publishing.forget()


@pytest.mark.parametrize(
    ("name", "period", "value", "owner"),
    [
        ("people", "2024-25-Q2", 14, "13 in data/reported.csv"),
        ("people", "since-baseline", 14, "113 in data/reported.csv"),
        ("size", "all", 9, "8 in params/2024-25-Q2.yml"),
    ],
)
def test_publishing_over_a_reported_or_decided_fact_is_one_error_at_its_owner(name, period, value, owner):
    with pytest.raises(FactError) as error:
        publishing.publish(name, value, unit="people", period=period, source="s")
    assert f"{name} ({period}) is {value} here and {owner}" in str(error.value)


def test_the_same_value_or_another_period_is_no_contradiction():
    assert publishing.publish("people", 13, unit="people", source="s").value == 13
    assert publishing.publish("people", 14, unit="people", period="2024-25-YTD", source="s").value == 14


def test_problems_of_the_same_words_are_one_problem():
    with pytest.raises(FactError, match=r"^a$"):
        together([FactError("a"), FactError("a")])
    with pytest.raises(FactError, match=r"^2 problems:\n- a\n- b$"):
        together([FactError("a"), FactError("b"), FactError("a")])
