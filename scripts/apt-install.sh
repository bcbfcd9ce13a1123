#!/bin/sh
# Installs Debian or Ubuntu packages, as root or through sudo; exit status 1 where that cannot be done.
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
# Its progress runs to hundreds of lines; its errors come on the other stream, which stays.
$as_root env DEBIAN_FRONTEND=noninteractive apt-get install -qq --yes --no-install-recommends "$@" >/dev/null || exit 1
