# Two commands do everything on a fresh machine: `make demo` and `make test`. They need python3 (3.11 or newer) and make;
# each builds its own environment in .venv, with uv where it is installed and with pip where it is not.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PAGE ?= src/rackmath/starter/sample-page.txt
DEMO := build/demo
BRAIN := $(DEMO)/brains/$(basename $(notdir $(PAGE)))
UV := $(shell command -v uv 2>/dev/null)

.PHONY: help demo serve test test-full lint fix docs bench new-model lock clean

help: ## Say what each target does
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 12

demo: $(VENV)/.core ## Read a brain's page and answer a real decision with it (PAGE=… for another page)
	@bash tools/demo.sh "$(BIN)/rackmath" "$(PAGE)" "$(DEMO)"

serve: $(VENV)/.core ## Read a brain's page and the bundled brain at http://127.0.0.1:8000 (PORT=… for another port)
	@$(BIN)/rackmath brain import "$(PAGE)" --into "$(BRAIN)" >/dev/null
	@$(BIN)/rackmath serve --vault "$(BRAIN)" --port $(or $(PORT),8000)

test: $(VENV)/.dev ## Run the tests
	$(BIN)/python -m pytest -m "not slow" -n auto --dist worksteal

test-full: $(VENV)/.dev ## Run all tests, the slow ones too
	RACKMATH_KILLS=300 RACKMATH_EXAMPLES=500 $(BIN)/python -m pytest

lint: $(VENV)/.dev ## Check style, types, import layers, and that produced docs are up to date
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python tools/docs.py --check

fix: $(VENV)/.dev ## Mend what the linter can mend by itself
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

docs: $(VENV)/.dev ## Write the docs that the program produces (docs/models/, docs/cli.md, outputs in the pages)
	$(BIN)/python tools/docs.py

bench: $(VENV)/.dev ## Measure speed and memory beside a peer or a hand-written optimum
	$(BIN)/python bench/run.py

new-model: $(VENV)/.dev ## Begin a model: make new-model NAME=folder.name METHOD=A08.1
	$(BIN)/python tools/new_model.py "$(NAME)" "$(METHOD)"

lock: ## Write requirements/*.lock anew from pyproject.toml (needs uv)
	uv pip compile -q --universal --generate-hashes --no-emit-index-url --no-header pyproject.toml --extra web -o requirements/core.lock
	uv pip compile -q --universal --generate-hashes --no-emit-index-url --no-header pyproject.toml --extra web --extra tables --extra fast --group dev -o requirements/dev.lock

clean: ## Remove what was built
	rm -rf $(VENV) build dist

$(VENV)/.core: requirements/core.lock pyproject.toml tools/environment.sh
	@bash tools/environment.sh "$(PYTHON)" "$(VENV)" core

$(VENV)/.dev: requirements/dev.lock pyproject.toml tools/environment.sh
	@bash tools/environment.sh "$(PYTHON)" "$(VENV)" dev
