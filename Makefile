# Chartway: two commands are all a newcomer needs, `make demo` and `make test`.
SHELL := /bin/sh
VENV := .venv
BIN := $(VENV)/bin
# The newest Python that is there, 3.11 at least.
PYTHON := $(shell for p in python3.13 python3.12 python3.11 python3 python3.14; do \
  $$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { echo $$p; break; }; done)
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.PHONY: help setup demo clean-demo test check lock clean

help: ## Show this list
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 14

setup: $(VENV)/.ready ## Make .venv with exactly what requirements.lock pins

demo: setup ## Load the demo company, walk one chart's whole life, serve the portal
	@$(BIN)/chartway demo

clean-demo: ## Forget the demo company
	@if [ -x $(BIN)/chartway ]; then $(BIN)/chartway demo --forget; else rm -rf .demo; fi

test: $(VENV)/.ready-for-tests ## Check everything: types, lint, contracts, all tests, the browser too
	@$(BIN)/python -m tests.everything

check: $(VENV)/.ready-for-tests ## Types, lint and contracts only
	@$(BIN)/python -m tests.everything --quick

lock: ## Pin the newest versions that pyproject.toml allows (needs uv)
	uv lock --upgrade
	uv export --quiet --no-header --no-emit-project --no-dev --group build -o requirements.lock
	uv export --quiet --no-header --no-emit-project --group dev --group build -o requirements-dev.lock

clean: ## Remove the virtual environment and caches
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache build dist

$(VENV)/.ready: requirements.lock pyproject.toml
	@$(call install,requirements.lock)
	@touch $@

$(VENV)/.ready-for-tests: requirements-dev.lock pyproject.toml
	@$(call install,requirements-dev.lock)
	@touch $@ $(VENV)/.ready

# uv where it is there, pip where it is not; both check every hash. The product itself is installed in place.
define install
if [ -z "$(PYTHON)" ]; then echo "Chartway needs Python 3.11 or newer."; exit 1; fi; \
echo "Installing $(1) into $(VENV); without a cache that takes some minutes …"; \
if command -v uv >/dev/null 2>&1; then \
  { [ -x $(BIN)/python ] || uv venv --quiet --python $(PYTHON) $(VENV); } && \
  uv pip install --quiet --python $(BIN)/python --require-hashes -r $(1) && \
  uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation -e .; \
else \
  { [ -x $(BIN)/pip ] || $(PYTHON) -m venv $(VENV) || { \
    echo "On Debian: apt install python3-venv"; rm -rf $(VENV); exit 1; }; } && \
  $(BIN)/pip install --quiet --require-hashes -r $(1) && \
  $(BIN)/pip install --quiet --no-deps --no-build-isolation -e .; \
fi
endef
