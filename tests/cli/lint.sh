#!/bin/sh
# lint.sh - every house rule fires: plants a breach of each in a copy of part of the tree.
# SPDX-License-Identifier: GPL-3.0-or-later
set -u
cd "$(dirname "$0")/../.." || exit 2
lint=$PWD/tests/support/lint
copy=$(mktemp -d)
trap 'rm -rf "$copy"' EXIT
mkdir -p "$copy/lib" "$copy/bin"
cp -R lib/core "$copy/lib" && cp -R include "$copy" || exit 2
failures=0

# plant FILE TEXT EXPECTED - the breach must be reported for that file, in those words
plant() {
    file=$copy/$1
    mkdir -p "$(dirname "$file")"
    printf '/* %s - planted.\n */\n%b\n' "$(basename "$1")" "$2" >"$file"
    if sh "$lint" "$copy" >"$copy/out" 2>&1; then
        echo "not refused: $1: $3"
        failures=$((failures + 1))
    elif ! grep -F "$1:" "$copy/out" | grep -qF "$3"; then
        echo "refused in other words: $1: $3"
        grep -F "$1:" "$copy/out"
        failures=$((failures + 1))
    fi
    rm "$file"
}

# pass FILE TEXT - must not be reported
pass() {
    file=$copy/$1
    mkdir -p "$(dirname "$file")"
    printf '/* %s - planted.\n */\n%b\n' "$(basename "$1")" "$2" >"$file"
    sh "$lint" "$copy" >"$copy/out" 2>&1
    if grep -F "$1:" "$copy/out"; then
        echo "refused without reason: $1"
        failures=$((failures + 1))
    fi
    rm "$file"
}

# floors
plant lib/core/planted.c '#include "io/file.h"' 'from a higher floor'
plant lib/rule/planted.c '#include "protect/suppress.h"' 'from a higher floor'
plant lib/io/planted.c '#include "json/json.h"' 'its neighbour'
plant lib/attack/planted.c '#include "protect/suppress.h"' 'its neighbour'
plant lib/policy/planted.c '#include "plan/plan.h"' 'its neighbour'
plant lib/synth/planted.c '#include "json/json.h"' 'room synth includes json'
plant lib/cellar/planted.c '#include "core/alloc.h"' 'has no floor'
plant lib/rule/planted.c '#include "../core/alloc.h"' 'climbs'
plant include/cordon/planted.h '#include "core/alloc.h"' 'public header'
pass lib/plan/planted.c '#include "policy/policy.h"\n#include "catalogue/catalogue.h"'
pass lib/policy/planted.c '#include "catalogue/catalogue.h"'
pass lib/cells/planted.c '#include "read/snapshot.h"\n#include "plan/plan.h"\n#include "io/csv.h"'
pass lib/desk/planted.c '#include "export/package.h"\n#include "cordon/error.h"\n#include <stdio.h>'

# the release type
for room in cells rule protect read; do
    plant lib/export/planted.c "#include \"$room/planted.h\"" 'only a cleared release'
done
for room in cells protect perturb attack read; do
    plant lib/review/planted.c "#include \"$room/planted.h\"" 'made from what is cleared'
done
pass lib/review/planted.c '#include "rule/rule.h"\n#include "export/figures.h"'

# libraries
plant lib/read/planted.c '#include <csv.h>' 'library header csv.h'
plant lib/io/planted.c '#include <csv.h>' 'library header csv.h'
plant lib/plan/planted.c '#include <jansson.h>' 'library header jansson.h'
plant lib/core/planted.c '#include <openssl/evp.h>' 'library header openssl/evp.h'
plant lib/release/planted.c '#  include <sqlite3.h>' 'library header sqlite3.h'
plant lib/io/planted.c '#include <archive.h>' 'library header archive.h'
plant lib/export/planted.c '#include <lua.h>' 'library header lua.h'
plant lib/jail/planted.c '#include <seccomp.h>' 'library header seccomp.h'
plant bin/cordon.planted.c '#include <lua5.4/lauxlib.h>' 'library header lua5.4/lauxlib.h'
plant bin/script/planted.c '#include "read/snapshot.h"' 'the script helper holds nothing'
pass lib/seal/planted.c '#include <openssl/evp.h>'
pass bin/script/planted.c '#include <lua.h>\n#include <seccomp.h>'

# banned functions, and the heap
for name in strcpy strcat sprintf vsprintf gets strtok atoi atol alloca system popen; do
    plant lib/rule/planted.c "int f(void) { return $name (x); }" "banned function $name"
done
for name in malloc calloc realloc free; do
    plant lib/core/planted.c "void f(void) {\n    x = $name(y);\n}" "heap function outside core/alloc.c: $name"
done
for name in time clock_gettime gettimeofday X509_gmtime_adj X509_cmp_current_time; do
    plant lib/seal/planted.c "void f(void) {\n    x = $name(y);\n}" "clock outside core/clock.c: $name"
done
pass lib/core/clock2.c "void f(void) {\n    x = cdn_instant_time(y);\n}"
plant lib/rule/planted.c '/* fine */ strcpy(a, b);' 'banned function strcpy'
pass lib/rule/planted.c '/* strcpy(a) */ int x; // free(y)\nconst char *s = "malloc(3) \\" system(1)";'
pass lib/rule/planted.c 'void f(void) { cdn_free(x); my_system(y); snprintf(a); p->free(q); }'
pass bin/script/planted.c 'void f(void) { free(x); }'

# lengths
body() { awk -v n="$1" 'BEGIN { for (i = 0; i < n; i++) printf "    x++;\\n" }'; }
if ctags --version 2>/dev/null | grep -q Universal; then
    plant lib/rule/planted.c "int f(int x)\n{\n$(body 68)}" 'function f is longer than 70 lines'
    pass lib/rule/planted.c "int f(int x)\n{\n$(body 67)}"
fi
plant lib/rule/planted.c "$(body 800)" 'file is longer than 800 lines'
plant lib/rule/planted.c "/* $(printf '%095d' 0) */" 'line is longer than 100 columns'
pass lib/rule/planted.c "/* $(printf '%094d' 0) */"
pass lib/rule/planted.c "/* $(printf '%093d' 0)é */"

# the first line
printf '/* other.c - wrong name */\n' >"$copy/lib/rule/planted.c"
sh "$lint" "$copy" 2>&1 | grep -q 'lib/rule/planted.c:1: expected the first line' || {
    echo "not refused: first line"
    failures=$((failures + 1))
}
rm "$copy/lib/rule/planted.c"

# an empty tree is not a clean one
mkdir "$copy/empty"
sh "$lint" "$copy/empty" >/dev/null 2>&1 && {
    echo "an empty tree passes"
    failures=$((failures + 1))
}

echo "$failures failures"
[ "$failures" -eq 0 ]
