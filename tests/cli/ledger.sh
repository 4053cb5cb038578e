#!/bin/sh
# ledger.sh - the chain of a ledger recomputed without Cordon: Python's sqlite3 and hashlib.
#
# Also: changes through the sqlite3 program are refused by the triggers.
# SPDX-License-Identifier: GPL-3.0-or-later
set -eu
build=${BUILD:-$PWD/build}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

sanitize=
[ "${FLAVOUR:-}" != asan ] || sanitize=-fsanitize=address,undefined
# shellcheck disable=SC2086
${CC:-gcc} -std=c11 -D_GNU_SOURCE -Iinclude -Ilib $sanitize -x c -o "$work/driver" - -x none \
    "$build/libcordon.a" -lcsv -ljansson -larchive -lsqlite3 -lcrypto -lpthread <<'C'
#include <stddef.h>
#include <stdio.h>
#include "ledger/ledger.h"
int main(int count, char **words)
{
    cdn_ledger *ledger = NULL;
    cdn_json *payload = cdn_json_object();
    cdn_json_set(payload, "text", cdn_json_new_string("Caf\xc3\xa9: 1,2\n"));
    cdn_status status = count == 2 ? cdn_ledger_open(words[1], &ledger, NULL) : CDN_E_USAGE;
    static const char *const kinds[] = {"stage", "intent", "approve", "commit"};
    for (int i = 0; i < 4 && status == CDN_OK; i++)
        status = cdn_ledger_add(ledger, kinds[i], "feed-2026-08-abc", payload, NULL);
    for (uint64_t n = 1; n <= 6 && status == CDN_OK; n++) {
        char root[65];
        uint64_t counted = 0;
        if (cdn_ledger_root(ledger, n % 6, &counted, root, NULL) != CDN_OK)
            status = CDN_E_INTERNAL;
        else
            printf("%llu %s\n", (unsigned long long)counted, root);
    }
    cdn_json_destroy(payload);
    cdn_ledger_close(ledger);
    return (int)status;
}
C
"$work/driver" "$work/ledger.db" >"$work/roots"

for sql in "UPDATE entries SET kind = 'void' WHERE sequence = 2" "DELETE FROM entries" \
    "REPLACE INTO entries SELECT * FROM entries WHERE sequence = 1"; do
    if sqlite3 "$work/ledger.db" "$sql" 2>/dev/null; then
        echo "FAIL: the ledger lets through: $sql"
        exit 1
    fi
done
[ "$(sqlite3 "$work/ledger.db" 'PRAGMA integrity_check')" = ok ]
[ "$(sqlite3 "$work/ledger.db" 'PRAGMA journal_mode')" = delete ]

python3 - "$work/ledger.db" "$work/roots" <<'PY'
import hashlib, sqlite3, sys
previous = "0" * 64
salts = set()
rows = sqlite3.connect(sys.argv[1]).execute(
    "SELECT previous_hash, sequence, kind, release_id, salt, payload, hash FROM entries"
    " ORDER BY sequence").fetchall()
assert [row[2] for row in rows] == ["open", "stage", "intent", "approve", "commit"]
for number, row in enumerate(rows, 1):
    assert row[0] == previous and row[1] == number
    fields = [str(field).encode() for field in row[:-1]]
    told = b"".join(b"%d:%s\n" % (len(field), field) for field in fields)
    assert row[-1] == hashlib.sha256(told).hexdigest(), number
    assert len(row[4]) == 32
    salts.add(row[4])
    previous = row[-1]
assert len(salts) == len(rows)
# the tree of RFC 6962 over the hashes, built another way: level by level
def root(leaves):
    level = [hashlib.sha256(b"\0" + leaf).digest() for leaf in leaves]
    while len(level) > 1:
        level = [hashlib.sha256(b"\1" + b"".join(level[i:i + 2])).digest()
                 if i + 1 < len(level) else level[i] for i in range(0, len(level), 2)]
    return level[0].hex()
hashes = [bytes.fromhex(row[-1]) for row in rows]
told = [line.split() for line in open(sys.argv[2])]
assert told == [[str(n), root(hashes[:n])] for n in (1, 2, 3, 4, 5, 5)], told
assert rows[1][5] == '{"text":"Caf\u00e9: 1,2\\n"}'
PY
echo "the chain is as documented"
