"""The quarterly workflow's scripts, run with stand-ins for GitHub's program and for the build."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml

WORKFLOW = Path(__file__).parents[2] / ".github" / "workflows" / "quarterly.yml"
RECALLED = "2024-25-Q1"
GH = f"""#!/bin/sh
echo "$*" >> gh.log
case "$1 $2" in
    "release list") echo report-{RECALLED} ;;
    "release download") mkdir -p reports/{RECALLED} && echo '{{}}' > reports/{RECALLED}/manifest.json ;;
    "release view") [ "$3" = report-{RECALLED} ] ;;
esac
"""
REPORT = """
rm -rf reports/$quarter && mkdir -p reports/$quarter/html
for file in report.pdf report.docx facts.csv manifest.json html/index.html; do echo new > reports/$quarter/$file; done
"""
BUILDS = {
    "one is due": f'#!/bin/sh\n[ "$*" = "build --due" ] || exit 2\nquarter=2024-25-Q2\n{REPORT}',
    "one is named": f'#!/bin/sh\n[ "$*" = "build {RECALLED}" ] || exit 2\nquarter={RECALLED}\n{REPORT}',
    "nothing is due": "#!/bin/sh\necho nothing due\n",
    "data are wrong": "#!/bin/sh\necho 'natpatsip: data/x.csv, row 3: found -1.' >&2\nexit 1\n",
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


def run(folder: Path, build: str, *, quarter: str = "") -> Run:
    """Run each script of the workflow as GitHub would, but for the one that installs packages."""
    programs = {"bin/gh": GH, "bin/zip": '#!/bin/sh\ntouch "$2"\n', ".venv/bin/natpatsip": BUILDS[build]}
    for name, text in programs.items():
        program = folder / name
        program.parent.mkdir(parents=True, exist_ok=True)
        program.write_text(text, encoding="utf-8")
        program.chmod(0o755)
    environment = {
        **os.environ,
        "PATH": f"{folder / 'bin'}{os.pathsep}{os.environ['PATH']}",
        "QUARTER": quarter,
        "GITHUB_OUTPUT": "output",
        "GITHUB_STEP_SUMMARY": "summary",
        "GITHUB_SHA": "0123456789abcdef",
    }
    failed, printed = False, ""
    jobs = yaml.safe_load(WORKFLOW.read_text(encoding="utf-8"))["jobs"]
    for step in [*jobs["report"]["steps"], *jobs["release"]["steps"]]:
        condition = step.get("if", "")
        if "run" not in step or "make environment" in step["run"] or (condition == "failure()") != failed:
            continue
        if step in jobs["release"]["steps"]:
            built = folder / "output"  # missing if the first job failed
            quarters = built.read_text(encoding="utf-8").strip().removeprefix("quarters=") if built.exists() else ""
            if failed or not quarters:
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


def test_a_due_quarter_becomes_a_release_with_its_files(tmp_path: Path) -> None:
    left = run(tmp_path, "one is due")
    assert not left.failed, left.printed
    (created,) = (line for line in left.text("gh.log").splitlines() if line.startswith("release create"))
    for name in ("report.pdf", "report.docx", "facts.csv", "manifest.json", "natpatsip-2024-25-Q2.zip"):
        assert f"outputs/2024-25-Q2/{name}" in created
    assert RECALLED not in created
    assert "Built: 2024-25-Q2" in left.text("summary")


def test_a_quarter_built_again_replaces_the_files_of_its_release(tmp_path: Path) -> None:
    left = run(tmp_path, "one is named", quarter=RECALLED)
    assert not left.failed, left.printed
    assert f"release upload report-{RECALLED}" in left.text("gh.log")
    assert "--clobber" in left.text("gh.log")
    assert "release create" not in left.text("gh.log")
    assert left.text(f"outputs/{RECALLED}/manifest.json") == "new\n"


def test_nothing_due_ends_well_and_publishes_nothing(tmp_path: Path) -> None:
    left = run(tmp_path, "nothing is due")
    assert not left.failed, left.printed
    assert "nothing due" in left.text("summary")
    assert "create" not in left.text("gh.log")
    assert "upload" not in left.text("gh.log")


def test_a_failed_build_fails_the_run_and_says_why_where_it_is_seen(tmp_path: Path) -> None:
    left = run(tmp_path, "data are wrong")
    assert left.failed
    assert "data/x.csv, row 3: found -1." in left.text("summary")
    assert "::error title=The quarterly report was not built::natpatsip: data/x.csv, row 3: found -1." in left.printed
    assert "create" not in left.text("gh.log")


# --- what the workflows may do, and what they run ---

WORKFLOWS = [
    *sorted(WORKFLOW.parent.glob("*.yml")),
    *sorted((Path(__file__).parents[2] / "src/natpatsip/init/template/dot_github/workflows").glob("*.yml")),
]


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
            assert not re.search(r"natpatsip|make |python|uv ", scripts.replace("natpatsip-$quarter", ""))
            assert not any("checkout" in step.get("uses", "") for step in job["steps"])
