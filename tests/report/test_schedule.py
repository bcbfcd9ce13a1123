"""The quarterly workflow's scripts, run with stand-ins for GitHub's program and for the build."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml

WORKFLOW = Path(__file__).parents[2] / ".github" / "workflows" / "quarterly.yml"
OLD, FINAL, RECALLED, NEWEST = "2023-24-Q3", "2023-24-Q4", "2024-25-Q1", "2024-25-Q3"
GH = f"""#!/bin/sh
echo "$*" >> gh.log
case "$1 $2" in
    "release list")
        for quarter in {OLD} {FINAL} {RECALLED}; do echo report-$quarter; done
        [ -z "$WITH_NEWEST" ] || echo report-{NEWEST} ;;
    "release download")
        mkdir -p "$7"
        case "$3 $5" in
            "report-{RECALLED} manifest.json") echo '{{"status": "draft"}}' > "$7/manifest.json" ;;
            *" manifest.json") echo '{{"status": "final"}}' > "$7/manifest.json" ;;
            *" natpatsip-*.zip") touch "$7/natpatsip-${{3#report-}}.zip" ;;
        esac ;;
    "release view")
        case "$3 $4" in
            *" --json") printf '%s\n' $ASSETS ;;
            *) [ "$3" = report-{RECALLED} ] ;;
        esac ;;
