#!/bin/sh
# refusals.sh - what a script may not ask or do: refused at its line, in 5 seconds, leaving nothing.
#
# Each script stands here in full; the line that must be named is the one with
# the mark "--!". Then the command line's own mistakes, and the data owner's files.
# SPDX-License-Identifier: GPL-3.0-or-later
. "$(dirname "$0")/../support/cli.sh"

workspace ws
script=$work/asked.lua
limit=5

# refused_script NAME LINE REGEX COMMAND: $script is refused there, with that reason
refused_script() {
    case="$1 ($4)"
    in_ws ws "$4" "$script"
    exits 1 "^cordon: $script:$2: .*($3)"
    [ "$(state ws)" = "$before" ] || fail "it left something behind"
}

# refuse NAME REGEX: the script on standard input
refuse() {
    cat >"$script"
    line=$(grep -n -e '--!' "$script" | cut -d : -f 1)
    for command in check run; do
        refused_script "$1" "$line" "$2" $command
    done
}

# with NAME TEXT: an agreement of that name, the London one changed by a sed script
with() {
    sed -e "s/london-adass/$1/" -e "$2" "$root/policies/agreements/london-adass.lua" \
        >"ws/policies/agreements/$1.lua"
}

before=$(state ws)
cat >"$script" <<'LUA'
feed "x" {
  title = "X", agreement = "london-adass", where = dim "area" :within "London",
  table "t" { rows = { dim "area" :at "la" }, measures = { measure "filled_posts" } },
}
LUA
case="the script that all others are made of"
in_ws ws check "$script"
exits 0 "^ok: x$"
cp -r ws good
in_ws good run "$script"
exits 0 "^staged: x-"

