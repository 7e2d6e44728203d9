# Every command sets itself up: a fresh machine needs Python 3.11+, git and make.
PYTHON ?= python3
# Another JupyterHub than the pinned one has an environment of its own: make test-hub HUB=5.5.4
VENV ?= .venv$(if $(HUB),-hub-$(HUB))
BIN := $(VENV)/bin
READY := $(VENV)/.ready
# Real data sets beside the checkout, where there are any.
MIRROR := $(wildcard ../shared/datasets)
ifneq ($(MIRROR),)
export COURSE_DATA_MIRROR ?= $(abspath $(MIRROR))
endif

.PHONY: setup demo hub test test-full test-hub redteam bench fuzz lint types clean

setup: $(READY)

$(READY): constraints.txt pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --constraint constraints.txt torch==2.13.0 setuptools
	$(BIN)/pip install --quiet --constraint constraints.txt --no-build-isolation --editable '.[instructor,hub,login,kubernetes,cluster,dev]'
	$(if $(HUB),$(BIN)/pip install --quiet jupyterhub==$(HUB))
	$(BIN)/jupyter kernelspec install --log-level=ERROR --sys-prefix autograder/engine/warm/kernels/course-warm
	touch $@

demo: setup
	$(BIN)/python -m autograder.demo

test: lint types
	OMP_NUM_THREADS=1 $(BIN)/python -m pytest -n 2 -m "not full"  # else two times two threads on two cores

test-full: setup
	$(BIN)/python -m pytest -m full

HUB_TESTS := hub kubernetes exchange instant
test-hub: setup
	$(BIN)/pip install --quiet --constraint constraints.txt --no-build-isolation --editable '.[browser]'
	$(BIN)/python -m pytest -m "not full" $(foreach part,$(HUB_TESTS),$(wildcard tests/test_$(part)*.py))

hub: setup
	$(BIN)/course hub --demo

redteam: setup
	$(BIN)/course redteam

bench: setup
	$(BIN)/course bench

fuzz: setup
	$(BIN)/python -m tests.support.fuzz_decoder --inputs 2000000 --seed 1

lint: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: setup
	$(BIN)/mypy

clean:
	rm -rf build dist *.egg-info .mypy_cache .pytest_cache .ruff_cache
