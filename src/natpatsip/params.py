"""The params of a quarter: what people decide rather than measure, each with its reason or source.

There is one YAML file per quarter in ``params/``. Unknown keys are rejected, because a misspelt key would silently
leave a default in a published number.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
    ValidationInfo,
    field_validator,
    model_validator,
)
from pydantic_core import InitErrorDetails, PydanticCustomError

from natpatsip import context
from natpatsip.characters import visible
from natpatsip.errors import ParamsError, together
from natpatsip.facts.fact import ID, unit_expected
from natpatsip.files.yaml_models import CalendarDay, Number, place_of, read_yaml, sentences
from natpatsip.quarter import A_PERIOD, PARAMS_FOLDER, Quarter, is_period, known_quarters

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
SHA256 = re.compile(r"[0-9a-f]{64}")
FACT_IN_TEXT = re.compile(r"\{([a-z][a-z0-9_]*)\}")
Month = Annotated[str, StringConstraints(pattern=r"^[0-9]{4}-(0[1-9]|1[0-2])$")]


class Strict(BaseModel):
    """A part of the params: frozen, unknown keys rejected."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Value(Strict):
    """A number with its unit and source; notebooks cite it as a fact under its key."""

    value: Number
    unit: Text
    period: Text = "all"
    source: Text
    wording: Literal["", "estimate"] = ""

    @field_validator("unit")
    @classmethod
    def _is_the_usual_unit(cls, unit: str) -> str:
        if usual := unit_expected(unit):
            raise ValueError(f'found "{unit}"; expected "{usual}", with which the sign of a number is printed')
        return unit

    @field_validator("period")
    @classmethod
    def _is_a_period(cls, period: str) -> str:
        if not is_period(period):
            raise ValueError(f'found "{period}"; expected {A_PERIOD}')
        return period


class Rebase(Strict):
    """A month from which the limits of a measure are recalculated, and the reason.

    The reason is what a chart has room for; `when` says it as a clause, for sentences: *since June, when …*. There
    ``{fact_id}`` stands for a fact.
    """

    measure: Text
    date: Month
    reason: Text
    when: Text = ""
    provenance: Literal["reported", "illustrative"]
    everywhere: bool = False
    """Whether the reason holds for each organisation, such as a change of what is counted."""

    @model_validator(mode="before")
    @classmethod
    def _names_a_measure(cls, content: Any) -> Any:
        if isinstance(content, Mapping) and "series" in content:
            raise ValueError(
                f"found series: {content['series']}, which is now called measure: the id of a measure in "
                "data/measures.yml, or the name that a notebook gives to params.rebase_dates(…)"
            )
        return content

    @property
    def texts(self) -> tuple[tuple[str, str], ...]:
        """What a report prints of the rebase as it is written, each with its key."""
        return (("reason", self.reason), ("when", FACT_IN_TEXT.sub("…", self.when)))

    @property
    def is_illustrative(self) -> bool:
        """Whether the rebase's reason was made up for illustration."""
        return self.provenance == "illustrative"


class Limits(Strict):
    """How many seconds a cell, and a whole notebook, may run."""

    cell: Annotated[Number, Field(gt=0)] = 120
    notebook: Annotated[Number, Field(gt=0)] = 600


class SignOff(Strict):
    """Who signs off the final edition, or a chapter of it: a role and, once it has been signed, the name and the day.

    ``natpatsip sign`` records what the chapter, or the whole report, said then, by its SHA-256.
    """

    role: Text
    chapter: Text | None = None
    """The chapter that it is about; without one, the whole report."""
    name: Text | None = None
    date: CalendarDay | None = None
    signed: str | None = None

    @field_validator("signed", mode="before")
    @classmethod
    def _is_a_hash(cls, text: Any) -> Any:
        if text is not None and not SHA256.fullmatch(str(text)):
            raise ValueError(f"found {text!r}, which is not what natpatsip sign writes. Leave it out, and sign again")
        return text

    @model_validator(mode="after")
    def _is_whole_or_open(self) -> SignOff:
        if (self.name is None) != (self.date is None):
            raise ValueError(f"the sign-off of the {self.role} needs both a name and a date; leave both out until then")
        if self.signed and not self.name:
            raise ValueError(f"the sign-off of the {self.role} has signed without a name; leave it out")
        return self

    @property
    def what(self) -> str:
        """The sign-off's role, and its chapter, as messages name them."""
        return f"{self.role} ({self.chapter})" if self.chapter else self.role


