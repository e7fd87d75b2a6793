# SealedMatch. `make demo` and `make test` do all their set-up themselves on Debian 12 with Swift 6.3.

SHELL := /bin/bash
SUDO := $(shell [ "$$(id -u)" = 0 ] || echo sudo)
APT := libsodium-dev libturbojpeg0-dev libpng-dev libwebp-dev libsqlite3-dev pkg-config python3-venv
# For the tests alone: of the C library, and of videos (the tool decodes them with ffmpeg, and works without).
APT_TEST := gcc g++ valgrind binutils ffmpeg

# Photographs for demo and tests: a small Debian package, unpacked here and not installed.
PHOTO_PACKAGE := lomiri-wallpapers-16.04
PHOTOS := .pictures/usr/share/backgrounds
PICTURES ?= $(PHOTOS)
PYTHON := .venv/bin/python

.PHONY: demo test bench decoys setup setup-test photos python build library install check-abi fuzz-abi wheel test-messenger clean

demo: build $(if $(filter $(PHOTOS),$(PICTURES)),photos)
	.build/release/sealedmatch demo --pictures "$(PICTURES)"

# The vectors are made again by the independent implementation and compared, then all of them run in Swift. What failed is said again at the end.
test: setup setup-test photos python library
	$(PYTHON) -B Vectors/generate --check
	$(PYTHON) -B Vectors/generate/check_pdqhash.py 60
	set -o pipefail; SEALEDMATCH_PYTHON="$(CURDIR)/$(PYTHON)" SEALEDMATCH_PICTURES="$(CURDIR)/$(PHOTOS)" SEALEDMATCH_LIBRARY="$(CURDIR)/$(SO)" \
	    swift test -c release --disable-testable-imports 2>&1 | tee .build/test.log || { grep ' recorded an issue ' .build/test.log; exit 1; }
	$(MAKE) test-messenger

# All benchmarks, a million entries really built: about ten minutes. `make bench ARGS=--quick` takes one.
bench: build python library photos
	SEALEDMATCH_PYTHON="$(CURDIR)/$(PYTHON)" SEALEDMATCH_PICTURES="$(CURDIR)/$(PHOTOS)" SEALEDMATCH_LIBRARY="$(CURDIR)/$(SO)" .build/release/sealedmatch bench $(ARGS)

# The decoys' curves, and their plot.
decoys: build
	.build/release/sealedmatch bench --decoys --json > .build/decoys.jsonl
	python3 Docs/Scripts/plot_decoys.py < .build/decoys.jsonl > Docs/decoys.svg

build: setup
	swift build -c release --product sealedmatch

# libsealedmatch.so, as Embedded Swift, so that no Swift runtime is shipped: module by module (swiftc leaves an unchanged file's time as it is, so it is touched), then one link that SwiftPM has no words for (SONAME, version script). No start files: the library has no
# constructors of its own, and so none at all. `make library SANITIZE=address,fuzzer` builds another one beside it, to be tested. It needs Swift, its clang and lld, and libsodium-dev; PREFIX and DESTDIR as everywhere.
HEADER := Sources/CSealedMatch/include/sealedmatch.h
MAJOR := $(shell sed -n 's/^\#define SEALEDMATCH_ABI_MAJOR //p' $(HEADER))
VERSION := $(MAJOR).$(shell sed -n 's/^\#define SEALEDMATCH_ABI_MINOR //p' $(HEADER)).0
comma := ,
SANITIZE ?=
C := .build/c$(if $(SANITIZE),-$(subst $(comma),-,$(SANITIZE)))
SONAME := libsealedmatch.so.$(MAJOR)
SO := $(C)/libsealedmatch.so.$(VERSION)
MODULES := Primitives Fingerprint MatchProtocol Storage MatchClient SealedMatchABI
OBJECTS := $(MODULES:%=$(C)/%.o)
# As `library` in Package.swift.
EMBEDDED := -swift-version 6 -enable-upcoming-feature InternalImportsByDefault -enable-upcoming-feature ExistentialAny -strict-memory-safety -package-name sealedmatch \
	-enable-experimental-feature Embedded -parse-as-library -wmo -Xfrontend -function-sections $(if $(SANITIZE),-sanitize=$(SANITIZE) -g) \
	-I $(C) -I Sources/CSodium -I Sources/CPlatform -I Sources/CSealedMatch/include $(shell pkg-config --cflags libsodium 2> /dev/null)
