"""The code in the documentation: commands run, and what is to be typed into files is what the engine reads there."""

from __future__ import annotations

import ast
import builtins
import configparser
import importlib
import inspect
import re
import shlex
import shutil
import subprocess
from collections.abc import Iterator

import pytest
import typer.main
import yaml

import natpatsip
from natpatsip import look
from natpatsip.cli import app
from natpatsip.datasets.descriptor import Resource
from natpatsip.measures.definitions import Definition
from natpatsip.params import Params
from natpatsip.pipeline.inline_code import INLINE
from natpatsip.pipeline.render.chapters import parse_chapter
from natpatsip.pipeline.render.constructs import constructs_of
from natpatsip.pipeline.render.render_cache import RenderCache
from natpatsip.pipeline.render.staged_report import Report
from natpatsip.pipeline.staging.chapter import ATTACHED
from natpatsip.pipeline.staging.commonmark import as_pandoc
from natpatsip.settings import Settings, settings_of
from support.documentation import GENERATED, PAGES, Block, blocks, script
from support.projects import ROOT, command

LANGUAGES = {"sh", "python", "yaml", "markdown", "text", "diff", "ini", "cron"}
TUTORIALS = {"first-quarter.md", "set-up-the-schedule.md", "write-a-chapter.md"}  # followed by tests of their own
NATPATSIP = re.compile(r"(?:\.venv/bin/|uv run )?natpatsip ")
RUN_IN_A_SHELL = {"make help"}  # in the repository; no other command than natpatsip runs unless it is named here
# Commands that are read and not run here, each with the reason. The beginning of the line counts.
NOT_RUN = {
    "make report": "it would build this report; the example's build is tried instead",
    "make test": "these are the tests",
    "make environment": "the tests run in what it makes",
    "uv run": "it needs uv and a package index",
    "pip install natpatsip": "it needs a package index; test_wheel.py installs the wheel",
    "conda": "it needs conda",
    "cd waits": "the next line of init; test_init.py builds what it makes",
    "natpatsip init": "test_init.py makes a new report and builds it",
    "sudo": "it changes the machine",
    "cd /srv": "a folder of another machine",
    "journalctl": "it needs systemd",
    ".venv/bin/dask": "a server; test_cluster.py starts a scheduler and workers",
    "natpatsip build 2024-25-Q2 --cluster": "it needs a cluster; test_cluster.py has one",
    ".venv/bin/jupyter lab": "a server; the tutorial Write a chapter starts it",
    "natpatsip preview": "a server; the tutorial Write a chapter starts it",
    "scripts/test-tools.sh": "it installs programs; make test has run it",
    ".venv/bin/pre-commit install": "it would change this clone; test_commit_hook.py runs the hook",
    "natpatsip review": "it needs files of reviewers; test_review_command.py has them",
    "natpatsip check --claims": "a file of this report, whose own tests read it",
    "natpatsip build 2024-25-Q3 --final": "it needs signatures; the tutorial of a first quarter has them",
    "natpatsip compare 2024-25-Q2 2024-25-Q3": "Q3 has no data here; the tutorial of a first quarter brings them",
    "natpatsip build --due --notify": "it would send; test_notification.py has a command and a webhook",
    "cd reports": "the folder in which the commands for GitHub are typed",
    "(cd .. && zip": "for a release on GitHub, as the next ones",
    "sha256sum report.pdf": "the same",
    "gh ": "it needs GitHub's program and a release",
    "rm natpatsip-": "the same, when it has been uploaded",
    "echo 'NATPATSIP_NOTIFY": "it changes the machine",
    "podman": "it needs a container service",
    "docker": "it needs a container service",
    "mkdir -p reports": "the folder that a container is given",
    ".venv/bin/python data/draw_illustrative.py": "it writes this report's data; the report's tests compare them",
}

NAMES = {"medicines": "waiting-times", "women_treated": "reminders_sent"}  # what the example has of what pages name


def command_lines() -> Iterator[tuple[Block, str]]:
    """Yield each line of shell that is typed, with a program's name as it is after `source .venv/bin/activate`."""
    for block in blocks("sh"):
        if block.page.name not in TUTORIALS:
            for line in re.sub(r"\\\n\s*", "", block.text).splitlines():
                typed = re.sub(r"\s+#.*", "", line).strip()
                if typed and not typed.startswith("#"):
                    yield block, NATPATSIP.sub("natpatsip ", typed) if not typed.startswith("uv ") else typed


def test_each_block_has_a_language_that_is_tested():
    assert [f"{each.place}: {each.language!r}" for each in blocks() if each.language not in LANGUAGES] == []
    assert len([*blocks()]) > 200


def test_each_fence_is_closed():
    for page in PAGES:
        assert len(re.findall(r"^ *`{3,}", page.read_text(encoding="utf-8"), re.MULTILINE)) % 2 == 0, page


