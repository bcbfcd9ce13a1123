#!/bin/sh
# Installs Debian or Ubuntu packages, as root or through sudo; the exit status is 1 if it cannot.
set -eu
command -v apt-get >/dev/null || exit 1
as_root=
if [ "$(id -u)" != 0 ]; then
    command -v sudo >/dev/null || exit 1
    as_root=sudo
    # Without a terminal nobody can type a password.
    [ -t 0 ] || as_root="sudo -n"
fi
printf 'Installing with apt-get: %s\n' "$*" >&2
$as_root apt-get update -qq >&2 || exit 1
# Its progress is hundreds of lines long; errors are on the other stream, which is shown.
$as_root env DEBIAN_FRONTEND=noninteractive apt-get install -qq --yes --no-install-recommends "$@" >/dev/null || exit 1
