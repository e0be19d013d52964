# make check: set up and run the main job. make test: set up and run the whole suite.
# Both make the virtual environment on a fresh machine, and are quick the second time.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/installed
PIP := $(BIN)/python -m pip --disable-pip-version-check -q

.PHONY: check test test-full lint figures benchmarks readme clean

check: $(STAMP)
	$(BIN)/theoremcheck check -j 2

test: check
	$(BIN)/theoremcheck ledger --svg $(VENV)/ledger.svg
	cmp $(VENV)/ledger.svg ledger.svg || { echo "ledger.svg is not current: make ledger.svg"; exit 1; }
	$(BIN)/python -m pytest -n 2 --dist worksteal -q

test-full: $(STAMP)
	$(BIN)/python -m pytest -n 2 --dist worksteal -q -m ""

# mypy and import-linter read a plain install: they do not follow the hooks of an editable one.
lint: $(STAMP)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(PIP) install --no-deps --upgrade --target $(VENV)/plain .
	cd $(VENV) && MYPYPATH=plain bin/mypy --config-file ../pyproject.toml -p theoremcheck
	cd $(VENV) && PYTHONPATH=plain bin/lint-imports --config ../pyproject.toml --no-cache

# The picture of the README: one cell an equation.
.PHONY: ledger.svg
ledger.svg: check
	$(BIN)/theoremcheck ledger --svg ledger.svg

figures: $(STAMP)
	$(BIN)/theoremcheck figures --out out/figures

benchmarks: $(STAMP)
	for one in benchmarks/*.py; do $(BIN)/python $$one || exit 1; done

# torch first: the pinned release is found where the machine keeps one, and never the builds for accelerators.
$(STAMP): pyproject.toml constraints.txt
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(PIP) install torch==2.13.0 -c constraints.txt
	$(PIP) install -e '.[all]' -c constraints.txt
	touch $(STAMP)

clean:
	rm -rf $(VENV) build out *.egg-info
