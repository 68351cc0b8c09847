# `make run` and `make test` are all a newcomer needs; both work with nothing but Python and make.
# Kept to GNU make 3.81, the one macOS ships.

VENV := .venv
PYTHON := $(VENV)/bin/python
PIP := $(PYTHON) -m pip install --quiet --disable-pip-version-check --require-hashes
UV ?= uv
UV_OPTIONS ?=
LOCK := $(UV) pip compile --quiet --universal --python-version 3.11 --generate-hashes --custom-compile-command "make lock"
# Two workers, a file stays in one: its servers start once. More cores: make test WORKERS=8.
WORKERS ?= 2
PYTEST := $(PYTHON) -m pytest -n $(WORKERS) --dist loadfile

# A stamp says: the virtual environment holds what this lock asks for.
RUNTIME := $(VENV)/.runtime-installed
DEV := $(VENV)/.dev-installed
# A stamp must not outlive its interpreter (an upgraded system, a folder copied elsewhere).
$(shell $(PYTHON) -c pass 2>/dev/null || rm -f $(RUNTIME) $(DEV))

.DEFAULT_GOAL := help
.NOTPARALLEL:
.PHONY: help run test quick test-long test-peers guards screens bench lock hook

help: ## Show these lines
	@grep -E '^[a-z-]+:.*## ' Makefile | sed -E 's/^([a-z-]+):.*## (.*)/  make \1|\2/' | awk -F'|' '{printf "%-20s %s\n", $$1, $$2}'

run: $(RUNTIME) ## Try Chancery: two panes at http://127.0.0.1:8080, nothing leaves this computer
	@exec $(PYTHON) -m sandbox

test: quick ## The gate: everything that needs no system package, under ten minutes on two cores
	$(PYTEST) -m "not browser and not peer"

quick: $(DEV) ## Format, lint, types, import contracts: what the commit hook calls
	@$(PYTHON) -m ruff format --check --quiet . || { echo "Run: $(PYTHON) -m ruff format ."; exit 1; }
	@$(PYTHON) -m ruff check --quiet .
	@$(PYTHON) -m mypy --no-error-summary
	@$(PYTHON) $(VENV)/bin/lint-imports --no-logo

test-long: $(DEV) ## All of it at full length: 200 kill rounds, 1,000 races, the browser; then the guards
	RUN_LONG=1 $(PYTEST) -m "not browser"
	RUN_LONG=1 $(PYTHON) -m pytest -m browser
	$(MAKE) guards

test-peers: $(DEV) ## The tests against other people's programs: Debian's redis-server, PyPI's mastodon_mock
	$(PYTEST) -m peer

guards: $(DEV) ## Remove each guarded line in a copy; its test must fail
	$(PYTHON) -m tests.guards

screens: $(DEV) ## Take the screenshots in docs/screens/
	$(PYTHON) -m tests.screens

bench: $(DEV) ## Measure, as ratios in one run
	$(PYTHON) -m tests.bench

lock: ## Pin requirements*.in anew, with hashes (needs uv; newer versions: UV_OPTIONS=--upgrade)
	$(LOCK) $(UV_OPTIONS) requirements.in -o requirements.txt
	$(LOCK) $(UV_OPTIONS) requirements-dev.in -o requirements-dev.txt

hook: ## Let every commit in this clone pass `make quick`
	git config core.hooksPath .githooks

$(RUNTIME): requirements.txt
	@$(environment)
	@echo "Installing what Chancery runs on into $(VENV) (once)"
	@$(PIP) -r requirements.txt
	@touch $@

# The developers' lock holds the runtime's, at the same versions: one installation serves both.
$(DEV): requirements-dev.txt
	@$(environment)
	@echo "Installing the gate's tools into $(VENV) (once)"
	@$(PIP) -r requirements-dev.txt
	@touch $(RUNTIME) $@

# An interpreter without pip is a half-made environment, as an interrupted start leaves it: begin again.
define environment
$(PYTHON) -m pip --version >/dev/null 2>&1 && exit 0; \
for python in python3 python3.14 python3.13 python3.12 python3.11; do \
  $$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || continue; \
  $$python -c 'import venv, ensurepip' 2>/dev/null && exec $$python -m venv --clear $(VENV); \
  bare=$$python; \
done; \
if [ -n "$$bare" ]; then \
  echo "$$bare has no venv module. On Debian and Ubuntu: apt-get install python3-venv" >&2; \
else \
  echo "Chancery needs Python 3.11 or newer; python3 here is $$(python3 --version 2>&1)." >&2; \
fi; \
exit 1
endef
