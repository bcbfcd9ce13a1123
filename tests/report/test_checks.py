"""The checks on this report: every kind of fault that is planted is found, and nothing else."""

from __future__ import annotations

import copy
import csv
import re
from dataclasses import replace
from datetime import date
from pathlib import Path

import nbformat
import pandas as pd
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell
from planted import AWAITED, CODE, PROSE, VALUES
from real_report import copy as copy_project

from natpatsip import context
from natpatsip.blocks.tables_and_callouts import BLOCK
from natpatsip.checks import CHECKS, check_claims, run
from natpatsip.checks.checked_quarter import CheckContext
from natpatsip.context import NOT_SHOWN, OPENED, PICTURE
from natpatsip.facts import publishing
from natpatsip.facts.fact import CITED, PUBLISHED
from natpatsip.facts.fact_labels import labels_of
from natpatsip.facts.publishing import cite
from natpatsip.params import Verified
from natpatsip.pipeline.plan import Plan
from natpatsip.quarter import Quarter
from support.projects import ROOT

Q2 = Quarter.parse("2024-25-Q2")
INNOCENT = (Path(__file__).parent / "sentences" / "innocent.txt").read_text(encoding="utf-8").splitlines()
VERIFIED = Verified(fact="mgso4_women", period=str(Q2), value=676, role="Data lead", name="Ann", date=date(2024, 11, 1))
INLINE = re.compile(r"`\{python\}\s+([^`]+?)\s*`")


@pytest.fixture(scope="module")
def quarters(whole):
    """Both quarters' plans and executed notebooks."""
    found = {}
    for quarter in (Q2.previous(), Q2):
        notebooks = (whole.report(str(quarter)) / "notebooks").glob("*.ipynb")
        executed = {path.stem: nbformat.read(path, as_version=4) for path in notebooks}
        found[quarter] = Plan.of(whole.folder, quarter), executed
    return found


@pytest.fixture(scope="module")
def outcomes(quarters):
    """What the checks say of each quarter."""
    return {quarter: run(*of_it) for quarter, of_it in quarters.items()}


@pytest.fixture
def here(quarters, tmp_path):
    """A project of its own for a test, with copies of the executed notebooks of Q2."""
    _, executed = quarters[Q2]
    project = copy_project(tmp_path)
    return Plan.of(project, Q2), copy.deepcopy(executed)


def put(executed, notebook, after, cell):
    cells = executed[notebook].cells
    place = next(number for number, each in enumerate(cells) if each.id == after)
    cells.insert(place + 1, cell)


def cell_of(executed, notebook, identity):
    return next(cell for cell in executed[notebook].cells if cell.id == identity)


def prose(text, identity, known, tags=()):
    """Return a cell with the results that its expressions have when it is run."""
    cell = new_markdown_cell(text, id=identity, metadata={"tags": list(tags)} if tags else {})
    kept = []
    for expression in INLINE.findall(text):
        fact = known(expression)
        data = {"text/plain": expression} if fact is None else {CITED: fact.record(), "text/markdown": fact.text}
        kept.append({"expression": expression, "result": {"status": "ok", "data": data}})
    if kept:
        cell.metadata["user_expressions"] = kept
    return cell


def knower(plan, executed):
    """Return a function that evaluates an expression which cites a fact or names one, else nothing."""
    published = CheckContext(plan, executed).facts
    so_far = plan.quarter.year_to_date
    named = {
        "lives": ("lives_saved", str(plan.quarter)),
        "lives_so_far": ("lives_saved", so_far),
        "survived_so_far": ("iap_survived", so_far),
    }

    def known(expression):
        match = re.fullmatch(r'cite\("(\w+)"(?:, "([^"]+)")?\)', expression)
        if not match and expression not in named:
            return None
        key = (match[1], match[2] or str(plan.quarter)) if match else named[expression]
        if key in published:
            return published[key]
        with context.use(plan.quarter, project=plan.project):
            return cite(*key)

    return known