# --- what the agreement does not give ----------------------------------------------------------------
refuse "a forbidden dimension" "does not allow dimension 'ethnicity'" <<'LUA'
feed "x" {
  title = "X", agreement = "london-adass", where = dim "area" :within "London",
  table "t" {
    rows = { dim "area" :at "la" },
    columns = { dim "ethnicity" :at "group" }, --!
    measures = { measure "filled_posts" } },
}
LUA
refuse "a forbidden dimension as a filter" "does not allow a filter on dimension 'ethnicity'" <<'LUA'
feed "x" {
  title = "X", agreement = "london-adass",
  where = dim "area" :within "London"
    & dim "ethnicity" :at "group" :is "White", --!
  table "t" { rows = { dim "area" :at "la" }, measures = { measure "filled_posts" } },
}
LUA
refuse "a forbidden field" "unknown field 'wrkglbid'" <<'LUA'
feed "x" {
  title = "X", agreement = "london-adass", where = dim "area" :within "London",
  providers "p" {
    fields = { "location_id",
               "wrkglbid" }, --!
  },
}
LUA
refuse "rows of workers" "unknown field 'worker_id' of worker" <<'LUA'
feed "x" {
  title = "X", agreement = "london-adass", where = dim "area" :within "London",
  list "w" { of = "worker",
             fields = { "worker_id" } }, --!
}
LUA
refuse "a field of the catalogue that is not granted" "does not allow field 'region'" <<'LUA'
feed "x" {
  title = "X", agreement = "london-adass", where = dim "area" :within "London",
  providers "p" {
    fields = {
      "name",
      "region", --!
    },
  },
}
LUA
refuse "a measure that is not granted" "allow measure 'mean_annual_pay_registered_manager'" <<'LUA'
feed "x" {
  title = "X", agreement = "icb-gloucestershire", where = dim "icb" :within "NHS Gloucestershire",
  table "t" {
    measures = {
      measure "filled_posts",
      measure "mean_annual_pay_registered_manager", --!
    },
  },
}
LUA
refuse "a measure that no filter reaches" "does not apply to measure 'providers'" <<'LUA'
feed "x" {
  title = "X", agreement = "london-adass",
  where = dim "area" :within "London", --!
  table "t" { measures = { measure "providers" } },
}
LUA
refuse "a measure that is not granted for rows" "does not allow in rows the measure" <<'LUA'
feed "x" {
  title = "X", agreement = "london-adass", where = dim "area" :within "London",
  providers "p" { fields = { "name" },
    measures = { measure "mean_annual_pay_registered_manager" }, --!
  },
}
LUA
refuse "provider rows where none are agreed" "does not allow rows of 'workplace'" <<'LUA'
feed "x" {
  title = "X", agreement = "icb-gloucestershire", where = dim "icb" :within "NHS Gloucestershire",
  providers "p" { fields = { "name" } }, --!
}
LUA
refuse "a finer level than agreed" "allows ethnicity down to group, not ethnicity" <<'LUA'
feed "x" {
  title = "X", agreement = "icb-gloucestershire", where = dim "icb" :within "NHS Gloucestershire",
  table "t" {
    rows = {
      dim "ethnicity" :at "ethnicity", --!
    },
    measures = { measure "filled_posts" },
  },
}
LUA
refuse "a finer level through a range of levels" "allows ethnicity down to group" <<'LUA'
feed "x" {
  title = "X", agreement = "icb-gloucestershire", where = dim "icb" :within "NHS Gloucestershire",
  table "t" {
    rows = { dim "ethnicity" :levels("group", "ethnicity") }, --!
    measures = { measure "filled_posts" } },
}
LUA
refuse "a finer level through a filter" "allows ethnicity down to group" <<'LUA'
feed "x" {
  title = "X", agreement = "icb-gloucestershire", where = dim "icb" :within "NHS Gloucestershire",
  table "t" {
    rows = { dim "service" :at "group" }, measures = { measure "filled_posts" },
    where = dim "ethnicity" :is "Irish", --!
  },
}
LUA
refuse "another region" "reaches outside the agreement london-adass" <<'LUA'
feed "x" {
  title = "X", agreement = "london-adass",
  where = dim "area" :within "South East", --!
  table "t" { rows = { dim "area" :at "la" }, measures = { measure "filled_posts" } },
}
LUA
refuse "another region beside the own" "reaches outside the agreement london-adass" <<'LUA'
feed "x" {
  title = "X", agreement = "london-adass",
  where = dim "area" :at "region" :is { "London", "South East" }, --!
  table "t" { rows = { dim "area" :at "la" }, measures = { measure "filled_posts" } },
}
LUA
refuse "all but the own region" "reaches outside the agreement london-adass" <<'LUA'
feed "x" {
  title = "X", agreement = "london-adass",
  where = dim "area" :at "region" :is_not "London", --!
  table "t" { rows = { dim "area" :at "la" }, measures = { measure "filled_posts" } },
}
LUA
refuse "a neighbour for one table" "outside the agreement|keeps nothing|no code" <<'LUA'
feed "x" {
  title = "X", agreement = "london-adass",
  table "t" {
    rows = { dim "area" :at "la" }, measures = { measure "filled_posts" },
    where = dim "area" :at "la" :is "Kent", --!
  },
}
LUA
refuse "England as a whole" "not limited to what the agreement london-adass covers" <<'LUA'
feed "x" {
  title = "X", agreement = "london-adass",
  table "t" { --!
    rows = { dim "area" :at "region" }, measures = { measure "filled_posts" } },
}
LUA
refuse "England as a total" "not limited to what the agreement london-adass covers" <<'LUA'
feed "x" {
  title = "X", agreement = "london-adass",
  table "t" { measures = { measure "filled_posts" } }, --!
}
LUA
refuse "England's workplaces" "not limited to what the agreement london-adass covers" <<'LUA'
feed "x" {
  title = "X", agreement = "london-adass",
  providers "p" { fields = { "name" } }, --!
}
LUA
refuse "two views of one classification" "icb|same classification" <<'LUA'
feed "x" {
  title = "X", agreement = "icb-gloucestershire", where = dim "icb" :within "NHS Gloucestershire",
  table "t" { rows = { dim "area" :at "la" },
    columns = { dim "icb" :at "icb" }, --!
    measures = { measure "filled_posts" } },
}
LUA
refuse "a dimension that does not reach the measure" "age_band" <<'LUA'
feed "x" {
  title = "X", agreement = "london-adass", where = dim "area" :within "London",
  table "t" { rows = { dim "age_band" }, --!
              measures = { measure "vacancy_rate" } },
}
LUA

# --- names that are nothing --------------------------------------------------------------------------
refuse "an unknown dimension" "unknown dimension 'aera'" <<'LUA'
local a = dim "area"
local b =
  dim "aera" --!
