#!/bin/sh
# determinism.sh - the same inputs give the same bytes: threads, locale, time zone, place, time.
# SPDX-License-Identifier: GPL-3.0-or-later
. "$(dirname "$0")/../support/cli.sh"

# same FOLDER FOLDER: no file differs, none is missing
same() {
    check "the same bytes in $1 and $2" diff -r "$1" "$2"
}

# feeds WORKSPACE: stages the three scripts, in the environment as it is
feeds() {
    for script in london_adass borough_coverage icb_area; do
        stage "$1" "$root/scripts/$script.lua"
    done
}

case="synthetic data"
must synth --out data1 --workers 20000 --workplaces 900 --seed 7
must synth --out data2 --workers 20000 --workplaces 900 --seed 7
must synth --out data3 --workers 20000 --workplaces 900 --seed 8
same data1 data2
for file in workplace.csv worker.csv cqc_locations.csv; do
    check "$file is another with another seed" sh -c "! cmp -s data1/$file data3/$file"
done
locale=C.UTF-8
for name in tr_TR.UTF-8 de_DE.UTF-8; do
    ! locale -a 2>/dev/null | grep -qix "$(echo $name | sed 's/UTF-8/utf8/')" || locale=$name
done
(
    LC_ALL=$locale LANG=$locale TZ=Pacific/Kiritimati CORDON_THREADS=3
    export LC_ALL LANG TZ CORDON_THREADS
    must synth --out data4 --workers 20000 --workplaces 900 --seed 7
) || fail "synth in another locale"
same data1 data4
for options in --wide --clean; do
    must synth --out data5 --workers 500 --workplaces 40 $options
    must synth --out data6 --workers 500 --workplaces 40 $options
    same data5 data6
    rm -r data5 data6
done

# made NAME: a workspace of its own with the same data; each in a folder of another length
made() {
    case=$1
    ws=$1
    must init "$ws"
    cp data1/*.csv "$ws/data/"
    must load --workspace "$ws"
    feeds "$ws"
}

# Which ledger a release comes from shows in its package: the root, the digests of files with that root,
# and the note of it. What is left must be the same wherever it is made.
# strip FOLDER: takes them out
strip() {
    find "$1" \( -name '*manifest-sha512.txt' -o -name bag-info.txt \) -delete
    find "$1" -name release.json -exec sed -i '/^ *"root": "[0-9a-f]*"$/d' {} +
}

# bare WORKSPACE: staging without them
bare() {
    rm -rf "$1/bare"
    cp -r "$1/staging" "$1/bare"
    strip "$1/bare"
    sed -i 's/"\(kept\|signedBytes\)":"[0-9a-f]*"//g' "$1"/bare/*.json
}

made first
bare first
check "the root is left out" sh -c "! grep -rq '\"root\"' first/bare"
sleep 1 # the clock goes on
for threads in 1 2 5; do
    CORDON_THREADS=$threads
    export CORDON_THREADS
    made "threads-$threads"
    bare "$ws"
    same first/bare "$ws/bare"
done
unset CORDON_THREADS
(
    LC_ALL=$locale LANG=$locale LANGUAGE=de TZ=Pacific/Kiritimati
    export LC_ALL LANG LANGUAGE TZ
    umask 077
    made a-workspace-in-another-place-with-a-longer-name
    bare "$ws"
    same first/bare "$ws/bare"
    [ "$failures" -eq 0 ]
) || failures=$((failures + 1))
(
    LC_ALL=POSIX TZ=America/Los_Angeles
    export LC_ALL TZ
    unset LANG HOME
    made w
    bare w
    same first/bare w/bare
    [ "$failures" -eq 0 ]
) || failures=$((failures + 1))

# Of two rows with one key the first is kept, so the data must be without faults here.
case="the order of rows"
must synth --out clean --workers 20000 --workplaces 900 --clean
for ws in sorted shuffled; do
    must init $ws
    for file in worker workplace cqc_locations; do
        [ $ws = sorted ] && backwards= || backwards=r
        { head -n 1 clean/$file.csv && tail -n +2 clean/$file.csv | LC_ALL=C sort -s$backwards; } \
            >$ws/data/$file.csv
    done
    must load --workspace $ws
    feeds $ws
    for release in "$ws"/staging/*/; do # without the digest of the data
        mv "$release" "$ws/$(basename "$release" | sed 's/-.*//')"
    done
done
for feed in london_adass borough_coverage icb_area; do
    same sorted/$feed/data/tables shuffled/$feed/data/tables
    same sorted/$feed/data/codes shuffled/$feed/data/codes
done

case="other data"
must init other
cp data3/*.csv other/data/
must load --workspace other
stage other "$root/scripts/london_adass.lua"
check "another release" [ ! -e "first/staging/$id" ]

# --- again ------------------------------------------------------------------------------------------
case="run again"
before=$(state first)
for script in london_adass borough_coverage icb_area; do
    in_ws first run "$root/scripts/$script.lua"
    exits 0 "^unchanged, already staged: $script-2026-08-[0-9a-f]*$"
done
[ "$(state first)" = "$before" ] || fail "something was changed"
case="loaded again"
cp first/data/snapshot.cdn snapshot
must load --workspace first
check "the same snapshot" cmp snapshot first/data/snapshot.cdn
in_ws first run "$root/scripts/london_adass.lua"
exits 0 "^unchanged, already staged: "
case="files that were touched only"
touch -d '2030-01-01' first/data/*.csv
in_ws first run "$root/scripts/london_adass.lua"
checks=$((checks + 1))
[ "$code" = 0 ] || [ "$code" = 3 ] || { fail "exit $code"; show; }

# --- signed and zipped: only signatures differ ---------------------------------------------------------
for ws in first threads-2; do
    case="deliver in $ws"
    id=$(ls $ws/staging | grep '^london_adass-.*[0-9a-f]$')
    keys $ws "Asha Example" "Bram Sample"
    must approve "$id" --as "Asha Example" --workspace $ws
    must approve "$id" --as "Bram Sample" --workspace $ws
    must deliver "$id" --workspace $ws
    unzip -q $ws/outbox/"$id".zip -d unzipped-$ws || fail "unzip"
    mv $ws/outbox/"$id" delivered-$ws
    check "the zip is the folder" diff -r delivered-$ws unzipped-$ws/"$id"
done
case="delivered"
rm -r delivered-*/signatures
strip delivered-first
strip delivered-threads-2
same delivered-first delivered-threads-2
case="the zip of a release"
zips=$(for ws in first threads-2; do unzip -Z -l $ws/outbox/*.zip | awk '!/p7s/ && /^-/ { print $1, $4, $7, $8, $9 }' | sha512sum; done | sort -u | wc -l)
check "the same names, sizes and times but for signatures" [ "$zips" = 1 ]

case="reports"
for words in "catalogue" "check $root/scripts/london_adass.lua" "explain $root/scripts/icb_area.lua"; do
    # shellcheck disable=SC2086
    must $words --workspace threads-1 --json
    cp out said1
    # shellcheck disable=SC2086
    CORDON_THREADS=5 LC_ALL=$locale must $words --workspace threads-5 --json
    check "$words" cmp said1 out
done

done_testing
