# Every command sets itself up: a fresh machine needs Python 3.11+, git and make.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
# Real data sets beside the checkout, where there are any.
MIRROR := $(wildcard ../shared/datasets)
ifneq ($(MIRROR),)
export COURSE_DATA_MIRROR ?= $(abspath $(MIRROR))
endif

.PHONY: setup demo hub test test-full redteam bench fuzz lint types clean

setup: $(READY)

$(READY): constraints.txt pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --constraint constraints.txt torch==2.13.0 setuptools
	$(BIN)/pip install --quiet --constraint constraints.txt --no-build-isolation --editable '.[instructor,hub,login,kubernetes,cluster,dev]'
	$(BIN)/jupyter kernelspec install --log-level=ERROR --sys-prefix autograder/kernels/course-warm
	touch $@

demo: setup
	$(BIN)/python -m autograder.demo

test: lint types
	OMP_NUM_THREADS=1 $(BIN)/python -m pytest -n 2 -m "not full"  # else two times two threads on two cores

test-full: setup
	$(BIN)/python -m pytest -m full

hub: setup
	$(BIN)/course hub --demo

redteam: setup
	$(BIN)/course redteam

bench: setup
	$(BIN)/course bench

fuzz: setup
	$(BIN)/python -m tests.fuzz_decoder --inputs 2000000 --seed 1

lint: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: setup
	$(BIN)/mypy

clean:
	rm -rf build dist *.egg-info .mypy_cache .pytest_cache .ruff_cache
