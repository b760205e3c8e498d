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
	$(BIN)/python -m pytest -n auto

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

.PHONY: lock audit sbom
lock: $(VENV)/installed  ## Write requirements.lock anew: every package that apkvet runs with, by version and digest
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --group release
	$(BIN)/pip-compile --quiet --generate-hashes --strip-extras --no-header --no-emit-index-url --no-emit-find-links \
	  --output-file requirements.lock pyproject.toml

audit: $(VENV)/installed  ## Ask the public list of vulnerabilities about the packages of requirements.lock (needs the network)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --group release
	$(BIN)/pip-audit --require-hashes --disable-pip -r requirements.lock

sbom: $(VENV)/installed  ## Write dist/apkvet.cdx.json: what apkvet and its packages are (CycloneDX)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --group release
	mkdir -p dist
	$(BIN)/cyclonedx-py requirements --pyproject pyproject.toml --output-reproducible --of JSON -o dist/apkvet.cdx.json requirements.lock

clean:  ## Remove the environment and caches
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis
