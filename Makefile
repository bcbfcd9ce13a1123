# Two commands set everything up and use it: `make report` and `make test`. `make help` lists the rest.
SHELL := /bin/sh
.DEFAULT_GOAL := help
.PHONY: help environment report test docs soak mutants reference-pages lint bench curves clean

QUARTER ?= 2024-25-Q2
PYTEST_ARGS ?=
MUTANTS ?=
CURVES ?=
SAVE ?=

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-16s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

environment: ## make or update .venv (PYTHON=… chooses the Python)
	@scripts/environment.sh $(if $(filter environment,$(MAKECMDGOALS)),--said)

report: environment ## build the report of a quarter (QUARTER=2024-25-Q2)
	@.venv/bin/natpatsip build $(QUARTER)

test: environment ## run the tests (PYTEST_ARGS='-k spc' runs some of them)
	@scripts/test-tools.sh
	@.venv/bin/python -m pytest -n auto --dist loadfile --no-loadscope-reorder $(PYTEST_ARGS)

docs: environment ## write the documentation as pages, build/docs/html/
	@.venv/bin/python scripts/docs_site.py

soak: environment ## kills, hostile strings, mutations and schedules, at length (KILLS=20 runs one part; SEED=7 others of its kind)
	@scripts/test-tools.sh
	@.venv/bin/python tests/soak/soak.py $(if $(KILLS),--kills $(KILLS)) $(if $(STRINGS),--strings $(STRINGS)) \
		$(if $(MUTATIONS),--mutations $(MUTATIONS)) $(if $(WEEKS),--weeks $(WEEKS)) \
		$(if $(SEED),--seed $(SEED)) $(if $(MINUTES),--minutes $(MINUTES)) $(if $(JOBS),--jobs $(JOBS))

reference-pages: environment ## update the pictures that the tests compare the PDF's pages with
	@.venv/bin/python tests/report/reference_pages.py

lint: environment ## check style, types, and that notebooks have no outputs
	.venv/bin/ruff check .
	@.venv/bin/ruff format --check . || { echo 'Format the files: .venv/bin/ruff format .'; exit 1; }
	.venv/bin/mypy
	.venv/bin/nbstripout --verify --keep-id notebooks/*.ipynb examples/*/notebooks/*.ipynb \
		src/natpatsip/init/template/notebooks/*.ipynb

bench: environment ## measure builds, pages, the SPC panel and the page of organisations, 15 minutes (exit status 1 if a bar is missed; SAVE=1 updates docs/performance.md)
	@.venv/bin/python tests/bench/builds.py $(if $(SAVE),--save); missed=$$?; .venv/bin/python tests/bench/pages.py && \
		.venv/bin/python tests/bench/spc_panel.py && .venv/bin/python tests/bench/organisations.py && \
		$(if $(SAVE),.venv/bin/python scripts/performance_page.py &&) exit $$missed

curves: environment ## measure how builds grow with quarters, chapters, figures and pages, 20 minutes (CURVES='pages' measures some; SAVE=1 as for bench)
	@.venv/bin/python tests/bench/curves.py $(CURVES) $(if $(SAVE),--save); missed=$$?; \
		$(if $(SAVE),.venv/bin/python scripts/performance_page.py &&) exit $$missed

mutants: environment ## change core modules in small ways and list what no test notices (MUTANTS='spc --sample 200')
	@nice -n 15 .venv/bin/python tests/mutants $(MUTANTS)

clean: ## remove .venv and everything that can be rebuilt, except reports/
	rm -rf .venv build .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find src tests -name __pycache__ -type d -prune -exec rm -rf {} +
