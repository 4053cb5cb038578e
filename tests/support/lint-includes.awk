# lint-includes.awk - floors of the rooms, and which file may include which library.
# SPDX-License-Identifier: GPL-3.0-or-later

function breach(what)
{
    print FILENAME ":" FNR ": " what
}

function room_of(path, parts)
{
    return split(path, parts, "/") > 2 && parts[1] == "lib" ? parts[2] : ""
}

BEGIN {
    split("core 0 io 1 json 1 lp 1 stat 1 seal 1 catalogue 2 policy 2 plan 2 synth 2 read 3 cells 4 " \
          "rule 5 protect 6 attack 6 perturb 6 ledger 7 release 8 export 9 jail 9 outside 9 review 10 " \
          "desk 11", words, " ")
    for (i = 1; i in words; i += 2)
        floor[words[i]] = words[i + 1] + 0

    # Neighbours on one floor do not know each other, but for these.
    allowed["outside jail"] = 1
    allowed["plan policy"] = allowed["plan catalogue"] = allowed["policy catalogue"] = 1

    # header pattern -> files that may include it
    only["^csv\\.h$"] = "^lib/io/csv\\.c$"
    only["^jansson"] = "^lib/json/"
    only["^openssl/"] = "^lib/seal/"
    only["^sqlite3"] = "^lib/ledger/"
    only["^archive"] = "^lib/export/"
    only["^gsl/"] = "^lib/stat/"
    only["^glpk"] = "^lib/(attack|lp)/"
    only["^libpq"] = "^lib/read/"
    only["^(seccomp|linux/seccomp|(lua5\\.4/)?(lua|lauxlib|lualib|luaconf))\\.h$"] = \
        "^bin/(cordon-script\\.c|script/)"
}

/^[ \t]*#[ \t]*include[ \t]*[<"]/ {
    header = $0
    sub(/^[^<"]*[<"]/, "", header)
    sub(/[>"].*/, "", header)

    for (pattern in only) {
        if (header ~ pattern && FILENAME !~ only[pattern])
            breach("library header " header " is not for this file")
    }
    split(header, part, "/")
    to = header ~ /\// && part[1] in floor ? part[1] : ""
    from = room_of(FILENAME)

    if (FILENAME ~ /^bin\/(cordon-script\.c|script\/)/ && (to != "" && to != "core"))
        breach("the script helper holds nothing of room " to)
    if (FILENAME ~ /^include\// && to != "")
        breach("a public header includes a header of room " to)
    if (from == "")
        next
    if (!(from in floor)) {
        breach("room " from " has no floor")
        next
    }
    if (header ~ /\.\./)
        breach("include path climbs: " header)
    if (to == "" || to == from)
        next
    if (floor[to] > floor[from])
        breach("room " from " includes " to " from a higher floor")
    else if (floor[to] == floor[from] && !((from " " to) in allowed))
        breach("room " from " includes its neighbour " to)
    else if (from == "synth" && to != "core" && to != "io")
        breach("room synth includes " to)
    if (from == "review" && to ~ /^(cells|protect|perturb|attack|read)$/)
        breach("room review includes " to ": the page is made from what is cleared")
    if (from == "export" && to ~ /^(cells|rule|protect|perturb|read)$/)
        breach("room export includes " to ": only a cleared release may leave")
}