esac
"""
UNZIP = """#!/bin/sh
[ "$1 $3 $4" = "-qo -d reports" ] || exit 2
quarter=$(basename "$2" .zip); quarter=${quarter#natpatsip-}
mkdir -p "reports/$quarter" && touch -d "2024-01-01" "reports/$quarter/report.pdf" "reports/$quarter/manifest.json"
"""
REPORT = """
rm -rf reports/$quarter && mkdir -p reports/$quarter/html
for file in report.pdf report.docx facts.csv manifest.json html/index.html; do
    echo new > reports/$quarter/$file; touch -d '2 seconds' reports/$quarter/$file
done
"""
IS_DUE = """#!/bin/sh
[ "$1 $2 $3" = "build --due --notify" ] || exit 2
echo "the summary" | sh -c "$4"
"""
BUILDS = {
    "one is due": f"{IS_DUE}quarter=2024-25-Q2\n{REPORT}",
    "one is named": f'#!/bin/sh\n[ "$*" = "build {RECALLED}" ] || exit 2\nquarter={RECALLED}\n{REPORT}',
    "nothing is due": f"{IS_DUE}echo nothing due\n",
    "data are wrong": f"{IS_DUE}echo 'natpatsip: data/x.csv, row 3: found -1.' >&2\nexit 1\n",
    "one of two fails": f"{IS_DUE}quarter=2024-25-Q2\n{REPORT}echo 'natpatsip: could not build Q1' >&2\nexit 1\n",
    "a name that is an option": f"{IS_DUE}quarter=--notes\n{REPORT}",
}

pytestmark = pytest.mark.skipif(not shutil.which("bash"), reason="the workflow's scripts are for bash")


@dataclass(frozen=True)
class Run:
    """What a run of the workflow left behind."""

    folder: Path
    failed: bool
    printed: str

    def text(self, name: str) -> str:
        path = self.folder / name
        return path.read_text(encoding="utf-8") if path.is_file() else ""


def run(
    folder: Path, build: str, *, quarter: str = "", with_newest: str = "", assets: str = "manifest.json natpatsip.zip"
) -> Run:
    """Run each script of the jobs that build and publish as GitHub would, except the one that installs packages."""
    programs = {
        "bin/gh": GH,
        "bin/zip": '#!/bin/sh\ntouch "$2"\n',
        "bin/unzip": UNZIP,
        ".venv/bin/natpatsip": BUILDS[build],
        ".venv/bin/uv": '#!/bin/sh\nfor last; do :; done\necho "{}" > "$last"\n',
    }
    for name, text in programs.items():
        program = folder / name
        program.parent.mkdir(parents=True, exist_ok=True)
        program.write_text(text, encoding="utf-8")
        program.chmod(0o755)
    environment = {
        **os.environ,
        "PATH": f"{folder / 'bin'}{os.pathsep}{os.environ['PATH']}",
        "QUARTER": quarter,
        "WITH_NEWEST": with_newest,
        "ASSETS": assets,
        "GITHUB_OUTPUT": "output",
        "GITHUB_STEP_SUMMARY": "summary",
        "GITHUB_SHA": "0123456789abcdef",
    }
    failed, printed = False, ""
    jobs = yaml.safe_load(WORKFLOW.read_text(encoding="utf-8"))["jobs"]
    for step in [*jobs["report"]["steps"], *jobs["release"]["steps"]]:
        condition = step.get("if", "")
        if "run" not in step or "make environment" in step["run"]:
            continue
        is_release = step in jobs["release"]["steps"]  # in a job of its own, which fails by itself
        if not {"": is_release or not failed, "failure()": failed, "success() || failure()": True}[condition]:
            continue
        if is_release:
            built = folder / "output"  # missing if the first job failed
            quarters = built.read_text(encoding="utf-8").strip().removeprefix("quarters=") if built.exists() else ""
            if not quarters:
                continue
            environment["QUARTERS"] = quarters
        done = subprocess.run(
            ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]],
            cwd=folder,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        printed += done.stdout
        failed = failed or done.returncode != 0
    return Run(folder, failed, printed)


FILES = ("report.pdf", "report.docx", "facts.csv", "manifest.json", "natpatsip-2024-25-Q2.zip")


def test_a_due_quarter_becomes_a_release_with_its_files_checksums_and_packages(tmp_path: Path) -> None:
    left = run(tmp_path, "one is due")
    assert not left.failed, left.printed
    (created,) = (line for line in left.text("gh.log").splitlines() if line.startswith("release create"))
    for name in (*FILES, "sbom.cdx.json", "SHA256SUMS"):
        assert f"outputs/2024-25-Q2/{name}" in created
    assert RECALLED not in created
    sums = left.text("outputs/2024-25-Q2/SHA256SUMS")
    assert sorted(line.split()[1] for line in sums.splitlines()) == sorted([*FILES, "sbom.cdx.json"])
    assert left.text("summary") == "~~~text\nthe summary\n~~~\n"


@pytest.mark.parametrize(
    ("assets", "fetched"), [("natpatsip.zip", set()), ("manifest.json report.pdf", {OLD, FINAL, RECALLED})]
)
def test_a_release_whose_upload_broke_off_counts_as_not_built_and_stops_nothing(
    tmp_path: Path, assets: str, fetched: set[str]
) -> None:
    left = run(tmp_path, "nothing is due", assets=assets)
    assert not left.failed, left.printed
    assert {file.parent.name for file in (tmp_path / "reports").glob("*/*")} == fetched
    assert "zip" not in left.text("gh.log")


def test_drafts_and_what_they_are_compared_with_are_fetched_whole_and_other_final_editions_by_their_manifest(
    tmp_path: Path,
) -> None:
    for with_newest, whole in (("", {FINAL, RECALLED}), ("yes", {FINAL, RECALLED, NEWEST})):
        folder = tmp_path / f"newest-{with_newest}"
        folder.mkdir()
        left = run(folder, "nothing is due", with_newest=with_newest)
        assert not left.failed, left.printed
        assert {file.parent.name for file in (folder / "reports").glob("*/report.pdf")} == whole
        assert (folder / "reports" / OLD / "manifest.json").is_file()


def test_what_was_built_is_published_though_another_quarter_failed(tmp_path: Path) -> None:
    left = run(tmp_path, "one of two fails")
    assert left.failed
    assert "::error title=The quarterly report was not built::natpatsip: could not build Q1" in left.printed
    assert "release create report-2024-25-Q2" in left.text("gh.log")


def test_a_folder_that_is_named_like_an_option_is_not_published(tmp_path: Path) -> None:
    left = run(tmp_path, "a name that is an option")
    assert left.failed
    assert "create" not in left.text("gh.log")


def test_a_quarter_built_again_replaces_the_files_of_its_release(tmp_path: Path) -> None:
    left = run(tmp_path, "one is named", quarter=RECALLED)
    assert not left.failed, left.printed
    assert f"release upload report-{RECALLED}" in left.text("gh.log")
    assert "--clobber" in left.text("gh.log")
    assert f"release edit report-{RECALLED} --notes Built from 0123456789ab." in left.text("gh.log")
    assert "release create" not in left.text("gh.log")
    assert left.text(f"outputs/{RECALLED}/manifest.json") == "new\n"


def test_nothing_due_ends_well_and_publishes_nothing(tmp_path: Path) -> None:
    left = run(tmp_path, "nothing is due")
    assert not left.failed, left.printed
    assert "the summary" in left.text("summary")
    assert "create" not in left.text("gh.log")
    assert "upload" not in left.text("gh.log")


def test_a_failed_build_fails_the_run_and_says_why_where_it_is_seen(tmp_path: Path) -> None:
    left = run(tmp_path, "data are wrong")
    assert left.failed
    assert "data/x.csv, row 3: found -1." in left.text("summary")
    assert "::error title=The quarterly report was not built::natpatsip: data/x.csv, row 3: found -1." in left.printed
    assert "create" not in left.text("gh.log")


# --- what the workflows may do, and what they run ---

ROOT = Path(__file__).parents[2]
TEMPLATE = ROOT / "src/natpatsip/init/template/dot_github/workflows/report.yml"
EXAMPLE = ROOT / "examples/waiting-times/.github/workflows/report.yml"
WORKFLOWS = [*sorted(WORKFLOW.parent.glob("*.yml")), TEMPLATE, EXAMPLE]
SCHEDULED = [WORKFLOW, TEMPLATE]


def test_the_examples_workflow_is_the_one_that_new_reports_get() -> None:
    assert EXAMPLE.read_text("utf-8") == TEMPLATE.read_text("utf-8").replace("@QUARTER@", "2024-25-Q2")


@pytest.mark.parametrize("workflow", SCHEDULED, ids=lambda path: path.name)
def test_a_report_that_is_published_has_checksums_and_a_list_of_packages(workflow: Path) -> None:
    jobs = yaml.safe_load(workflow.read_text(encoding="utf-8"))["jobs"]
    (gather,) = (step["run"] for step in jobs["report"]["steps"] if step.get("id") == "built")
    assert "--format cyclonedx1.5" in gather
    assert "sha256sum -- * > SHA256SUMS" in gather
    (publish,) = (step["run"] for step in jobs["release"]["steps"] if "run" in step)
    assert "sha256sum --quiet --check SHA256SUMS" in publish


def test_vulnerabilities_are_looked_for_in_a_job_that_holds_up_no_report() -> None:
    jobs = yaml.safe_load(WORKFLOW.read_text(encoding="utf-8"))["jobs"]
    assert jobs["release"]["needs"] == "report"
    (audit,) = (step["run"] for step in jobs["audit"]["steps"] if "pip-audit" in step.get("run", ""))
    assert "--only-group audit" in audit
    assert "--require-hashes" in audit
    assert "--strict" in audit  # a package that could not be looked up is not safe


def test_the_list_of_packages_is_one_of_cyclonedx() -> None:
    jobs = yaml.safe_load(WORKFLOW.read_text(encoding="utf-8"))["jobs"]
    gather = next(step["run"] for step in jobs["report"]["steps"] if step.get("id") == "built")
    (command,) = re.findall(r"\.venv/bin/uv (export .*?) > /dev/null", gather.replace("\\\n", ""))
    arguments = [word for word in command.split() if "sbom.cdx.json" not in word and word != "--output-file"]
    uv = Path(sys.prefix, "bin", "uv")
    made = json.loads(subprocess.run([uv, *arguments], cwd=ROOT, capture_output=True, check=True).stdout)
    assert (made["bomFormat"], made["specVersion"]) == ("CycloneDX", "1.5")
    assert {"pandas", "papermill", "typst"} <= {each["name"] for each in made["components"]}


@pytest.mark.parametrize("workflow", WORKFLOWS, ids=lambda path: path.name)
def test_actions_are_pinned_by_commit(workflow: Path) -> None:
    text = workflow.read_text(encoding="utf-8")
    used = re.findall(r"uses: (\S+)@(\S+)(.*)", text)
    assert len(used) == text.count("uses:")
    for action, version, comment in used:
        assert re.fullmatch(r"[0-9a-f]{40}", version), action
        assert re.fullmatch(r" # v\d+\.\d+\.\d+", comment), action


@pytest.mark.parametrize("workflow", WORKFLOWS, ids=lambda path: path.name)
def test_a_job_that_may_write_runs_neither_notebooks_nor_code_of_the_project(workflow: Path) -> None:
    content = yaml.safe_load(workflow.read_text(encoding="utf-8"))
    assert content["permissions"] == {"contents": "read"}
    for job in content["jobs"].values():
        if "write" in job.get("permissions", {}).values():
            scripts = " ".join(step.get("run", "") for step in job["steps"])
            assert not re.search(r"natpatsip|make |python|uv ", scripts)
            assert not any("checkout" in step.get("uses", "") for step in job["steps"])


# --- a machine of one's own, and a container ---

PAGE = (ROOT / "docs" / "schedule.md").read_text(encoding="utf-8")
UNITS = sorted((ROOT / "deploy" / "systemd").iterdir())


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd checks its own units")
def test_systemd_finds_nothing_wrong_with_the_units(tmp_path: Path) -> None:
    for unit in UNITS:
        text = unit.read_text(encoding="utf-8").replace("/srv/natpatsip", str(ROOT))
        (tmp_path / unit.name).write_text(text, encoding="utf-8")
    units = [tmp_path / unit.name for unit in UNITS]
    done = subprocess.run(["systemd-analyze", "verify", *units], capture_output=True, text=True, check=False)
    assert [line for line in done.stderr.splitlines() if "natpatsip" in line] == []


def test_cron_and_systemd_run_the_same_command_in_the_folder_that_the_page_makes() -> None:
    cron = (ROOT / "deploy" / "natpatsip.cron").read_text(encoding="utf-8")
    service = (ROOT / "deploy" / "systemd" / "natpatsip.service").read_text(encoding="utf-8")
    (folder,) = re.findall(r"install -d -o reports (\S+)", PAGE)
    assert f"reports cd {folder} && .venv/bin/natpatsip build --due " in cron
    assert f"ExecStart={folder}/.venv/bin/natpatsip build --due\n" in service
    assert {f"WorkingDirectory={folder}", f"ReadWritePaths={folder}", "User=reports"} <= set(service.splitlines())


def test_what_the_page_tells_to_copy_or_read_is_there() -> None:
    for name in re.findall(r"deploy/[\w./-]+", PAGE):
        assert list(ROOT.glob(f"{name}*")), name


CONTAINERFILE = (ROOT / "Containerfile").read_text(encoding="utf-8")


def test_the_image_has_an_exact_base_and_runs_the_schedule_without_root() -> None:
    lines = CONTAINERFILE.replace("\\\n", " ").splitlines()
    (base,) = (line.split()[1] for line in lines if line.startswith("FROM "))
    assert re.fullmatch(r"docker\.io/library/python:3\.1\d-slim-\w+", base)  # fully named: podman asks no search list
    assert "USER 1000:1000" in lines
    assert lines[-2:] == ['ENTRYPOINT ["/report/.venv/bin/natpatsip"]', 'CMD ["build", "--due"]']


def test_the_image_takes_in_nothing_that_is_made_again() -> None:
    left_out = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    assert {".venv", "build", "reports"} <= set(left_out)
    assert ".git" not in left_out  # archived quarters are built from it
