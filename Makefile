# Every command sets itself up: a fresh machine needs Python 3.11+, git and make.
PYTHON ?= python3
# Another JupyterHub than the pinned one has an environment of its own: make test-hub HUB=5.5.4
VENV ?= .venv$(if $(HUB),-hub-$(HUB))
BIN := $(VENV)/bin
# All that the tests need (.ready), or less, which is quicker there: what learning and grading take up to chapter 14
# (.light), and what a hub's people do (.hub).
LIGHT := $(VENV)/.light
HUB_READY := $(VENV)/.hub
READY := $(VENV)/.ready
HUB_EXTRAS := instructor,deep,hub,login
ALL_EXTRAS := $(HUB_EXTRAS),kubernetes,cluster,dev
PIP := $(BIN)/pip install --quiet --constraint constraints.txt
# Real data sets beside the checkout, where there are any.
MIRROR := $(wildcard ../shared/datasets)
ifneq ($(MIRROR),)
export COURSE_DATA_MIRROR ?= $(abspath $(MIRROR))
endif

GPU_TESTS := tests/autograder/engine/gpu tests/autograder/engine/warm/test_cudnn.py tests/course/test_devices.py

.PHONY: setup learn demo hub test test-chapter test-full test-gpu wheels test-hub redteam bench pictures docs fuzz lint types clean

setup: $(READY)

learn: $(LIGHT)

# $(call install,extras,stamps)
define install
	$(PYTHON) -m venv $(VENV)
	$(PIP) torch==2.13.0 setuptools
	$(PIP) --no-build-isolation --editable '.[$(1)]'
	$(if $(HUB),$(BIN)/pip install --quiet jupyterhub==$(HUB))
	$(BIN)/jupyter kernelspec install --log-level=ERROR --sys-prefix autograder/engine/warm/kernels/course-warm
	touch $(2)
endef

$(LIGHT): constraints.txt pyproject.toml
	$(call install,instructor,$@)

$(HUB_READY): constraints.txt pyproject.toml
	$(call install,$(HUB_EXTRAS),$(LIGHT) $@)

$(READY): constraints.txt pyproject.toml
	$(call install,$(ALL_EXTRAS),$(LIGHT) $(HUB_READY) $@)

demo: $(LIGHT)
	$(BIN)/python -m autograder.demo

test: lint types
	OMP_NUM_THREADS=1 $(BIN)/python -m pytest -n 3 -m "not full"  # some of them wait; else threads times processes

# One chapter's part of it: make test-chapter CHAPTER=ch13
test-chapter: setup
	$(if $(CHAPTER),,$(error which chapter? make test-chapter CHAPTER=ch13))
	$(BIN)/course check $(CHAPTER)
	OMP_NUM_THREADS=1 $(BIN)/python -m pytest -n 2 -m "not full" --chapter $(CHAPTER) tests/test_chapters.py tests/test_lookups.py tests/test_look_cells.py

test-full: setup
	$(BIN)/python -m pytest -m full

# On a machine with a GPU and a torch for it; skipped elsewhere. Where nothing can be installed: make test-gpu WHEELS=build/wheels
test-gpu: $(if $(WHEELS),,setup)
ifdef WHEELS
	$(PYTHON) tests/support/wheels.py unpack $(WHEELS) build/site
	PYTHONPATH=$(CURDIR)/build/site:$(CURDIR) $(PYTHON) -m pytest -rs -s -W default -p no:cacheprovider $(GPU_TESTS)
else
	$(BIN)/python -m pytest -rs -s $(GPU_TESTS)
endif

# What that takes, packed where pip has an index, for the Python there, less what it has: make wheels FOR=3.12 HAS="numpy scipy"
wheels: setup
	$(BIN)/python tests/support/wheels.py pack build/wheels --python $(or $(FOR),3.12) --has $(HAS)

test-hub: setup
	$(PIP) --no-build-isolation --editable '.[browser]'
	$(BIN)/python -m pytest -m "not full" tests/hub_config tests/course/exchange tests/course/nbgrader_plugins tests/autograder/marking tests/test_accessible.py

hub: $(HUB_READY)
	$(BIN)/course hub --demo

redteam: setup
	$(BIN)/course redteam

bench: setup
	$(BIN)/course bench

# Those of docs/pictures, from what the browser tests have seen, and of a simulated class: make pictures CLASS=build/class
pictures: setup
	$(BIN)/python -m tests.support.pictures $(if $(CLASS),--class $(CLASS))

# A site of docs/, in build/site: open build/site/index.html. A link that leads nowhere is an error.
docs: setup
	$(BIN)/sphinx-build --quiet --fail-on-warning --builder html docs build/site

fuzz: setup
	$(BIN)/python -m tests.support.fuzz_decoder --inputs 2000000 --seed 1

lint: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports --no-logo

types: setup
	$(BIN)/mypy

clean:
	rm -rf build dist *.egg-info .mypy_cache .pytest_cache .ruff_cache