LUA
check "a suggestion" grep -q "hint: did you mean 'area'" err
refuse "an unknown level" "area has no level 'borough'" <<'LUA'
local b = dim "area" :at "borough" --!
LUA
refuse "an unknown code" "no code or label 'Lundon'" <<'LUA'
local b = dim "area"
   :within "Lundon" --!
LUA
refuse "an unknown measure" "unknown measure 'turnover_rat'" <<'LUA'

local m = measure "turnover_rat" --!
LUA
check "a suggestion" grep -q "hint: did you mean 'turnover_rate'" err
refuse "an unknown field" "unknown field 'nmae'" <<'LUA'
feed "x" {
  title = "X", agreement = "london-adass", where = dim "area" :within "London",
  providers "p" { fields = { "location_id",
    "nmae" } }, --!
}
LUA
refuse "an unknown agreement" "there is no agreement \"london-adas\"" <<'LUA'
feed "x" {
  title = "X",
  agreement = "london-adas", --!
  where = dim "area" :within "London",
  table "t" { rows = { dim "area" :at "la" }, measures = { measure "filled_posts" } },
}
LUA
refuse "an agreement's path" "agreement" <<'LUA'
feed "x" {
  title = "X",
  agreement = "../agreements/london-adass", --!
  where = dim "area" :within "London",
  table "t" { rows = { dim "area" :at "la" }, measures = { measure "filled_posts" } },
}
LUA
refuse "an unknown word" "unknown name 'tabel'" <<'LUA'
feed "x" {
  title = "X", agreement = "london-adass", where = dim "area" :within "London",
  tabel "t" { measures = { measure "filled_posts" } }, --!
}
LUA
refuse "a mistake of syntax" "expected" <<'LUA'
feed "x" {
  title = "X" agreement = "london-adass", --!
}
LUA

# --- a period that is not loaded: the plan holds, the data do not answer it ----------------------------
cat >"$script" <<'LUA'
feed "x" {
  title = "X", agreement = "london-adass", where = dim "area" :within "London",
  period = month "2026-07",
  table "t" { rows = { dim "area" :at "la" }, measures = { measure "filled_posts" } },
}
LUA
for command in check explain run; do
    refused_script "a period that is not loaded" 3 "asks for 2026-07, the loaded data is as at 2026-08" \
        $command
done

# --- agreements ----------------------------------------------------------------------------------------
with expired 's/to = "2027-12-31"/to = "2026-01-31"/'
with future 's/from = "2026-01-01"/from = "2027-12-01"/'
with coarse 's/\(area *= \)"la"/\1"region"/; s/\(job_role *= \)"role"/\1"group"/'
with small 's/max_cells *= 500000/max_cells = 100/'
before=$(state ws)
refuse "an agreement that ran out" "the agreement expired ended on 2026-01-31" <<'LUA'
feed "x" {
  title = "X",
  agreement = "expired", --!
  where = dim "area" :within "London",
  table "t" { rows = { dim "area" :at "la" }, measures = { measure "filled_posts" } },
}
LUA
refuse "an agreement that has not begun" "the agreement future starts only on 2027-12-01" <<'LUA'
feed "x" {
  title = "X", where = dim "area" :within "London",
  agreement = "future", --!
  table "t" { rows = { dim "area" :at "la" }, measures = { measure "filled_posts" } },
}
LUA
refuse "a borough where regions are agreed" "allows area down to region, not la" <<'LUA'
feed "x" {
  title = "X", agreement = "coarse", where = dim "area" :within "London",
  table "t" { columns = { dim "job_role" :at "group" },
    rows = { dim "area" :at "la" }, --!
    measures = { measure "filled_posts" } },
}
LUA
refuse "one borough as a filter where regions are agreed" "allows area down to region, not la" <<'LUA'
feed "x" {
  title = "X", agreement = "coarse",
  where = dim "area" :at "la" :is "Camden", --!
  table "t" { measures = { measure "filled_posts" } },
}
LUA
refuse "another view of a dimension that is agreed more coarsely" "allow.* 'icb'" <<'LUA'
feed "x" {
  title = "X", agreement = "coarse", where = dim "area" :within "London",
  table "t" { rows = { dim "icb" :at "icb" }, --!
              measures = { measure "filled_posts" } },
}
LUA
refuse "more cells than agreed" "more than the 100 cells" <<'LUA'
feed "x" {
  title = "X", agreement = "small", where = dim "area" :within "London",
  table "t" { --!
    rows = { dim "area" :at "la" }, columns = { dim "service" },
    measures = { measure "filled_posts" } },
}
LUA

