# The front door. A fresh machine needs make and Python 3.11 or newer; everything else goes into .venv.
.POSIX:
.PHONY: help demo test lint types docs bench data clean

BIN = .venv/bin

help:
	@echo "make demo    set up, run the main job offline, write report.html"
	@echo "make test    set up, then the whole test suite, ruff and mypy"
	@echo "make lint    ruff        make types   mypy"
	@echo "make docs    write the pages that are made from records"
	@echo "make bench   time budgets and peers"
	@echo "make data    compile the atlas from the sources' own files (maintainers)"
	@echo "make clean   remove what was built (not .venv)"

demo: .venv/.installed
	$(BIN)/ytterby run heavy-ree-licences-2025 --out report.html

test: .venv/.installed-dev
	$(BIN)/python -m pytest -n auto
	$(BIN)/ruff check .
	$(BIN)/mypy

lint: .venv/.installed-dev
	$(BIN)/ruff check .

types: .venv/.installed-dev
	$(BIN)/mypy

docs: .venv/.installed
	for maker in tools/make_*.py; do $(BIN)/python "$$maker" || exit 1; done

bench: .venv/.installed-dev
	for bench in bench/*.py; do echo "== $$bench"; $(BIN)/python "$$bench" || exit 1; done

data: .venv/.installed-dev
	$(BIN)/python tools/compile_atlas.py

# The stamps are older than pyproject.toml when dependencies may have changed; then the install runs again.
.venv/.installed: pyproject.toml tools/set_up.sh
	@tools/set_up.sh
	@touch $@

.venv/.installed-dev: pyproject.toml tools/set_up.sh
	@tools/set_up.sh dev
	@touch .venv/.installed $@

clean:
	rm -rf build dist report.html .mypy_cache .ruff_cache .pytest_cache .hypothesis
	find src tests tools bench -name __pycache__ -type d -prune -exec rm -rf {} +
