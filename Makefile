# make demo   learn FashionMNIST one class at a time and see what is remembered
# make test   linters, types and tests
# make test-all   the same, and the slow tests
# make docs   the site, in site/
# All make their own virtual environment first; PYTHON names the interpreter to make it from.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin

.PHONY: demo test test-all docs clean
.DELETE_ON_ERROR:

demo: $(VENV)/installed
	$(BIN)/python examples/demo.py

test test-all: $(VENV)/installed
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/mypy export
	$(BIN)/python -m pytest -n 2 --dist loadfile $(if $(filter test-all,$@),-m "")

docs: $(VENV)/installed
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --quiet

$(VENV)/installed: setup.py constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 10))' || \
		{ echo "Python 3.10 or newer is needed, $$($(PYTHON) --version) found; name another: make PYTHON=python3.12"; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade pip  # older ones resolve for many minutes
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable ".[test]"
	touch $@

clean:
	rm -rf $(VENV)
