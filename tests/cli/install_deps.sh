#!/bin/sh
# install_deps.sh - bin/install-deps with pretend dpkg-query, apt-get, id and sudo.
# SPDX-License-Identifier: GPL-3.0-or-later
set -u
cd "$(dirname "$0")/../.." || exit 2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
bin=$work/bin
mkdir "$bin"
failures=0

for tool in sh cat cut wc grep env touch; do
    ln -s "$(command -v $tool)" "$bin/$tool"
done
# $work/there lists the installed packages; apt-get adds to it and keeps a log
cat >"$bin/dpkg-query" <<'STUB'
#!/bin/sh
for last; do :; done
grep -qx "$last" "$WORK/there" && printf installed
STUB
cat >"$bin/apt-get" <<'STUB'
#!/bin/sh
echo "$DEBIAN_FRONTEND $*" >>"$WORK/log"
case "$*" in *install*) [ -e "$WORK/broken" ] && exit 100
for word; do echo "$word" >>"$WORK/there"; done ;; esac
STUB
cat >"$bin/id" <<'STUB'
#!/bin/sh
cat "$WORK/uid"
STUB
cat >"$bin/sudo.off" <<'STUB'
#!/bin/sh
echo "sudo $*" >>"$WORK/log"
[ "$1" = -n ] && shift
exec "$@"
STUB
printf '#!/bin/sh\n' >"$bin/true"
chmod +x "$bin"/dpkg-query "$bin"/apt-get "$bin"/id "$bin"/sudo.off "$bin"/true

# run UID MISSING [OPTION] - all packages but those that match MISSING are there
run() {
    echo "$1" >"$work/uid"
    bin/install-deps --list | cut -d ' ' -f 1 | grep -Ev "$2" >"$work/there"
    : >"$work/log"
    env -i PATH="$bin" WORK="$work" sh bin/install-deps ${3:+"$3"} >"$work/out" 2>&1
    code=$?
}

expect() {
    if ! "$@"; then
        echo "not so: $*"
        cat "$work/out" "$work/log"
        failures=$((failures + 1))
    fi
}

run 0 '^$'
expect [ "$code" = 0 ]
expect [ ! -s "$work/log" ]

run 0 '^(unzip|libcsv-dev)$'
expect [ "$code" = 0 ]
expect grep -qx 'noninteractive -q update' "$work/log"
expect grep -qx 'noninteractive -q install -y --no-install-recommends libcsv-dev unzip' "$work/log"
expect grep -q '^libcsv-dev  *CSV parsing' "$work/out"

run 0 '^chromium-headless-shell$'
expect [ "$code" = 0 ]
expect [ ! -s "$work/log" ]
run 0 '^chromium-headless-shell$' --tests
expect [ "$code" = 0 ]
expect grep -qx 'noninteractive -q install -y --no-install-recommends chromium-headless-shell' \
    "$work/log"

run 1000 '^unzip$'
expect [ "$code" = 2 ]
expect [ ! -s "$work/log" ]
expect grep -q 'an administrator must run' "$work/out"
expect grep -q 'apt-get install -y --no-install-recommends unzip$' "$work/out"

touch "$work/broken"
run 0 '^unzip$'
expect [ "$code" = 2 ]
expect grep -q 'could not install: unzip' "$work/out"
rm "$work/broken"

mv "$bin/sudo.off" "$bin/sudo"
run 1000 '^unzip$'
expect [ "$code" = 0 ]
expect grep -q '^sudo env DEBIAN_FRONTEND=noninteractive apt-get -q install' "$work/log"

echo "$failures failures"
[ "$failures" -eq 0 ]
