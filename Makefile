# Each target works as the only command on a fresh checkout: it makes the environment it needs in .venv.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.PHONY: help scan test clipbench lint format clean
help:  ## Show this list
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

$(VENV)/installed: pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --upgrade 'pip>=25.1'
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable .
	$(BIN)/python -m compileall -q analyzer
	@touch $@

$(VENV)/installed-dev: $(VENV)/installed
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --group dev
	@touch $@

scan: $(VENV)/installed  ## Vet one package: make scan APP=path
	@test -n "$(APP)" || { echo 'Say which package: make scan APP=path/to/app.apk' >&2; exit 2; }
	@$(BIN)/apkvet scan "$(APP)"

test: $(VENV)/installed-dev  ## Run the tests
	$(BIN)/python -m pytest

clipbench: $(VENV)/installed-dev  ## Compare what is said of ClipBench's apps with the answers
	$(BIN)/python bench/clipbench.py

lint: $(VENV)/installed-dev  ## Check style, types and the direction of imports
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: $(VENV)/installed-dev  ## Format the code
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

clean:  ## Remove the environment and caches
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis
