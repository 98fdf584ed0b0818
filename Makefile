# Everything a developer types. `make test` and `make demo` need only Python 3.11 or newer and a
# network for the first installation; the environment in $(VENV) is made and kept up to date here.

PYTHON ?= python3
VENV ?= .venv
SIZE ?= small
DIST ?= dist
# Which tests `make test` and `make tests` run; all of them with MARKED= and nothing after it.
MARKED ?= not slow and not long

BIN = $(VENV)/bin
PACKAGES = schema collector aggregator cli
CHECKED = $(PACKAGES) tests benchmarks $(wildcard .ci/*.py)

# The second name is for newer versions of pip, which install the build backend on its own terms.
PINNED = PIP_CONSTRAINT=constraints.txt PIP_BUILD_CONSTRAINT=constraints.txt
# Modules are compiled when they are first imported: most of what is installed never is. Where an
# environment forbids to keep that, each of the thousands of processes in tests would do it anew.
unexport PYTHONDONTWRITEBYTECODE
INSTALL = $(PINNED) $(BIN)/python -m pip --disable-pip-version-check install --quiet --no-compile

MADE = $(VENV)/made.stamp
INSTALLED = $(VENV)/installed.stamp
INSTALLED_DEV = $(VENV)/installed-dev.stamp
SPARK = $(VENV)/spark
INSTALLED_SPARK = $(SPARK)/installed.stamp
ON_SPARK = SKILLHOUSE_SPARK_PYTHON=$(abspath $(SPARK))/bin/python

.DEFAULT_GOAL := help
.PHONY: help demo test tests slow long spark lint style types format bench docs man site picture figures packages dist clean

help: ## Show what there is to type
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

demo: $(INSTALLED) ## Try everything on sample data
	@$(BIN)/skillhouse demo

# Types are checked on one core beside the tests, which wait part of their time.
test: style ## Before every commit: lint, format, types, import contracts, all fast tests
	@$(MAKE) --no-print-directory --jobs=2 types tests

# What is skipped is named at the end with the reason (-rs), in CI as well.
tests: $(INSTALLED_DEV) ## The fast tests alone
	$(BIN)/python -m pytest -n auto -rs -m "$(MARKED)"

slow: $(INSTALLED_DEV) ## The tests that only CI runs otherwise
	$(BIN)/python -m pytest -n auto -m slow

# CI runs these with a tenth of the seeds, and leaves out Spark as a cluster.
long: $(INSTALLED_SPARK) ## Statistics, properties, kills and load with all their seeds; takes hours
	SKILLHOUSE_THOROUGH=10 SKILLHOUSE_KILLS=200 SKILLHOUSE_LOAD=20 $(ON_SPARK) \
	    $(BIN)/python -m pytest -n auto -m "long or spark"

spark: $(INSTALLED_SPARK) ## The tests of Spark: through Connect, local, as a cluster; 0.5 GB to download
	$(ON_SPARK) $(BIN)/python -m pytest -rs -m spark

lint: style types ## All checks but the tests

style: $(INSTALLED_DEV)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/biome check --error-on-warnings .

types: $(INSTALLED_DEV)
	$(BIN)/mypy $(CHECKED)
	$(BIN)/lint-imports

format: $(INSTALLED_DEV) ## Lay the code out, and repair what can be repaired safely
	$(BIN)/ruff check --fix-only --quiet .
	$(BIN)/ruff format .
	$(BIN)/biome check --write .

bench: $(INSTALLED_DEV) ## Run the benchmarks (SIZE=small, medium or large); they never block
	@$(BIN)/python -m benchmarks --size $(SIZE)

docs: $(INSTALLED_DEV) ## Write what is generated: reference, data dictionary, examples of all pages
	@PYTHONPATH=tests/support $(BIN)/python -m pages
	@$(BIN)/python -m cli.python_source | $(BIN)/ruff format - > $(VENV)/questions.py
	@mv $(VENV)/questions.py cli/python-package/skillhouse/questions.py
	@$(BIN)/python -m cli.completion_table > $(VENV)/completions.txt
	@mv $(VENV)/completions.txt cli/completions.txt
	@$(BIN)/python -m cli.python_source team | $(BIN)/ruff format - > $(VENV)/questions.py
	@mv $(VENV)/questions.py cli/python-package/skillhouse/team_questions.py

site: $(INSTALLED_DEV) ## Build the site of the documents in build/site; warnings are errors
	@PYTHONPATH=tests/support $(BIN)/python -m site_source build/documents
	@cd build/documents && $(abspath $(BIN))/python -m zensical build --strict -f zensical.toml
	@rm -rf build/site && mv build/documents/site build/site
	@echo "Open build/site/index.html; the search needs a server: python3 -m http.server -d build/site"

man: docs/skillhouse.1 ## Show the manual page, which `make docs` writes
	@man -l docs/skillhouse.1

picture: $(INSTALLED_DEV) ## Take the picture of the report anew; needs Chromium
	@PYTHONPATH=.:tests/support:tests $(BIN)/python -m picture

figures: $(INSTALLED_DEV) ## Print the tables that docs/statistics.md states
	@for each in labels anomaly_detectors; do \
	    PYTHONPATH=.:tests:tests/support $(BIN)/python tests/aggregator/test_$$each.py || exit 1; \
	done

# The wheel is built from the sdist, so that nothing it needs can be missing there.
packages: $(INSTALLED_DEV) ## Build the sdist and the wheel
	@rm -rf $(DIST)
	@$(BIN)/hatchling build --target sdist --directory $(DIST)
	@$(PINNED) $(BIN)/python -m pip --disable-pip-version-check wheel --quiet --no-deps \
	    --wheel-dir $(DIST) $(DIST)/*.tar.gz
	@ls $(DIST)

dist: packages ## Build both, and try both with the newest versions
	@.ci/try_package $(DIST)/*.tar.gz
	@.ci/try_package $(DIST)/*.whl

clean: ## Remove the environment and everything else that was made
	rm -rf $(VENV) build dist .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis
	find $(CHECKED) -type d -name __pycache__ -prune -exec rm -rf {} +

$(MADE):
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	    echo "skillhouse needs Python 3.11 or newer, and '$(PYTHON)' is not that." >&2; \
	    echo "Name one that is, for example: make PYTHON=python3.12 $(MAKECMDGOALS)" >&2; \
	    exit 1; }
	@echo "Making $(VENV) ..."
	@$(PYTHON) -m venv --clear $(VENV)
	@touch $@

$(INSTALLED): $(MADE) pyproject.toml constraints.txt
	@echo "Installing skillhouse into $(VENV) ..."
	@$(INSTALL) -e .
	@touch $@

# What developers have includes what users have.
$(INSTALLED_DEV): $(MADE) pyproject.toml constraints.txt
	@echo "Installing skillhouse and its tools into $(VENV) ..."
	@$(INSTALL) -e '.[dev]'
	@touch $(INSTALLED) $@

# Apart from the others, because Spark needs an older pandas.
$(INSTALLED_SPARK): $(INSTALLED_DEV)
	@echo "Installing Spark into $(SPARK) ..."
	@$(PYTHON) -m venv --clear $(SPARK)
	@grep --invert-match '^pandas=' constraints.txt > $(SPARK)/constraints.txt
	@PIP_CONSTRAINT=$(SPARK)/constraints.txt PIP_BUILD_CONSTRAINT=$(SPARK)/constraints.txt \
	    $(SPARK)/bin/python -m pip --disable-pip-version-check install --quiet --no-compile \
	    -e '.[spark-tests]'
	@touch $@
