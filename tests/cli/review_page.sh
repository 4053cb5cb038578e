#!/bin/sh
# review_page.sh - the review page: beside the package and never in it, recorded, the same each time,
# compared with the release before, kept when the package leaves.
# SPDX-License-Identifier: GPL-3.0-or-later
. "$(dirname "$0")/../support/cli.sh"

script=$root/scripts/london_adass.lua

# deliver: the release $id, with two approvals
deliver() {
    for name in "Asha Example" "Carys Specimen"; do
        must approve "$id" --as "$name" --workspace ws
    done
    must deliver "$id" --workspace ws
}

# of_ledger KIND: the page's digest in each such entry about $id
of_ledger() {
    sqlite3 ws/ledger/ledger.sqlite "SELECT json_extract(payload, '\$.reviewPage') FROM entries
        WHERE kind = '$1' AND release_id = '$id' ORDER BY sequence"
}

digest() {
    sha256sum "$1" | cut -d ' ' -f 1
}

# says TEXT: the page does
says() {
    check "the page says: $1" grep -qF -e "$1" "$page"
}

case="first"
workspace ws 3000 200
keys ws "Asha Example" "Carys Specimen"
stage ws "$script"
first=$id
page=ws/staging/$id.review.html
check "the page is there" [ -s "$page" ]
check "nothing of it is in the package" [ -z "$(find "ws/staging/$id" -name '*.html')" ]
check "no file of the package speaks of it" sh -c "! grep -rq review.html 'ws/staging/$id'"
check "nothing temporary is left" [ "$(find ws/staging -maxdepth 1 | wc -l)" = 4 ]
says "This is the <strong>first release</strong>"
says "cordon approve $id --as &#39;Asha Example&#39;"
check "the note has its digest" grep -qF "\"reviewPage\":\"$(digest "$page")\"" "ws/staging/$id.json"
check "the ledger has its digest" [ "$(of_ledger stage)" = "$(digest "$page")" ]