def test_each_reason_for_not_running_a_command_is_needed():
    lines = {line for _, line in command_lines()}
    assert [start for start in NOT_RUN if not any(line.startswith(start) for line in lines)] == []


def test_every_command_of_natpatsip_can_be_typed_as_it_is_shown():
    group, wrong = typer.main.get_command(app), []
    lines = [(block.place, line) for block, line in command_lines()]
    lines += [(block.place, line) for block in blocks("text") for line in re.findall("^natpatsip .*", block.text, re.M)]
    typed = re.compile(r"(?<=\.venv/bin/)natpatsip [^>|&;\n]*")
    lines += [(block.place, line) for block in blocks("cron", "ini") for line in typed.findall(block.text)]
    for place, line in lines:
        if not line.startswith("natpatsip "):
            continue
        words, found = shlex.split(re.sub(r"\s{2,}.*", "", line).removesuffix(" …"))[1:], group
        try:
            while hasattr(found, "commands"):
                found = found.commands[words.pop(0)]
            found.make_context("natpatsip", words, resilient_parsing=False)
        except Exception as error:
            is_cut_short = "…" in line and type(error).__name__ == "MissingParameter"
            wrong += [] if is_cut_short else [f"{place}: {line}: {error!r}"]
    assert wrong == []


def test_every_command_of_another_program_is_named_before_it_runs():
    lines = [(block.place, line) for block, line in command_lines() if not line.startswith("natpatsip ")]
    assert [each for each in lines if each[1] not in RUN_IN_A_SHELL and not each[1].startswith(tuple(NOT_RUN))] == []


@pytest.mark.end_to_end
def test_every_command_that_can_be_run_here_succeeds(whole, tmp_path):
    project = whole.copy(tmp_path / "project", "2024-25-Q2", "2024-25-Q1")
    declared = {
        each["name"] for each in yaml.safe_load((project / "data" / "datapackage.yaml").read_text())["resources"]
    }
    done = tuple(f"natpatsip data add data/{name}.csv" for name in declared)  # by a contributor who has added one
    for name in {"referrals", "referrals_monthly", "beds", "reviews_monthly"} - declared:  # of a reader who adds one
        shutil.copy(ROOT / "docs" / "write-a-chapter" / "reviews_monthly.csv", project / "data" / f"{name}.csv")
    last_year = project / "reports" / "2023-24-Q2"  # of which the example has no data
    shutil.copytree(whole.report(), last_year)
    lines = dict.fromkeys(line for _, line in command_lines() if not line.startswith((*NOT_RUN, *done)))
    later = (" clean", " new-quarter", "data add", "check", " sign", " compare")  # builds come first
    ordered = sorted(lines, key=lambda line: [word in line for word in later])
    failed = []
    for line in ordered:
        if line.startswith("natpatsip "):
            run = command(project, *(NAMES.get(word, word) for word in shlex.split(line)[1:]))
        elif line in RUN_IN_A_SHELL:
            run = subprocess.run(["sh", "-ec", line], cwd=ROOT, capture_output=True, text=True, check=False)
        else:
            continue  # the test above fails
        if run.returncode and " doctor" not in line:  # which also tells what no command needs
            failed.append(f"{line}: exit status {run.returncode}: {run.stdout[-500:]}{run.stderr[-500:]}")
    assert len(ordered) > 8
    assert failed == []


def test_units_of_systemd_and_lines_of_cron_are_well_formed():
    for block in blocks("ini"):
        unit = configparser.ConfigParser(strict=False, interpolation=None)
        unit.read_string(block.text)
        assert set(unit.sections()) in ({"Unit", "Service"}, {"Unit", "Timer", "Install"}), block.place
        assert {"execstart", "oncalendar"} & {key for section in unit.values() for key in section}, block.place
    times = re.compile(r"(?:[\d*,/-]+\s+){5}\S.*")
    for block in blocks("cron"):
        jobs = [line for line in block.text.splitlines() if not re.match(r"#|[A-Z]+=|\s*$", line)]
        assert jobs, block.place
        assert [line for line in jobs if not times.fullmatch(line)] == [], block.place


def test_what_is_to_be_typed_into_yaml_files_is_read():
    wrong = []
    for block in blocks("yaml"):
        try:
            read_as_its_file(yaml.safe_load(block.text))
        except Exception as error:
            wrong.append(f"{block.place}: {error}")
    assert wrong == []


def read_as_its_file(content: object) -> None:
    """Read some YAML with the model of the file that it is for, which its keys tell."""
    if isinstance(content, list):
        for each in content:
            Resource.model_validate(each)
        return
    assert isinstance(content, dict)
    if "natpatsip" in content:
        settings_of(content, "_quarto.yml")
    elif set(content) <= set(Params.model_fields):
        Params.model_validate({"quarter": "2024-25-Q2", "cut_off": "2024-09-30", **content})
    else:
        for each in content.values():
            Definition.model_validate(each)