def told(outcome):
    return "\n".join(f"{each.check}: {each.where}: {each.message}" for each in outcome.findings)


@pytest.mark.parametrize("quarter", [Q2.previous(), Q2], ids=str)
def test_the_notebooks_as_they_are_have_no_finding(outcomes, quarter):
    assert not outcomes[quarter].findings, told(outcomes[quarter])


def test_numbers_of_cells_that_are_tagged_so_are_listed(outcomes):
    listed = outcomes[Q2].listed
    assert ("medicines.ipynb", "high-dose-defined", "120") in {
        (each.notebook, each.cell, each.found) for each in listed
    }


def plant_prose(plan, executed):
    """Plant every fault in words; return the check that must find each, by cell."""
    known = knower(plan, executed)
    wanted = {}
    for number, (check, notebook, after, text) in enumerate(PROSE):
        put(executed, notebook, after, prose(text, f"prose-{number}", known))
        wanted[f"prose-{number}"] = check
    for number, (check, notebook, after, source) in enumerate(CODE):
        put(executed, notebook, after, new_code_cell(source, id=f"code-{number}"))
        wanted[f"code-{number}"] = check
    return wanted


def plant_elsewhere(plan, executed):
    """Plant faults in tags, outputs, the glossary and the data; return the check that finds each, and where."""
    wanted = []
    rows = list(csv.DictReader((plan.project / "data" / "reported.csv").read_text(encoding="utf-8").splitlines()))
    for check, fact, period, value in VALUES:
        (row,) = [r for r in rows if (r["fact_id"], r["period"], r["as_of"]) == (fact, period, str(Q2))]
        row["value"] = value
        wanted.append((check, fact))
    for check, fact, period in AWAITED:
        rows = [r for r in rows if (r["fact_id"], r["period"], r["as_of"]) != (fact, period, str(Q2))]
        wanted.append((check, fact))
    rows.append({**rows[-1], "fact_id": "mr_calls", "period": str(Q2), "value": "321", "unit": "calls"})
    wanted.append(("uncited-fact", "mr_calls"))
    with (plan.project / "data" / "reported.csv").open("w", encoding="utf-8", newline="") as lines:
        writer = csv.DictWriter(lines, rows[0].keys(), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)

    record = {**next(each.record() for each in CheckContext(plan, executed).facts.values() if each.section)}
    record |= {"id": "ward_beds", "label": "", "value": 12, "unit": "beds", "inputs": []}
    beds = new_code_cell('publish("ward_beds", beds, unit="beds", source="List")', id="beds")
    beds.outputs = [nbformat.v4.new_output("display_data", data={PUBLISHED: record})]
    put(executed, "medicines", "lead", beds)
    wanted += [("uncited-fact", "ward_beds"), ("glossary", "ward_beds")]

    hidden = new_code_cell("boards = table(approach)", id="hidden")
    hidden.metadata[NOT_SHOWN] = [{"what": "a table", "digest": "shown by no cell"}]
    put(executed, "medicines", "lead", hidden)
    wanted.append(("not-shown", "hidden"))

    drawn = new_code_cell('picture("pic-approach", drawing, alt=words)', id="drawn")
    record = {"id": "pic-approach", "alt": "The approach.", "caption": "", "credit": ""}
    record["own"] = {"made_with": "SVG", "digest": "7f3a91c2"}
    drawn.outputs = [nbformat.v4.new_output("display_data", data={PICTURE: record})]
    put(executed, "medicines", "lead", drawn)
    wanted.append(("own-drawing", "drawn"))

    births = pd.read_csv(plan.project / "data" / "maternity_monthly.csv")
    latest = births[(births["month"] == "2024-09") & (births["intervention"] == "place_of_birth")]
    counts = new_code_cell("latest.head()", id="raw-counts")
    shown = latest[["psc", "numerator"]].set_axis(["Area", "Births"], axis=1)
    counts.outputs = [nbformat.v4.new_output("execute_result", data={"text/html": shown.to_html()}, execution_count=1)]
    put(executed, "medicines", "lead", counts)
    wanted.append(("small-number", "raw-counts"))
    reader = new_code_cell('pd.read_csv("../data/beds.csv")', id="reader")
    reader.metadata[OPENED] = [{"file": "data/beds.csv", "sha256": "ab" * 32}]
    put(executed, "medicines", "lead", reader)
    wanted.append(("undeclared-data", "reader"))

    lives = cell_of(executed, "maternity-neonatal", "lives-saved-year-to-date")
    for output in lives.outputs:
        if PUBLISHED in output.get("data", {}):
            output.data[PUBLISHED]["value"] = 196
    for each in executed.values():  # whoever prints it prints the same
        for cell in each.cells:
            _replace(cell, "lives_saved", "2024-25-YTD", 196)
    wanted.append(("contradiction", "lives_saved"))

    cell_of(executed, "medicines", "updates-opioids-q2").metadata.tags.append("to-review")
    wanted.append(("stale", "updates-opioids-q2"))
    text = "Teams went on with the work that they had planned for the months after the summer."
    put(executed, "medicines", "lead", new_markdown_cell(text, id="then", metadata={"tags": ["2024-25-Q1"]}))
    put(executed, "medicines", "lead", new_markdown_cell(text, id="now", metadata={"tags": [str(Q2)]}))
    wanted.append(("stale", "now"))

    about = cell_of(executed, "maternity-neonatal", "magnesium-about")
    about.source = about.source.replace(" (@fig-magnesium-sulphate)", "")
    wanted.append(("unmentioned-figure", "magnesium-figure"))
    terms = cell_of(executed, "glossary", "acronyms")
    terms.source = terms.source.replace("| BSOTS |", "| ZYX | A thing that is named nowhere |\n| BSOTS |", 1)
    wanted.append(("glossary", "acronyms"))

    tiles = cell_of(executed, "infographics", "maternity-tiles")
    for output in tiles.outputs:
        if block := output.get("data", {}).get(BLOCK):
            block["markdown"] = block["markdown"].replace(
                "babies' lives potentially saved in the quarter (upper estimate)", "lives saved"
            )
    wanted.append(("unhedged-estimate", "maternity-tiles"))
    months = plan.project / "data" / "opioids_monthly.csv"
    lines = months.read_text(encoding="utf-8").splitlines()
    text = "\n".join(line for line in lines if not line.startswith("2024-09")) + "\n"
    months.write_text(re.sub(r"\d+(?=,illustrative$)", "NS", text, count=1, flags=re.MULTILINE), encoding="utf-8")
    wanted.append(("old-data", "data/opioids_monthly.csv"))
    put(
        executed,
        "medicines",
        "lead",
        new_code_cell('everybody = datasets.load("opioids_monthly")["people"].sum()', id="summed"),
    )
    wanted.append(("missing-as-zero", "summed"))
    return wanted


