# flags.mk - compiler and linker flags. CFLAGS, CPPFLAGS and LDFLAGS stay the user's.
# SPDX-License-Identifier: GPL-3.0-or-later

ifeq ($(origin CC),default)
  CC := gcc
endif
CFLAGS ?= -O2 -g
# Warnings are errors for developers (a git checkout, CI), not for users of a tarball.
WERROR ?= $(if $(or $(wildcard .git),$(CI)),1,0)

comma := ,
warnings := -Wall -Wextra -Wconversion -Wsign-conversion -Wshadow -Wstrict-prototypes \
    -Wmissing-prototypes -Wold-style-definition -Wpointer-arith -Wcast-qual -Wwrite-strings \
    -Wundef -Wvla -Wformat=2 -Wnull-dereference -Wimplicit-fallthrough -Wswitch-enum \
    -Wdouble-promotion -Wfloat-equal $(if $(filter 1,$(WERROR)),-Werror)

cppflags := -D_GNU_SOURCE -Iinclude -Ilib $(CPPFLAGS)
cflags := -std=c11 -fPIC -fvisibility=hidden -fstack-protector-strong -fstack-clash-protection \
    -ffile-prefix-map=$(CURDIR)/= -MMD -MP $(warnings) $(CFLAGS)
ldflags := -Wl,-z,relro -Wl,-z,now -Wl,-z,noexecstack -Wl,--as-needed $(LDFLAGS)

ifeq ($(FLAVOUR),asan)
  sanitize := -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer
  # The helper runs under an address-space limit and a system-call filter, which
  # AddressSanitizer's shadow memory cannot: it traps on undefined behaviour only.
  helper_sanitize := -fsanitize=undefined -fsanitize-undefined-trap-on-error
else
  # The library alone must be whole; asked only once there is a program to hold it together.
  no_undefined := $(if $(wildcard bin/cordon.c),-Wl$(comma)-z$(comma)defs)
  cppflags += -D_FORTIFY_SOURCE=3
endif

libs := -lcsv -ljansson -larchive -lsqlite3 -lcrypto -lglpk -lgsl -lgslcblas -lm -lpthread
# Asked when used, not when read: pkg-config may not be installed yet.
lua_cflags = $(shell pkg-config --cflags lua5.4)
lua_libs = $(shell pkg-config --libs lua5.4)
