"""What the report says of the nine interventions, and their national counts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from drawing.series import MONTHS, Segment, spans

Women = Mapping[tuple[str, int], int]  # reported for an intervention in the quarter that starts at a month's number


@dataclass(frozen=True)
class Intervention:
    """How many are eligible for an intervention in a month, and the percentages of its segments."""

    eligible: float
    segments: tuple[Segment, ...]
    counted_from: int = 0


@dataclass
class National:
    """The national numerators and denominators of an intervention, by month."""

    numerator: list[int]
    denominator: list[int]

    def percentages(self) -> list[float]:
        """Return the percentages, from the first month that is recorded."""
        return [100 * n / d for n, d in zip(self.numerator, self.denominator, strict=True) if d]


TOTAL = (Segment("2021-01", 1725), Segment("2022-04", 2530), Segment("2023-05", 2725))  # the mean between is free
JOINED = TOTAL[1].first  # the month from which the last two interventions are recorded
PATHWAY: Mapping[str, Intervention] = {
    "place_of_birth": Intervention(158, (Segment("2021-01", 79.1), Segment("2023-07", 83.0))),
    "antenatal_corticosteroids": Intervention(
        760, (Segment("2021-01", 44.5), Segment("2022-03", 54.7), Segment("2023-08", 47.2))
    ),
    "intrapartum_antibiotics": Intervention(438, (Segment("2021-01", 41.7),)),
    "cord_management": Intervention(
        712, (Segment("2021-01", 29.2), Segment("2022-04", 50.4), Segment("2023-05", 66.5, run_above=7))
    ),
    "normothermia": Intervention(726, (Segment("2021-01", 73.0), Segment("2023-07", 70.1))),
    "early_breast_milk": Intervention(
        694, (Segment("2021-01", 17.0), Segment("2022-04", 29.1), Segment("2023-05", 41.0, run_above=7))
    ),
    "magnesium_sulphate": Intervention(259, (Segment("2021-01", 85.9),)),
    "volume_targeted_ventilation": Intervention(
        290, (Segment("2022-04", 58.0), Segment("2023-05", 77.0)), counted_from=JOINED
    ),
    "caffeine": Intervention(286, (Segment("2022-04", 91.5),), counted_from=JOINED),
}
BIRTHS = ("antenatal_corticosteroids", "cord_management", "normothermia", "early_breast_milk")  # before 34 weeks
LATE = ("volume_targeted_ventilation", "caffeine")
SHARES = {  # of births before 34 weeks, roughly, in per cent
    "East": 8.4,
    "East Midlands": 8.1,
    "Kent Surrey Sussex": 7.9,
    "Manchester": 6.2,
    "South London": 6.6,
    "North East North Cumbria": 5.1,
    "North West Coast": 7.6,
    "Oxford & Thames Valley": 4.6,
    "South West": 3.8,
    "Wessex": 4.7,
    "West Midlands": 11.4,
    "West of England": 4.5,
    "Yorkshire & Humber": 9.7,
    "Imperial College Health Partners": 4.2,
    "UCLPartners": 9.2,
}
CHANGED = ("North West Coast", "Yorkshire & Humber")  # the two areas whose process for place of birth changed
PRAISED = "South London"  # the report says that it has kept up all parts of the pathway


def totals(drawn: Mapping[str, National]) -> list[int]:
    """Return the sum of all interventions, by month."""
    return [sum(each.numerator[month] for each in drawn.values()) for month in range(len(MONTHS))]


def span(segment: Segment) -> tuple[int, int]:
    """Return where a segment of the total begins and ends, as for a slice of the months."""
    return dict(zip(TOTAL, spans(TOTAL), strict=True))[segment]
