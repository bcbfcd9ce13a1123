"""The settings of a report: its chapters, and what ``_quarto.yml`` says under ``natpatsip:``.

Everything that belongs to one report and not to the engine is here: its publisher, its disclaimer, what its
organisations and its target are called. Every key is optional. An unknown key is rejected, since a misspelt one would
silently leave a default in a published report.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError, model_validator

from natpatsip.errors import SettingsError, UsageError, nearest, together
from natpatsip.files.yaml_models import EXPECTED, Word, place_of, read_yaml, sentences
from natpatsip.project import MARK, project_root
from natpatsip.settings_texts import not_printed

OWN = "natpatsip"  # the key of _quarto.yml under which the settings are
QUARTER = "{quarter}"  # in a text: the quarter as it is printed
STAND_INS = "{stand-ins}"  # in the banner: for how many numbers no usable figure was available
STAGED = ("quarter", "label", "status", "illustrative", "date", "cut-off", "imprint", "logo-file", "published")
"""What a build puts beside the settings in the staged ``_quarto.yml``."""
PICTURES = (".svg", ".png")

Text = Annotated[str, StringConstraints(strip_whitespace=True)]
Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]


Colour = Annotated[str, StringConstraints(pattern=r"^#[0-9A-Fa-f]{6}$")]


class Part(BaseModel):
    """A group of settings. A key with nothing behind it has its default."""

    model_config = ConfigDict(extra="forbid", frozen=True, alias_generator=lambda name: name.replace("_", "-"))

    @model_validator(mode="before")
    @classmethod
    def _without_empty_keys(cls, content: Any) -> Any:
        if isinstance(content, Mapping):
            return {key: value for key, value in content.items() if value is not None}
        return content


SIGNS = ("percent", "GBP", "quarter", "date")
"""Units that are not printed as a word after the number."""


class Cover(Part):
    """The lines of the cover."""

    line: Text = "Quarterly progress report"
    """Above the title."""
    programmes: Text = "In this report"
    """Above the names of the chapters."""


class Headings(Part):
    """The headings of what the build writes."""

    contents: Text = "Contents"
    figures: Text = "List of figures"


class Labels(Part):
    """What the report calls things."""

    target: Text = "Target"
    """A target, in charts."""
    programme: Text = "Chapter"
    """What a chapter is about, in the list of figures."""
    columns: dict[str, Text] = Field(default_factory=dict)
    """Columns of data, where their name says too little: ``{team_code: Team}``."""
    totals: tuple[Word, ...] = ()
    """First cells of rows that are totals, besides *Total* and *All*: ``[England]``."""


class IllustrativeData(Part):
    """What a report says of data that are drawn for illustration."""

    title: Text = "Illustrative data"
    banner: Text = (
        "Some of the data in this report are illustrative: they were made up, and every figure that rests on them "
        f"says so{STAND_INS}."
    )
    """At the front; ``{stand-ins}`` becomes *. So are 2 numbers for which no usable figure was available*."""
    cover: Text = "Figures that rest on them are marked."
    """On the cover of the PDF and the Word file."""
    figure: Text = "Illustrative data."
    """Under each figure that rests on such data."""


class Checks(Part):
    """Words of the report that the checks have to know."""

    documents: tuple[Word, ...] = ()
    """What documents and standards of the field are called, before their number: ``[NatPSA]``."""
    nouns: tuple[Word, ...] = ()
    """What the report counts, besides people, patients, teams and the like: ``[collaboratives]``."""


class Settings(Part):
    """What ``_quarto.yml`` says under ``natpatsip:``."""

    publisher: Text = ""
    url: Text = ""
    """Where the publisher, or the report, is on the web."""
    licence: Text = ""
    disclaimer: Text = ""
    """What the report is not, on the cover and at the foot of each page."""
    contact: Text = ""
    """Who readers tell about a problem: an address, or a sentence with one."""
    logo: Text = ""
    """An SVG or PNG file in the project, for the cover; the publisher's name is its text alternative."""
    keywords: tuple[Word, ...] = ()
    subtitle: Text = f"{QUARTER} progress report"
    description: Text = f"Progress in {QUARTER}"
    """What the report is about, among the properties of the PDF and the Word file."""
    cover: Cover = Cover()
    headings: Headings = Headings()
    labels: Labels = Labels()
    illustrative_data: IllustrativeData = IllustrativeData()
    checks: Checks = Checks()
    units: dict[Word, Name] = Field(default_factory=dict)
    """What units of the data are called where a number is printed with its unit: ``{wards: hospital wards}``."""
    programmes: dict[str, Text] = Field(default_factory=dict)
    """Short names of chapters; by default their titles."""
    colours: dict[str, Colour] = Field(default_factory=dict)
    """Colours of programmes, by chapter, for banners, tiles and tabs on paper; by default the look's, in order."""
    not_programmes: tuple[Word, ...] = ()
    """Chapters that are no programme's: the front and the end of the report."""
    html_only: tuple[Word, ...] = ()
    """Chapters that the PDF and the Word file leave out."""
    names: tuple[Word, ...] = ()
    """Names in capitals that the glossary need not explain."""

    def for_quarter(self, label: str) -> Settings:
        """Return the settings with the quarter's printed name in their texts."""
        texts = {name: getattr(self, name).replace(QUARTER, label) for name in ("subtitle", "description")}
        return self.model_copy(update=texts)

    @property
    def imprint(self) -> str:
        """Who publishes the report, under which licence, and what it is not, as one text; empty if nothing is given.

        Examples
        --------
        >>> Settings(publisher="Riverside Trust", url="https://example.org", licence="OGL 3.0").imprint
        'Published by Riverside Trust (https://example.org). Licence: OGL 3.0.'
        """
        where = f" ({self.url})" if self.url else ""
        parts = [
            f"Published by {self.publisher}{where}." if self.publisher else "",
            f"Licence: {self.licence.removesuffix('.')}." if self.licence else "",
            self.disclaimer,
        ]
        return " ".join(filter(None, parts))

    @property
    def logo_file(self) -> str:
        """The name of the logo's copy among the assets of the staged look; empty if there is no logo."""
        return f"logo{Path(self.logo).suffix}" if self.logo else ""

    def staged(self) -> dict[str, Any]:
        """Return the settings as the staged ``_quarto.yml`` has them, defaults included: its templates read them."""
        return {**self.model_dump(mode="json", by_alias=True), "imprint": self.imprint, "logo-file": self.logo_file}


