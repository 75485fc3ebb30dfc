# Thin over `python -m …`. GNU make 3.81 syntax; every path is relative, so a checkout's path may contain spaces.

PORT ?= 8000
WORKERS ?= 2
export PORT

VENV := .venv/bin/python
STAMP := .venv/.ready
LOG := .venv/install.log

# An environment that no longer runs, or that was made for another path, is made again.
$(shell [ "$$(cat $(STAMP) 2>/dev/null)" = "$$(pwd)" ] && $(VENV) -c '' 2>/dev/null || rm -f $(STAMP))

.PHONY: help run test test-nightly test-browser lint types format openapi lock clean bench bench-matching

help:
	@echo "make run           start the demo on http://127.0.0.1:$(PORT) (PORT=… for another port)"
	@echo "make test          lint, types, import contracts and all tests"
	@echo "make test-nightly  the tests that try things by chance, many times over"
	@echo "make test-browser  the tests that drive a real Chromium"
	@echo "make bench         the service beside pgbench and its peers (bench/README.md)"
	@echo "make bench-matching  a run over a programme, and the solver alone (bench/README.md)"
	@echo "make lint, types, format, openapi, lock, clean"

run: $(STAMP)
	@exec $(VENV) -m app run

test: lint types
	@echo "Running the tests …"
	@$(VENV) -m pytest -n $(WORKERS) -q -m "not browser"

# Hours: random GraphQL documents against plain execution, random requests against the OpenAPI document.
test-nightly: $(STAMP)
	@THROUGHGATE_EQUALITY_DOCUMENTS=10000 THROUGHGATE_FUZZ_EXAMPLES=100 \
		$(VENV) -m pytest -n $(WORKERS) -q tests/graphql/test_equality.py tests/api/test_schemathesis.py

test-browser: $(STAMP)
	@$(VENV) -m pytest -q -m browser

lint: $(STAMP)
	@$(VENV) -m ruff check --quiet .
	@$(VENV) -m ruff format --check --quiet . || { echo "Some files are not formatted: run \`make format\`."; exit 1; }
	@$(VENV) .venv/bin/lint-imports --no-logo

types: $(STAMP)
	@$(VENV) -m mypy

format: $(STAMP)
	@$(VENV) -m ruff check --quiet --fix .
	@$(VENV) -m ruff format --quiet .

openapi: $(STAMP)
	@$(VENV) -m app openapi --output openapi/openapi.json --schema openapi/schema.graphql

# ONLY and CASES narrow what is measured; peers are installed on demand into .bench.
ONLY ?=
CASES ?=
SECONDS_EACH ?= 5
ROUNDS ?= 3
REFERRALS ?= 100000

bench: $(STAMP)
	@$(VENV) -m bench --write --only $(ONLY) --cases $(CASES) --seconds $(SECONDS_EACH) --rounds $(ROUNDS) \
		--referrals $(REFERRALS)

bench-matching: $(STAMP)
	@$(VENV) -m bench.matching --write

# Hashes and no host names, so that plain pip installs it from wherever pip is told to look.
lock: $(STAMP)
	@$(VENV) -m pip install --quiet --disable-pip-version-check uv
	@.venv/bin/uv pip compile pyproject.toml --quiet --all-extras --generate-hashes --universal \
		--python-version 3.11 --no-emit-index-url --no-header -o requirements.lock

# The data in .data stays.
clean:
	@rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache build dist *.egg-info
	@find app tests migrations -type d -name __pycache__ -prune -exec rm -rf {} +

# Candidates are tried by running them: a version manager's shim may exist and yet not run. uv is only for speed:
# where it cannot be had, or cannot reach an index that pip can, pip does the same work.
$(STAMP): requirements.lock pyproject.toml
	@found=; \
	for python in python3.14 python3.13 python3.12 python3.11 python3 python; do \
		if "$$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; then \
			found=$$python; \
			"$$python" -c 'import ensurepip, venv' >/dev/null 2>&1 && break; \
		fi; \
	done; \
	if [ -z "$$found" ]; then \
		echo "Throughgate needs Python 3.11 or later, and none was found on this machine's PATH." >&2; exit 1; \
	fi; \
	if ! "$$found" -c 'import ensurepip, venv' >/dev/null 2>&1; then \
		echo "$$found has no venv module: install it (on Debian and Ubuntu: apt-get install python3-venv)." >&2; exit 1; \
	fi; \
	if ! $(VENV) -m pip --version >/dev/null 2>&1 || \
		! $(VENV) -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; then \
		echo "Making the environment .venv with $$found …"; \
		"$$found" -m venv --clear .venv || exit 1; \
	fi; \
	echo "Installing what requirements.lock names …"; \
	pip="$(VENV) -m pip --disable-pip-version-check --no-input"; \
	$$pip install --quiet uv >$(LOG) 2>&1 || true; \
	{ UV_LINK_MODE=copy $(VENV) -m uv pip install --python $(VENV) --require-hashes -r requirements.lock && \
		UV_LINK_MODE=copy $(VENV) -m uv pip install --python $(VENV) --no-deps -e . ; } >>$(LOG) 2>&1 || \
	{ $$pip install --require-hashes -r requirements.lock && $$pip install --no-deps -e . ; } >>$(LOG) 2>&1 || \
	{ tail -n 20 $(LOG) >&2; echo "The installation failed; all of its output is in $(LOG)." >&2; exit 1; }; \
	pwd >$(STAMP)