# --- scripts that would do more than ask -----------------------------------------------------------------
refuse "it loops for ever" "stopped" <<'LUA'
local a = 1
while true do a = a + 1 end --!
LUA
refuse "it loops in an iterator" "stopped|no access" <<'LUA'
local a = 1
for _ in function() return 1 end do a = a + 1 end --!
LUA
refuse "it calls itself for ever" "stack overflow|stopped|deep" <<'LUA'
local f
f = function(n) return 1 + f(n + 1) end --!
local x = f(1)
LUA
refuse "it goes back for ever" "stopped" <<'LUA'
::again::
goto again --!
LUA
refuse "it allocates without end" "memory|stopped|MiB" <<'LUA'
local t = {}
for i = 1, 1e12 do t[i] = { i, i, i, i } end --!
LUA
refuse "it doubles a text" "memory|longer|MiB" <<'LUA'
local s = "xxxxxxxxxxxxxxxx"
while true do s = s .. s end --!
LUA
refuse "it repeats a text" "memory|longer|MiB" <<'LUA'
local a
a = ("x"):rep(1 << 40) --!
LUA
for word in io os debug package coroutine load loadstring loadfile dofile require pcall xpcall \
    setmetatable getmetatable rawset rawget rawequal rawlen collectgarbage print _G utf8; do
    refuse "it tries $word" "no access to '$word'|unknown name '$word'" <<LUA
local a = 1
local b = $word --!
LUA
done
refuse "it opens a file" "no access to 'io'" <<'LUA'
local a = 1
local f = io.open("data/worker.csv") --!
LUA
refuse "it runs a program" "no access to 'os'" <<'LUA'
local a = 1
os.execute("touch hacked") --!
LUA
refuse "it dumps a function" "dump" <<'LUA'
local a = 1
local s = string.dump(function() end) --!
LUA
refuse "it changes all texts" "no access to 'getmetatable'" <<'LUA'
local a = 1
getmetatable("").__index = function() return dim end --!
LUA
refuse "it hides a metatable in a table" "no access to 'setmetatable'" <<'LUA'
local a = 1
local t = setmetatable({}, { __index = function(_, k) return k end }) --!
LUA
refuse "it replaces a word" "cannot be changed" <<'LUA'
local a = 1
dim = function() return a end --!
LUA
refuse "it writes a global" "unknown name 'b'" <<'LUA'
local a = 1
b = 2 --!
LUA
refuse "it leaves its environment" "" <<'LUA'
local a = 1
local _ENV = { }; io.open("x") --!
LUA
check "nothing was run" [ ! -e hacked ]

for command in check run; do
    printf '\033LuaT\000\031\223\r\n\032\n' >"$script"
    refused_script "compiled Lua" 1 "compiled Lua" $command
    printf 'local a = 1\nlocal b = "\000"\n' >"$script"
    refused_script "a NUL byte" 2 "NUL" $command
    : >"$script"
    refused_script "an empty script" 1 "no feed" $command
    printf -- '-- nothing\n' >"$script"
    refused_script "a script without a feed" 1 "no feed" $command
done

