"""The nine interventions of the preterm optimisation pathway, and the national series of each."""

from __future__ import annotations

import pandas as pd

from natpatsip import datasets

INTERVENTIONS = (
    "place_of_birth",
    "antenatal_corticosteroids",
    "intrapartum_antibiotics",
    "cord_management",
    "normothermia",
    "early_breast_milk",
    "magnesium_sulphate",
    "volume_targeted_ventilation",
    "caffeine",
)
COUNTS = ("numerator", "denominator")


def national(maternity: pd.DataFrame, intervention: str) -> pd.DataFrame:
    """Return the national series of an intervention: the sum over all collaboratives.

    Parameters
    ----------
    maternity : DataFrame
        The dataset ``maternity_monthly``.
    intervention : str
        One of `INTERVENTIONS`.

    Returns
    -------
    DataFrame
        ``month``, ``numerator``, ``denominator`` and ``percent`` (missing where nobody was eligible), one row a month.

    Raises
    ------
    DataError
        Where the data have no such intervention.
    """
    return datasets.total(maternity, COUNTS, where={"intervention": intervention}, percent=COUNTS)
