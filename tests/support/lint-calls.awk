# lint-calls.awk - banned functions; the heap only through core/alloc.h, time through core/clock.h.
#
# Comments, strings and character constants are blanked before looking.
# SPDX-License-Identifier: GPL-3.0-or-later

function strip(line, out, i, two, c)
{
    out = ""
    for (i = 1; i <= length(line); i++) {
        two = substr(line, i, 2)
        c = substr(line, i, 1)
        if (in_comment) {
            if (two == "*/") {
                in_comment = 0
                i++
            }
        } else if (quote != "") {
            if (c == "\\")
                i++
            else if (c == quote)
                quote = ""
        } else if (two == "/*") {
            in_comment = 1
            i++
        } else if (two == "//") {
            break
        } else if (c == "\"" || c == "'") {
            quote = c
        } else {
            out = out c
        }
    }
    quote = ""
    return out
}

function look(code, names, what, found)
{
    code = " " code
    while (match(code, "[^A-Za-z0-9_.>](" names ")[ \t]*\\(")) {
        found = substr(code, RSTART + 1, RLENGTH - 1)
        sub(/[ \t]*\($/, "", found)
        print FILENAME ":" FNR ": " what " " found
        code = " " substr(code, RSTART + RLENGTH)
    }
}

FNR == 1 { in_comment = 0 }

{
    code = strip($0)
    look(code, "strcpy|strcat|sprintf|vsprintf|gets|strtok|atoi|atol|alloca|system|popen", \
         "banned function")
    # Time has one door; how long a child runs is no time of day.
    if (FILENAME != "lib/core/clock.c" && FILENAME != "lib/io/child.c")
        look(code, "time|clock_gettime|gettimeofday|X509_gmtime_adj|X509_cmp_current_time", \
             "clock outside core/clock.c:")
    # The helper has no heap door of ours: Lua asks for memory through its own.
    if (FILENAME != "lib/core/alloc.c" && FILENAME !~ /^bin\/(cordon-script\.c|script\/)/)
        look(code, "malloc|calloc|realloc|reallocarray|free|strdup|strndup|asprintf|vasprintf", \
             "heap function outside core/alloc.c:")
}