def read_settings(project: Path) -> Settings:
    """Return the settings of a project.

    Raises
    ------
    SettingsError
        If ``_quarto.yml`` is not YAML, or has a key or a value that it may not have; all of them are named.
    """
    return settings_in((project / MARK).read_bytes())


def current_settings() -> Settings:
    """Return the settings of the project that this process works in; the defaults outside a project."""
    try:
        return read_settings(project_root())
    except UsageError:
        return Settings()


@lru_cache(maxsize=8)
def settings_in(content: bytes) -> Settings:
    """Return the settings in the bytes of a project's ``_quarto.yml``; errors are those of `read_settings`."""
    book = read_yaml(content, MARK, SettingsError)
    together([SettingsError(f"{place_of(MARK, content, loc)}: {words}") for loc, words in not_printed(book, OWN)])
    return settings_of(book, MARK, written=content)


def settings_of(content: Any, where: str, *, staged: bool = False, written: bytes = b"") -> Settings:
    """Return the settings in the content of a ``_quarto.yml``; of a staged one without what the build has added.

    Errors name lines if the file is given as it is `written`.

    Raises
    ------
    SettingsError
        If there is an unknown key or a value of another kind; all of them are named.
    """
    own = (content.get(OWN) if isinstance(content, Mapping) else None) or {}
    if not isinstance(own, Mapping):
        raise SettingsError(f"{place_of(where, written, [OWN])}: found {own!r}; expected keys with their values.")
    if staged:
        own = {key: value for key, value in own.items() if key not in STAGED}
    try:
        found = Settings.model_validate(dict(own))
    except ValidationError as error:
        problems = sentences(where, error, Settings, content=written, within=[OWN])
        together([SettingsError(problem) for problem in problems])
        raise
    _check_units(found, where, written)
    return found


def _check_units(settings: Settings, where: str, written: bytes) -> None:
    """Check that each unit that is given another name is one that is printed as a word."""
    together(
        [
            SettingsError(
                f'{place_of(where, written, [OWN, "units", unit])}: numbers in "{unit}" are printed without a word for '
                "the unit. Take the line out."
            )
            for unit in settings.units
            if unit in SIGNS
        ]
    )


def check_chapters(settings: Settings, chapters: Sequence[str], *, written: bytes = b"") -> None:
    """Check that the settings name chapters that the report has.

    Raises
    ------
    SettingsError
        If they name others, whose settings would have no effect, or leave the first out of print; all are named.
    """
    named = {
        "programmes": settings.programmes,
        "colours": settings.colours,
        "not-programmes": settings.not_programmes,
        "html-only": settings.html_only,
    }
    if set(chapters[:1]) & set(settings.html_only):
        where = place_of(MARK, written, [OWN, "html-only"])
        raise SettingsError(f"{where}: {chapters[0]} is the first chapter, which every format has.")
    together(
        [
            SettingsError(
                f'{place_of(MARK, written, [OWN, key])}: "{name}" is not a chapter of the report.'
                f"{nearest(name, chapters)} Its chapters are {', '.join(chapters)}. "
                f"Correct the name; or, to add the chapter, write - {name}.qmd under chapters, in book."
            )
            for key, names in named.items()
            for name in names
            if name not in chapters
        ]
    )


