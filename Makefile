# What a contributor or a newcomer runs. Everything is installed into .venv on first use;
# only make and a Python of at least 3.11 are needed. Another one: make PYTHON=python3.12 test
PYTHON ?= python3

BIN := .venv/bin
LOWEST := .venv-lowest/bin
LOCKER := .venv-lock/bin
READY := .venv/.ready

# The attack (make fuzz): seconds, which attempts, how many kills of each long command.
FOR ?= 3600
SEED ?= 1
KILLS ?= 20
# How long the desk is moved about (make desk-moves).
MINUTES ?= 10

# The tests run in two processes. Those of one file stay together, because they share what is
# computed once, and the files begin in the order of tests/conftest.py.
PYTEST := -m pytest -n 2 --dist loadfile --no-loadscope-reorder

.PHONY: help demo desk desk-moves figures ready messages calibration conditions evaluation report study views docs test test-slow test-lowest fuzz lint check baseline bench lock clean
.DEFAULT_GOAL := help

help: ## list these targets
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 14

demo: $(READY) ## compare a central with a local strategy under uncertainty: page, tables, figures
	@$(BIN)/smecluster demo

desk: $(READY) ## the model in one offline HTML file with sliders: results/desk.html
	@$(BIN)/smecluster desk

figures: demo study ## renew the figures of the README from those of the demo and of the study
	@mkdir -p docs/figures
	cp results/demo/changes.png results/demo/histories.png docs/figures/
	cp results/sensitivity/levers/analysis/ranked.png docs/figures/levers.png
	$(BIN)/python -m tests.screenshots

ready: $(READY) ## make the tables again that a brief takes ready-made (half an hour on two cores)
	$(BIN)/python -m tests.shelf

messages: $(READY) ## bring the catalogue of messages up to date with the code, and list what lacks Chinese
	$(BIN)/python -m tests.messages

calibration: $(READY) ## the posterior over every constant again (an hour on two cores; resumes)
	$(BIN)/smecluster calibrate --workers 2 --steps 5000 --out calibration/results/every-constant

conditions: $(READY) ## what the order of central and local programmes is conditional on
	$(BIN)/smecluster calibrate answer --page docs/conditions.md

evaluation: $(READY) ## forecasts from every origin beside fair rivals (half an hour on two cores; resumes)
	$(BIN)/smecluster forecast evaluate --page docs/evaluation.md

report: $(READY) ## the page of the shipped calibration, from its tables
	$(BIN)/smecluster calibrate report

study: $(READY) ## the example study of sensitivity: which levers matter for which kind of cluster
	$(BIN)/smecluster study run levers
	$(BIN)/smecluster study plot levers

views: $(READY) ## give what is new in the model a place in its diagrams
	$(BIN)/python -m tests.views

docs: $(READY) ## the documentation site, its notebooks run: build/docs/html (minutes)
	$(BIN)/python docs/site/build.py

test: $(READY) ## the tests, less the slow ones
	$(BIN)/python $(PYTEST)

test-slow: $(READY) ## the slow tests
	$(BIN)/python $(PYTEST) -m slow

test-lowest: .venv-lowest/.ready ## the tests with the lowest versions that pyproject.toml allows
	$(LOWEST)/python $(PYTEST)

desk-moves: $(READY) ## ten minutes of random moves of the desk in a browser (MINUTES=1)
	SMECLUSTER_DESK_MINUTES=$(MINUTES) $(BIN)/python -m pytest -s -m slow tests/policies/desk/test_moves.py

fuzz: $(READY) ## an hour of hostile files, options and models (make fuzz FOR=600), then kills
	$(BIN)/python -m tests.fuzz --seconds $(FOR) --seed $(SEED)
	$(BIN)/python -m tests.fuzz.kills --kills $(KILLS)

lint: $(READY) ## style and types
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

check: $(READY) ## the checks on the model itself
	$(BIN)/smecluster check

baseline: $(READY) ## store every result that the tests protect again, and list what moved
	$(BIN)/python -m tests.baseline --renew

bench: $(READY) ## how fast the kernel and the commands are (AGAINST=path of a former checkout)
	$(BIN)/python -m tests.bench $(if $(AGAINST),--against $(AGAINST))

lock: ## renew requirements.lock from pyproject.toml; versions stay (UPGRADE=--upgrade takes new ones)
	$(PYTHON) -m venv .venv-lock
	$(LOCKER)/python -m pip install --quiet uv
	$(LOCKER)/uv pip compile pyproject.toml --all-extras --universal --python-version 3.11 \
		--generate-hashes $(UPGRADE) --no-emit-index-url --no-header --no-config \
		--output-file requirements.lock

clean: ## remove what the tools have made; results stay
	rm -rf .venv .venv-lowest .venv-lock .mypy_cache .ruff_cache .pytest_cache .hypothesis
	rm -rf build dist *.egg-info
	find . -name __pycache__ -prune -exec rm -rf {} +

$(READY): requirements.lock pyproject.toml .ci/install.py
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "error: $(PYTHON) is older than 3.11; choose another: make PYTHON=python3.12"; exit 2; }
	@$(PYTHON) -m venv .venv
	@$(BIN)/python .ci/install.py
	@touch $@

.venv-lowest/.ready: pyproject.toml
	$(PYTHON) -m venv .venv-lowest
	$(LOWEST)/python -m pip install --quiet uv
	$(LOWEST)/uv pip install --quiet --python $(LOWEST)/python --no-config \
		--resolution lowest-direct --editable '.[dev,docs,loops,distributed]'
	@touch $@
