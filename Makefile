# SealedMatch. `make demo` and `make test` do all their set-up themselves on Debian 12 with Swift 6.3.

SHELL := /bin/bash
SUDO := $(shell [ "$$(id -u)" = 0 ] || echo sudo)
APT := libsodium-dev libturbojpeg0-dev libpng-dev libwebp-dev libavif-dev libheif-dev libtiff-dev libsqlite3-dev pkg-config python3-venv
# For the tests alone: of the C library, and of videos (the tool decodes them with ffmpeg, and works without).
APT_TEST := gcc g++ valgrind binutils ffmpeg

# Photographs for demo and tests: a small Debian package, unpacked here and not installed.
PHOTO_PACKAGE := lomiri-wallpapers-16.04
PHOTOS := .pictures/usr/share/backgrounds
PICTURES ?= $(PHOTOS)
PYTHON := .venv/bin/python

.PHONY: demo test bench decoys setup setup-test photos python build wheel test-messenger clean
# A compiler that fails leaves no half of an object; set-up comes before what needs it, also with -j.
.DELETE_ON_ERROR:
.NOTPARALLEL:

demo: build $(if $(filter $(PHOTOS),$(PICTURES)),photos)
	.build/release/sealedmatch demo --pictures "$(PICTURES)"

include Sources/Client/library.mk

# What tests and benchmarks need to find.
ENVIRONMENT = SEALEDMATCH_PYTHON="$(CURDIR)/$(PYTHON)" SEALEDMATCH_PICTURES="$(CURDIR)/$(PHOTOS)" \
	SEALEDMATCH_LIBRARY="$(CURDIR)/$(SO)"

# The vectors are made again by the independent implementation and compared, then all of them run in Swift.
# What failed is said again at the end.
test: setup setup-test photos python library
	$(PYTHON) -B Vectors/generate --check
	$(PYTHON) -B Vectors/generate/check_pdqhash.py 60
	$(PYTHON) -B Sources/Lab/Decoys/pages.py --check
	set -o pipefail; $(ENVIRONMENT) swift test -c release --disable-testable-imports 2>&1 | tee .build/test.log \
	    || { grep ' recorded an issue ' .build/test.log; exit 1; }
	$(MAKE) test-messenger

# All benchmarks, a million entries really built: about ten minutes. `make bench ARGS=--quick` takes one.
bench: build python library photos
	$(ENVIRONMENT) .build/release/sealedmatch bench $(ARGS)

# What the decoys hide and cost: below ten minutes on two quiet cores. Then the tables and plots of the documents.
decoys: build
	.build/release/sealedmatch bench --decoys --json > .build/decoys.jsonl
	mv .build/decoys.jsonl Sources/Lab/Decoys/decoys.jsonl
	python3 Sources/Lab/Decoys/pages.py

build: setup
	swift build -c release --product sealedmatch

# The Python package: libsealedmatch.so and libsodium are in the wheel, which auditwheel makes one for any Linux
# of this age.
MESSENGER := .venv-messenger
WHEELS := .build/wheels

wheel: setup library $(MESSENGER)/ready
	rm -rf $(WHEELS)
	SEALEDMATCH_LIBRARY="$(CURDIR)/$(SO)" \
	    $(MESSENGER)/bin/pip wheel --quiet --no-deps --wheel-dir $(WHEELS)/plain Sources/Client/PythonPackage
	PATH="$(CURDIR)/$(MESSENGER)/bin:$$PATH" auditwheel repair --wheel-dir $(WHEELS) $(WHEELS)/plain/*.whl
	@ls $(WHEELS)/*.whl

# The Python package as its wheel installs it, and the example messenger on a real homeserver.
test-messenger: build wheel photos
	$(MESSENGER)/bin/pip install --quiet --force-reinstall --no-deps $(WHEELS)/*.whl
	$(MESSENGER)/bin/mypy --python-version 3.11 --strict --cache-dir .build/mypy Sources/Client/PythonPackage/sealedmatch
	SEALEDMATCH_TOOL="$(CURDIR)/.build/release/sealedmatch" SEALEDMATCH_PICTURES="$(CURDIR)/$(PHOTOS)" \
	    PYTHONDONTWRITEBYTECODE=1 $(MESSENGER)/bin/python -m pytest -q -p no:cacheprovider \
	    Tests/Client/PythonPackageTests Tests/Client/MessengerTests

# A homeserver, a client library and what the tests need, from PyPI.
$(MESSENGER)/ready: Tests/Client/MessengerTests/requirements.txt
	python3 -m venv $(MESSENGER)
	$(MESSENGER)/bin/pip install --quiet --requirement $<
	touch $@

# Debian packages, only if one is missing.
setup: PACKAGES := $(APT)
setup-test: PACKAGES := $(APT_TEST)
setup setup-test:
	@dpkg -s $(PACKAGES) > /dev/null 2>&1 || ($(SUDO) apt-get update \
	    && $(SUDO) apt-get -o Acquire::Retries=3 install -y --no-install-recommends $(PACKAGES))

photos: $(PHOTOS)

$(PHOTOS):
	@rm -rf .pictures && mkdir -p .pictures
	@apt-cache show $(PHOTO_PACKAGE) > /dev/null 2>&1 || $(SUDO) apt-get update
	cd .pictures && apt-get download $(PHOTO_PACKAGE) && dpkg -x $(PHOTO_PACKAGE)_*.deb . && rm $(PHOTO_PACKAGE)_*.deb

# The reference implementation of PDQ that ours must equal bit for bit, and what the independent implementation in
# Vectors/generate needs.
python: .venv/ready

.venv/ready: Vectors/generate/requirements.txt
	python3 -m venv .venv
	.venv/bin/pip install --quiet pdqhash==0.2.8 Pillow==13.0.0 -r Vectors/generate/requirements.txt
	touch .venv/ready

clean:
	rm -rf .build .venv .venv-messenger .pictures
