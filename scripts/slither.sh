#!/usr/bin/env bash
# Static analysis of the contracts with Slither, in an environment of its own, over the same compiler and settings.
set -euo pipefail
cd "$(dirname "$0")/.."
args="--base-path . --optimize --optimize-runs=20 --evm-version=paris"
for contract in AeoRegistry Consortium LicenceRegistry OriginRegistry; do
  scripts/with_node .setup/slither/bin/slither "contracts/$contract.sol" --solc "$PWD/scripts/solc.cjs" --solc-args "$args" \
    --exclude-informational --exclude-optimization --fail-low --disable-color
done