# --- names on the command line ------------------------------------------------------------------------------
case="a script that is not there"
in_ws ws run nosuch.lua
exits 3 "nosuch.lua"
in_ws ws run scripts
exits 3
case="the command line"
usage() {
    run "$@"
    exits 2 "hint: .cordon help"
}
usage nosuch
usage run
usage check
usage explain
usage init
usage demo
usage approve
usage deliver
usage verify
usage key
usage ledger
usage synth
usage run a.lua --nosuch
usage run a.lua --nosuch x
usage run a.lua --workspace
usage run a.lua b.lua c.lua d.lua
usage run a.lua extra --workspace ws
usage load data extra --workspace ws
usage catalogue extra --workspace ws
usage verify package
usage approve x-2026-08-000000000000
usage key nobody --organisation x --workspace ws
usage key root --workspace ws
usage key root --organisation x --no-passphrase --passphrase-file x --workspace ws
usage reject x-2026-08-000000000000 --as "Asha Example" --workspace ws
usage reject x-2026-08-000000000000 --reason x --workspace ws
usage void x-2026-08-000000000000 --reason x --workspace ws
usage key approver --organisation x --workspace ws
usage ledger nosuch --workspace ws
usage synth --out x --workers many
usage synth --out x --workers -1
usage synth --out x --workers 99999999999999999999999
usage synth --out x --workers ''
usage synth --out x --seed 0x10
usage run x --out y --workspace ws
usage run x --as "Asha Example"
usage verify package --trust ws/trust --trus ws/trust
usage init x --json=yes
check "nothing was made" [ ! -e x ]
run
check "no command: exit 2" [ "$code" = 2 ]
for id in '../ws' 'a/b' 'A' '' '.' '..'; do
    case="release id '$id'"
    in_ws ws deliver "$id"
    exits 2
    in_ws ws approve "$id" --as "Asha Example"
    exits 2
done

case="not a workspace"
mkdir empty
for words in "load" "catalogue" "check $root/scripts/london_adass.lua" \
    "run $root/scripts/london_adass.lua" "explain $root/scripts/london_adass.lua" \
    "deliver x-2026-08-000000000000" "approve x-2026-08-000000000000 --as Asha" "ledger list" \
    "ledger verify" "key root --no-passphrase --organisation X" "review" \
    "reject x-2026-08-000000000000 --as Asha --reason x" \
    "void x-2026-08-000000000000 --as Asha --reason x"; do
    # shellcheck disable=SC2086
    in_ws empty $words
    exits 3 "not a workspace"
    # shellcheck disable=SC2086
    in_ws nosuch $words
    exits 3 "not a workspace"
done
check "nothing was made" [ -z "$(find empty -mindepth 1)" ]

case="init"
run init ws
exits 1 "not empty"
printf x >file
run init file
checks=$((checks + 1))
[ "$code" -ge 1 ] || fail "a file became a workspace"
run init file/below
[ "$code" -ge 1 ] || fail "a workspace below a file"

# --- the data owner's files --------------------------------------------------------------------------------------
feed_of() {
    cat >"$script" <<LUA
feed "x" {
  title = "X", agreement = "$1", where = dim "area" :within "London",
  table "t" { rows = { dim "area" :at "la" }, measures = { measure "filled_posts" } },
}
LUA
}
# bad NAME FILE LINE REGEX: `check` and `run` name that place
bad() {
    for command in check run; do
        case="$1 ($command)"
        in_ws ws $command "$script"
        exits 3 "^cordon: ws/policies/$2:$3: .*($4)"
        [ "$(state ws)" = "$before" ] || fail "it left something behind"
    done
}
# line_of REGEX FILE
line_of() { grep -n -e "$1" "$2" | head -n 1 | cut -d : -f 1; }

agreements=ws/policies/agreements
agreement=$agreements/bad.lua
feed_of bad
with bad 's/"worker.worker_id"/"worker.nosuch"/'
before=$(state ws)
bad "an agreement that forbids an unknown column" agreements/bad.lua \
    "$(line_of nosuch $agreement)" "nosuch"
with bad 's|"worker.worker_id"|"worker.age", &|'
bad "an agreement that gives a dimension it forbids" agreements/bad.lua \
    "$(line_of '  age_55 ' $agreement)" "forbidden column"
with bad 's|"worker.worker_id"|"worker.hourly_rate", &|'
bad "an agreement that gives a measure it forbids" agreements/bad.lua \
    "$(line_of '"mean_hourly_pay_care_worker", ' $agreement)" "forbidden column"
with bad 's|"worker.worker_id"|"workplace.name", &|'
bad "an agreement that gives a field it forbids" agreements/bad.lua \
    "$(line_of '"location_id", "name"' $agreement)" "forbidden column"
with bad 's/\(gender *= \)"gender"/\1"gendre"/'
bad "an agreement with an unknown level" agreements/bad.lua "$(line_of gendre $agreement)" "gendre"
with bad 's/"leavers",/"leaver",/'
bad "an agreement with an unknown measure" agreements/bad.lua "$(line_of '"leaver"' $agreement)" \
    "leaver"
