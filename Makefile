# What one types; needs python3 (3.11 or newer), make, git and a package index.

export PORT ?= 8000
BIN := .venv/bin
# A production-like environment for checks that only read settings.
PRODUCTION := VITRINE_DATA=.venv/check VITRINE_BASE_URL=https://registry.example.org VITRINE_SECRET_KEY=only-for-checks-8mW2xQ5vR7kT1zN4cJ6hB9yLpDsGfA3eUo0iXt

.PHONY: help demo run test test-slow test-postgres soak screenshots check fmt

help: ## list these targets
	@sed -nE 's/^([a-z-]+):.*## (.*)/\1\t\2/p' Makefile | expand -t 16

demo: .venv/app ## serve a seeded organization at http://localhost:8000 (PORT=… for another)
	@$(BIN)/python -m operations.demo

run: .venv/app ## serve with the settings of the environment (docs/deploy.md)
	@$(BIN)/python manage.py serve --migrate --port $(PORT)

test: .venv/dev ## run the suite, in parallel
	@$(BIN)/pytest

test-slow: .venv/dev ## run what takes minutes each: every page in the browser, twenty scripts at once, kill -9 everywhere
	@$(BIN)/pytest -m slow

test-postgres: .venv/dev ## run the suite on a throw-away PostgreSQL cluster
	@$(BIN)/python tests/throwaway_postgres.py $(BIN)/pytest --reuse-db

soak: .venv/dev ## an hour of twenty clients and the largest artifacts, at one server (SOAK_MINUTES=2 SOAK_GIB=0 SOAK_FILES=0 for a trial)
	@$(BIN)/python -m benchmarks.soak

screenshots: .venv/dev ## every page of the demo as a picture, in screenshots/ (ONLY=… for a part of them)
	@$(BIN)/python -m tests.screenshots "$(ONLY)"

check: .venv/dev ## format, lint, layers, templates, types, migrations, deployment
	$(BIN)/ruff format --check
	$(BIN)/ruff check
	$(BIN)/lint-imports --cache-dir .venv/import-linter
	git ls-files -z '*.html' | xargs -0 $(BIN)/djade --check --target-version 5.2
	$(PRODUCTION) $(BIN)/mypy
	$(PRODUCTION) $(BIN)/python manage.py makemigrations --check --dry-run
	$(PRODUCTION) $(BIN)/python manage.py check --deploy --fail-level WARNING

fmt: .venv/dev ## format the code and the templates
	$(BIN)/ruff check --fix --exit-zero
	$(BIN)/ruff format
	git ls-files -z '*.html' | xargs -0 $(BIN)/djade --target-version 5.2

.venv/bin/uv:
	@python3 -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Vitrine needs Python 3.11 or newer; this python3 is " + sys.version.split()[0])'
	@python3 -c 'import ensurepip, venv' 2>/dev/null || { echo "This python3 cannot make virtual environments; on Debian and Ubuntu: apt install python3-venv"; exit 1; }
	@python3 -m venv .venv
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check 'uv>=0.9,<1'

.venv/app: uv.lock | .venv/bin/uv
	@$(BIN)/uv sync --quiet --frozen --inexact --no-dev --extra postgres
	@touch $@

.venv/dev: uv.lock | .venv/bin/uv
	@$(BIN)/uv sync --quiet --frozen --inexact
	@touch $@ .venv/app
