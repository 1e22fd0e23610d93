# Two commands matter: `make demo` and `make test`. Both set up what they need.
PYTHON ?= python3.11
VENV := .venv
BIN := $(VENV)/bin
HOME_DIR ?= var
# uv's --quiet hides errors too, so a failed quiet install is repeated aloud.
INSTALL := $(BIN)/uv pip install --python $(BIN)/python --compile-bytecode

.PHONY: setup demo test test-fast ui lint fix bench bench-derivations bench-judging lock clean

setup: $(VENV)/.installed

$(VENV)/.installed: requirements.lock pyproject.toml
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check "uv>=0.5"
	@$(INSTALL) --quiet --require-hashes -r requirements.lock || $(INSTALL) --require-hashes -r requirements.lock
	@$(INSTALL) --quiet --no-deps --no-build-isolation -e . || $(INSTALL) --no-deps --no-build-isolation -e .
	@touch $@

demo: setup  ## a synthetic registry, refreshed and published
	@$(BIN)/rechallenge demo --home $(HOME_DIR)

test: setup  ## everything: unit, spec, rules, generative, pipeline, ui
	@$(BIN)/pytest -n 2 --dist worksteal

test-fast: setup  ## unit and spec tests but those marked slow, to run while one works
	@$(BIN)/pytest tests/unit tests/spec -m "not slow" -n 2 --dist worksteal

ui: setup  ## the Dagster UI and the reports, on loopback
	@$(BIN)/rechallenge ui --home $(HOME_DIR)

lint: setup
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy

fix: setup
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

bench: setup
	@$(BIN)/python -m benchmarks.nightly

bench-derivations: setup  ## ten thousand to a million patients, two threads; needs about 5 GB of disk
	@$(BIN)/python -m benchmarks.derivations

bench-judging: setup  ## the whole catalogue, ten thousand to a million patients, sound and all faulty; about 8 GB of disk
	@$(BIN)/python -m benchmarks.judging

lock: setup  ## compile the lock again after editing pyproject.toml
	@$(BIN)/uv pip compile --quiet --python-version 3.11 --all-extras --generate-hashes --no-emit-index-url --no-header pyproject.toml -o requirements.lock

clean:
	@rm -rf $(VENV) var .pytest_cache .mypy_cache .ruff_cache
