# SealedMatch. `make demo` and `make test` do all their set-up themselves on Debian 12 with Swift 6.3.

SHELL := /bin/bash
SUDO := $(shell [ "$$(id -u)" = 0 ] || echo sudo)
APT := libsodium-dev libturbojpeg0-dev libpng-dev libwebp-dev libsqlite3-dev pkg-config python3-venv

# Photographs for demo and tests: a small Debian package, unpacked here and not installed.
PHOTO_PACKAGE := lomiri-wallpapers-16.04
PHOTOS := .pictures/usr/share/backgrounds
PICTURES ?= $(PHOTOS)
PYTHON := .venv/bin/python

.PHONY: demo test bench decoys setup photos python build clean

demo: build $(if $(filter $(PHOTOS),$(PICTURES)),photos)
	.build/release/sealedmatch demo --pictures "$(PICTURES)"

# The vectors are made again by the independent implementation and compared, then all of them run in Swift.
test: setup photos python
	$(PYTHON) -B Vectors/generate --check
	$(PYTHON) -B Vectors/generate/check_pdqhash.py 60
	SEALEDMATCH_PYTHON="$(CURDIR)/$(PYTHON)" SEALEDMATCH_PICTURES="$(CURDIR)/$(PHOTOS)" swift test -c release --disable-testable-imports

# All benchmarks, a million entries really built: about ten minutes. `make bench ARGS=--quick` takes one.
bench: build python
	SEALEDMATCH_PYTHON="$(CURDIR)/$(PYTHON)" .build/release/sealedmatch bench $(ARGS)

# The decoys' curves, and their plot.
decoys: build
	.build/release/sealedmatch bench --decoys --json > .build/decoys.jsonl
	python3 Docs/Scripts/plot_decoys.py < .build/decoys.jsonl > Docs/decoys.svg

build: setup
	swift build -c release --product sealedmatch

# Debian packages, only if one is missing.
setup:
	@dpkg -s $(APT) > /dev/null 2>&1 || ($(SUDO) apt-get update && $(SUDO) apt-get install -y --no-install-recommends $(APT))

photos: $(PHOTOS)

$(PHOTOS):
	@rm -rf .pictures && mkdir -p .pictures
	@apt-cache show $(PHOTO_PACKAGE) > /dev/null 2>&1 || $(SUDO) apt-get update
	cd .pictures && apt-get download $(PHOTO_PACKAGE) && dpkg -x $(PHOTO_PACKAGE)_*.deb . && rm $(PHOTO_PACKAGE)_*.deb

# The reference implementation of PDQ that ours must equal bit for bit, and what the independent implementation in Vectors/generate needs.
python: .venv/ready

.venv/ready: Vectors/generate/requirements.txt
	python3 -m venv .venv
	.venv/bin/pip install --quiet pdqhash==0.2.8 Pillow -r Vectors/generate/requirements.txt
	touch .venv/ready

clean:
	rm -rf .build .venv .pictures