def test_yaml_that_no_file_may_hold_is_found():
    for text in ("targets: {a: {valu: 1}}", "- {name: a}", "natpatsip: {titel: a}", "waits: {label: a}"):
        with pytest.raises(Exception, match=r"valu|path|titel|definition"):
            read_as_its_file(yaml.safe_load(text))


def test_python_calls_what_there_is_with_arguments_that_it_takes():
    wrong = []
    for block in blocks("python", "markdown"):
        if block.page == GENERATED:
            continue
        for source in [block.text] if block.language == "python" else expressions(block.text):
            wrong += [f"{block.place}: {each}" for each in wrong_calls(source)]
    assert wrong == []


def expressions(text: str) -> list[str]:
    """Return the inline code of some Markdown."""
    return [found[1] for found in re.finditer(r"`\{python\} (.+?)`", text) if "…" not in found[1]]


def wrong_calls(source: str) -> Iterator[str]:
    """Yield what is wrong with the calls of the engine's functions in some Python."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.ImportFrom) and node.module == "natpatsip":
            yield from (f"no {each.name} in natpatsip" for each in node.names if each.name not in natpatsip.__all__)
        if not isinstance(node, ast.Call):
            continue
        name = ast.unparse(node.func)
        first, *rest = name.split(".")
        if first not in natpatsip.__all__ or not name.replace(".", "").isidentifier():
            continue
        found = getattr(natpatsip, first)
        for each in rest:
            found = getattr(found, each, None)
        if found is None:
            yield f"there is no {name}"
        elif not any(isinstance(each, ast.Starred) for each in node.args):
            keywords = {each.arg: None for each in node.keywords if each.arg}
            try:
                inspect.signature(found).bind(*node.args, **keywords)
            except TypeError as error:
                yield f"{name}: {error}"


def test_calls_that_would_fail_are_found():
    source = "from natpatsip import figur\ncharts.spc(x, y_titel='a')\nspc.xmrs(x)\npublish('a')\ncite('a', 'b', 'c')\n"
    assert len([*wrong_calls(source)]) == 5


def test_python_that_needs_no_project_runs():
    ran = 0
    for block in blocks("python"):
        if block.page == GENERATED:
            continue
        tree = ast.parse(block.text)
        names = [node for node in ast.walk(tree) if isinstance(node, ast.Name)]
        made = {node.id for node in names if isinstance(node.ctx, ast.Store)}
        used = {node.id for node in names} - made - set(dir(builtins))
        if used and used <= {"charts", "spc", "wording", "worded"}:
            exec(block.text, {name: importlib.import_module(f"natpatsip.{name}") for name in used})  # noqa: S102
            ran += 1
    assert ran >= 2


def test_markdown_is_what_chapters_may_hold(tmp_path):
    report = Report(
        root=tmp_path,
        **dict.fromkeys(("title", "subtitle", "date", "status", "label"), ""),
        lang="en-GB",
        is_illustrative=False,
        chapters=(),
        settings=Settings.model_validate({"html-only": ["page"]}),  # which may hold all that there is
        metadata={},
        places={},
        look=look.packaged(),
    )
    wrong, cache = [], RenderCache(tmp_path)
    for block in blocks("markdown"):
        text = re.sub(r"(?<!\w)@(fig|tbl)-[\w-]+", "Figure", INLINE.sub("0", block.text))
        text = ATTACHED.sub(lambda match: match[1], text)
        chapter = parse_chapter(report, "page.qmd", as_pandoc(text), (), cache)
        wrong += [f"{block.place}: {each}" for each in constructs_of(report, chapter)]
    assert wrong == []


def test_the_reference_of_commands_is_that_of_their_help():
    reference = script("commands_reference")
    text = reference.PAGE.read_text(encoding="utf-8")
    assert text == reference.page(), "run: .venv/bin/python scripts/commands_reference.py"


def test_each_file_that_records_of_quality_name_exists():
    missing = []
    for page in (ROOT / "docs" / "rap.md", ROOT / "docs" / "platforms.md", *ROOT.glob("docs/qa/*.md")):
        text = re.sub(r"^ *```.*?```", "", page.read_text(encoding="utf-8"), flags=re.M | re.S)
        for name in re.findall(r"`((?:[\w.-]+/)*[\w-]+\.(?:py|md|yml|yaml|toml|csv|ipynb|lock))`", text):
            found = (ROOT / name).exists() or any(ROOT.glob(f"[!.b]*/**/{name}"))
            missing += [] if found or name == "facts.csv" else [f"{page.name}: {name}"]
    assert missing == []
