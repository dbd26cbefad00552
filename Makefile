# Everything starts here; `make` alone lists the targets.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PORT ?= 8080
export PYTHONPATH := $(CURDIR)

.DEFAULT_GOAL := help
.PHONY: help run worker test check format bench translations frontend schema reference clean

help: ## list the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 16

$(VENV)/run.stamp: requirements/run.txt
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements/run.txt
	@touch $@

$(VENV)/dev.stamp: requirements/dev.txt $(VENV)/run.stamp
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements/dev.txt
	@touch $@

run: $(VENV)/run.stamp ## set up all that is needed and serve the app with a demo company
	PORT=$(PORT) $(BIN)/python -m engine.cli serve --demo

worker: $(VENV)/run.stamp ## a Celery worker with its schedule; needs CELERY_BROKER_URL
	$(BIN)/celery -A engine.jobs.celery worker --beat --loglevel INFO

test: $(VENV)/dev.stamp ## set up all that is needed and run every test
	scripts/browser.sh
	$(BIN)/python -m pytest -n 2 --dist loadgroup

check: $(VENV)/dev.stamp ## format, lint, types, layers, YAML, tests
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m engine.cli check
	$(MAKE) test

format: $(VENV)/dev.stamp ## write the code in the house's format
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

bench: $(VENV)/dev.stamp ## measure, and print each figure beside its limit
	$(BIN)/python -m bench

translations: $(VENV)/dev.stamp ## gather and compile the interface's texts
	$(BIN)/python scripts/build_translations.py

frontend: ## build scripts and styles from frontend/ (needs Node; the result is committed)
	cd frontend && npm ci && node build.mjs

schema: $(VENV)/run.stamp ## write the JSON Schemas that editors complete and check by
	$(BIN)/python -m engine.cli schema

reference: $(VENV)/run.stamp ## write docs/reference from the code
	$(BIN)/python scripts/build_reference.py

clean: ## forget the environment and the local data
	rm -rf $(VENV) var