class Verified(Strict):
    """A fact that its owner has verified: who, when, and the value that it had."""

    fact: Text
    period: Text
    value: float | str
    role: Text
    name: Text
    date: CalendarDay

    @field_validator("value", mode="before")
    @classmethod
    def _is_a_number_or_text(cls, value: Any) -> Any:
        if isinstance(value, bool) or not isinstance(value, int | float | str):
            raise ValueError(f"found {value!r}, expected the number or the text that natpatsip sign --fact wrote")
        return value


class Acceptance(Strict):
    """A finding of ``natpatsip check`` that is accepted, and the reason; it names the check and a place."""

    check: Text
    reason: Text
    notebook: str = ""
    cell: str = ""
    fact: str = ""
    found: str = ""

    @model_validator(mode="after")
    def _names_a_place(self) -> Acceptance:
        if not (self.notebook or self.fact or self.found):
            raise ValueError("names no notebook, fact or found; each entry accepts one finding")
        return self


class Correction(Strict):
    """What was corrected in a published edition, and when."""

    date: CalendarDay
    text: Text


class Publication(Strict):
    """When the final edition is published, as which version, and what was corrected in it since."""

    date: CalendarDay | None = None
    version: Text = "1.0"
    corrections: tuple[Correction, ...] = ()


class Params(Strict):
    """Everything that is decided for one quarter's report."""

    quarter: Text
    cut_off: CalendarDay
    rebase: tuple[Rebase, ...] = ()
    model: dict[str, Value] = Field(default_factory=dict)
    targets: dict[str, Value] = Field(default_factory=dict)
    limits: Limits = Limits()
    publication: Publication = Publication()
    sign_offs: tuple[SignOff, ...] = ()
    verified: tuple[Verified, ...] = ()
    accepted: tuple[Acceptance, ...] = ()
    built_from: Text | None = None

    @field_validator("quarter")
    @classmethod
    def _is_a_quarter(cls, text: str) -> str:
        return str(Quarter.parse(text))

    @field_validator("cut_off")
    @classmethod
    def _is_in_the_last_month(cls, day: date, info: ValidationInfo) -> date:
        if quarter := info.data.get("quarter"):
            last = Quarter.parse(quarter).last_month
            if (day.year, day.month) != (last.year, last.month):
                raise ValueError(f"is {day}, but {quarter} ends in {last:%B %Y}")
        return day

    @field_validator("rebase")
    @classmethod
    def _is_covered(cls, rebases: tuple[Rebase, ...], info: ValidationInfo) -> tuple[Rebase, ...]:
        cut_off = info.data.get("cut_off")
        late: list[InitErrorDetails] = []
        for place, rebase in enumerate(rebases):
            if cut_off and rebase.date > f"{cut_off:%Y-%m}":
                problems = (
                    f"is {rebase.date} ({rebase.measure}), after the cut-off of {cut_off}; "
                    "expected a month that the report covers"
                )
                problem = PydanticCustomError("value_error", "{problems}", {"problems": problems})
                late.append(InitErrorDetails(type=problem, loc=(place, "date"), input=rebase.date))
        if late:
            raise ValidationError.from_exception_data("rebase", late)
        for (measure, month), count in Counter((each.measure, each.date) for each in rebases).items():
            if count > 1:
                raise ValueError(
                    f"{measure} is rebased {count} times in {month}, of which a chart would give one reason; "
                    "say both reasons in one entry"
                )
        return rebases

    @field_validator("model", "targets")
    @classmethod
    def _are_named_as_facts(cls, values: dict[str, Value]) -> dict[str, Value]:
        if wrong := [name for name in values if not ID.fullmatch(name)]:
            raise ValueError(
                f'"{visible(wrong[0])}" cannot be cited; a name is lower-case letters, digits and underscores'
            )
        return values

    @field_validator("targets")
    @classmethod
    def _is_not_in_the_model(cls, targets: dict[str, Value], info: ValidationInfo) -> dict[str, Value]:
        if twice := info.data.get("model", {}).keys() & targets.keys():
            raise ValueError(f"{', '.join(sorted(twice))} is in both model and targets; keep it in one")
        return targets

    @property
    def values(self) -> dict[str, Value]:
        """Model parameters and targets, by fact id."""
        return self.model | self.targets

    def rebases(self, measure: str) -> tuple[Rebase, ...]:
        """Return the rebases of a measure, earliest first."""
        return tuple(sorted((r for r in self.rebase if r.measure == measure), key=lambda r: r.date))

    def rebase_dates(self, measure: str) -> tuple[Any, ...]:
        """Return the months, as timestamps, from which the limits of a measure are recalculated."""
        import pandas as pd

        return tuple(pd.Timestamp(f"{rebase.date}-01") for rebase in self.rebases(measure))

    def rebase_reasons(self, measure: str) -> dict[Any, str]:
        """Return the reason for each rebase of a measure, by month."""
        reasons = (rebase.reason for rebase in self.rebases(measure))
        return dict(zip(self.rebase_dates(measure), reasons, strict=True))