with bad 's/^  valid  .*/  valid = { from = "2026-02-31", to = "2027-12-31" },/'
bad "an agreement with an impossible date" agreements/bad.lua "$(line_of 2026-02-31 $agreement)" ""
with bad 's/^  approvals = 2,/  approvals = 1,/'
bad "an agreement with one approval" agreements/bad.lua "$(line_of '  approvals = 1' $agreement)" \
    "approval"
with bad 's/^  purpose .*//'
bad "an agreement without a purpose" agreements/bad.lua "[0-9]+" "purpose"
with bad 's/^  legal_basis .*/  legal_basis = os.getenv("HOME"),/'
bad "an agreement that looks around" agreements/bad.lua "$(line_of getenv $agreement)" \
    "no access to 'os'"
with bad 's/^  legal_basis .*/  legal_basis = (function() while true do end end)(),/'
bad "an agreement without end" agreements/bad.lua "$(line_of 'while true' $agreement)" "stopped"
printf 'agreement "bad" {\n  title = \n}\n' >$agreement
bad "an agreement of bad syntax" agreements/bad.lua 3 ""
cp "$root/policies/agreements/london-adass.lua" $agreement
bad "an agreement with another's id" agreements/bad.lua \
    "$(line_of '^agreement' $agreement)" "another id"
with bad 's/policy *= "standard"/policy = "nosuch"/'
for command in check run; do
    case="an agreement with no policy ($command)"
    in_ws ws $command "$script"
    exits 3 "nosuch"
done

with bad 's/policy *= "standard"/policy = "other"/'
policy=ws/policies/protection/other.lua
policy_with() { sed -e 's/policy "standard"/policy "other"/' -e "$1" \
    "$root/policies/protection/standard.lua" >$policy; }
policy_with 's/^    workers = fewer_than(10)/    workers = 10/'
bad "a policy without a comparison" protection/other.lua "$(line_of ' workers = 10' $policy)" \
    "must be a threshold"
policy_with '/^  p_percent/d'
bad "a policy without a rule" protection/other.lua "[0-9]+" "p_percent"
policy_with 's/^  zeros .*/  zeros = "sefa",/'
bad "a policy with an unknown word" protection/other.lua "$(line_of sefa $policy)" ""
policy_with 's/^  cost .*/  cost = "workers", extra = 1,/'
bad "a policy with one word too many" protection/other.lua "$(line_of extra $policy)" "extra"
policy_with ''
for command in check run; do
    case="the sound policy under another name ($command)"
    in_ws good $command "$script" # has no agreement "bad"
    exits 1 "there is no agreement"
done
in_ws ws check "$script"
exits 0 "^ok: x"

case="the catalogue"
cp -r ws cat
catalogue=cat/policies/catalogue/ascwds.lua
feed_of london-adass
catalogue_with() {
    sed "$1" "$root/policies/catalogue/ascwds.lua" >$catalogue
    at=$(line_of "$2" $catalogue)
    for words in "catalogue" "check $script" "run $script" "load"; do
        # shellcheck disable=SC2086
        in_ws cat $words
        exits 3 "^cordon: cat/policies/catalogue/ascwds.lua:$at: .*$3"
    done
}
catalogue_with 's/list = "yes_no" }/list = "yes_on" }/' yes_on "yes_on"
catalogue_with 's/of = worker, mean = worker.days_sick/of = worker, mean = worker.day_sick/' \
    'worker.day_sick' "day_sick"
catalogue_with 's/^local area = dimension "area" {/& os.exit(),/' 'os.exit' "no access to 'os'"
cp "$root/policies/catalogue/ascwds.lua" $catalogue
cp "$root/policies/catalogue/ascwds.lua" cat/policies/catalogue/second.lua
in_ws cat catalogue
exits 3 "expected one catalogue"
rm cat/policies/catalogue/*.lua
in_ws cat catalogue
exits 3 "expected one catalogue"
cp "$root/policies/catalogue/ascwds.lua" $catalogue
printf 'code,label\n1,Yes\n1,No\n' >cat/policies/catalogue/codes/yes_no.csv
in_ws cat catalogue
exits 3 "yes_no.csv:3"
rm cat/policies/catalogue/codes/yes_no.csv
in_ws cat catalogue
exits 3 "yes_no"

done_testing
