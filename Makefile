# Everything that a person or the CI does here. The environment lives in .venv and is made on demand.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed

.PHONY: help demo test check fix install clean
help:
	@echo "make demo   export the bundled voice, speak with every format, print the before/after table"
	@echo "make test   run the tests"
	@echo "make check  everything that the CI checks: ruff, mypy, import-linter, codespell, pytest"
	@echo "make fix    format, and fix what ruff can fix"

install: $(STAMP)
$(STAMP): pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --upgrade "pip>=24"
	$(BIN)/pip install --quiet -c constraints.txt torch==2.13.0
	$(BIN)/pip install --quiet -c constraints.txt -e ".[export,torch,dev]"
	@touch $(STAMP)

demo: $(STAMP)
	$(BIN)/speechopt-export --prune 0.25 --quantize int8 --force
	$(BIN)/speechopt-run artifacts/bundled-p25-int8/onnx "Hello there. It is a fine day." -o artifacts/hello.onnx.wav --force --repeat 5 --warmup 1
	$(BIN)/speechopt-run artifacts/bundled-p25-int8/model.pth "Hello there. It is a fine day." -o artifacts/hello.state-dict.wav --force --repeat 5 --warmup 1
	$(BIN)/speechopt-run artifacts/bundled-p25-int8/model.torchscript.pt "Hello there. It is a fine day." -o artifacts/hello.torchscript.wav --force --repeat 5 --warmup 1
	@echo "listen to artifacts/bundled-p25-int8/speech_before.wav and speech_after.wav"

test: $(STAMP)
	$(BIN)/python -m pytest

check: $(STAMP)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/codespell exporter runtime tests docs README.md CHANGELOG.md CONTRIBUTING.md
	$(BIN)/python -m pytest

fix: $(STAMP)
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

clean:
	rm -rf $(VENV) artifacts/*/ .mypy_cache .ruff_cache .pytest_cache