# What a seal spends is in libsodium and in the first three modules; the others are there once, and small.
OPTIMISE = $(if $(filter Storage MatchClient SealedMatchABI,$(1)),-Osize,-O)
LINK := -shared -nostartfiles -fuse-ld=lld $(if $(SANITIZE),-fsanitize=$(subst fuzzer,fuzzer-no-link,$(SANITIZE)),-s -Wl$(comma)--no-undefined) \
	-Wl,-soname,$(SONAME),--version-script=Sources/SealedMatchABI/sealedmatch.map,--gc-sections,--icf=safe,--as-needed,--build-id,-Bsymbolic,-z,relro,-z,now,-z,noexecstack
PREFIX ?= /usr/local
LIBDIR ?= $(PREFIX)/lib
INCLUDEDIR ?= $(PREFIX)/include

library: $(SO)

# A compiler that fails leaves no half of an object; set-up comes before what needs it, also with -j.
.DELETE_ON_ERROR:
.NOTPARALLEL:

.SECONDEXPANSION:
$(C)/MatchProtocol.o: $(C)/Primitives.o $(C)/Fingerprint.o
$(C)/Storage.o: $(C)/MatchProtocol.o
$(C)/MatchClient.o: $(C)/Storage.o
$(C)/SealedMatchABI.o: $(C)/MatchClient.o $(HEADER) Sources/CSealedMatch/layout.c
	@mkdir -p $(C)
	clang -std=c11 -fsyntax-only -Wall -Wextra -Werror -ISources/CSealedMatch/include Sources/CSealedMatch/layout.c
	swiftc $(EMBEDDED) $(call OPTIMISE,SealedMatchABI) -module-name SealedMatchABI -emit-object -o $@ Sources/SealedMatchABI/*.swift
	@touch $@

$(filter-out %/SealedMatchABI.o,$(OBJECTS)): $(C)/%.o: $$(wildcard Sources/$$*/*.swift) $(wildcard Sources/CPlatform/* Sources/CSodium/*) Makefile
	@mkdir -p $(C)
	swiftc $(EMBEDDED) $(call OPTIMISE,$*) -module-name $* -emit-module -emit-module-path $(C)/$*.swiftmodule -emit-object -o $@ Sources/$*/*.swift
	@touch $@

$(C)/SealedMatchABI.o: $(wildcard Sources/SealedMatchABI/*.swift Sources/CSealedMatch/include/*) Makefile

$(SO): $(OBJECTS) Sources/SealedMatchABI/sealedmatch.map
	clang $(LINK) -o $@ $(OBJECTS) $$(pkg-config --libs libsodium) -lm
	ln -sf $(notdir $@) $(C)/$(SONAME)
	ln -sf $(SONAME) $(C)/libsealedmatch.so

install: library
	install -d "$(DESTDIR)$(LIBDIR)/pkgconfig" "$(DESTDIR)$(INCLUDEDIR)"
	install -m 755 $(SO) "$(DESTDIR)$(LIBDIR)/"
	ln -sf libsealedmatch.so.$(VERSION) "$(DESTDIR)$(LIBDIR)/$(SONAME)"
	ln -sf $(SONAME) "$(DESTDIR)$(LIBDIR)/libsealedmatch.so"
	install -m 644 $(HEADER) "$(DESTDIR)$(INCLUDEDIR)/"
	sed -e 's|@PREFIX@|$(PREFIX)|; s|@LIBDIR@|$(LIBDIR)|; s|@INCLUDEDIR@|$(INCLUDEDIR)|; s|@VERSION@|$(VERSION)|' Sources/SealedMatchABI/sealedmatch.pc.in \
	    > $(C)/sealedmatch.pc
	install -m 644 $(C)/sealedmatch.pc "$(DESTDIR)$(LIBDIR)/pkgconfig/sealedmatch.pc"

# Exported symbols, error codes and their texts, the ABI version, SONAME, needed libraries, constructors and size: fails when header, library and specification diverge.
check-abi: library
	python3 Tests/ABITests/Scripts/check_abi.py --library $(SO)

# Random calls with hostile arguments against the library that is shipped, under AddressSanitizer (Tests/Fuzzing/README.md).
FUZZ_SECONDS ?= 300
fuzz-abi: build
	$(MAKE) library SANITIZE=address,fuzzer
	clang -std=gnu11 -fuse-ld=lld -g -O1 -Wall -Wextra -Werror -fsanitize=address,fuzzer -ISources/CSealedMatch/include -o .build/fuzz-abi Tests/Fuzzing/ABI/fuzz_abi.c \
	    -L.build/c-address-fuzzer -lsealedmatch -Wl,-rpath,$(CURDIR)/.build/c-address-fuzzer -lpthread
	Tests/Fuzzing/ABI/run.sh .build/release/sealedmatch .build/fuzz-abi -max_total_time=$(FUZZ_SECONDS) -max_len=4096 -timeout=30 -rss_limit_mb=2048 -print_final_stats=1

# The Python package: libsealedmatch.so and libsodium are in the wheel, which auditwheel makes one for any Linux of this age.
MESSENGER := .venv-messenger
WHEELS := .build/wheels

wheel: setup library $(MESSENGER)/ready
	rm -rf $(WHEELS)
	SEALEDMATCH_LIBRARY="$(CURDIR)/$(SO)" $(MESSENGER)/bin/pip wheel --quiet --no-deps --wheel-dir $(WHEELS)/plain Sources/PythonPackage
	PATH="$(CURDIR)/$(MESSENGER)/bin:$$PATH" auditwheel repair --wheel-dir $(WHEELS) $(WHEELS)/plain/*.whl
	@ls $(WHEELS)/*.whl

# The Python package as its wheel installs it, and the example messenger on a real homeserver.
test-messenger: build wheel photos
	$(MESSENGER)/bin/pip install --quiet --force-reinstall --no-deps $(WHEELS)/*.whl
	$(MESSENGER)/bin/mypy --python-version 3.11 --strict --cache-dir .build/mypy Sources/PythonPackage/sealedmatch
	SEALEDMATCH_TOOL="$(CURDIR)/.build/release/sealedmatch" SEALEDMATCH_PICTURES="$(CURDIR)/$(PHOTOS)" PYTHONDONTWRITEBYTECODE=1 \
	    $(MESSENGER)/bin/python -m pytest -q -p no:cacheprovider Tests/PythonPackageTests Tests/MessengerTests

# A homeserver, a client library and what the tests need, from PyPI.
$(MESSENGER)/ready: Tests/MessengerTests/requirements.txt
	python3 -m venv $(MESSENGER)
	$(MESSENGER)/bin/pip install --quiet --requirement $<
	touch $@

# Debian packages, only if one is missing.
setup: PACKAGES := $(APT)
setup-test: PACKAGES := $(APT_TEST)
setup setup-test:
	@dpkg -s $(PACKAGES) > /dev/null 2>&1 || ($(SUDO) apt-get update && $(SUDO) apt-get -o Acquire::Retries=3 install -y --no-install-recommends $(PACKAGES))

photos: $(PHOTOS)

$(PHOTOS):
	@rm -rf .pictures && mkdir -p .pictures
	@apt-cache show $(PHOTO_PACKAGE) > /dev/null 2>&1 || $(SUDO) apt-get update
	cd .pictures && apt-get download $(PHOTO_PACKAGE) && dpkg -x $(PHOTO_PACKAGE)_*.deb . && rm $(PHOTO_PACKAGE)_*.deb

# The reference implementation of PDQ that ours must equal bit for bit, and what the independent implementation in Vectors/generate needs.
python: .venv/ready

.venv/ready: Vectors/generate/requirements.txt
	python3 -m venv .venv
	.venv/bin/pip install --quiet pdqhash==0.2.8 Pillow==13.0.0 -r Vectors/generate/requirements.txt
	touch .venv/ready

clean:
	rm -rf .build .venv .venv-messenger .pictures