case="again"
cp -p "$page" seen.html
cp ws/ledger/ledger.sqlite ledger.before
in_ws ws run "$script"
exits 0 "unchanged, already staged"
check "the same bytes" cmp -s "$page" seen.html
check "nothing new in the ledger" cmp -s ledger.before ws/ledger/ledger.sqlite
for threads in 1 3; do
    cp -rp ws other
    rm -rf other/staging/* # as if it had never been staged
    CORDON_THREADS=$threads "$cordon" run "$script" --workspace other >out 2>err
    check "the same page with $threads threads" cmp -s "other/staging/$id.review.html" seen.html
    rm -rf other
done

case="who looked at which page"
cp -rp ws other
in_ws other review "$id"
exits 0 "review page: .*other/staging/$id.review.html"
in_ws other review "$id" --as "Asha Example"
exits 0 "reviewed by Asha Example"
check "the entry has the page's digest" [ "$(sqlite3 other/ledger/ledger.sqlite "SELECT
    json_extract(payload, '\$.reviewPage') FROM entries WHERE kind = 'review'")" = \
    "$(digest "$page")" ]
echo "<p>Fine.</p>" >>"other/staging/$id.review.html"
in_ws other review "$id" --as "Carys Specimen"
exits 1 "the review page is not the one that was staged"
rm "other/staging/$id.review.html"
in_ws other review "$id" --as "Carys Specimen"
exits 3 "review.html"
check "nobody is recorded for another page" [ "$(sqlite3 other/ledger/ledger.sqlite "SELECT count(*)
    FROM entries WHERE kind = 'review'")" = 1 ]
rm -rf other

case="a page that was changed or is gone"
echo "<p>Fine.</p>" >>"$page"
in_ws ws run "$script"
exits 0
check "it is as it was" cmp -s "$page" seen.html
rm "$page"
in_ws ws run "$script"
exits 0
check "it is back" cmp -s "$page" seen.html
check "nothing new in the ledger" cmp -s ledger.before ws/ledger/ledger.sqlite

case="delivered"
deliver
check "the page is kept beside, not sent" cmp -s "ws/delivered/$first.review.html" seen.html
check "nothing of it is in the outbox" sh -c "! find ws/outbox | grep -q review"
check "nor in the zip" sh -c "! unzip -l 'ws/outbox/$first.zip' | grep -q review"
check "staging is empty" [ -z "$(ls ws/staging)" ]

case="another partner's feed of the same name"
cp -rp ws other
sed 's/"london-adass"/"another"/' "$root/policies/agreements/london-adass.lua" \
    >other/policies/agreements/another.lua
sed 's/"london-adass"/"another"/' "$script" >another.lua
stage other another.lua
page=other/staging/$id.review.html
says "This is the <strong>first release</strong>"
rm -rf other

case="the next one"
must synth --out ws/data --workers 3000 --workplaces 200 --seed 1 --week 1
must load --workspace ws
stage ws "$script"
page=ws/staging/$id.review.html
says "Compared with <code>$first</code>"
says "The largest changes of each measure"
python3 - "ws/outbox/$first" "ws/staging/$id" "$page" <<'PYTHON' || fail "the counts of changes"
"""Counts what became of each figure from the files of both packages, and finds that on the page."""
import csv, re, sys

def table(package, name):
    with open(package + "/data/tables/" + name + ".csv", newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    measures = [c[:-7] for c in rows[0] if c.endswith("_status")]
    keys = [c for c in rows[0] if c + "_label" in rows[0]]
    return {tuple(r[k] for k in keys): {m: (r[m + "_status"], r[m]) for m in measures}
            for r in rows}

page = open(sys.argv[3], encoding="utf-8").read()
part = page[page.index('id="changes"'):page.index('id="outputs"')]
for name, title in (("borough_summary", "Boroughs by service"),
                    ("age_and_gender", "London by age and gender")):
    old, new = table(sys.argv[1], name), table(sys.argv[2], name)
    count = dict.fromkeys(("same", "changed", "shown", "withheld", "other"), 0)
    for key in old.keys() & new.keys():
        for measure in new[key]:
            (was, a), (now, b) = old[key][measure], new[key][measure]
            shown = was in ("", "low"), now in ("", "low")
            if all(shown):
                count["same" if (a or "0") == (b or "0") else "changed"] += 1
            elif shown[1] and was == "c":
                count["shown"] += 1
            elif shown[0] and now == "c":
                count["withheld"] += 1
            elif any(shown):
                count["other"] += 1
    numbers = [*count.values(), len(new.keys() - old.keys()), len(old.keys() - new.keys())]
    assert count["changed"] > 0, "nothing changed: the test is of no use"
    row = re.search('<th scope="row">' + title + "</th>(.*?)</tr>", part, re.S).group(1)
    found = [int(n.replace(",", "")) for n in re.findall('class="n">([0-9,]+)</td>', row)]
    assert found == numbers, (name, found, numbers)
PYTHON

case="a previous package that was changed"
cp -p "$page" seen.html
find "ws/outbox/$first" -name notes.md -exec sh -c 'echo more >>"$1"' sh {} \;
in_ws ws run "$script"
exits 0 "unchanged, already staged"
says "a file was changed"
check "the new page is recorded" [ "$(of_ledger stage | tail -n 1)" = "$(digest "$page")" ]
check "after the old one" [ "$(of_ledger stage | head -n 1)" = "$(digest seen.html)" ]
check "and noted" grep -qF "$(digest "$page")" "ws/staging/$id.json"
case="a previous package that is gone"
rm -rf "ws/outbox/$first"
in_ws ws run "$script"
exits 0
says "its package is not in this workspace"

case="a script with markup"
sed 's|title     = "London: adult social care workforce"|title = "<script>alert(1)</script>"|' \
    "$script" >marked.lua
printf -- '-- </code><img src=x onerror=alert(2)> \342\200\256\n' >>marked.lua
stage ws "$PWD/marked.lua"
page=ws/staging/$id.review.html
check "no element of it" sh -c "! grep -Eiq '<(script|img)' '$page'"
says "&lt;script&gt;alert(1)&lt;/script&gt;"
says "[U+202E]"

done_testing
