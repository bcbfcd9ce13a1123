#!/bin/sh
# Makes .venv/ with the packages of uv.lock, unless it is up to date. Run by `make`.
# Needs Python 3.11 or newer; PYTHON=/path/to/python3.12 chooses one. `--find-python` only prints which one it would use.
# `--said` says so if there is nothing to do.
set -eu
cd "$(dirname "$0")/.."
project=$(pwd -P)
stamp=.venv/.made

say() { printf '%s\n' "$*" >&2; }

is_new_enough() { "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; }

find_python() {
    if [ -n "${PYTHON:-}" ]; then
        is_new_enough "$PYTHON" && { command -v "$PYTHON"; return; }
        say "PYTHON=$PYTHON is not Python 3.11 or newer. Give the path of one that is, or leave PYTHON out."
        return 1
    fi
    for name in python3 python3.14 python3.13 python3.12 python3.11 python; do
        is_new_enough "$name" && { command -v "$name"; return; }
    done
    say "Python 3.11 or newer is needed; found $(python3 --version 2>&1 || echo 'no python3')." \
        "Install one (on Debian or Ubuntu: apt-get install python3.11), or name one: make report PYTHON=/path/to/python3.11"
    return 1
}

# What the environment depends on: where the project is (programs in .venv contain that path) and what is locked.
state() { printf '%s\n' "$project"; cksum pyproject.toml uv.lock; }

make_venv() {
    python=$(find_python)
    if ! "$python" -c 'import ensurepip, venv' >/dev/null 2>&1; then
        version=$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
        scripts/apt-install.sh "python$version-venv" || {
            say "$python has no venv module with pip. Install it, then run this again:" \
                "sudo apt-get install python$version-venv"
            return 1
        }
    fi
    say "Making .venv with $("$python" --version) ($python)"
    "$python" -m venv --clear --prompt natpatsip .venv
}

install_locked() {
    UV_PROJECT_ENVIRONMENT="$project/.venv" UV_PYTHON_DOWNLOADS=never \
        .venv/bin/uv sync --frozen --compile-bytecode --quiet --python .venv/bin/python && return
    # On a machine that can only reach a mirror set up for pip: the same versions, with pip.
    say "uv could not install the packages; trying pip, with the same versions."
    requirements=$(mktemp)
    .venv/bin/uv export --frozen --quiet --no-emit-project --output-file "$requirements" >/dev/null
    .venv/bin/python -m pip install --quiet --require-hashes --requirement "$requirements" --compile
    .venv/bin/python -m pip install --quiet --no-deps --editable .
    rm -f "$requirements"
}

if [ "${1:-}" = --find-python ]; then
    find_python
    exit
fi

if [ "$(cat "$stamp" 2>/dev/null)" != "$(state)" ]; then
    if ! is_new_enough .venv/bin/python || ! grep -qsF "$project/.venv/bin/" .venv/bin/natpatsip; then
        make_venv
    fi
    if [ ! -x .venv/bin/uv ]; then
        # The first program that is downloaded checks all others, so it is itself checked against the hashes in uv.lock.
        locked=$(mktemp)
        .venv/bin/python -c 'import tomllib
packages = tomllib.load(open("uv.lock", "rb"))["package"]
uv = next(package for package in packages if package["name"] == "uv")
files = [uv["sdist"], *uv["wheels"]] if "sdist" in uv else uv["wheels"]
print("uv==" + uv["version"], *("--hash=" + file["hash"] for file in files))' >"$locked"
        .venv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes --requirement "$locked"
        rm -f "$locked"
    fi
    say "Installing the packages of uv.lock into .venv (half a minute; several on a slow machine or line)"
    install_locked
    .venv/bin/python -m natpatsip.notebook_merges >/dev/null ||
        say "Git was not set up to merge notebooks by cell. To try again: .venv/bin/python -m natpatsip.notebook_merges"
    state >"$stamp"
elif [ "${1:-}" = --said ]; then
    say ".venv has the packages of uv.lock already: nothing to do."
fi
.venv/bin/python -m compileall -q src
