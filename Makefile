# `make train` and `make test` set up everything they need. `make help` lists the rest.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
# A process a core; a file's tests stay together.
PYTEST := $(BIN)/python -m pytest -n auto --dist loadfile
# The threads of two processes would wait for each other.
ONE_THREAD := OPENBLAS_NUM_THREADS=1 OMP_NUM_THREADS=1 TF_NUM_INTRAOP_THREADS=1 TF_NUM_INTEROP_THREADS=1

.DEFAULT_GOAL := help
.PHONY: help setup train test test-slow fuzz bench lint format keys clean

help: ## List what can be made.
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /  make \1\t/' | expand -t 20

# The stamp is renewed when the dependencies or the version change.
$(VENV)/.installed: pyproject.toml dnnctl/version.py
	$(PYTHON) -c 'import sys; sys.exit(0 if (3, 11) <= sys.version_info < (3, 14) else "error: Python 3.11 to 3.13 is needed; this is %d.%d. Use make PYTHON=python3.12" % sys.version_info[:2])'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev]'
	@touch $@

setup: $(VENV)/.installed ## Make the virtual environment and install dnnctl into it.

train: setup ## Train, evaluate, save and plot on real handwritten digits; works offline after set-up.
	$(BIN)/dnnctl train configs/digits.yaml

test: setup ## Run the tests (those that take long: make test-slow).
	$(ONE_THREAD) $(PYTEST)

test-slow: setup ## Run the tests that take long.
	$(PYTEST) -m slow --ignore tests/fuzz
	$(BIN)/python -m pytest -m slow tests/fuzz

bench: setup ## Measure dnnctl against its peers (ROUNDS=5 ONLY=a,b QUICK=1); see docs/performance.md.
	$(BIN)/python -m benchmarks run $(if $(ROUNDS),--rounds $(ROUNDS)) $(if $(ONLY),--only $(ONLY)) $(if $(QUICK),--quick)

fuzz: setup ## Try 20,000 damaged or hostile inputs, 240 of them on the command line; INPUTS=... and SEED=... set others.
	FUZZ_INPUTS=$(or $(INPUTS),20000) FUZZ_SEED=$(or $(SEED),0) $(BIN)/python -m pytest -m slow tests/fuzz

lint: setup ## Check format, style, types and the order of imports.
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: setup ## Format the code.
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

keys: setup ## List the keys that shells complete, after a change of the configuration's schema.
	$(BIN)/python -c "from dnnctl.config.keys import key_paths; print('\n'.join(map(' '.join, key_paths())))" > dnnctl/cli/keys.txt

clean: ## Remove the virtual environments and caches; runs in outputs/ stay.
	rm -rf $(VENV) benchmarks/.peers benchmarks/.peers-gpu build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache .import_linter_cache
