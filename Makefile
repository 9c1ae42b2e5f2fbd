# make run     train on California Housing      make format   put code in the house format
# make test    lint, types and tests            make clean    remove what these made
# make bench   times against others, into benchmarks/results
# make bench-tabular  accuracy and time of the tabular presets beside others, into benchmarks/results
# make ward    score the diagnosis on every patient, into ward.json
# Needs python3 (3.11 or later) and nothing else; everything is installed into .venv.

VENV := .venv
BIN := $(VENV)/bin
PYTHON ?= python3

export MPLBACKEND := Agg
export PIP_DISABLE_PIP_VERSION_CHECK := 1

# The data beside a checkout, where there is some and the user has not said otherwise.
ifneq ($(wildcard ../shared/data),)
export PULLBACK_DATA ?= $(abspath ../shared/data)
endif

.PHONY: run test bench bench-tabular ward format clean
.DELETE_ON_ERROR:

run: $(VENV)/.installed
	$(BIN)/pullback train

test: $(VENV)/.installed-test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy src
	$(BIN)/pytest -n 2 -q

bench: $(VENV)/.installed
	$(BIN)/python -m pip install --quiet --editable '.[bench]'
	$(BIN)/python benchmarks/run.py

bench-tabular: $(VENV)/.installed
	$(BIN)/python -m pip install --quiet --editable '.[bench-tabular]'
	$(BIN)/python benchmarks/tabular/run.py

ward: $(VENV)/.installed-test
	$(BIN)/python -m pullback.diagnose._ward --json ward.json

format: $(VENV)/.installed-test
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

clean:
	rm -rf $(VENV) build dist .mypy_cache .pytest_cache .ruff_cache .hypothesis
	find src tests -name __pycache__ -type d -prune -exec rm -rf {} +

# The stamps are written last, so that a run that was cut short starts again.
$(VENV)/.made:
	$(PYTHON) -m venv --clear $(VENV)
	@touch $@

$(VENV)/.installed: pyproject.toml | $(VENV)/.made
	$(BIN)/python -m pip install --quiet --editable .
	@touch $@

$(VENV)/.installed-test: pyproject.toml | $(VENV)/.made
	$(BIN)/python -m pip install --quiet --editable '.[test]'
	@touch $@ $(VENV)/.installed
