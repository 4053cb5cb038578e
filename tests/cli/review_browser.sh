#!/bin/sh
# review_browser.sh - the review page in headless Chromium: a phone's and a desktop's width, light, dark
# and paper, keyboard, accessibility tree, contrast, no request, no script.
# SPDX-License-Identifier: GPL-3.0-or-later
. "$(dirname "$0")/../support/cli.sh"

if ! PYTHONPATH=$root/tests/support python3 -c 'import browser, sys; sys.exit(not browser.find())'; then
    echo "skipped: no Chromium here; bin/install-deps --tests installs one"
    exit 0
fi

# look PAGE: what is wrong with it, line by line
look() {
    checks=$((checks + 1))
    PYTHONDONTWRITEBYTECODE=1 PYTHONPATH=$root/tests/support \
        python3 "$root/tests/cli/review_browser.py" "$1" "$work/profile" >said 2>&1 || {
        fail "the page in a browser"
        cat said
    }
    rm -rf "$work/profile"
}

case="a first release, with markup in its texts"
workspace ws 3000 200
keys ws "Asha Example" "Carys Specimen"
sed 's|title     = "London: adult social care workforce"|title = "<script>document.title=1</script>"|' \
    "$root/scripts/london_adass.lua" >marked.lua
printf -- '-- </code></ol><style>*{display:none}</style><img src=x onerror="document.title=2">\n' \
    >>marked.lua
stage ws "$PWD/marked.lua"
look "ws/staging/$id.review.html"

case="a later release, compared with that"
for name in "Asha Example" "Carys Specimen"; do
    must approve "$id" --as "$name" --workspace ws
done
must deliver "$id" --workspace ws
must synth --out ws/data --workers 3000 --workplaces 200 --seed 1 --week 1
must load --workspace ws
stage ws "$PWD/marked.lua"
look "ws/staging/$id.review.html"

done_testing
