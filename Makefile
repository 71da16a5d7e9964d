# make demo    set everything up and run the journey on the embedded chain (ONCE=1: run it and stop; JSON=1: one object a step)
# make test    set everything up and pass all tests (DEEP=1: the long fuzz and invariant runs of the contracts)
# make check   format, lint, types, contract analysis, generated files, import directions, docs
# make prove   prove the rules of balances for all values, on the bytecode (halmos; half a minute, 200 MB the first time)
# make setup   only set everything up; every other target does this first
# make bench   measure, beside the peers (QUICK=1: fewer of everything; SECTIONS='uses aeo': only these)
# make format  put the sources into their format
# make lock    write the lock files again (UPGRADE=1: take newer versions)
# make clean   remove everything that can be made again; what a chain or gateway keeps is not touched
.PHONY: help setup demo test check prove bench format lock clean

SHELL := /bin/bash
BIN := .venv/bin
# Hardhat writes its cache and artifacts into the folder: one at a time.
HARDHAT := $(if $(shell command -v flock),flock .setup/hardhat.lock) scripts/with_node node node_modules/hardhat/dist/src/cli.js
PRETTIER := scripts/with_node node node_modules/prettier/bin/prettier.cjs

help:
	@sed -n 's/^# make/make/p' Makefile

setup:
	@scripts/setup.sh test

demo:
	@scripts/setup.sh
	@$(BIN)/tradeseal demo $(if $(ONCE),--once) $(if $(JSON),--json)

test: setup
	@$(HARDHAT) test solidity $(if $(DEEP),--test-profile deep)
	@$(BIN)/pytest -q -n 2 --dist loadfile

check:
	@scripts/setup.sh check
	@scripts/check

prove:
	@scripts/setup.sh prove
	@$(BIN)/python -m scripts.prove

bench:
	@scripts/setup.sh bench
	@$(BIN)/python -m scripts.bench $(SECTIONS) $(if $(QUICK),--quick)

format:
	@scripts/setup.sh
	@$(BIN)/ruff format -q . && $(BIN)/ruff check -q --fix .
	@$(PRETTIER) --log-level warn --write 'contracts/**/*.sol' 'tests/solidity/**/*.sol'

lock:
	@scripts/setup.sh
	@scripts/lock.sh

clean:
	rm -rf .venv .setup node_modules scripts/bench/peers/node_modules artifacts cache coverage
