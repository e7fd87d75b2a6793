# libsealedmatch.so, as Embedded Swift, so that no Swift runtime is shipped: module by module, then one link that
# SwiftPM has no words for (SONAME, version script). No start files: the library has no constructors of its own, and so
# none at all.
# `make library SANITIZE=address,fuzzer` builds another one beside it, to be tested.
# `make library ARCH=aarch64` builds one for another processor (target.mk).
# `make library BACKEND=libsodium` builds the small one, whose group operations are all libsodium's.
# It needs Swift, its clang and lld, and libsodium-dev; PREFIX and DESTDIR as everywhere.

include Sources/Client/target.mk

INCLUDE := Sources/Client/CSealedMatch/include
HEADER := $(INCLUDE)/sealedmatch.h
# What programs test with that use the library: a header alone, installed beside it.
KIT_HEADER := Sources/Testing/CSealedMatchTesting/include/sealedmatch_testing.h
ABI := Sources/Client/SealedMatchABI
MAJOR := $(shell sed -n 's/^\#define SEALEDMATCH_ABI_MAJOR //p' $(HEADER))
VERSION := $(MAJOR).$(shell sed -n 's/^\#define SEALEDMATCH_ABI_MINOR //p' $(HEADER)).0
comma := ,
empty :=
space := $(empty) $(empty)
SANITIZE ?=
BACKEND ?=
C := .build/c$(if $(TARGET_CLANG),-$(ARCH))$(BACKEND:%=-%)$(if $(SANITIZE),-$(subst $(comma),-,$(SANITIZE)))
SONAME := libsealedmatch.so.$(MAJOR)
SO := $(C)/libsealedmatch.so.$(VERSION)
# In the order in which they depend on each other.
MODULES := Core/SealedMatchCrypto Core/SealedMatchFingerprint Core/SealedMatchProtocol Core/SealedMatchLog \
	Core/SealedMatchFiles Client/SealedMatchClient
