#!/bin/sh
# jail.sh - every hostile or mistaken script ends of its own accord, with its line and no plan.
#
# Drives the helper as its parent does: text on 0, names on 3, answer on 4.
# SPDX-License-Identifier: GPL-3.0-or-later
set -u
here=$(cd "$(dirname "$0")" && pwd)
helper=${BUILD:-build}/cordon-script
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failures=0

complain()
{
    echo "jail: $*"
    failures=$((failures + 1))
}

# run FILE [KIND]: the answer in $answer, the exit code in $code
run()
{
    timeout -s KILL 60 "$helper" "${2:-script}" chunk <"$1" 3<"$here/jail/names.json" \
        4>"$work/answer" 2>"$work/stderr"
    code=$?
    answer=$(cat "$work/answer")
}

# check NAME FILE REGEX [KIND]: refused as "LINE: MESSAGE [HINT]"
check()
{
    run "$2" "${4:-script}"
    text=$(printf '%s' "$answer" | sed -n \
        's/^{"error":{"hint":"\(.*\)","line":\([0-9]*\),"message":"\(.*\)"}}$/\2: \3 [\1]/p')
    case $code in
    1 | 2) ;;
    *) complain "$1: exit $code" ;;
    esac
    case $answer in
    *'"ok"'*) complain "$1: it made a plan" ;;
    esac
    printf '%s\n' "$text" | grep -Eq "^$3" || complain "$1: said '$answer', wanted '$3'"
}

# --- the list of attacks ---
awk -v out="$work" '
    /^== /      { name = $2; file = out "/" name ".lua"; printf "" >file; next }
    name == ""  { next }
    /^expect: / && !(name in seen) { seen[name] = 1; print name "\t" substr($0, 9) >(out "/list"); next }
                { print >file }' "$here/jail/attacks.txt"
count=0
while IFS='	' read -r name regex; do
    check "$name" "$work/$name.lua" "$regex"
    count=$((count + 1))
done <"$work/list"
[ "$count" -ge 100 ] || complain "only $count attacks were found"

# --- texts that are made here ---
repeat()
{
    awk -v text="$1" -v times="$2" 'BEGIN { for (i = 0; i < times; i++) printf "%s", text }'
}
: >"$work/made"
check empty "$work/made" '1: the script makes no feed'
{ printf 'local t = '; repeat '{' 5000; repeat '}' 5000; } >"$work/made"
check nested_tables "$work/made" '0: the text is nested too deeply'
{ printf 'local t = '; repeat '(' 5000; printf 1; repeat ')' 5000; } >"$work/made"
check nested_parentheses "$work/made" '0: the text is nested too deeply'
repeat 'do ' 5000 >"$work/made"
check nested_blocks "$work/made" '0: the text is nested too deeply'
{ printf 'local t = '; repeat '-' 1; repeat ' -' 5000; echo 1; } >"$work/made"
check nested_signs "$work/made" '0: the text is nested too deeply'
{ printf 'local t = '; repeat '"a"..' 5000; echo '"b"'; } >"$work/made"
check many_joins "$work/made" '0: the text is nested too deeply'
{ repeat 'local a = 1 ' 300; } >"$work/made"
check many_locals "$work/made" '1: too many local variables'
{ printf 'local f f = function() return f end\nlocal t = { '; repeat 'f(),' 60000; echo '}'; } >"$work/made"
check large_constructor "$work/made" '1: the script makes no feed'
{ echo 'local a = 1'; printf 'local b = "\000"\n'; } >"$work/made"
check nul_byte "$work/made" '2: a NUL byte'
printf '\033LuaT\000\031\223\r\n\032\n' >"$work/made"
check compiled "$work/made" '1: this is compiled Lua'
printf '\033LuaT\000\031\223\r\n\032\n' >"$work/made"
check compiled_catalogue "$work/made" '1: this is compiled Lua' catalogue
printf '\nlocal s = "\377\376"\nlocal m = measure(s)\n' >"$work/made"
check not_utf8_name "$work/made" '3: unknown measure'
printf 'feed "x" {\n title = "\377\376",\n}\n' >"$work/made"
check not_utf8_title "$work/made" '2: title of feed .* not UTF-8'
printf 'feed "x" {\n title = "a\\nb",\n}\n' >"$work/made"
check control_in_title "$work/made" '2: title of feed .* control character'
repeat '-- a comment that goes on and on
' 10000 >"$work/made"
check too_large "$work/made" '0: the text is larger than 256 KiB'
printf '#!/usr/bin/lua\nlocal a = 1\n' >"$work/made"
check shebang "$work/made" "1: unexpected symbol"
for kind in catalogue policy agreement; do
    printf 'local a = 1\nwhile true do end\n' >"$work/made"
    check "loop_$kind" "$work/made" '2: stopped: more than 20?,000,000 steps' "$kind"
    printf 'local a = 1\nos.exit(0)\n' >"$work/made"
    check "os_$kind" "$work/made" "2: .* have no access to 'os'" "$kind"
    printf 'local a = 1\nlocal b = nosuchthing\n' >"$work/made"
    check "unknown_$kind" "$work/made" "2: unknown name 'nosuchthing'" "$kind"
done

# --- the same text gives the same answer, bytes and all ---
run "$here/jail/good.lua"
[ "$code" = 0 ] || complain "the good script: exit $code, $answer"
first=$answer
case $first in
'{"ok":{"feed":{"agreement":"london-adass",'*) ;;
*) complain "the good script: no plan" ;;
esac
for _ in 1 2 3; do
    run "$here/jail/good.lua"
    [ "$answer" = "$first" ] || complain "the good script: a different plan"
done
cat >"$work/order.lua" <<'EOF'
local t, out = {}, ""
for i = 1, 300 do t["k" .. i * 7919 % 1000] = i end
for k, v in pairs(t) do out = out .. k .. "=" .. v .. " " end
local sorted = {}
for i = 1, 300 do sorted[i] = { i % 3, i } end
table.sort(sorted, function(a, b) return a[1] < b[1] end)
for i = 1, 300 do out = out .. sorted[i][2] .. " " end
error(out:sub(1, 200) .. #out .. out:sub(-200))
EOF
for name in order string_double table_grow sort_liar; do
    [ -f "$work/$name.lua" ] || continue
    run "$work/$name.lua"
    first=$answer
    for _ in 1 2; do
        run "$work/$name.lua"
        [ "$answer" = "$first" ] || complain "$name: '$first', then '$answer'"
    done
done

# --- without names (they are optional) a script is still read ---
timeout -s KILL 60 "$helper" script chunk <"$here/jail/good.lua" 3</dev/null 4>"$work/answer"
grep -q '"codes":\["London"\]' "$work/answer" || complain "without names: $(cat "$work/answer")"

[ "$failures" -eq 0 ] && echo "jail: $count attacks and the rest ended as they must"
[ "$failures" -eq 0 ]