def path(quarter: Quarter, project: Path) -> Path:
    """Return the params file of a quarter."""
    return project / PARAMS_FOLDER / f"{quarter}.yml"


def place(quarter: Quarter, project: Path, *keys: str | int) -> str:
    """Return a place in the params of a quarter as errors name it: file, line, and the keys that lead there."""
    file = path(quarter, project)
    return place_of(f"{PARAMS_FOLDER}/{file.name}", file.read_bytes(), keys)


def built_from(quarter: Quarter, project: Path) -> str | None:
    """Return the commit that a quarter is built from, if it is archived.

    The rest of the file is for the code of that commit, and is not checked: it may have keys of another time.
    """
    file = path(quarter, project)
    saved = file.read_bytes() if file.is_file() else b""
    if b"built_from" not in saved:
        return None
    content = read_yaml(saved, f"{PARAMS_FOLDER}/{file.name}", ParamsError)
    commit = content.get("built_from") if isinstance(content, Mapping) else None
    return commit if isinstance(commit, str) and commit.strip() else load(quarter, project=project).built_from


def load(quarter: str | Quarter | None = None, *, project: Path | None = None) -> Params:
    """Return the params of a quarter; in a notebook, by default its own quarter.

    Raises
    ------
    ParamsError
        If the file is missing, is not YAML, or has unknown keys or invalid values; every problem is listed.
    """
    if quarter is None or project is None:
        here = context.current()
        quarter, project = quarter or here.quarter, project or here.project
    parsed = quarter if isinstance(quarter, Quarter) else Quarter.parse(quarter)
    file = path(parsed, project)
    if not file.is_file():
        known = known_quarters(project)
        have = ", ".join(map(str, known)) or "no quarter"
        raise ParamsError(
            f"{PARAMS_FOLDER}/{file.name} does not exist: there are params for {have}. {_way_to(parsed, known)}"
        )
    return _read(file, str(parsed), file.read_bytes())


def _way_to(quarter: Quarter, known: Sequence[Quarter]) -> str:
    """Return what to do about a quarter that has no params."""
    if not known or quarter < known[0]:
        return "Write the file, or name one of those quarters."
    if quarter > known[-1]:
        order = "" if quarter == known[-1].next() else "; quarters are opened in order"
        return f"natpatsip new-quarter {known[-1].next()} opens the next one{order}."
    return f"Name one of those quarters, or restore the file from git: git log --all -- {PARAMS_FOLDER}/{quarter}.yml"


@lru_cache(maxsize=16)
def _read(file: Path, quarter: str, saved: bytes) -> Params:
    where = f"{PARAMS_FOLDER}/{file.name}"
    content = read_yaml(saved, where, ParamsError)
    if content is None:
        raise ParamsError(f"{where}: is empty. Write it, or restore it from git: git checkout -- {where}")
    if not isinstance(content, dict):
        raise ParamsError(
            f"{where}: found {type(content).__name__}, expected keys and values such as quarter: {quarter}."
        )
    if "quarter" in content and str(content["quarter"]).strip() != quarter:
        place = place_of(where, saved, ["quarter"])
        raise ParamsError(f"{place}: is {content['quarter']}, but the file is named {quarter}. Make them agree.")
    try:
        params = Params.model_validate(content)
    except ValidationError as error:
        together([ParamsError(problem) for problem in sentences(where, error, Params, content=saved)])
        raise
    return params
