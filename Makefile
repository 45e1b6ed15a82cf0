# make run starts tinbao; make test checks everything. Both set up .venv from the lock files first.

PYTHON = $(shell for name in python3 python3.14 python3.13 python3.12 python3.11; do \
	$$name -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$name && break; done)
BIN := .venv/bin
PIP := $(BIN)/python -m pip --quiet --disable-pip-version-check install
UV_COMPILE = $(BIN)/uv pip compile --quiet --universal --generate-hashes --no-header --python-version 3.11

.DEFAULT_GOAL := help
.PHONY: help run install test fmt lock chaos bench bench-full bench-footprint bench-routing simulate

help:  ## this list
	@sed -n 's/^\([a-z-]*\):.*## /  make \1\t/p' Makefile

run: install  ## start tinbao; with nothing configured, at http://127.0.0.1:8080
	@exec $(BIN)/tinbao run

install: .venv/run.stamp  ## only set up: afterwards .venv/bin/tinbao is there

test: .venv/dev.stamp  ## everything that must hold: style, types, arrows, tests
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy .
	$(BIN)/lint-imports
	$(BIN)/pytest

fmt: .venv/dev.stamp  ## put the code into shape
	$(BIN)/ruff format
	$(BIN)/ruff check --fix

bench: .venv/dev.stamp  ## measure speed beside yardsticks: one table, at reduced sizes
	$(BIN)/python -m benchmarks

bench-full: .venv/dev.stamp  ## the same at full sizes
	$(BIN)/python -m benchmarks --full

bench-footprint: .venv/dev.stamp  ## measure start, idle memory and stop
	$(BIN)/python -m benchmarks.footprint

bench-routing: .venv/dev.stamp  ## measure routing
	$(BIN)/python -m benchmarks.routing

SEED ?= 1
DAYS ?= 365

simulate: .venv/dev.stamp  ## live through days of an invented province: SEED=1 DAYS=365
	@$(BIN)/python -m tests.simulation --seed $(SEED) --days $(DAYS) \
		$(if $(A_WEEK),--a-week $(A_WEEK)) $(if $(HARSH),--harsh $(HARSH))

chaos: .venv/dev.stamp  ## play a long day on which everything fails: SEED=1 CITIZENS=2000 ROUNDS=300
	@$(BIN)/python -m tests.chaos --seed $(SEED) $(if $(CITIZENS),--citizens $(CITIZENS)) \
		$(if $(ROUNDS),--rounds $(ROUNDS)) $(if $(POSTGRESQL),--postgresql)

# A stamp is as old as what was installed. Each is written last, so that half an installation is done again.
.venv/run.stamp: requirements.lock requirements-build.lock pyproject.toml
	@test -n "$(PYTHON)" || { echo "tinbao needs Python 3.11 or newer as python3"; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || \
		{ echo "tinbao needs Python's venv; on Debian or Ubuntu: sudo apt install python3-venv"; exit 1; }
	@echo "Setting up .venv from requirements.lock; this takes a minute, once."
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@$(PIP) --require-hashes -r requirements.lock
	@$(PIP) --require-hashes -r requirements-build.lock
	@$(PIP) --no-deps --no-build-isolation --editable .
	@touch $@

.venv/dev.stamp: .venv/run.stamp requirements-dev.lock
	@echo "Adding what the tests need, from requirements-dev.lock."
	@$(PIP) --require-hashes -r requirements-dev.lock
	@touch $@

lock: .venv/dev.stamp  ## find newer versions within pyproject.toml and pin them
	$(PIP) uv
	$(UV_COMPILE) --upgrade pyproject.toml -o requirements.lock
	$(UV_COMPILE) --upgrade pyproject.toml --group dev -c requirements.lock -o requirements-dev.lock
	printf 'editables\nhatchling\n' | $(UV_COMPILE) --upgrade --no-annotate - \
		-c requirements-dev.lock -o requirements-build.lock
