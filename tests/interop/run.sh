#!/bin/sh
# run.sh [PACKAGE [TRUST]] - a package through tools that nobody here wrote.
#
# Without PACKAGE: the made-up release of tests/support (every kind of column and
# status), and the newest package in build/demo/outbox when there is one. Installs
# libraries from npm (pinned, no install scripts) into build/interop.
# The last line is "N passed, M failed".
# SPDX-License-Identifier: GPL-3.0-or-later
set -u
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
build=${BUILD:-$root/build}
home=$root/build/interop
passed=0
failed=0

# check NAME COMMAND...
check() {
    name=$1
    shift
    if "$@" >"$home/log" 2>&1; then
        echo "ok    $name"
        passed=$((passed + 1))
    else
        echo "FAIL  $name"
        tail -n 20 "$home/log" | sed 's/^/      /'
        failed=$((failed + 1))
    fi
}

mkdir -p "$home"
missing=
for tool in node:nodejs npm:npm sqlite3:sqlite3 unzip:unzip python3:python3 openssl:openssl; do
    command -v "${tool%%:*}" >/dev/null 2>&1 || missing="$missing ${tool##*:}"
done
if [ -n "$missing" ]; then
    echo "installing:$missing"
    sudo=
    [ "$(id -u)" = 0 ] || sudo=sudo
    # shellcheck disable=SC2086
    $sudo apt-get install -y --no-install-recommends $missing >"$home/apt.log" 2>&1 || {
        echo "run.sh: cannot install$missing; install them as root and try again" >&2
        exit 2
    }
fi
if ! [ -f "$home/node_modules/tableschema/package.json" ] ||
    ! [ -f "$home/node_modules/datapackage/package.json" ] ||
    ! [ -f "$home/node_modules/ro-crate/package.json" ]; then
    echo "installing: datapackage@1.1.10 tableschema@1.12.6 ro-crate@3.7.2 (npm)"
    (cd "$home" && npm install --ignore-scripts --no-save --no-package-lock --no-audit --no-fund \
        --loglevel=error --prefix . datapackage@1.1.10 tableschema@1.12.6 ro-crate@3.7.2) >"$home/npm.log" 2>&1 || {
        tail -n 5 "$home/npm.log" >&2
        echo "run.sh: npm cannot install the libraries" >&2
        exit 2
    }
fi

sqlite_counts() { # every table and code list has as many rows for sqlite3 as for Python
    package=$1
    find "$package/data/tables" "$package/data/codes" -name '*.csv' | while read -r file; do
        ours=$(python3 -c 'import csv, sys
print(sum(1 for _ in csv.reader(open(sys.argv[1], newline="", encoding="utf-8"))) - 1)' "$file")
        theirs=$(sqlite3 -cmd '.mode csv' -cmd ".import '$file' t" :memory: \
            'SELECT count(*) FROM t' 2>&1)
        [ "$ours" = "$theirs" ] || { echo "$file: $ours rows, sqlite3 $theirs"; exit 1; }
    done
}

signatures() { # as VERIFY.txt tells it, without a script of ours
    package=$1
    trust=$2
    count=0
    for one in "$package"/signatures/*.p7s; do
        openssl cms -verify -binary -cades -inform PEM -in "$one" \
            -content "$package/tagmanifest-sha512.txt" -CAfile "$trust/root.pem" \
            -no-CApath -no-CAstore -nointern -certfile "$trust/approvers.pem" -out /dev/null || return 1
        count=$((count + 1))
    done
    [ "$count" -ge 2 ]
}

sums() {
    (cd "$1" && sha512sum --strict --quiet -c tagmanifest-sha512.txt &&
        sha512sum --strict --quiet -c manifest-sha512.txt)
}

script_says_ok() {
    (cd "$1" && sh ./verify.sh "$2" | head -n 1 | grep -q '^OK: ')
}

zip_is_same() {
    rm -rf "$home/unzipped" && mkdir "$home/unzipped" && unzip -q "$1.zip" -d "$home/unzipped" &&
        python3 -m zipfile -t "$1.zip" && diff -r "$1" "$home/unzipped/$(basename "$1")"
}

with_r() {
    Rscript -e 'args <- commandArgs(TRUE)
for (file in list.files(file.path(args[1], "data", "tables"), full.names = TRUE)) {
  table <- read.csv(file, na.strings = "", fileEncoding = "UTF-8", check.names = FALSE)
  for (name in grep("_status$", names(table), value = TRUE)) {
    value <- table[[sub("_status$", "", name)]]
    stopifnot(is.numeric(value) || all(is.na(value)), is.na(value) == !is.na(table[[name]]))
  }
}' "$1"
}

examine() {
    package=$(cd "$1" && pwd)
    trust=$(cd "$2" && pwd)
    echo "package $(basename "$package")"
    check "openssl verifies two signatures" signatures "$package" "$trust"
    check "sha512sum verifies both manifests" sums "$package"
    check "verify.sh says OK" script_says_ok "$package" "$trust"
    check "Python: bytes and digests of every description, values against statuses" \
        python3 "$here/package.py" "$package" "$home/rows.json"
    check "Data Package library: descriptor, types, keys, rows" \
        env NODE_PATH="$home/node_modules" node "$here/datapackage.js" "$package" "$home/rows.json"
    check "Python: the crate's files, actions and references" python3 "$root/tests/cli/crate.py" "$package"
    check "RO-Crate library: root, parts, actions" \
        env NODE_PATH="$home/node_modules" node "$here/crate.js" "$package"
    check "sqlite3 imports every table" sqlite_counts "$package"
    [ ! -f "$package.zip" ] || check "unzip and Python read the zip" zip_is_same "$package"
    ! command -v Rscript >/dev/null 2>&1 || check "R reads every table" with_r "$package"
}

made_up() {
    rm -rf "$home/made-up"
    mkdir "$home/made-up"
    cd "$root" &&
        ${CC:-gcc} -std=c11 -D_GNU_SOURCE -Iinclude -Ilib -Itests -o "$home/driver" \
            tests/cli/package_driver.c tests/support/package_fixture.c "$build/libcordon.a" \
            -lcsv -ljansson -larchive -lsqlite3 -lcrypto -lpthread &&
        cd "$home/made-up" &&
        ../driver keys keys trust "Ada King" "Bo Ito" && ../driver stage made_up &&
        ../driver sign keys trust made_up "Ada King" && ../driver sign keys trust made_up "Bo Ito" &&
        ../driver zip made_up made_up.zip
}

if [ $# -gt 0 ]; then
    examine "$1" "${2:-$1/../../trust}"
else
    if made_up >"$home/log" 2>&1; then
        examine "$home/made-up/made_up" "$home/made-up/trust"
    else
        cat "$home/log"
        echo "FAIL  the made-up release cannot be packed"
        failed=$((failed + 1))
    fi
    newest=$(find "$root/build/demo/outbox" -mindepth 1 -maxdepth 1 -type d ! -name '.*' \
        -printf '%T@ %p\n' 2>/dev/null | sort -n | tail -n 1 | cut -d ' ' -f 2-)
    if [ -n "$newest" ]; then
        examine "$newest" "$root/build/demo/trust"
    else
        echo "no package in build/demo/outbox: \`make demo\` makes one"
    fi
fi
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
