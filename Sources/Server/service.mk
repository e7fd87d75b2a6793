# The service: built, tried, tested, installed, packed. Included by the Makefile.

.PHONY: build-service serve review-sample test-service test-review setup-review install-service dist setup-service \
	load simulate-service

# Programs for `serve` and `test-service`; `make test` has built others.
build-service: setup-service build
	$(if $(BUILT),,swift build -c $(CONFIGURATION) --product sealedmatchd)

# The whole service on loopback, with a sample, until Ctrl-C (Docs/Examples/service).
serve: build-service setup-service
	@python3 -B Docs/Examples/service/serve.py --programs .build/$(CONFIGURATION) --folder .build/serve

# The review page on loopback, with a library of nobody's cases, until Ctrl-C (Docs/Examples/review).
review-sample: build-service
	@rm -rf .build/review-sample
	@python3 -B Docs/Examples/review/sample.py --programs .build/$(CONFIGURATION) --folder .build/review-sample

# Clients of JetStream and PostgreSQL, for the service; openssl signs the example's tokens; curl sends reports;
# systemd's programs check units.
setup-service: PACKAGES := openssl systemd sqlite3 curl libnats-dev libpq-dev
setup-service:
	@dpkg -s $(PACKAGES) > /dev/null 2>&1 || ($(SUDO) apt-get update \
	    && $(SUDO) apt-get -o Acquire::Retries=3 install -y --no-install-recommends $(PACKAGES))

# What a test starts or asks, from Debian packages that are unpacked and not installed: nothing of it runs afterwards.
UNPACKED := .build/packages

$(UNPACKED)/ready: Sources/Server/service.mk
	@rm -rf $(UNPACKED) && mkdir -p $(UNPACKED)
	@apt-cache show nginx caddy prometheus > /dev/null 2>&1 || $(SUDO) apt-get update
	cd $(UNPACKED) && apt-get -o Acquire::Retries=3 download nginx caddy prometheus \
	    && for file in *.deb; do dpkg -x $$file .; done && rm *.deb
	@touch $@

# What reports are checked with: another package's types of NCMEC's schema, of which the client alone needs a newer
# Python.
REPORTS := .venv-reports

$(REPORTS)/ready: Sources/Server/service.mk
	python3 -m venv $(REPORTS)
	$(REPORTS)/bin/pip install --no-compile --quiet pydantic-xml==2.22.0 pysodium==0.7.19 jsonschema==4.26.0
	$(REPORTS)/bin/pip install --no-compile --quiet --no-deps --ignore-requires-python ncmec-cybertip==0.1.1
	@touch $@

# The example, the reverse proxies, the units, reports, and that documents, alarms and dashboard name what there is. Two
# minutes.
test-service: build-service setup-service setup-test $(UNPACKED)/ready $(REPORTS)/ready $(SERVICE)/ready
	SEALEDMATCH_PROGRAMS=.build/$(CONFIGURATION) SEALEDMATCH_PACKAGES=$(UNPACKED) \
	    SEALEDMATCH_REPORTS_PYTHON=$(REPORTS)/bin/python \
	    SEALEDMATCH_NATS_SERVER=$(CURDIR)/$(SERVICE)/bin/nats-server \
	    python3 -B -m unittest discover -s Tests/Server/OperatingTests -t Tests/Server/OperatingTests

# The review page over HTTP and in Debian's chromium, by keys alone; pictures of its pages go to .build/review. Two
# minutes.
test-review: build-service setup-review $(REVIEW)/ready
	SEALEDMATCH_PROGRAMS=.build/$(CONFIGURATION) \
	    $(REVIEW)/bin/python -B -m unittest discover -s Tests/Server/ReviewTests -t Tests/Server/ReviewTests

setup-review: PACKAGES := chromium chromium-driver fonts-dejavu-core python3-venv
setup-review:
	@dpkg -s $(PACKAGES) > /dev/null 2>&1 || ($(SUDO) apt-get update \
	    && $(SUDO) apt-get -o Acquire::Retries=3 install -y --no-install-recommends $(PACKAGES))

# The driver of the browser; and axe-core, which comes inside a package whose own driver is not used.
$(REVIEW)/ready: Sources/Server/service.mk
	python3 -m venv $(REVIEW)
	$(REVIEW)/bin/pip install --no-compile --quiet selenium==4.51.0
	$(REVIEW)/bin/pip install --no-compile --quiet --no-deps axe-playwright-python==0.1.8
	touch $@

# What one service bears on this machine, with the load beside it, and what a cluster does whose servers are all here:
# five minutes. `make load ARGS=--quick`: one.
load: build-service setup-test $(SERVICE)/ready
	$(if $(BUILT),,swift build -c $(CONFIGURATION) --product sealedmatch-load)
	@.build/$(CONFIGURATION)/sealedmatch-load .build/$(CONFIGURATION)/sealedmatchd $(ARGS)
	@python3 -B Tests/Server/ServiceSimulation/cluster_load.py --load .build/$(CONFIGURATION)/sealedmatch-load \
	    --service .build/$(CONFIGURATION)/sealedmatchd --cluster $(SERVICE)/bin/nats-server $(ARGS)

