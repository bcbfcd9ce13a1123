#!/bin/sh
# Installs the programs that the tests look at the report with, if they are missing: a browser, poppler for the PDF, and
# the packages of tests/tools/package.json, which need Node.js.
set -eu
cd "$(dirname "$0")/.."

say() { printf '%s\n' "$*" >&2; }

has() {
    for name in "$@"; do
        command -v "$name" >/dev/null && return
    done
    return 1
}

# Debian has real packages; in Ubuntu `chromium` only refers to a snap, which containers cannot run.
debian_has() {
    apt-cache show "$1" 2>/dev/null | grep -q '^Depends:.*libc6'
}

missing=
has pdftotext || scripts/apt-install.sh poppler-utils || missing="poppler-utils"

# Playwright has its own Node.js, which needs a library that a minimal system lacks.
drives() { .venv/bin/playwright --version >/dev/null 2>&1; }
drives || scripts/apt-install.sh libatomic1 || true
drives || missing="$missing libatomic1"

# A Chromium without windows takes half of the processor time of a whole browser; the latter serves, too.
has_whole_browser() {
    has chromium chromium-browser google-chrome google-chrome-stable
}
if ! has chromium-headless-shell && { [ "$(id -u)" = 0 ] || ! has_whole_browser; }; then
    if has apt-get && ! debian_has chromium; then
        [ "$(id -u)" != 0 ] || apt-get update -qq >&2 || true
    fi
    if debian_has chromium-headless-shell && scripts/apt-install.sh chromium-headless-shell || has_whole_browser; then
        :
    elif debian_has chromium; then
        scripts/apt-install.sh chromium || missing="$missing chromium"
    else
        .venv/bin/playwright install --with-deps chromium >&2 || missing="$missing chromium"
    fi
fi

node_is_new_enough() {
    has node && has npm && node -e 'const [a, b] = process.versions.node.split(".").map(Number);
        process.exit(a > 20 || (a === 20 && b >= 6) || (a === 18 && b >= 19) ? 0 : 1)'
}
tools_are_there() {
    for name in axe-core html-validate; do
        wanted=$(sed -n "s/.*\"$name\": \"\([0-9.]*\)\".*/\1/p" tests/tools/package.json)
        grep -qs "\"version\": \"$wanted\"" "tests/tools/node_modules/$name/package.json" || return 1
    done
}

node_is_new_enough || scripts/apt-install.sh nodejs npm || true
node_is_new_enough || missing="$missing nodejs npm"

if [ -n "$missing" ]; then
    say "The tests need programs that are missing and could not be installed:$missing." \
        "Install them and run this again (on Debian or Ubuntu: sudo apt-get install $missing)."
    exit 1
fi

if ! tools_are_there; then
    say "Installing the packages of tests/tools/package.json"
    npm install --prefix tests/tools --no-package-lock --no-audit --no-fund --ignore-scripts --loglevel=error >&2 || {
        say "npm could not install axe-core and html-validate, which check the pages in the tests." \
            "Run this where npm can reach a registry: npm install --prefix tests/tools"
        exit 1
    }
fi