def _replace(cell, fact, period, value):
    """Give a fact another value wherever a cell prints it."""

    def walk(node):
        if isinstance(node, dict):
            if node.get("id") == fact and node.get("period") == period and "value" in node:
                node["value"] = value
            for each in node.values():
                walk(each)
        elif isinstance(node, list):
            for each in node:
                walk(each)

    walk(cell.metadata)
    walk(cell.get("outputs", []))


def test_every_planted_fault_is_found_and_no_innocent_sentence(here, capsys):
    plan, executed = here
    known = knower(plan, executed)
    for number, sentence in enumerate(INNOCENT):
        put(executed, "index", "culture", prose(sentence, f"innocent-{number}", known))
    by_cell = plant_prose(plan, executed)
    by_fact = plant_elsewhere(plan, executed)
    plan = replace(plan, params=plan.params.model_copy(update={"verified": (VERIFIED,)}))
    by_fact.append(("sign-off", VERIFIED.fact))
    outcome = run(plan, executed)

    found = {(each.check, each.cell) for each in outcome.findings}
    found |= {(each.check, each.fact) for each in outcome.findings}
    found |= {(each.check, each.where) for each in outcome.findings}
    wanted = [(check, cell) for cell, check in by_cell.items()] + by_fact
    missed = [each for each in wanted if each not in found]
    false = [each for each in outcome.findings if not _is_planted(each, by_cell, by_fact)]
    with_digits = {sentence for sentence in INNOCENT if re.search(r"\d", sentence)}
    recall = 1 - len(missed) / len(wanted)
    precision = 1 - len(false) / len(outcome.findings)
    with capsys.disabled():
        print(  # noqa: T201 — the point of the test
            f"\nchecks: {len(wanted)} planted faults, {len(INNOCENT)} innocent sentences, "
            f"{len(with_digits)} of them with digits: "
            f"recall {recall:.1%}, precision {precision:.1%}"
        )
    assert len(wanted) >= 60
    assert len(with_digits) >= 200
    assert {check for check, _ in wanted} == set(CHECKS)
    assert recall == 1, missed
    assert precision >= 0.99, "\n".join(f"{each.check}: {each.where}: {each.message}" for each in false)