def logo_of(settings: Settings, project: Path) -> Path | None:
    """Return the file of the publisher's logo; None if the settings name none.

    Raises
    ------
    SettingsError
        If it is not there, or not a picture that every format can show.
    """
    if not settings.logo:
        return None
    where, file = place_of(MARK, (project / MARK).read_bytes(), [OWN, "logo"]), project / settings.logo
    if file.suffix not in PICTURES:
        raise SettingsError(f'{where}: found "{settings.logo}"; expected an SVG or PNG file.')
    if not file.is_file():
        beside = [each.name for each in file.parent.glob("*")] if file.parent.is_dir() else []
        raise SettingsError(
            f"{where}: there is no file {settings.logo}.{nearest(file.name, beside)} Add it or take out the key."
        )
    return file


# Chapters ------------------------------------------------------------------------------------------------------------


def read_book(project: Path) -> dict[str, Any]:
    """Return the content of ``_quarto.yml``.

    Raises
    ------
    SettingsError
        If it is not YAML, lists no chapters, or has a title that is not text: 1.10 would be printed as 1.1.
    """
    book = read_yaml((project / MARK).read_bytes(), MARK, SettingsError)
    own = book.get("book") if isinstance(book, dict) else None
    if not isinstance(book, dict) or not isinstance(own, dict) or not isinstance(own.get("chapters"), list):
        raise SettingsError(f"{MARK}: has no list of chapters under book. Add book: chapters: with one line a chapter.")
    title = own.get("title")
    if not isinstance(title, str | None):
        place = place_of(MARK, (project / MARK).read_bytes(), ("book", "title"))
        raise SettingsError(f"{place}: found {title!r}; {EXPECTED['string_type']}.")
    return book


def listed(value: Any) -> list[Any]:
    """Return what a key of ``_quarto.yml`` holds as a list: Quarto takes one value or a list of them."""
    return list(value) if isinstance(value, list) else [] if value is None else [value]


def bibliography_of(book: Mapping[str, Any]) -> list[str]:
    """Return the files of works to cite that a ``_quarto.yml`` names, as it names them."""
    return [str(name) for name in listed(book.get("bibliography"))]


def chapter_names(book: Mapping[str, Any], *, written: bytes = b"") -> list[str]:
    """Return the names of the chapters in reading order; those of parts among them.

    Errors name lines if the file is given as it is `written`.

    Raises
    ------
    SettingsError
        If an entry is not a ``.qmd`` file, is listed twice or differs from another by capitals alone, or the first is
        not the index.
    """
    chapters = ("book", "chapters")
    found: dict[str, str] = {}
    problems = []
    for loc, entry in _flat(book["book"]["chapters"], chapters):
        name, place = _chapter_name(entry), place_of(MARK, written, loc)
        same = next((each for each in found if each != name and each.lower() == name.lower()), None)
        if not name:
            problems.append(f'{place}: found "{entry}"; expected the name of a chapter such as medicines.qmd.')
        elif name in found:
            problems.append(f"{place}: {name}.qmd is listed twice; first as {found[name]}. Keep one line.")
        elif same:
            problems.append(
                f"{place}: {name}.qmd and {same}.qmd are one file on Windows and macOS. Rename one of them."
            )
        else:
            found[name] = place
    names = list(found)
    if names[:1] != ["index"] and not problems:
        first = f"begins with {names[0]}.qmd" if names else "has no chapter"
        problems.append(f"{place_of(MARK, written, chapters)}: {first}; a book begins with index.qmd.")
    together([SettingsError(each) for each in problems])
    return names


def without_chapter(book: Mapping[str, Any], chapter: str) -> dict[str, Any]:
    """Return the content of ``_quarto.yml`` without a chapter that it may list."""

    def remaining(entries: Iterable[Any]) -> list[Any]:
        opened = ({**each, "chapters": remaining(each["chapters"])} if _is_part(each) else each for each in entries)
        return [each for each in opened if _is_part(each) or _chapter_name(each) != chapter]

    own = dict(book.get(OWN) or {})
    if isinstance(own.get("html-only"), list):
        own["html-only"] = [name for name in own["html-only"] if name != chapter]
    return {**book, "book": {**book["book"], "chapters": remaining(book["book"]["chapters"])}, OWN: own}


def _is_part(entry: Any) -> bool:
    return isinstance(entry, dict) and "chapters" in entry


def _flat(entries: Iterable[Any], loc: tuple[str | int, ...]) -> Iterator[tuple[tuple[str | int, ...], Any]]:
    """Yield each chapter that is listed, with the keys that lead to it."""
    for number, entry in enumerate(entries):
        if _is_part(entry):
            yield from _flat(entry["chapters"], (*loc, number, "chapters"))
        else:
            yield (*loc, number), entry


def _chapter_name(entry: Any) -> str:
    """Return the name of a chapter that is listed as ``name.qmd``; empty if it is listed in another way."""
    path = Path(str(entry.get("file", "") if isinstance(entry, dict) else entry))
    return path.stem if path.suffix == ".qmd" and path.name == str(path) else ""
