#!/bin/sh
# protect.sh [TABLE...] [--count] [--attack] - times secondary suppression; see protect.c.
#
# Runs from the top of the tree, on build/libcordon.a. Without arguments: the
# tables of 340, 5,168 and 94,214 cells, attacked afterwards.
# SPDX-License-Identifier: GPL-3.0-or-later
set -eu
[ $# -gt 0 ] || set -- --attack
mkdir -p build/bench
${CC:-gcc} -std=c11 -O2 -D_GNU_SOURCE -Iinclude -Ilib -o build/bench/protect \
    tests/bench/protect.c build/libcordon.a -lm -lpthread
exec build/bench/protect "$@"
