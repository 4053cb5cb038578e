#!/bin/sh
# install.sh - what `make install` puts down can be compiled against, and is all taken away again.
# SPDX-License-Identifier: GPL-3.0-or-later
set -eu
cd "$(dirname "$0")/../.."
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
unset MAKEFLAGS MAKELEVEL MFLAGS

quiet_make() { make -s DEPS=no FLAVOUR="${FLAVOUR:-}" DESTDIR="$work" PREFIX=/usr "$@" >"$work/log" 2>&1 || {
    cat "$work/log"
    exit 1
}; }

quiet_make install
cat >"$work/user.c" <<'SOURCE'
#include <cordon/error.h>
#include <stdio.h>
int main(void)
{
    cdn_error error = {CDN_E_INPUT, 2, 3, "a.csv", "message", ""};
    char line[100];
    cdn_error_format(&error, line, sizeof line);
    puts(line);
    return cdn_status_exit_code(CDN_E_LIMIT) != 3;
}
SOURCE
if [ -z "${FLAVOUR:-}" ]; then
    export PKG_CONFIG_SYSROOT_DIR="$work" PKG_CONFIG_PATH="$work/usr/lib/pkgconfig"
    # shellcheck disable=SC2046
    ${CC:-gcc} -o "$work/user" "$work/user.c" $(pkg-config --define-variable=prefix="$work/usr" --cflags --libs cordon)
    [ "$(LD_LIBRARY_PATH="$work/usr/lib" "$work/user")" = "a.csv:2:3: message" ]
    # only what a public header marks is exported
    exported=$(nm -D --defined-only "$work/usr/lib/libcordon.so" | awk '$2 ~ /[TDBR]/ { print $3 }' | sed 's/@.*//')
    for name in $exported; do
        grep -qw "$name" include/cordon/*.h || [ "$name" = CORDON_0 ] || { echo "exported: $name"; exit 1; }
    done
fi
[ -x "$work/usr/bin/cordon" ] || [ ! -e bin/cordon.c ]
[ -f "$work/usr/share/cordon/policies/catalogue/codes/sectors.csv" ] || [ ! -e policies/catalogue/codes/sectors.csv ]

quiet_make uninstall
rm -f "$work/log" "$work/user" "$work/user.c"
left=$(find "$work" -type f -o -type l)
[ -z "$left" ] || { echo "left behind: $left"; exit 1; }
