# Cordon: `make` builds, `make check` tests, `make demo` shows; `make help` lists the rest.
# SPDX-License-Identifier: GPL-3.0-or-later

VERSION := 0.1.0
PREFIX ?= /usr/local
DESTDIR ?=
# DEPS=no leaves the installed packages alone (for packagers).
DEPS ?= yes
# FLAVOUR=asan builds with sanitizers, below build/asan.
FLAVOUR ?=

B := build$(if $(FLAVOUR),/$(FLAVOUR))
G := build/gen
stamp := build/.deps
test_stamp := build/.deps-tests
MAKEFLAGS += -j2 --no-builtin-rules
# V=1 shows the commands.
Q := $(if $(filter 1,$(V)),,@)
say = $(if $(Q),@printf '  %-7s %s\n' $(1) $@)
.DELETE_ON_ERROR:
.SUFFIXES:
.DEFAULT_GOAL := all

include mk/flags.mk

lib_src := $(sort $(wildcard lib/*/*.c))
script_src := $(sort $(wildcard bin/cordon-script.c bin/script/*.c))
prelude_lua := $(sort $(wildcard bin/script/*.lua))
prelude_src := $(patsubst bin/script/%.lua,$(G)/prelude_%.c,$(prelude_lua))
support_src := $(sort $(wildcard tests/support/*.c))
unit_src := $(sort $(wildcard tests/unit/*/test_*.c))
# The longest first, so that both processors are busy to the end.
scripts := $(wildcard $(addprefix tests/,crash/test_*.py oracle/*.sh oracle/test_*.py cli/*.sh))

objects = $(patsubst %.c,$(B)/obj/%.o,$(1))
lib_obj := $(call objects,$(lib_src) $(G)/recipient.c)
script_obj := $(call objects,$(script_src) $(prelude_src))
support_obj := $(call objects,$(support_src))
unit_bin := $(patsubst %.c,$(B)/%,$(unit_src))
programs := $(if $(wildcard bin/cordon.c),$(B)/cordon) \
    $(if $(wildcard bin/cordon-script.c),$(B)/cordon-script)

.PHONY: all
all: $(programs) $(B)/libcordon.a $(B)/libcordon.so $(B)/cordon.pc ## build programs and library (default)

# --- packages -----------------------------------------------------------------------------------

$(stamp): bin/install-deps
	@mkdir -p $(@D)
	$(if $(filter no,$(DEPS)),@:,@bin/install-deps)
	@touch $@

# What only some tests need; they are skipped where it cannot be had.
$(test_stamp): bin/install-deps | $(stamp)
	$(if $(filter no,$(DEPS)),@:,@bin/install-deps --tests || echo "some tests will be skipped")
	@touch $@

.PHONY: deps
deps: $(stamp) ## install the Debian packages that are missing

# --- compile ------------------------------------------------------------------------------------

$(B)/obj/%.o: %.c mk/flags.mk | $(stamp)
	@mkdir -p $(@D)
	$(call say,CC)
	$(Q)$(CC) $(cppflags) $(extra_cppflags) $(cflags) $(sanitize) -c -o $@ $<

$(call objects,bin/cordon.c): extra_cppflags = -DCDN_VERSION='"$(VERSION)"'
$(script_obj): extra_cppflags = -I$(G) -DCDN_VERSION='"$(VERSION)"' $(lua_cflags)
$(script_obj): sanitize = $(helper_sanitize)
$(script_obj): | $(G)/prelude.h
$(support_obj) $(call objects,$(unit_src)): extra_cppflags = -Itests

# Texts become byte arrays, so that no file is opened when they are needed.
array = od -An -v -tu1 $(1) | awk '{ for (i = 1; i <= NF; i++) printf "%d,", \
    ($$i > 127 ? $$i - 256 : $$i); print "" }'

# The helper's Lua sources.
.SECONDARY: $(prelude_src)
$(G)/prelude_%.c: bin/script/%.lua Makefile
	@mkdir -p $(@D)
	@{ echo '#include "prelude.h"'; echo 'const char cdn_prelude_$*[] = {'; $(call array,$<); \
	echo '0};'; echo 'const size_t cdn_prelude_$*_size = sizeof cdn_prelude_$* - 1;'; } > $@

# What a recipient runs and reads, word for word.
$(G)/recipient.c: lib/export/verify.sh lib/export/VERIFY.txt Makefile
	@mkdir -p $(@D)
	@{ echo '#include "export/parts.h"'; \
	echo 'const char cdn_package_verify_script[] = {'; $(call array,lib/export/verify.sh); echo '0};'; \
	echo 'const char cdn_package_verify_text[] = {'; $(call array,lib/export/VERIFY.txt); echo '0};'; } > $@

$(G)/prelude.h: $(prelude_lua) Makefile
	@mkdir -p $(@D)
	@{ echo '#include <stddef.h>'; for name in $(notdir $(basename $(prelude_lua))); do \
	    echo "extern const char cdn_prelude_$$name[];"; \
	    echo "extern const size_t cdn_prelude_$${name}_size;"; done; } > $@

# --- link ---------------------------------------------------------------------------------------

$(B)/libcordon.a: $(lib_obj)
	@rm -f $@
	$(call say,AR)
	$(Q)$(AR) rcsD $@ $^

$(B)/libcordon.so: $(lib_obj) lib/cordon.map
	$(call say,LD)
	$(Q)$(CC) -shared -Wl,-soname,libcordon.so.0 -Wl,--version-script=lib/cordon.map $(ldflags) \
	    $(no_undefined) $(sanitize) -o $@ $(lib_obj) $(libs)
	@ln -sf libcordon.so $(B)/libcordon.so.0

main_obj := $(call objects,bin/cordon.c bin/options.c bin/passphrase.c)

$(B)/cordon: $(main_obj) $(B)/libcordon.a
	$(call say,LD)
	$(Q)$(CC) -pie $(ldflags) $(sanitize) -o $@ $^ $(libs)

# The program with its memory cut out: its gate ignores earlier releases. For tests/cli/weeks.sh.
$(B)/obj/forgetful/gate.o: lib/release/gate.c mk/flags.mk | $(stamp)
	@mkdir -p $(@D)
	$(call say,CC)
	$(Q)$(CC) $(cppflags) -DCDN_TEST_WITHOUT_HISTORY $(cflags) $(sanitize) -c -o $@ $<

$(B)/cordon-without-history: $(main_obj) $(B)/obj/forgetful/gate.o $(B)/libcordon.a
	$(call say,LD)
	$(Q)$(CC) -pie $(ldflags) $(sanitize) -o $@ $^ $(libs)

$(B)/cordon-script: $(script_obj)
	$(call say,LD)
	$(Q)$(CC) -pie $(ldflags) $(helper_sanitize) -o $@ $^ $(lua_libs) -lseccomp

$(B)/tests/unit/%: $(B)/obj/tests/unit/%.o $(support_obj) $(B)/libcordon.a
	@mkdir -p $(@D)
	$(call say,LD)
	$(Q)$(CC) -pie $(ldflags) $(sanitize) -o $@ $^ -lcmocka $(libs)

$(B)/cordon.pc: cordon.pc.in Makefile
	@mkdir -p $(@D)
	$(Q)sed -e 's|@PREFIX@|$(PREFIX)|' -e 's|@VERSION@|$(VERSION)|' $< > $@

# --- test ---------------------------------------------------------------------------------------

run_env = CORDON=$(abspath $(B))/cordon BUILD=$(abspath $(B)) FLAVOUR=$(FLAVOUR)

.PHONY: check check-asan check-interop crash bench bench-protect lint
check: all $(unit_bin) $(B)/cordon-without-history | $(test_stamp) ## unit, command-line and oracle tests, and lint
	@$(run_env) sh tests/support/run-tests $(B)/log $(scripts) tests/support/lint $(unit_bin)

check-asan: ## unit and command-line tests with address and undefined sanitizers
	@$(MAKE) --no-print-directory FLAVOUR=asan run-asan

.PHONY: run-asan
run-asan: all $(unit_bin) $(B)/cordon-without-history
	@$(run_env) ASAN_OPTIONS=detect_leaks=1:abort_on_error=1 UBSAN_OPTIONS=print_stacktrace=1 \
	    sh tests/support/run-tests $(B)/log $(filter tests/cli/%,$(scripts)) $(unit_bin)

lint: ## the house rules that a compiler does not know
	@sh tests/support/lint

check-interop: all ## the package through tools that are not ours (installs them)
	@$(run_env) sh tests/interop/run.sh

crash: all ## 100,000 states of a disk after a power failure (make check tries 10,000)
	@$(run_env) python3 tests/crash/test_power.py 100000

bench: all ## time the main jobs
	@for script in $(sort $(wildcard tests/bench/*.sh)); do $(run_env) sh $$script || exit 1; done

bench-protect: all ## time the protection of large tables, and attack the results
	@$(run_env) sh tests/bench/protect.sh --all

.PHONY: demo
demo: all ## a workspace from synthetic data to a verified package, in build/demo
	@bin/install-deps
	@rm -rf build/demo
	$(B)/cordon demo build/demo

# --- install ------------------------------------------------------------------------------------

to := $(DESTDIR)$(PREFIX)
.PHONY: install uninstall
install: all ## install below DESTDIR and PREFIX (/usr/local)
	install -d $(to)/bin $(to)/lib/pkgconfig $(to)/include/cordon $(to)/share/cordon \
	    $(to)/share/man/man1 $(to)/lib/systemd/system
	sed 's|@PREFIX@|$(PREFIX)|' share/systemd/cordon-feed@.service.in \
	    > $(to)/lib/systemd/system/cordon-feed@.service
	install -m 644 share/systemd/cordon-feed@.timer $(to)/lib/systemd/system
	install -m 644 bin/cordon.1 $(to)/share/man/man1
	install -m 755 $(programs) $(to)/bin
	install -m 644 $(B)/libcordon.a $(to)/lib
	install -m 755 $(B)/libcordon.so $(to)/lib/libcordon.so.$(VERSION)
	ln -sf libcordon.so.$(VERSION) $(to)/lib/libcordon.so.0
	ln -sf libcordon.so.0 $(to)/lib/libcordon.so
	sed -e 's|@PREFIX@|$(PREFIX)|' -e 's|@VERSION@|$(VERSION)|' cordon.pc.in > $(to)/lib/pkgconfig/cordon.pc
	install -m 644 include/cordon/*.h $(to)/include/cordon
	cd policies && find . -type f -exec install -D -m 644 {} $(abspath $(to))/share/cordon/policies/{} \;
	cd scripts && find . -type f -exec install -D -m 644 {} $(abspath $(to))/share/cordon/scripts/{} \;

uninstall: ## remove what install put there
	rm -f $(to)/bin/cordon $(to)/bin/cordon-script $(to)/lib/libcordon.* $(to)/lib/pkgconfig/cordon.pc
	rm -f $(to)/share/man/man1/cordon.1 $(to)/lib/systemd/system/cordon-feed@.*
	rm -rf $(to)/include/cordon $(to)/share/cordon

# --- housekeeping -------------------------------------------------------------------------------

.PHONY: format dist clean help
format: ## lay out the C sources with clang-format
	clang-format -i $(sort $(wildcard lib/*/*.[ch] bin/*.c bin/script/*.[ch] include/cordon/*.h \
	    tests/unit/*/*.c tests/support/*.[ch]))

dist: ## cordon-VERSION.tar.gz from the last commit
	git archive --format=tar --prefix=cordon-$(VERSION)/ HEAD | gzip -n9 > cordon-$(VERSION).tar.gz

clean: ## remove build/
	rm -rf build

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' Makefile

-include $(shell find $(B)/obj -name '*.d' 2>/dev/null)
