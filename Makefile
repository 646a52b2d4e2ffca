# make demo   builds a corpus from the two sample chapters; needs only Python 3.11 and pip
# make test   runs all tests
# Both make their own virtual environment in .venv first; the tests one more, for Label Studio, in .venv-studio.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
CORE := $(VENV)/.core
READY := $(VENV)/.ready
STUDIO := .venv-studio/.ready
DEMO := demo-workspace

MAKEFLAGS += --jobs=2
.DEFAULT_GOAL := help
.PHONY: help ready demo test check fix schemas samples bench clean

help:
	@sed -n '1,3p' Makefile
	@echo "make check | fix | schemas | samples | bench | clean"

$(CORE): pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "corpusbuilder needs Python 3.11 or newer; say which with: make PYTHON=python3.11"; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade "pip>=25.1"
	$(BIN)/python -m pip install --quiet --editable ".[release]"
	touch $(CORE)

# torch comes first, so that nothing else chooses its build. The demo does without it.
$(READY): $(CORE)
	$(BIN)/python -m pip install --quiet torch==2.13.0
	$(BIN)/python -m pip install --quiet --editable ".[generate,layout,release,review]" --group dev
	touch $(READY)

# Label Studio wants other versions of what we need. Beside it: a data folder to begin with, and a browser.
$(STUDIO): $(CORE)
	$(BIN)/python scripts/prepare_studio.py
	touch $(STUDIO)

ready: $(READY) $(STUDIO)

demo: $(CORE)
	$(BIN)/corpusbuilder demo -w $(DEMO) --set corpus.name=demo
	@echo
	@echo "Look at: $(DEMO)/release/demo/README.md (the data card), $(DEMO)/verify/*.jsonl (examples with verdicts)"

test: $(READY) $(STUDIO)
	$(BIN)/python -m pytest -n auto --dist worksteal

check: $(READY)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python scripts/schemas.py --check

fix: $(READY)
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

schemas: $(READY)
	$(BIN)/python scripts/schemas.py

samples: $(READY)
	$(BIN)/python scripts/make_samples.py

bench: $(READY) $(STUDIO)
	$(BIN)/python scripts/bench.py
	$(BIN)/python scripts/bench_parse.py
	$(BIN)/python scripts/bench_diagrams.py
	$(BIN)/python scripts/bench_grounding.py
	$(BIN)/python scripts/bench_teachers.py
	$(BIN)/python scripts/bench_review.py
	$(BIN)/python scripts/bench_release.py

clean:
	rm -rf $(VENV) .venv-studio $(DEMO) .pytest_cache .mypy_cache .ruff_cache .import_linter_cache