def _is_planted(finding, by_cell, by_fact):
    if finding.cell in by_cell:
        return by_cell[finding.cell] == finding.check
    if finding.check == "contradiction":  # one wrong value breaks each relation that it is in
        labels = labels_of(ROOT)
        return any(labels.get(name, name) in finding.message for _, name in by_fact)
    return any((finding.check, name) in by_fact for name in (finding.cell, finding.fact, finding.where))


CURES = {
    "The group treated 677 women.": 'cite("mgso4_women")',
    "Some 1,016 babies were helped by cord management.": 'cite("ocm_survived", "since-baseline")',
    "The saving is £18m.": 'cite("mgso4_saving")',
    "It stands at 66.5 per cent.": 'cite("fig5_mean_now")',
    "Over a million people take them.": 'cite("opioid_high_risk_people", "all")',
}


def test_a_typed_number_is_told_the_fact_that_has_its_value(here):
    plan, executed = here
    for number, text in enumerate(CURES):
        put(executed, "index", "culture", new_markdown_cell(text, id=f"typed-{number}"))
    findings = run(plan, executed).findings
    found = {each.cell: each for each in findings}
    assert len(found) == len(findings) == len(CURES)
    for number, (text, cure) in enumerate(CURES.items()):
        finding = found[f"typed-{number}"]
        assert (finding.check, finding.notebook) == ("typed-number", "index.ipynb")
        assert cure in finding.expected
        assert cure in finding.message
        assert finding.found in text


def test_a_number_in_the_reason_for_a_rebase_is_typed_but_a_year_is_none(here):
    plan, executed = here
    file = plan.project / "params" / f"{plan.quarter}.yml"
    text = file.read_text(encoding="utf-8").replace(
        "reason: change of process", "reason: in 2022 57 units changed a process"
    )
    file.write_text(text, encoding="utf-8")
    (finding,) = run(Plan.of(plan.project, plan.quarter), executed).findings
    assert (finding.check, finding.found) == ("typed-number", "57")
    line = text[: text.index("57 units")].count("\n") + 1
    assert finding.where == f"params/2024-25-Q2.yml, line {line}, rebase.2.reason"


@pytest.fixture(autouse=True)
def _forget():
    publishing.forget()
    yield
    publishing.forget()


def test_the_published_edition_contradicts_itself_in_five_places_and_no_other():
    found = {each.where: (each.found, each.expected) for each in check_claims(ROOT / "data" / "published_claims.csv")}
    assert found == {
        "c01": ("57", "45"),
        "c03": ("13", "12"),
        "c05": ("29", "28 + 3 = 31"),
        "c08": ("10,310", "10,198"),
        "c10": ("54", "30 + 8 + 7 + 8 + 3 = 56"),
    }
