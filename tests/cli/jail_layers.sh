#!/bin/sh
# jail_layers.sh - each layer of the sandbox stands, and the helper refuses to run without one.
#
# A probe that shares the helper's own layers.c makes the calls that the filter
# must kill; then the helper is run where one layer cannot be set.
# SPDX-License-Identifier: GPL-3.0-or-later
set -u
here=$(cd "$(dirname "$0")" && pwd)
root=$here/../..
helper=$(cd "${BUILD:-build}" && pwd)/cordon-script
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failures=0

complain()
{
    echo "jail_layers: $*"
    failures=$((failures + 1))
}

${CC:-cc} -std=c11 -D_GNU_SOURCE -O1 -o "$work/probe" "$here/jail/probe.c" \
    "$root/bin/script/layers.c" "$root/bin/script/report.c" -lseccomp || exit 1
cd "$work" || exit 1

# --- what the layers stop ---
sigsys=159 # 128 + 31
for call in open create execve fork socket socketpair ptrace kill read write_other mmap_exec \
    mmap_file mprotect_exec getpid prlimit prctl getdents io_uring; do
    (exec timeout 60 ./probe try "$call" 4>answer) 2>/dev/null
    code=$?
    [ "$code" = "$sigsys" ] || complain "$call: exit $code, not killed by the filter"
    [ -s answer ] && complain "$call: it answered"
done
[ -e /tmp/cordon-probe ] && complain "create: the file is there"
(exec ./probe try nothing 4>answer) 2>/dev/null || complain "nothing: exit $?"
[ "$(cat answer)" = '{"ok":1}' ] || complain "nothing: $(cat answer)"
(exec ./probe try memory 4>answer) 2>/dev/null
code=$?
[ "$code" = 8 ] || complain "memory: exit $code, the limit is not there"
(exec timeout 60 ./probe try time 4>answer) 2>/dev/null
code=$?
[ "$code" = 152 ] || [ "$code" = 137 ] || complain "time: exit $code, the limit is not there"

# --- the helper without a layer ---
deny()
{
    (exec ./probe deny "$1" "$helper" <"$here/jail/good.lua" 3<"$here/jail/names.json" 4>answer) \
        2>/dev/null
    code=$?
    [ "$code" = 70 ] || complain "without $1: exit $code"
    grep -q "the sandbox is not complete: $2 cannot be set" answer ||
        complain "without $1: $(cat answer)"
}
deny landlock_create Landlock
deny landlock_restrict Landlock
deny seccomp 'the system call filter'
deny pdeathsig 'death with the parent'
deny close_range 'closing of inherited descriptors'
deny setrlimit 'the limit on memory'
# A filter without no_new_privs needs a privilege.
if [ "$(id -u)" = 0 ]; then
    deny no_new_privs no_new_privs
fi

# --- what is in the helper: no name of a library that reaches out ---
if command -v ldd >/dev/null; then
    ldd "$helper" | grep -E 'crypto|sqlite|jansson|archive|csv|libpq' &&
        complain "the helper is linked with what it must not hold"
fi

[ "$failures" -eq 0 ] && echo "jail_layers: all layers stand"
[ "$failures" -eq 0 ]
