"""Sentences about a measure: the chart chooses the pattern, the declaration gives the words."""

import pytest

from natpatsip import context, measure
from natpatsip.blocks.tables_and_callouts import BLOCK
from natpatsip.facts import publishing
from support.measured import project, rebased, rows_of

LOW, HIGH = [70, 72, 71, 69, 70, 71, 73], [80, 82, 81, 79, 80, 81, 83, 80, 79, 81, 82, 80, 81]
NORMAL = "no month stands out."
NO_SHARE = {"numerator": None, "denominator": None}
SEEN = "of patients on average have been seen in time"


def said(folder, values, **keys):
    """Return the sentences about a measure with these values."""
    publishing.forget()
    project(folder, rows_of(values), **keys)
    with context.use("2024-25-Q2", project=folder):
        return measure("waits").sentence


@pytest.mark.parametrize(
    ("values", "keys", "sentence"),
    [
        (
            LOW + HIGH,
            {"rebase": [rebased("2023-09", when="the clinics opened in the evening")]},
            f"Since September 2023, when the clinics opened in the evening, 80.7% {SEEN}, up from 70.9%. "
            "The months since show normal variation.",
        ),
        (
            LOW + HIGH,
            {"rebase": [rebased("2023-09")], "improvement": "decrease"},
            f"Since September 2023 (clinics opened), 80.7% {SEEN}, up from 70.9%. "
            "No month since stands out. The rise is a concern.",
        ),
        (
            LOW + HIGH,
            {"rebase": [rebased("2023-09", provenance="illustrative")], "improvement": "neutral"},
            f"Since September 2023 (clinics opened; this reason is illustrative), 80.7% {SEEN}, up from 70.9%. "
            "No month since stands out.",
        ),
        (
            LOW + HIGH,
            {"rebase": [rebased("2023-09", when="clinics opened", provenance="illustrative")], "improvement": None},
            f"Since September 2023, when clinics opened (an illustrative reason), 80.7% {SEEN}, up from 70.9%. "
            "No month since stands out.",
        ),
        (HIGH, {}, f"Since September 2023, 80.7% {SEEN}. N{NORMAL[1:]}"),
        (
            HIGH,
            {"unit": "patients", "value": "seen_in_time", "noun": "patients a month"} | NO_SHARE,
            f"Since September 2023, an average of 81 patients a month have been seen in time. N{NORMAL[1:]}",
        ),
        (
            [*HIGH, 99],
            {},
            f"Since August 2023, 82.0% {SEEN}. September 2024, at 99.0%, is above the limits of normal variation, "
            "a sign of improvement.",
        ),
        (
            [*HIGH, *[78] * 7],
            {},
            f"Since February 2023, 79.8% {SEEN}. The latest 7 months are all below this average, a sign of concern.",
        ),
        (
            [*[80, 82] * 12, 82, 86, 85],
            {},
            f"Since July 2022, 81.4% {SEEN}. 2 of the latest 3 months are close to the upper limit, "
            "a sign of improvement.",
        ),
        (
            [*LOW, *HIGH, 40, *HIGH],  # a fall since then opposes the step up: the chart has no badge either
            {"rebase": [rebased("2022-07")], "improvement": "decrease"},
            f"Since July 2022 (clinics opened), 79.2% {SEEN}, up from 70.9%. "
            "The last month that stands out is August 2023.",
        ),
        (
            HIGH,
            {"target": 81},
            f"Since September 2023, 80.7% {SEEN}. N{NORMAL[1:]} "
            "The average is below the target of 81%, which single months meet or miss by chance.",
        ),
        (
            HIGH,
            {"target": 95},
            f"Since September 2023, 80.7% {SEEN}. N{NORMAL[1:]} "
            "The target of 95% is out of reach unless the process changes.",
        ),
        (
            HIGH,
            {"target": 60},
            f"Since September 2023, 80.7% {SEEN}. N{NORMAL[1:]} The target of 60% is reliably met.",
        ),
        (
            [*HIGH, None],
            {},
            f"Since August 2023, 80.7% {SEEN}. N{NORMAL[1:]} "
            "The latest value is that of August 2024; the 1 month after it is missing.",
        ),
        (
            HIGH[:8],
            {},
            f"Since February 2024, 80.8% {SEEN}. N{NORMAL[1:]} The limits so far are trial limits, from only 8 months.",
        ),
        (HIGH[:3], {}, f"In the 3 months so far, 81.0% {SEEN}. That is too few to tell a change from chance."),
        ([None, 70], {}, "There is one value so far, 70.0% of patients in September 2024."),
        ([None, None], {}, "There are no data on waiting times yet."),
        ([1, 1, 9], {"chart": "run"}, "The median for waiting times is 1.0%. The points show no signal of a change."),
        ([60, 65, 70], {"chart": "trend"}, "Waiting times rose from 60.0% in July 2024 to 70.0% in September 2024."),
    ],
)
def test_the_pattern_is_that_of_what_the_chart_shows(tmp_path, values, keys, sentence):
    assert str(said(tmp_path, values, **keys)) == sentence


def test_a_measure_without_words_is_described(tmp_path):
    assert str(said(tmp_path, HIGH, noun=None, verb=None)).startswith("The mean for waiting times is 80.7%")


def test_a_rebase_before_which_the_level_was_the_same_claims_no_change(tmp_path):
    assert "have been seen in time, as before." in str(said(tmp_path, HIGH + HIGH, rebase=[rebased("2023-09")]))


def test_each_number_of_a_sentence_is_a_fact(tmp_path):
    record = said(tmp_path, LOW + HIGH, rebase=[rebased("2023-09")])._repr_mimebundle_()[BLOCK]
    assert [fact["id"] for fact in record["facts"]] == ["waits_mean_now", "waits_mean_before"]
    assert '[80.7%]{.fact key="waits_mean_now" period="2024-25-Q2"} of patients on average' in record["markdown"]
