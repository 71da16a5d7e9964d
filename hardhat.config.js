// Solidity tests and coverage. The compiler is npm's solc, so nothing is downloaded; `tests/test_compilers.py` holds
// this configuration and `scripts/compile_contracts.py` to the same bytecode.
import { createRequire } from "node:module";

const require = createRequire(import.meta.url);

/** @type {import("hardhat/config").HardhatUserConfig} */
export default {
  solidity: {
    compilers: [
      {
        version: "0.8.37",
        path: require.resolve("solc/soljson.js"),
        settings: {
          evmVersion: "paris",
          optimizer: { enabled: true, runs: 20 },
          metadata: { bytecodeHash: "none" },
        },
      },
    ],
  },
  paths: {
    sources: "./contracts",
    tests: { solidity: "./tests/solidity" },
    cache: "./cache",
    artifacts: "./artifacts",
  },
  test: {
    solidity: {
      profiles: {
        default: { fuzz: { runs: 128 }, invariant: { runs: 24, depth: 40, failOnRevert: false } },
        deep: { fuzz: { runs: 2_000 }, invariant: { runs: 128, depth: 200, failOnRevert: false } },
      },
    },
  },
};