# Processes are killed while accounts upload: on SQLite files, then on JetStream and PostgreSQL. Nothing may be lost or
# counted twice. `make simulate-service KILLS=12 ACCOUNTS=12` is the short form.
KILLS ?= 500
ACCOUNTS ?= 200
SEED ?= 1
BUILT_AT = $(CURDIR)/.build/$(CONFIGURATION)
SIMULATE = $(MESSENGER)/bin/python -B Tests/Server/ServiceSimulation/simulate.py --kills $(KILLS) --seed $(SEED) \
	--accounts $(ACCOUNTS) --service $(BUILT_AT)/sealedmatchd --tool $(BUILT_AT)/sealedmatch

simulate-service: build-service setup-test $(if $(BUILT),,wheel) $(MESSENGER)/ready $(SERVICE)/ready
	$(if $(BUILT),,$(MESSENGER)/bin/pip install --no-compile --quiet --force-reinstall --no-deps $(WHEELS)/*.whl)
	@$(SIMULATE)
	@$(SIMULATE) --cluster $(CURDIR)/$(SERVICE)/bin/nats-server

# sealedmatchd, its manual pages, completions, units and the operator's files, under PREFIX.
SYSTEMD ?= $(PREFIX)/lib
OPERATING := Sources/Server/Operating
DAEMON = .build/$(CONFIGURATION)/sealedmatchd

install-service: build-service
	rm -rf .build/man-service
	$(DAEMON) --experimental-dump-help | python3 -B Sources/Tool/manual.py .build/man-service
	install -d $(DESTDIR)$(BINDIR) $(DESTDIR)$(SHAREDIR)/man/man8 \
	    $(DESTDIR)$(SHAREDIR)/bash-completion/completions $(DESTDIR)$(SHAREDIR)/zsh/site-functions \
	    $(DESTDIR)$(SHAREDIR)/fish/vendor_completions.d $(DESTDIR)$(SHAREDIR)/sealedmatch \
	    $(DESTDIR)$(SYSTEMD)/systemd/system $(DESTDIR)$(SYSTEMD)/sysusers.d $(DESTDIR)$(SYSTEMD)/tmpfiles.d
	install -m 755 $(DAEMON) $(DESTDIR)$(BINDIR)
	install -m 644 .build/man-service/*.8 $(DESTDIR)$(SHAREDIR)/man/man8
	$(DAEMON) --generate-completion-script bash > $(DESTDIR)$(SHAREDIR)/bash-completion/completions/sealedmatchd
	$(DAEMON) --generate-completion-script zsh > $(DESTDIR)$(SHAREDIR)/zsh/site-functions/_sealedmatchd
	$(DAEMON) --generate-completion-script fish > $(DESTDIR)$(SHAREDIR)/fish/vendor_completions.d/sealedmatchd.fish
	for unit in $(OPERATING)/systemd/*.service; do sed 's,/usr/bin/,$(BINDIR)/,' "$$unit" \
	    > $(DESTDIR)$(SYSTEMD)/systemd/system/$${unit##*/}; done
	install -m 644 $(OPERATING)/systemd/sysusers.conf $(DESTDIR)$(SYSTEMD)/sysusers.d/sealedmatch.conf
	install -m 644 $(OPERATING)/systemd/tmpfiles.conf $(DESTDIR)$(SYSTEMD)/tmpfiles.d/sealedmatch.conf
	cp -r $(OPERATING)/nginx $(OPERATING)/caddy $(OPERATING)/prometheus $(OPERATING)/grafana \
	    $(DESTDIR)$(SHAREDIR)/sealedmatch

# Both programs with Swift's runtime linked in, and all that an operator needs, in one file. C libraries are the
# system's (Docs/Operating.md, "Install"). The same programs give the same bytes.
DIST_NAME = sealedmatch-$(RELEASE)-linux-$(shell uname -m)
DIST = .build/dist

dist: setup setup-service
	swift build -c release --static-swift-stdlib -Xlinker -s --product sealedmatchd
	swift build -c release --static-swift-stdlib -Xlinker -s --product sealedmatch
	rm -rf $(DIST) && install -d $(DIST)/$(DIST_NAME)/share/doc/sealedmatch
	$(MAKE) --no-print-directory BUILT=1 CONFIGURATION=release install-tool install-service \
	    DESTDIR=$(CURDIR)/$(DIST)/$(DIST_NAME) PREFIX= BINDIR=/bin
	sed -i 's,ExecStart=/bin/,ExecStart=/usr/local/bin/,' $(DIST)/$(DIST_NAME)/lib/systemd/system/*.service
	python3 -B $(OPERATING)/licences.py $(DIST)/$(DIST_NAME)/share/doc/sealedmatch/licences \
	    .build/release/sealedmatchd.product/Objects.LinkFileList .build/release/sealedmatch.product/Objects.LinkFileList
	cp README.md CHANGELOG.md LICENSE Docs/*.md Docs/openapi.yaml Docs/policy.schema.json \
	    $(DIST)/$(DIST_NAME)/share/doc/sealedmatch
	set -o pipefail; cd $(DIST) && find $(DIST_NAME) ! -type d -print0 | LC_ALL=C sort -z \
	    | tar --create --format=ustar --mtime=@0 --owner=0 --group=0 --numeric-owner --mode=u=rwX,go=rX \
	        --no-recursion --null --files-from=- | gzip -9 --no-name > $(DIST_NAME).tar.gz.part
	mv $(DIST)/$(DIST_NAME).tar.gz.part $(DIST)/$(DIST_NAME).tar.gz
	@cd $(DIST) && sha256sum $(DIST_NAME).tar.gz | tee $(DIST_NAME).tar.gz.sha256
