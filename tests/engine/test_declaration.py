"""What ``data/datapackage.yaml`` says: each mistake in it is one located sentence, with the name that was meant."""

from __future__ import annotations

import re
import sys

import pytest
import yaml

from natpatsip import datasets
from natpatsip.characters import not_shown
from natpatsip.datasets import dictionary
from natpatsip.datasets.declaration import parse
from natpatsip.datasets.descriptor import DataField, Rule
from natpatsip.errors import DataError, DataFileError
from natpatsip.quarter import Quarter
from support import trust
from support.projects import ROOT
from support.yaml_text import to_yaml

Q2 = Quarter.parse("2024-25-Q2")


@pytest.fixture
def project(tmp_path):
    return trust.make(tmp_path / "project")


def resource(content, name):
    return next(each for each in content["resources"] if each["name"] == name)


def field(content, name, column):
    return next(each for each in resource(content, name)["schema"]["fields"] if each["name"] == column)


def refused(content):
    with pytest.raises(DataFileError) as caught:
        parse(to_yaml(content, sort_keys=False).encode())
    return re.sub(r", line \d+", "", str(caught.value))


def test_the_declaration_of_the_trust_is_right():
    assert len(parse(to_yaml(trust.descriptor()).encode()).resources) == len(trust.TABLES)


def test_the_example_in_the_docs_is_right():
    page = (ROOT / "docs" / "data.md").read_text(encoding="utf-8")
    example = yaml.safe_load(page.split("```yaml\n")[1].split("```")[0])
    listed = resource(trust.descriptor(), "organisations")
    package = parse(to_yaml({"resources": [*example, listed]}).encode())
    assert package.resource(WAITS).natpatsip.required == "each month"


