# The service: built, tried, tested, installed, packed. Included by the Makefile.

.PHONY: build-service serve test-service install-service dist setup-service

# Programs for `serve` and `test-service`; `make test` has built others.
build-service: build
	$(if $(BUILT),,swift build -c $(CONFIGURATION) --product sealedmatchd)

# The whole service on loopback, with a sample, until Ctrl-C (Docs/Examples/service).
serve: build-service setup-service
	@python3 -B Docs/Examples/service/serve.py --programs .build/$(CONFIGURATION) --folder .build/serve

# openssl signs the example's tokens; systemd's own programs check units.
setup-service: PACKAGES := openssl systemd sqlite3
setup-service:
	@dpkg -s $(PACKAGES) > /dev/null 2>&1 || ($(SUDO) apt-get update \
	    && $(SUDO) apt-get -o Acquire::Retries=3 install -y --no-install-recommends $(PACKAGES))

# What a test starts or asks, from Debian packages that are unpacked and not installed: nothing of it runs afterwards.
UNPACKED := .build/packages

$(UNPACKED)/ready: Sources/Server/service.mk
	@rm -rf $(UNPACKED) && mkdir -p $(UNPACKED)
	@apt-cache show nginx caddy prometheus > /dev/null 2>&1 || $(SUDO) apt-get update
	cd $(UNPACKED) && apt-get download nginx caddy prometheus && for file in *.deb; do dpkg -x $$file .; done && rm *.deb
	@touch $@

# The example, the reverse proxies, the units, and that documents, alarms and dashboard name what there is. A minute.
test-service: build-service setup-service $(UNPACKED)/ready
	SEALEDMATCH_PROGRAMS=.build/$(CONFIGURATION) SEALEDMATCH_PACKAGES=$(UNPACKED) \
	    python3 -B -m unittest discover -s Tests/Server/OperatingTests -t Tests/Server/OperatingTests
