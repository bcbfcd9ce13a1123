#!/bin/sh
# Sees that the programs which the tests look at the report with are there: a browser, poppler for the PDF, and what
# tests/tools/package.json names, which needs Node.js.
set -eu
cd "$(dirname "$0")/.."

say() { printf '%s\n' "$*" >&2; }

has() {
    for name in "$@"; do
        command -v "$name" >/dev/null && return
    done
    return 1
}

# A package of its own in Debian; in Ubuntu `chromium` is only a pointer to a snap, which containers cannot run.
debian_has_chromium() {
    apt-cache show chromium 2>/dev/null | grep -q '^Depends:.*libc6'
}

missing=
has pdftotext || scripts/apt-install.sh poppler-utils || missing="poppler-utils"

# Playwright brings a Node.js of its own, and that a library which a bare system has not.
drives() { .venv/bin/playwright --version >/dev/null 2>&1; }
drives || scripts/apt-install.sh libatomic1 || true
drives || missing="$missing libatomic1"

if ! has chromium chromium-browser google-chrome google-chrome-stable; then
    if has apt-get && ! debian_has_chromium; then
        [ "$(id -u)" != 0 ] || apt-get update -qq >&2 || true
    fi
    if debian_has_chromium; then
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
    say "The tests look at the report with programs that are not here and could not be installed:$missing." \
        "Install them and run this again (on Debian or Ubuntu: sudo apt-get install $missing)."
    exit 1
fi

if ! tools_are_there; then
    npm install --prefix tests/tools --no-package-lock --no-audit --no-fund --ignore-scripts --loglevel=error >&2 || {
        say "npm could not install axe-core and html-validate, which the tests hold the pages against." \
            "Run this again where npm reaches a registry: npm install --prefix tests/tools"
        exit 1
    }
fi