WAITS = "waits_monthly"
MISTAKES = {
    "key-of-a-resource": (
        lambda content: resource(content, WAITS).update(shcema={}),
        'data/datapackage.yaml, waits_monthly: "shcema" is not one of its keys. Did you mean "schema"?',
    ),
    "key-in-another-spelling": (
        lambda content: resource(content, WAITS)["schema"].update(primary_key=["month"]),
        'waits_monthly.schema: "primary_key" is not one of its keys. Did you mean "primaryKey"?',
    ),
    "key-of-a-field": (
        lambda content: field(content, WAITS, "seen").update(missingvalues=[]),
        'waits_monthly.schema.fields.seen: "missingvalues" is not one of its keys. Did you mean "missingValues"?',
    ),
    "constraint": (
        lambda content: field(content, WAITS, "seen")["constraints"].update(minimun=0),
        'waits_monthly.schema.fields.seen.constraints: "minimun" is not one of its keys. Did you mean "minimum"?',
    ),
    "key-of-our-own": (
        lambda content: resource(content, WAITS)["natpatsip"].update(perod="month"),
        'waits_monthly.natpatsip: "perod" is not one of its keys, rows, as_of, period, series,',
    ),
    "type": (
        lambda content: field(content, WAITS, "seen").update(type="integr"),
        'waits_monthly.schema.fields.seen.type: found "integr", expected one of string, integer,',
    ),
    "period-of-words": (
        lambda content: field(content, WAITS, "month").update(type="string"),
        "waits_monthly.natpatsip.period: month is of the type string, so that later rows could not be told from",
    ),
    "period-of-whole-numbers": (
        lambda content: field(content, WAITS, "month").update(type="integer"),
        "waits_monthly.natpatsip.period: month is of the type integer, so that later rows could not be told from",
    ),
    "report-of-no-quarter": (
        lambda content: field(content, "reported", "as_of").pop("natpatsip"),
        "reported.natpatsip.as_of: as_of needs natpatsip: {form: quarter}",
    ),
    "one-sign-for-two": (
        lambda content: field(content, WAITS, "seen").update(groupChar="."),
        'waits_monthly.schema.fields.seen.groupChar: found ".", which is decimalChar too: 1.125 would be 1125.',
    ),
    "choice": (
        lambda content: resource(content, WAITS)["natpatsip"].update(required="monthly"),
        "waits_monthly.natpatsip.required: found 'monthly'; expected '', 'each month', 'each quarter' or 'once'.",
    ),
    "value-missing": (
        lambda content: field(content, WAITS, "seen").pop("name"),
        "waits_monthly.schema.fields.5.name: is missing. Add it.",
    ),
    "number-instead-of-a-field": (
        lambda content: resource(content, WAITS)["schema"]["fields"].insert(0, 7),
        "waits_monthly.schema.fields.1: found 7; expected",
    ),
    "text-instead-of-a-field": (
        lambda content: resource(content, WAITS)["schema"]["fields"].insert(0, "name"),
        "waits_monthly.schema.fields.1: found 'name'; expected",
    ),
    "column-of-the-key": (
        lambda content: resource(content, WAITS)["schema"].update(primaryKey=["moth", "team"]),
        'waits_monthly.schema.primaryKey: there is no field "moth". Did you mean "month"? The fields are month, team,',
    ),
    "column-of-the-period": (
        lambda content: resource(content, WAITS)["natpatsip"].update(period="moth"),
        'waits_monthly.natpatsip.period: there is no field "moth".',
    ),
    "column-of-a-rule": (
        lambda content: resource(content, WAITS)["natpatsip"].update(rules=[{"at_most": ["sen", "seen"]}]),
        'waits_monthly.natpatsip.rules.1: there is no field "sen".',
    ),
    "rule-of-two": (
        lambda content: resource(content, WAITS)["natpatsip"].update(
            rules=[{"at_most": ["seen", "seen"], "same": ["a", "b"]}]
        ),
        "waits_monthly.natpatsip.rules.1: expected one of at_most, together and same, with two columns.",
    ),
    "column-of-the-policy": (
        lambda content: resource(content, WAITS)["natpatsip"]["disclosure"].update(counts=["sen"]),
        'waits_monthly.natpatsip.disclosure.counts: there is no field "sen".',
    ),
    "policy-without-its-threshold": (
        lambda content: resource(content, WAITS)["natpatsip"]["disclosure"].pop("threshold"),
        "waits_monthly.natpatsip.disclosure: has counts, but no threshold; a policy states them all.",
    ),
    "provenance": (
        lambda content: resource(content, WAITS)["natpatsip"].update(provenance="real"),
        'waits_monthly.natpatsip.provenance: found "real", expected reported, illustrative, decided or a field.',
    ),
    "kind-of-organisation": (
        lambda content: field(content, WAITS, "team").update(natpatsip={"organisation": "tem"}),
        'waits_monthly.schema.fields.team.natpatsip.organisation: there is no kind "tem". Did you mean "team"?',
    ),
    "no-organisations": (
        lambda content: content["resources"].remove(resource(content, "organisations")),
        'natpatsip.organisation: there is no kind "team". Declare organisations with kinds.',
    ),
    "reference": (
        lambda content: resource(content, WAITS)["schema"].update(
            foreignKeys=[{"fields": "team", "reference": {"resource": "teams", "fields": "name"}}]
        ),
        'waits_monthly.schema.foreignKeys.1.reference: there is no resource "teams".',
    ),
    "reference-to-no-field": (
        lambda content: resource(content, WAITS)["schema"].update(
            foreignKeys=[{"fields": "team", "reference": {"resource": "organisations", "fields": "nam"}}]
        ),
        'there is no field "nam" in organisations. Did you mean "name"?',
    ),
    "column-of-a-reference": (
        lambda content: resource(content, WAITS)["schema"].update(
            foreignKeys=[{"fields": "tem", "reference": {"resource": "organisations", "fields": "name"}}]
        ),
        'waits_monthly.schema.foreignKeys.1.fields: there is no field "tem". Did you mean "team"?',
    ),
    "name-twice": (
        lambda content: content["resources"].append(resource(content, WAITS)),
        'data/datapackage.yaml, resources: found "waits_monthly" twice.',
    ),
    "field-twice": (
        lambda content: resource(content, WAITS)["schema"]["fields"].append({"name": "seen"}),
        'waits_monthly.schema.fields: found "seen" twice.',
    ),
    "file-outside": (
        lambda content: resource(content, WAITS).update(path="../secret.csv"),
        'waits_monthly.path: found "../secret.csv", expected a file within data/.',
    ),
    "what-would-change-the-reading": (
        lambda content: resource(content, WAITS).update(dialect={"commentChar": "#"}),
        'waits_monthly.dialect: "commentChar" is not supported.',
    ),
    "series-as-before-without-as-of": (
        lambda content: resource(content, WAITS)["natpatsip"].update(series={"by": ["team"], "members": "as before"}),
        'waits_monthly.natpatsip.series.members: "as before" needs as_of',
    ),
    "required-without-a-period": (
        lambda content: resource(content, "claims")["natpatsip"].update(required="each month"),
        'claims.natpatsip.required: "each month" needs a period, or as_of.',
    ),
    "organisations-without-names": (
        lambda content: field(content, "organisations", "name").update(name="title"),
        "organisations.schema.fields: there is no field name; organisations have kind and name.",
    ),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_is_named_with_its_place(mistake):
    change, text = MISTAKES[mistake]
    content = trust.descriptor()
    change(content)
    assert text in refused(content)


@pytest.mark.parametrize("column", ["kind", "name", "parent", "aliases", "open_from", "open_to"])
def test_a_column_of_organisations_that_has_a_meaning_is_of_its_type(column):
    content = trust.descriptor()
    listed = resource(content, "organisations")["schema"]["fields"]
    listed[:] = [each for each in listed if each["name"] != column] + [{"name": column, "type": "integer"}]
    assert f'organisations.schema.fields.{column}.type: found "integer", expected ' in refused(content)


@pytest.mark.parametrize(
    "pattern", ["[z-a]", "(", "*", "a{2,1}", "(?P<1>a)", "\\", "(?<=a+)b", "x{99999999999}", "(" * 5000]
)
def test_a_pattern_that_is_no_regular_expression_is_named_with_its_place(pattern):
    content = trust.descriptor()
    field(content, WAITS, "team")["constraints"] = {"pattern": pattern}
    text = refused(content)
    assert text.startswith("data/datapackage.yaml, ")
    assert "waits_monthly.schema.fields.team.constraints.pattern: expected a regular expression; " in text


@pytest.mark.parametrize("pattern", [r"[^\x00-\x1f]+", r"\u202e?[a-z]+", r"[\x7f]*", r"\\\\\x01", r"\\\x01b"])
def test_a_pattern_may_look_for_characters_that_no_format_can_show(pattern):
    """In double quotes YAML reads ``\\x00`` as the character; what is printed of the pattern is its escape."""
    content = trust.descriptor()
    field(content, WAITS, "team")["constraints"] = {"pattern": "OWN"}
    text = to_yaml(content).replace("pattern: OWN", f'pattern: "{pattern}"')
    fields = parse(text.encode()).by_name[WAITS].fields
    read, meant = fields["team"].constraints.pattern, yaml.safe_load(f'"{pattern}"')
    assert not not_shown(read)
    probes = [chr(code) for code in range(0x300)] + ["North", "\u202eNorth", "\\", "\\\x01", "\x01b", "\x7f\x7f", "x01"]
    assert [bool(re.fullmatch(read, each)) for each in probes] == [bool(re.fullmatch(meant, each)) for each in probes]


def test_all_mistakes_come_together():
    content = trust.descriptor()
    resource(content, WAITS)["natpatsip"].update(period="moth", provenance="real")
    resource(content, "claims")["schema"]["primaryKey"] = ["claim"]
    assert refused(content).startswith("3 problems:\n- data/datapackage.yaml, waits_monthly.")


def test_keys_of_an_authors_own_are_allowed():
    content = trust.descriptor() | {"keywords": ["waits"], "x-owner": "Data team"}
    resource(content, WAITS).update(mediatype="text/csv", sources=[{"title": "Trust"}], refreshed="daily")
    assert parse(to_yaml(content).encode())


@pytest.mark.parametrize(
    ("descriptor", "text"),
    [
        (b"resources: [", "is not YAML"),
        (b"[1, 2]", "expected a Data Package"),
        (b"name: trust", "expected a Data Package"),
        (b"\xffname: trust", "is not UTF-8 (byte 0)"),
    ],
)
def test_what_is_not_a_descriptor_is_refused(descriptor, text):
    with pytest.raises(DataFileError) as caught:
        parse(descriptor)
    assert re.sub(r", line \d+", "", str(caught.value)).startswith(f"data/datapackage.yaml: {text}")


def test_a_descriptor_under_another_name_is_refused(project):
    (project / "data" / "datapackage.yaml").rename(project / "data" / "datapackage.yml")
    with pytest.raises(
        DataFileError, match=r"data/datapackage\.yml: the datasets are declared in data/datapackage\.yaml"
    ):
        datasets.declared(project)


def test_a_project_without_a_descriptor_has_no_datasets(tmp_path):
    with pytest.raises(DataError, match=r'There is no dataset "waits_monthly"\. data/datapackage\.yaml has none\.'):
        datasets.load(WAITS, quarter=Q2, project=tmp_path)


# The standard alone -------------------------------------------------------------------------------------------------


def plain(project, **schema):
    """Declare a file by the standard's keys alone, and read it."""
    fields = [{"name": "day", "type": "date"}, {"name": "ward", "type": "string"}, {"name": "beds", "type": "integer"}]
    own = {"name": "beds", "path": "beds.csv", "schema": {"fields": fields, **schema}}
    trust.declare(project, {"resources": [own]})
    return datasets.load("beds", quarter=Q2, project=project)


def test_a_resource_of_the_standards_keys_alone_is_read_whole(project):
    trust.save(project, "beds", [["day", "ward", "beds"], ["2024-04-01", "A", "3"], ["2031-04-01", "A", ""]])
    frame = plain(project)
    assert [f"{day:%Y-%m-%d}" for day in frame["day"]] == ["2024-04-01", "2031-04-01"]
    assert frame["beds"].tolist()[0] == 3
    assert frame["beds"].isna().tolist() == [False, True]
    assert frame.attrs["provenance"] == "not stated"


@pytest.mark.parametrize(
    ("schema", "row", "text"),
    [
        ({"primaryKey": ["day", "ward"]}, ["2024-04-01", "A", "9"], 'found "2024-04-01, A", expected it once'),
        ({"primaryKey": "day"}, ["", "B", "9"], 'row 3, column day: found "", expected a date'),
        ({"uniqueKeys": [["ward"]]}, ["2024-04-02", "A", "9"], 'found "A", expected it once; row 2 has it too.'),
        ({"fieldsMatch": "subset"}, ["2024-04-02", "A", "x"], 'found "x", expected a whole number, or nothing.'),
        ({"fieldsMatch": ["subset"]}, ["2024-04-02", "A", "x"], 'found "x", expected a whole number, or nothing.'),
    ],
)
def test_keys_of_the_standard_hold(project, schema, row, text):
    trust.save(project, "beds", [["day", "ward", "beds"], ["2024-04-01", "A", "3"], row])
    with pytest.raises(DataFileError) as caught:
        plain(project, **schema)
    assert text in str(caught.value)


CELLS = [
    ({"type": "number"}, "1.5", 1.5, "1,5", "a number"),
    ({"type": "number", "decimalChar": ",", "groupChar": "."}, "1.234,5", 1234.5, "1;5", "a number"),
    ({"type": "integer", "bareNumber": False}, "£7", 7, "seven", "a whole number"),
    ({"type": "integer", "constraints": {"exclusiveMinimum": 0}}, "1", 1, "0", "a whole number, more than 0"),
    ({"type": "boolean"}, "true", True, "yes", "true or false"),
    ({"type": "boolean", "trueValues": ["Y"], "falseValues": ["N"]}, "N", False, "no", "Y or N"),
    ({"type": "year"}, "2024", 2024, "24", "a year such as 2024"),
    ({"type": "date", "format": "%d/%m/%Y"}, "31/08/2024", None, "2024-08-31", "a date"),
    ({"type": "datetime"}, "2024-08-31T09:30:00", None, "noon", "a date and time such as"),
    ({"type": "time"}, "09:30:00", "09:30:00", "25:00:00", "a time such as"),
    ({"constraints": {"minLength": 2}}, "AB", "AB", "A", "a text, at least 2 characters"),
    ({"constraints": {"pattern": "[A-Z]{3}"}, "example": "QYG"}, "QYG", "QYG", "QY", "a text such as QYG"),
    ({"constraints": {"enum": ["a", "b", "c"]}}, "a", "a", "d", "one of a, b, c"),
    ({"categories": [{"value": "a", "label": "A"}, {"value": "b", "label": "B"}]}, "a", "a", "d", "a or b"),
    ({"type": "date", "constraints": {"minimum": "2024-01-01"}}, "2024-01-01", None, "2023-12-31", "a date"),
]


@pytest.mark.parametrize(("declared", "right", "value", "wrong", "expected"), CELLS)
def test_types_and_constraints_of_the_standard(project, declared, right, value, wrong, expected):
    own = {"name": "x", "path": "x.csv", "schema": {"fields": [{"name": "cell", **declared}]}}
    trust.declare(project, {"resources": [own]})
    trust.save(project, "x", [["cell"], [right]])
    found = datasets.load("x", quarter=Q2, project=project)["cell"].iloc[0]
    assert value is None or found == value
    trust.save(project, "x", [["cell"], [wrong]])
    with pytest.raises(DataFileError) as caught:
        datasets.load("x", quarter=Q2, project=project)
    assert f'data/x.csv, row 2, column cell: found "{wrong}", expected {expected}' in str(caught.value)


def test_a_foreign_key_to_another_file_is_held_and_names_the_nearest(project):
    content = trust.descriptor()
    wards = {"name": "wards", "path": "wards.csv", "schema": {"fields": [{"name": "ward"}, {"name": "site"}]}}
    keys = [{"fields": "ward", "reference": {"resource": "wards", "fields": "ward"}}]
    beds = {"name": "beds", "path": "beds.csv", "schema": {"fields": [{"name": "ward"}], "foreignKeys": keys}}
    trust.declare(project, {"resources": [*content["resources"], wards, beds]})
    trust.save(project, "wards", [["ward", "site"], ["Ash", "Mill Lane"], ["Beech", "Mill Lane"]])
    trust.save(project, "beds", [["ward"], ["Ash"], ["Beach"]])
    with pytest.raises(
        DataFileError, match=r'row 3, column ward: found "Beach", .* data/wards.csv.*Did you mean "Beech"'
    ):
        datasets.load("beds", quarter=Q2, project=project)


def test_a_foreign_key_may_join_columns_of_other_names(project):
    wards = {"name": "wards", "path": "wards.csv", "schema": {"fields": [{"name": "name"}]}}
    keys = [{"fields": "ward", "reference": {"resource": "wards", "fields": "name"}}]
    beds = {"name": "beds", "path": "beds.csv", "schema": {"fields": [{"name": "ward"}], "foreignKeys": keys}}
    trust.declare(project, {"resources": [wards, beds]})
    trust.save(project, "wards", [["name"], ["Ash"]])
    trust.save(project, "beds", [["ward"], ["Ash"]])
    assert len(datasets.load("beds", quarter=Q2, project=project)) == 1
    trust.save(project, "beds", [["ward"], ["Oak"]])
    with pytest.raises(DataFileError, match='row 2, column ward: found "Oak"'):
        datasets.load("beds", quarter=Q2, project=project)


def test_a_foreign_key_of_two_columns_to_its_own_file_is_held(project):
    names = ["ward", "site", "next", "there"]
    keys = [{"fields": ["next", "there"], "reference": {"resource": "", "fields": ["ward", "site"]}}]
    schema = {"fields": [{"name": name} for name in names], "foreignKeys": keys}
    trust.declare(project, {"resources": [{"name": "wards", "path": "wards.csv", "schema": schema}]})
    trust.save(project, "wards", [names, ["Ash", "Mill Lane", "", ""], ["Oak", "Mill Lane", "Ash", "Mill Lane"]])
    assert len(datasets.load("wards", quarter=Q2, project=project)) == 2
    trust.save(project, "wards", [names, ["Ash", "Mill Lane", "Ash", "Canal Street"]])
    with pytest.raises(DataFileError, match='found "Ash, Canal Street", expected it in another row'):
        datasets.load("wards", quarter=Q2, project=project)


@pytest.mark.parametrize("key", ["MISSINGVALUES", "missing_values", "missingValue", "Missing_Values"])
def test_a_key_of_the_standard_that_is_written_in_another_way_names_it(key):
    content = trust.descriptor()
    resource(content, WAITS)["schema"][key] = ["-"]
    assert f'"{key}" is not one of its keys. Did you mean "missingValues"?' in refused(content)


def test_a_foreign_key_to_its_own_file_is_held_and_names_the_nearest(project):
    keys = [{"fields": "within", "reference": {"resource": "", "fields": "ward"}}]
    schema = {"fields": [{"name": "ward"}, {"name": "within"}], "primaryKey": "ward", "foreignKeys": keys}
    trust.declare(project, {"resources": [{"name": "wards", "path": "wards.csv", "schema": schema}]})
    trust.save(project, "wards", [["ward", "within"], ["Ash", ""], ["Beech", "Ash"]])
    assert len(datasets.load("wards", quarter=Q2, project=project)) == 2
    trust.save(project, "wards", [["ward", "within"], ["Ash", ""], ["Beech", "Ahs"]])
    with pytest.raises(
        DataFileError, match=r'row 3, column within: found "Ahs", expected it in another row\. Did you mean "Ash"\?'
    ):
        datasets.load("wards", quarter=Q2, project=project)


def test_a_csv_file_may_escape_its_marks_as_its_dialect_says(project):
    own = {
        "name": "beds",
        "path": "beds.csv",
        "dialect": {"escapeChar": "\\"},
        "schema": {"fields": [{"name": "ward"}]},
    }
    trust.declare(project, {"resources": [own]})
    (project / "data" / "beds.csv").write_text("ward\nAsh\\, west\n", encoding="utf-8")
    assert datasets.load("beds", quarter=Q2, project=project)["ward"].tolist() == ["Ash, west"]


@pytest.mark.parametrize(
    ("kind", "cell"), [("date", "2024-04-01"), ("yearmonth", "2024-04"), ("datetime", "2024-04-01T00:00:00")]
)
def test_days_months_and_times_are_of_one_resolution_so_that_frames_can_be_joined(project, kind, cell):
    own = {"name": "x", "path": "x.csv", "schema": {"fields": [{"name": "cell", "type": kind}]}}
    trust.declare(project, {"resources": [own]})
    trust.save(project, "x", [["cell"], [cell]])
    assert datasets.load("x", quarter=Q2, project=project)["cell"].dtype == "datetime64[us]"


def test_times_of_one_column_may_be_written_to_the_second_and_to_a_part_of_it(project):
    own = {"name": "x", "path": "x.csv", "schema": {"fields": [{"name": "cell", "type": "datetime"}]}}
    trust.declare(project, {"resources": [own]})
    trust.save(project, "x", [["cell"], ["2024-04-01T09:30:00"], ["2024-04-01T09:30:00.250"]])
    times = datasets.load("x", quarter=Q2, project=project)["cell"]
    assert times.diff().dt.total_seconds().tolist()[1:] == [0.25]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_the_lines_of_a_csv_file_may_end_as_any_system_ends_them(project, end):
    own = {"name": "beds", "path": "beds.csv", "schema": {"fields": [{"name": "ward"}, {"name": "note"}]}}
    trust.declare(project, {"resources": [own]})
    (project / "data" / "beds.csv").write_bytes(end.join(["ward,note", "Ash,two", 'Oak,"of two\nlines"', ""]).encode())
    assert datasets.load("beds", quarter=Q2, project=project).to_numpy().tolist() == [
        ["Ash", "two"],
        ["Oak", "of two\nlines"],
    ]


@pytest.mark.parametrize("kind", ["object", "array", "duration", "geopoint", "geojson", "any"])
def test_cells_of_a_type_of_the_standard_without_a_meaning_here_are_read_as_text(project, kind):
    own = {"name": "x", "path": "x.csv", "schema": {"fields": [{"name": "cell", "type": kind}]}}
    trust.declare(project, {"resources": [own]})
    trust.save(project, "x", [["cell"], ["P1D"]])
    assert datasets.load("x", quarter=Q2, project=project)["cell"].tolist() == ["P1D"]


@pytest.mark.parametrize("rule", [{}, {"same": ["a", "b"], "together": ["a", "b"]}, {"at_most": None}])
def test_a_rule_says_one_thing_of_two_columns(rule):
    with pytest.raises(ValueError, match="expected one of at_most, together and same, with two columns"):
        Rule.model_validate(rule)


def test_a_plain_list_of_organisations_is_a_file_like_any_other(project):
    listed = {"name": "organisations", "path": "organisations.csv", "schema": {"fields": [{"name": "org"}]}}
    keys = [{"fields": "org", "reference": {"resource": "organisations", "fields": "org"}}]
    beds = {"name": "beds", "path": "beds.csv", "schema": {"fields": [{"name": "org"}], "foreignKeys": keys}}
    trust.declare(project, {"resources": [listed, beds]})
    trust.save(project, "organisations", [["org"], ["North"]])
    trust.save(project, "beds", [["org"], ["North"]])
    assert len(datasets.load("beds", quarter=Q2, project=project)) == 1


def test_a_resource_without_a_schema_cannot_be_read(project):
    trust.declare(project, {"resources": [{"name": "notes", "path": "notes.csv"}]})
    with pytest.raises(DataFileError, match=r"data/datapackage\.yaml, notes: has no schema\. Declare its fields"):
        datasets.load("notes", quarter=Q2, project=project)


def test_a_parquet_file_is_read_as_its_csv_would_be(project):
    pandas = pytest.importorskip("pandas")
    pytest.importorskip("pyarrow")
    expected = datasets.load(WAITS, quarter=Q2, project=project)
    content = trust.descriptor()
    resource(content, WAITS)["path"] = "waits_monthly.parquet"
    trust.declare(project, content)
    file = project / "data" / "waits_monthly.parquet"
    expected.to_parquet(file)
    frame = datasets.load(WAITS, quarter=Q2, project=project)
    assert frame.attrs["file"] == "data/waits_monthly.parquet"
    pandas.testing.assert_frame_equal(frame, expected)
    assert datasets.complete(Q2, project) == []
    expected.assign(seen=-1).to_parquet(file)
    with pytest.raises(
        DataFileError, match=r"waits_monthly\.parquet, row 1, column seen: found \"-1\", expected a whole"
    ):
        datasets.load(WAITS, quarter=Q2, project=project)
    file.write_bytes(b"PAR1")
    with pytest.raises(DataFileError, match="is not a Parquet file"):
        datasets.load(WAITS, quarter=Q2, project=project)


def test_a_file_that_needs_pyarrow_says_what_to_install_without_it(project, monkeypatch):
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    own = {"name": "beds", "path": "beds.parquet", "schema": {"fields": [{"name": "ward"}]}}
    trust.declare(project, {"resources": [own]})
    (project / "data" / "beds.parquet").write_bytes(b"PAR1")
    with pytest.raises(
        DataFileError, match=r"data/beds\.parquet: Parquet files need pyarrow\. Install it: pip install "
    ):
        datasets.load("beds", quarter=Q2, project=project)


def test_a_file_of_another_kind_is_refused(project):
    content = trust.descriptor()
    resource(content, WAITS)["path"] = "waits_monthly.xlsx"
    trust.declare(project, content)
    (project / "data" / "waits_monthly.xlsx").write_bytes(b"PK")
    with pytest.raises(DataFileError, match=r'waits_monthly\.xlsx: found the format "xlsx", expected csv or parquet'):
        datasets.load(WAITS, quarter=Q2, project=project)


# The dictionary -----------------------------------------------------------------------------------------------------


def test_the_dictionary_names_every_file_column_and_word(project):
    text = dictionary.render(datasets.declared(project))
    for name, (header, *_) in trust.TABLES.items():
        section = text.split(f"## `{name}.csv`")[1].split("\n## ")[0]
        for column in header:
            assert f"| `{column}` |" in section
    assert "`*` suppressed; `NS` not submitted" in text


@pytest.mark.parametrize(
    ("title", "description", "holds"),
    [("beds", "beds by ward", "beds"), ("", "beds by ward", "beds by ward"), ("", "", "")],
)
def test_the_dictionary_says_what_a_file_holds_by_its_title_or_its_description(project, title, description, holds):
    own = {"name": "beds", "path": "beds.csv", "schema": {"fields": [{"name": "ward"}]}}
    trust.declare(project, {"resources": [own | {"title": title, "description": description}]})
    cell = f" {holds} " if holds else " "
    assert f"| `beds.csv` | |{cell}| not stated |" in dictionary.render(datasets.declared(project))


@pytest.mark.parametrize(
    ("texts", "holds"),
    [
        ({}, ""),
        ({"title": "Beds"}, "Beds"),
        ({"title": "Beds", "description": "beds that are staffed"}, "beds that are staffed"),
    ],
)
def test_the_dictionary_says_what_a_column_holds_by_its_description_or_its_title(project, texts, holds):
    own = {"name": "beds", "path": "beds.csv", "schema": {"fields": [{"name": "beds", **texts}]}}
    trust.declare(project, {"resources": [own]})
    cell = f" {holds} " if holds else " "
    assert f"| `beds` |{cell}|\n" in dictionary.render(datasets.declared(project)) + "\n"


def test_the_dictionary_explains_the_marks_that_stand_for_something(project):
    marks = [{"value": "", "label": "not known"}, "-", {"value": "NS", "label": "not submitted"}]
    own = {"name": "beds", "path": "beds.csv", "schema": {"fields": [{"name": "ward"}], "missingValues": marks}}
    trust.declare(project, {"resources": [own]})
    assert "| `ward` | `NS` not submitted |" in dictionary.render(datasets.declared(project))


def test_the_dictionary_lists_the_words_of_a_column_that_have_labels(project):
    words = [{"value": "r", "label": "red"}, {"value": "g", "label": "green"}]
    fields = [{"name": "light", "categories": words}, {"name": "size", "categories": ["small", "large"]}]
    trust.declare(project, {"resources": [{"name": "x", "path": "x.csv", "schema": {"fields": fields}}]})
    text = dictionary.render(datasets.declared(project))
    assert "| `light` | is |\n| --- | --- |\n| `r` | red |\n| `g` | green |" in text
    assert "| `size` | is |" not in text


def test_the_dictionary_stands_between_its_marks_and_all_else_is_left(project):
    readme = project / "data" / "README.md"
    with pytest.raises(DataFileError, match=r"data/README\.md: expected these two lines"):
        dictionary.updated(project)
    readme.write_text(f"# Ours\n\n{dictionary.START}\nout of date\n{dictionary.END}\n\nNotes.\n", encoding="utf-8")
    text = dictionary.updated(project)
    assert text.startswith(f"# Ours\n\n{dictionary.START}\n\n| file |")
    assert text.endswith(f"{dictionary.END}\n\nNotes.\n")
    assert "out of date" not in text


def test_a_dictionary_is_stale_from_a_change_of_the_declaration_until_it_is_written_again(project):
    readme = project / "data" / "README.md"
    assert dictionary.stale(project) == ""  # where there is none
    readme.write_text(f"{dictionary.START}\n{dictionary.END}\n", encoding="utf-8")
    for title in ("Waits", "Waits of each month"):
        content = trust.descriptor()
        resource(content, WAITS)["title"] = title
        trust.declare(project, content)
        assert f"Run: {dictionary.COMMAND}" in dictionary.stale(project)
        readme.write_text(dictionary.updated(project), encoding="utf-8")
        assert dictionary.stale(project) == ""


def test_a_foreign_key_of_two_columns_is_held_as_a_pair_and_one_that_is_empty_refers_to_nothing(project):
    content = trust.descriptor()
    fields = {"fields": [{"name": "ward"}, {"name": "site"}], "missingValues": [""]}
    wards = {"name": "wards", "path": "wards.csv", "schema": fields}
    keys = [{"fields": ["ward", "site"], "reference": {"resource": "wards", "fields": ["ward", "site"]}}]
    beds = {"name": "beds", "path": "beds.csv", "schema": {**fields, "foreignKeys": keys}}
    trust.declare(project, {"resources": [*content["resources"], wards, beds]})
    trust.save(project, "wards", [["ward", "site"], ["Ash", "Mill Lane"], ["Beech", "Canal Street"]])
    trust.save(project, "beds", [["ward", "site"], ["Ash", "Mill Lane"], ["", ""]])
    assert len(datasets.load("beds", quarter=Q2, project=project)) == 2
    trust.save(project, "beds", [["ward", "site"], ["Ash", "Canal Street"]])
    with pytest.raises(DataFileError, match=r'found "Ash, Canal Street", expected it in data/wards\.csv'):
        datasets.load("beds", quarter=Q2, project=project)


@pytest.mark.parametrize("form", ["%Y-W%W", "%Y-%U", "%Y", "%d/%m", "%d %B", "%H:%M", "%Y-%m-%d %I:%M", "%Q"])
def test_a_form_of_dates_that_leaves_out_the_year_the_month_or_half_of_the_day_is_refused(form):
    content = trust.descriptor()
    field(content, WAITS, "month").update(type="date", format=form)
    assert f'fields.month.format: found "{form}"; expected a form that holds the year and the month' in refused(content)


@pytest.mark.parametrize(
    "form", ["%d/%m/%Y", "%d/%m/%y", "%d-%b-%Y", "%B %Y", "%Y%m%d", "%G-W%V-%u", "%Y-%j", "%Y-%m-%d %I:%M %p"]
)
def test_a_form_of_dates_may_be_any_that_says_the_month(form):
    assert DataField(name="month", type="date", format=form).format == form
