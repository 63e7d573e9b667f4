# Every target makes .venv by itself: with uv where it is present, else with venv and pip.
# Windows, or without make: see README.md.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

# A Python of one's own choice: make install PYTHON=python3.13
PYTHON ?=
# Arguments handed on: make run ARGS='--replicates 8', make test ARGS='-k draws'
ARGS ?=

BIN := .venv/bin
STAMP := .venv/.installed

.PHONY: help install run test lint format bench clean

help: ## show this list
	@awk -F':.*## ' '/^[a-z]+:.*## / { printf "  make %-9s %s\n", $$1, $$2 }' Makefile
	@echo "  ARGS='...' is handed on; PYTHON=python3.13 chooses the Python (3.11 to 3.13)"

install: $(STAMP) ## make .venv with everything in it

run: install ## compare the headline scenarios; writes a new folder under runs/
	@$(BIN)/kemitraan compare --scale 20 --replicates 48 $(ARGS)

test: install ## run all tests
	@$(BIN)/python -m pytest $(ARGS)

lint: install ## check style and types
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

format: install ## put style right where a tool can
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: install ## measure speed; prints its conditions
	@$(BIN)/python -m benchmarks $(ARGS)

clean: ## remove .venv and what the tools made; keeps runs/
	rm -rf .venv .pytest_cache .mypy_cache .ruff_cache .hypothesis build dist

# Another Python than the one .venv has was asked for: make it anew.
version := -c 'import sys; print(*sys.version_info[:3], sep=".")' 2>/dev/null
ifneq ($(PYTHON),)
ifneq ($(shell "$(PYTHON)" $(version)),$(shell $(BIN)/python $(version)))
OTHER := yes
$(STAMP): always
endif
endif
.PHONY: always
always:

# A .venv of a Python out of range, or half made, is made anew too.
$(STAMP): requirements.lock pyproject.toml
	@good='import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))'; \
	python=""; \
	for each in $(if $(PYTHON),"$(PYTHON)",python3 python3.13 python3.12 python3.11 python); do \
	    if "$$each" -c "$$good" >/dev/null 2>&1; then python="$$each"; break; fi; \
	done; \
	if [ -z "$$python" ]; then \
	    echo "kemitraan needs Python 3.11, 3.12 or 3.13 and found none$(if $(PYTHON), as $(PYTHON))." >&2; \
	    echo "Install one (Debian: apt install python3 python3-venv), or name it: make install PYTHON=/path/to/python3.12" >&2; \
	    exit 1; \
	fi; \
	if ! $(BIN)/python -c "$$good" >/dev/null 2>&1 || [ -n "$(OTHER)" ]; then \
	    rm -rf .venv; \
	    if command -v uv >/dev/null && uv --version >/dev/null 2>&1; then \
	        uv venv --quiet --python "$$("$$python" -c 'import sys; print(sys.executable)')" .venv; \
	    elif ! "$$python" -m venv .venv; then \
	        rm -rf .venv; \
	        echo "Python could not make .venv (Debian: apt install python3-venv)." >&2; \
	        exit 1; \
	    fi; \
	fi; \
	echo "installing into .venv ($$($(BIN)/python --version)); this takes a minute" >&2; \
	if command -v uv >/dev/null && uv --version >/dev/null 2>&1; then \
	    uv pip install --quiet --compile-bytecode --python $(BIN)/python --require-hashes -r requirements.lock; \
	    uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation -e .; \
	else \
	    $(BIN)/python -m pip install --quiet --require-hashes -r requirements.lock; \
	    $(BIN)/python -m pip install --quiet --no-deps --no-build-isolation -e .; \
	fi; \
	echo "compiling the model for this machine; half a minute to a minute" >&2; \
	$(BIN)/python -m experiments.prepare && \
	touch $@
