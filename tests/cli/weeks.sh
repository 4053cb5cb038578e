#!/bin/sh
# weeks.sh - six weeks of releases to two partners, and an attacker who keeps them all.
#
# One partner takes three feeds every week, one of them with rows of workplaces
# that agreed to be shown, another one whose area lies inside the first one's a
# fourth; from week 3 on one feed asks for more detail. Workplaces open and
# close, agree to be shown or do not any more, move, and change hands. What is
# published is not rounded, so that the attacker computes with true numbers. The
# program finds nothing to be computed; the same program with its memory cut out
# gives away hundreds of secrets. SEED makes other data.
# SPDX-License-Identifier: GPL-3.0-or-later
. "$(dirname "$0")/../support/cli.sh"

weeks="0 1 2 3 4 5"
export PYTHONDONTWRITEBYTECODE=1
program=$cordon
forgetful=${BUILD:-$root/build}/cordon-without-history

# --- agreements, policy, scripts ------------------------------------------------------------------------

# partners WORKSPACE
partners() {
    to=$1/policies
    sed -e 's/^policy "standard"/policy "exact"/' -e 's/\(count\|sum\)_base  *= 5/\1_base = 1/' \
        "$to/protection/standard.lua" >"$to/protection/exact.lua"
    sed -e 's/policy  *= "standard"/policy = "exact"/' \
        -e 's/^agreement "[a-z-]*"/agreement "boroughs"/' \
        -e 's/^\( *measures = {\) "vacancy_rate", "turnover_rate"/\1 "filled_posts", "vacancy_rate"/' \
        "$to/agreements/london-adass.lua" >"$to/agreements/boroughs.lua"
    sed -e 's/policy  *= "standard"/policy = "exact"/' \
        -e 's/^agreement "[a-z-]*"/agreement "north-east"/' \
        -e 's/NHS Gloucestershire"/NHS North East London"/' \
        "$to/agreements/icb-gloucestershire.lua" >"$to/agreements/north-east.lua"
}

# script WORKSPACE NAME AGREEMENT WHERE TABLE...
script() {
    script_file=$1/scripts/$2.lua
    {
        echo "feed \"$2\" { title = \"$2\", agreement = \"$3\", where = $4,"
        shift 4
        printf '%s,\n' "$@"
        echo "}"
    } >"$script_file"
}

# scripts WORKSPACE WEEK
scripts() {
    posts='measure "filled_posts"'
    group='dim "service" :at "group"'
    detail='dim "service" :levels("group", "service")'
    role='dim "job_role" :at "group"'
    borough='dim "area" :at "la"'
    london='dim "area" :within "London"'
    kinds=$group
    [ "$2" -lt 3 ] || kinds=$detail
    script "$1" services boroughs "$london" \
        "table \"services\" { rows = { $group },
            measures = { $posts, measure \"vacancies\", measure \"vacancy_rate\" } }" \
        "table \"boroughs\" { rows = { $borough }, columns = { $role }, measures = { $posts } }"
    script "$1" roles boroughs "$london" \
        "table \"roles\" { rows = { $role }, measures = { $posts, measure \"zero_hours_share\" } }" \
        "providers \"rows\" { fields = { \"location_id\", \"name\" },
            measures = { $posts, measure \"vacancy_rate\", measure \"zero_hours_share\" } }"
    script "$1" people boroughs "$london" \
        "table \"kinds\" { rows = { $kinds }, columns = { $role }, measures = { $posts } }" \
        "table \"people\" { rows = { dim \"age_band\" }, columns = { dim \"gender\" },
            measures = { $posts } }"
    script "$1" board north-east 'dim "icb" :within "NHS North East London"' \
        "table \"services\" { rows = { $detail }, measures = { $posts, measure \"vacancies\" } }" \
        "table \"roles\" { rows = { $group }, columns = { $role }, measures = { $posts } }" \
        "table \"boroughs\" { rows = { $borough }, columns = { $role }, measures = { $posts } }"
}

# release WORKSPACE WEEK NAME: to the outbox; what the forgetful program makes is read where it is
# staged, because the ledger remembers even for it
release() {
    stage "$1" "$1/scripts/$3.lua"
    in=staging
    if [ "$cordon" = "$program" ]; then
        in=outbox
        must approve "$id" --as "Asha Example" --workspace "$1"
        must approve "$id" --as "Bram Sample" --workspace "$1"
        must deliver "$id" --workspace "$1"
    fi
    echo "--release $2=$1/$in/$id" >>"$1.packages"
}

# six_weeks WORKSPACE: the partners take turns at being first
six_weeks() {
    must init "$1"
    keys "$1" "Asha Example" "Bram Sample"
    partners "$1"
    for w in $weeks; do
        must load "data$w" --workspace "$1"
        scripts "$1" "$w"
        feeds="services roles people board"
        [ $((w % 2)) = 0 ] || feeds="board people services roles"
        for feed in $feeds; do
            release "$1" "$w" "$feed"
        done
    done
}

# attack WORKSPACE ARG...: with all packages; the report is in $work/WORKSPACE.report
attack() {
    attack_on=$1
    shift
    # shellcheck disable=SC2046
    /usr/bin/python3 "$root/tests/oracle/weeks.py" --codes "$root/policies/catalogue/codes" \
        $(for w in $weeks; do echo "--data data$w"; done) $(cat "$attack_on.packages") "$@" \
        >"$work/$attack_on.report" 2>&1
}

# published REPORT: "WEEK FEED PUBLISHED", sorted
published() {
    sed -n 's/^\([a-z]*\) of week \([0-9]\): \([0-9]*\) of .*/\2 \1 \3/p' "$1" | LC_ALL=C sort
}

for w in $weeks; do
    must synth --out "data$w" --workers 12000 --workplaces 300 --clean --seed "${SEED:-1}" --week "$w"
    /usr/bin/python3 "$root/tests/oracle/unrest.py" "data$w" "$w"
done

# --- with the memory cut out ----------------------------------------------------------------------------
case="without history"
cordon=$forgetful
six_weeks without
attack without --least 500 & # takes some seconds, while the other half runs
attacking=$!

# --- as it is ------------------------------------------------------------------------------------------
case="with history"
cordon=$program
six_weeks with
check "the attacker finds nothing" attack with --most 0
check "nor is a number computed" grep -q " 0 found (nothing), 0 values computed" with.report

case="without history"
check "the attacker computes true figures" wait "$attacking"
for kind in withheld change group row-change row-group rest; do
    check "it finds $kind" grep -q "[ (][0-9]* $kind[,)]" without.report
done

case="what is left"
published without.report >before
published with.report >after
check "the same packages were made" [ "$(cut -d' ' -f1,2 before)" = "$(cut -d' ' -f1,2 after)" ]
check "24 of them" [ "$(wc -l <after)" = 24 ]
for w in $weeks; do
    # of the figures that the forgetful program publishes, which gives every change away
    check "a fifth of week $w at least" [ "$(awk -v w="$w" '$1 == w { n += $3 } END { print n }' \
        after)" -ge "$(awk -v w="$w" '$1 == w { n += $3 } END { print int(n / 5) }' before)" ]
done

case="who is to blame"
in_ws with check with/scripts/roles.lua
exits 0 "rows +[0-9]+ withheld because of roles-2026-[0-9a-f-]+\$"
in_ws with run with/scripts/services.lua
exits 0 "^unchanged, already delivered: services-2026-"
done_testing