OBJECTS := $(patsubst %,$(C)/%.o,$(notdir $(MODULES)))
# The batch backend, one object for each of its files.
GROUP := Sources/Core/CSealedMatchGroup
GROUP_OBJECTS := $(if $(BACKEND),,$(patsubst $(GROUP)/%.c,$(C)/group-%.o,$(wildcard $(GROUP)/*.c)))
SYSTEM_MODULES := Sources/Core/CSealedMatchPlatform Sources/Core/CSealedMatchSodium
# As `library` in Package.swift.
EMBEDDED := -swift-version 6 -enable-upcoming-feature InternalImportsByDefault -enable-upcoming-feature ExistentialAny \
	-strict-memory-safety -package-name sealedmatch \
	-enable-experimental-feature Embedded -parse-as-library -wmo -Xfrontend -function-sections \
	$(if $(SANITIZE),-sanitize=$(SANITIZE) -g) $(if $(BACKEND),-D SEALEDMATCH_LIBSODIUM) \
	-I $(GROUP)/include -I $(C) $(SYSTEM_MODULES:%=-I %) -I $(INCLUDE) $(TARGET_SWIFT)
# What a seal spends is in libsodium, in the batches and in these; the others are there once, and small.
# SealedMatchCrypto must not be among those: with -Osize, swiftc 6.3.1 gets a slot's check wrong (`make test-library`
# sees it). Equal functions and constants are folded into one (--icf=all): nothing here compares addresses of them.
FAST := SealedMatchCrypto $(if $(BACKEND),,SealedMatchFingerprint)
OPTIMISE = $(if $(filter $(FAST),$(1)),-O,-Osize)
# swiftc optimises, and clang makes the object of what comes out, for swiftc cannot give each datum a section of its
# own. With one section for all data the linker keeps every module's copies of array types and constants: 26 kB.
CODE = clang $(TARGET_CODE) -O2 -fPIC -ffunction-sections -fdata-sections -Xclang -disable-llvm-passes \
	-c -o $@ $(@:.o=.ll)
LINK := -shared -nostartfiles -fuse-ld=lld \
	$(if $(SANITIZE),-fsanitize=$(subst fuzzer,fuzzer-no-link,$(SANITIZE)),-s -Wl$(comma)--no-undefined) \
	-Wl,-soname,$(SONAME),--version-script=$(ABI)/sealedmatch.map,--gc-sections,--icf=all,--as-needed \
	-Wl,--build-id,-Bsymbolic,-z,relro,-z,now,-z,noexecstack
PREFIX ?= /usr/local
LIBDIR ?= $(PREFIX)/lib
INCLUDEDIR ?= $(PREFIX)/include

.PHONY: library install check-abi library-vectors test-library fuzz-abi

library: $(TARGET_READY) $(SO)

$(if $(filter-out libsodium,$(BACKEND)),$(error BACKEND is libsodium, or not given))

$(C)/group-%.o: $(GROUP)/%.c $(wildcard $(GROUP)/*.h $(GROUP)/include/*) Sources/Client/library.mk
	@mkdir -p $(C)
	clang $(TARGET_CLANG) -std=c11 -O2 -fPIC -fvisibility=hidden -ffunction-sections -Wall -Wextra -Werror \
	    -Wno-unused-function -DGROUP_FOR_CLIENT \
	    $(if $(SANITIZE),-fsanitize=$(subst fuzzer,fuzzer-no-link,$(SANITIZE)) -g) -I$(GROUP)/include -c -o $@ $<

# One rule a module: its objects come after those of the modules before it.
define MODULE
$(C)/$(notdir $(1)).o: $(wildcard Sources/$(1)/*.swift) $(2) $(wildcard $(SYSTEM_MODULES:%=%/*)) \
		$(wildcard $(GROUP)/include/*) Makefile \
		Sources/Client/library.mk Sources/Client/target.mk
	@mkdir -p $(C)
	swiftc $(EMBEDDED) $$(call OPTIMISE,$(notdir $(1))) -module-name $(notdir $(1)) -emit-module \
	    -emit-module-path $(C)/$(notdir $(1)).swiftmodule -emit-ir -o $$(@:.o=.ll) Sources/$(1)/*.swift
	$$(CODE)
endef
before :=
$(foreach module,$(MODULES),$(eval $(call MODULE,$(module),$(before)))$(eval before := $(C)/$(notdir $(module)).o))

$(C)/SealedMatchABI.o: $(wildcard $(ABI)/*.swift $(INCLUDE)/*) $(before) Sources/Client/CSealedMatch/layout.c Makefile \
		Sources/Client/library.mk Sources/Client/target.mk
	@mkdir -p $(C)
	clang $(TARGET_CLANG) -std=c11 -fsyntax-only -Wall -Wextra -Werror -I$(INCLUDE) Sources/Client/CSealedMatch/layout.c
	swiftc $(EMBEDDED) $(call OPTIMISE,SealedMatchABI) -module-name SealedMatchABI -emit-ir -o $(@:.o=.ll) $(ABI)/*.swift
	$(CODE)

$(SO): $(OBJECTS) $(GROUP_OBJECTS) $(C)/SealedMatchABI.o $(ABI)/sealedmatch.map
	clang $(TARGET_CLANG) $(LINK) -o $@ $(OBJECTS) $(GROUP_OBJECTS) $(C)/SealedMatchABI.o $(TARGET_SODIUM) -lm
	ln -sf $(notdir $@) $(C)/$(SONAME)
	ln -sf $(SONAME) $(C)/libsealedmatch.so

install: library
	install -d "$(DESTDIR)$(LIBDIR)/pkgconfig" "$(DESTDIR)$(INCLUDEDIR)"
	install -m 755 $(SO) "$(DESTDIR)$(LIBDIR)/"
	ln -sf libsealedmatch.so.$(VERSION) "$(DESTDIR)$(LIBDIR)/$(SONAME)"
	ln -sf $(SONAME) "$(DESTDIR)$(LIBDIR)/libsealedmatch.so"
	install -m 644 $(HEADER) $(KIT_HEADER) "$(DESTDIR)$(INCLUDEDIR)/"
	sed -e 's|@PREFIX@|$(PREFIX)|; s|@LIBDIR@|$(LIBDIR)|; s|@INCLUDEDIR@|$(INCLUDEDIR)|; s|@VERSION@|$(VERSION)|' \
	    $(ABI)/sealedmatch.pc.in > "$(DESTDIR)$(LIBDIR)/pkgconfig/sealedmatch.pc"
	chmod 644 "$(DESTDIR)$(LIBDIR)/pkgconfig/sealedmatch.pc"

# Exported symbols, error codes and their texts, the ABI version, SONAME, needed libraries, constructors and size:
# fails when header, library and specification diverge.
check-abi: library $(if $(TARGET_RUN),setup-emulator $(C)/texts)
	python3 Tests/Client/ABITests/Scripts/check_abi.py --library $(SO) --machine $(ARCH) $(BACKEND:%=--backend %) \
	    $(if $(TARGET_RUN),--texts "$(TARGET_RUN) $(C)/texts")

# Programs of the tests, for the library's processor.
PROGRAM_FLAGS := -std=gnu11 -O1 -fuse-ld=lld -Wall -Wextra -Werror

$(C)/%: Tests/Client/ABITests/Programs/%.c $(SO)
	clang $(TARGET_CLANG) $(PROGRAM_FLAGS) -I$(INCLUDE) -o $@ $< -L$(C) -lsealedmatch -Wl,-rpath,$(CURDIR)/$(C)

# What the library is, and what it computes: vectors through the C interface. A library for another processor is run by
# qemu-user; the independent implementation is this machine's.
library-vectors: check-abi python $(C)/vectors
	$(PYTHON) -B Tests/Client/ABITests/Scripts/vectors.py "$(TARGET_RUN) $(C)/vectors"

# And the example, as a messenger's engineer builds it against what `make install` installs, from two lists to a case
# file, by this machine's tool. Then the header for tests, with programs that misbehave, and its example.
EXAMPLE = clang $(TARGET_CLANG) $(PROGRAM_FLAGS) -g -gdwarf-4 -Wl,-rpath,$(CURDIR)/$(C)/root/usr/lib \
	$$(PKG_CONFIG_SYSROOT_DIR=$(CURDIR)/$(C)/root PKG_CONFIG_LIBDIR=$(CURDIR)/$(C)/root/usr/lib/pkgconfig \
	    pkg-config --cflags --libs sealedmatch)
STRICT := -pedantic -Wall -Wextra -Wconversion -Wshadow -Werror -I$(dir $(KIT_HEADER))

test-library: library-vectors build $(if $(TARGET_RUN),,setup-test)
	rm -rf $(C)/root
	$(MAKE) --no-print-directory install PREFIX=/usr DESTDIR=$(CURDIR)/$(C)/root
	$(EXAMPLE) -o $(C)/seal Docs/Examples/seal.c
	$(PYTHON) -B Tests/Client/ABITests/Scripts/example.py --tool .build/$(CONFIGURATION)/sealedmatch \
	    "$(TARGET_RUN) $(C)/seal"
	$(if $(TARGET_RUN),,for compiler in 'clang -x c -std=c11' 'clang -x c++ -std=c++11' 'gcc -x c -std=c11' \
	    'g++ -x c++ -std=c++17'; do \
	    $$compiler $(STRICT) -fsyntax-only - <<< '#include <sealedmatch_testing.h>' || exit 1; done)
	clang $(TARGET_CLANG) -std=c11 -O1 -g -fuse-ld=lld $(STRICT) -o $(C)/kit-header \
	    Tests/Testing/KitHeaderTests/header.c \
	    $(if $(TARGET_RUN),,-fsanitize=address$(comma)undefined -fno-sanitize-recover=all)
	$(EXAMPLE) -Wconversion -o $(C)/testing Docs/Examples/testing.c
	$(PYTHON) -B Tests/Testing/KitHeaderTests/run.py --tool .build/$(CONFIGURATION)/sealedmatch \
	    --include $(C)/root/usr/include --runner "$(TARGET_RUN)" $(C)/kit-header $(C)/testing

# Random calls with hostile arguments against the library that is shipped, under AddressSanitizer
# (Tests/Fuzzing/README.md).
FUZZ_SECONDS ?= 300
fuzz-abi: build
	$(MAKE) library SANITIZE=address,fuzzer
	clang -std=gnu11 -fuse-ld=lld -g -O1 -Wall -Wextra -Werror -fsanitize=address,fuzzer -I$(INCLUDE) \
	    -o .build/fuzz-abi Tests/Fuzzing/ABI/fuzz_abi.c \
	    -L.build/c-address-fuzzer -lsealedmatch -Wl,-rpath,$(CURDIR)/.build/c-address-fuzzer -lpthread
	Tests/Fuzzing/ABI/run.sh .build/release/sealedmatch .build/fuzz-abi -max_total_time=$(FUZZ_SECONDS) \
	    -max_len=4096 -timeout=30 -rss_limit_mb=2048 -print_final_stats=1
