# Everything happens in .venv, made from nothing but Python; a second call finds it ready.

PYTHON ?= python3
ARGS ?=
ROW ?=
THREADS ?= 2
RUN := .venv/bin/python
GPU_RUN := $(if $(wildcard .venv/bin/python),.venv/bin/python,$(PYTHON))
CUDA_WHEELS := numpy scipy pytest hypothesis cupy-cuda13x nvidia-cuda-nvrtc nvidia-cuda-runtime
CUDA_TESTS := $(addprefix tests/backend/test_,philox.py record.py snippets.py)
ONE_THREAD := OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 MKL_NUM_THREADS=1

.DEFAULT_GOAL := help
.NOTPARALLEL:
.PHONY: help demo test test-standin test-slow thorough test-kill test-gpu check-cuda lint mutants bench bench-gpu scoreboard
.PHONY: wheel clean

help: ## show this list
	@echo "minigen: make TARGET"
	@sed -n 's/^\([a-z-]*\):.*## /  \1\t/p' $(MAKEFILE_LIST) | expand -t 16

demo: .venv/ready ## take the tour: train each family on bundled data, say where the page of pictures is
	@$(ONE_THREAD) $(RUN) -m minigen tour $(ARGS)

test: .venv/ready-test ## run the tests (ARGS="tests/nn -x" for some of them)
	@$(ONE_THREAD) $(RUN) -m pytest -q -n 2 $(ARGS)

test-standin: .venv/ready-test ## run the same tests on the strict stand-in for CuPy
	@$(ONE_THREAD) $(RUN) -m pytest -q -n 2 --on standin $(ARGS)

test-slow: .venv/ready-test ## run the statistical tests and learning curves
	@$(ONE_THREAD) $(RUN) -m pytest -q -n 2 -m slow $(ARGS)

thorough: .venv/ready-test ## check every operation at 1000 points and more, count what they were
	@$(ONE_THREAD) $(RUN) tests/thorough.py --workers 2 $(ARGS)

test-kill: .venv/ready-test ## kill training 50 times at random moments and resume it
	@$(ONE_THREAD) $(RUN) tests/kill.py $(ARGS)

lint: .venv/ready-lint ## check form, types and the order of the rooms
	@$(RUN) -m ruff check .
	@$(RUN) -m mypy
	@.venv/bin/lint-imports --no-logo

test-gpu: ## check draws, training and memory on this machine's GPU in eight minutes; needs no .venv
	@PYTHONPATH=. $(ONE_THREAD) $(GPU_RUN) tests/gpu.py $(ARGS)

check-cuda: ## compile the kernels for sm_90 and compare CuPy's wheel with what is known of it; needs no GPU
	@if [ -e .venv-cuda/ready ] || { echo "making .venv-cuda"; $(PYTHON) -m venv --clear .venv-cuda && .venv-cuda/bin/python -m pip \
	    install --quiet --disable-pip-version-check $(CUDA_WHEELS) && touch .venv-cuda/ready; }; then \
	    PYTHONPATH=. $(ONE_THREAD) .venv-cuda/bin/python -m pytest -q -p tests.bare -p no:cacheprovider $(CUDA_TESTS) $(ARGS); \
	else echo "skipped: CuPy's wheels are not to be had"; fi

mutants: .venv/ready-test ## plant each known bug and see its test fail
	@$(ONE_THREAD) $(RUN) tests/mutants/run.py --workers 2 $(ARGS)

bench: .venv/ready ## measure what an operation costs
	@$(ONE_THREAD) $(RUN) benchmarks/overhead.py $(ARGS)

bench-gpu: ## time training steps on this machine's GPU beside PyTorch in eight minutes; needs no .venv
	@PYTHONPATH=. $(GPU_RUN) benchmarks/gpu.py $(ARGS)

scoreboard: .venv/ready ## train and score published experiments, write docs/scoreboard (ROW=gan-ring for one of them)
	@OMP_NUM_THREADS=$(THREADS) OPENBLAS_NUM_THREADS=$(THREADS) $(RUN) -m benchmarks.scoreboard $(ROW) $(ARGS)

wheel: .venv/ready ## build dist/minigen-*.whl
	@rm -rf build dist
	@$(RUN) -m pip wheel --quiet --no-deps --wheel-dir dist .
	@rm -rf build
	@ls dist/*.whl

clean: ## remove .venv and all that tools left behind
	@rm -rf .venv .venv-cuda build dist *.egg-info .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	    echo "minigen needs Python 3.11 or newer; '$(PYTHON)' is not. Name one: make PYTHON=python3.12 ..."; exit 1; }
	@echo "making .venv with $$($(PYTHON) --version)"
	@$(PYTHON) -m venv --clear .venv || { rm -rf .venv; exit 1; }

.venv/ready: setup.cfg pyproject.toml | .venv/bin/python
	@echo "installing minigen in .venv"
	@$(RUN) -m pip install --quiet --disable-pip-version-check --editable .
	@touch $@

.venv/ready-%: .venv/ready
	@echo "installing what '$*' needs"
	@$(RUN) -m pip install --quiet --disable-pip-version-check --editable ".[$*]"
	@touch $@
