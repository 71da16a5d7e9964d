#!/usr/bin/env node
// A solc command line around npm's solc (soljson), enough of it for py-solc-x and for analysers:
//   --version, --help, --standard-json (input on stdin; `urls` and imports are read below --base-path and --include-path),
//   --combined-json (sources as arguments, remappings as name=path). --allow-paths is accepted; reading is always confined.
// An option that it does not know is an error: leaving one out would make other bytecode than was asked for.
"use strict";

const { existsSync, readFileSync } = require("node:fs");
const path = require("node:path");
const solc = require("solc");

const VALUES = ["--base-path", "--include-path", "--allow-paths", "--combined-json", "--evm-version", "--optimize-runs"];
const FLAGS = ["--version", "--help", "--standard-json", "--optimize"];

function parseArguments(argv) {
  const options = { flags: new Set(), values: {}, includes: [], files: [], remappings: [] };
  for (let i = 0; i < argv.length; i += 1) {
    const [name, attached] = argv[i].startsWith("--") ? argv[i].split(/=(.*)/s) : [argv[i], undefined];
    if (VALUES.includes(name)) {
      const value = attached ?? argv[++i];
      if (value === undefined) refuse(`${name} needs a value`);
      if (name === "--include-path") options.includes.push(value);
      else options.values[name] = value;
    } else if (FLAGS.includes(argv[i])) options.flags.add(name);
    else if (name.startsWith("-") && name !== "-") refuse(`unknown option ${argv[i]}`);
    else if (name.includes("=")) options.remappings.push(name);
    else if (name !== "-") options.files.push(name);
  }
  return options;
}

function refuse(reason) {
  process.stderr.write(`solc.cjs: ${reason}\n`);
  process.exit(2);
}

function reader({ values, includes }) {
  const roots = [values["--base-path"] ?? process.cwd(), ...includes].map((root) => path.resolve(root));
  return (name) => {
    for (const root of roots) {
      const file = path.resolve(root, name);
      const inside = file === root || file.startsWith(root + path.sep);
      if (inside && existsSync(file)) return { contents: readFileSync(file, "utf8") };
    }
    return { error: `File not found below ${roots.join(", ")}: ${name}` };
  };
}

function compile(input, read) {
  for (const [name, source] of Object.entries(input.sources ?? {})) {
    if (source.content !== undefined) continue;
    const found = (source.urls ?? [name]).map((url) => read(url)).find((result) => result.contents !== undefined);
    if (found) input.sources[name] = { content: found.contents };
  }
  return JSON.parse(solc.compile(JSON.stringify(input), { import: read }));
}

function combined(options, read) {
  const wanted = options.values["--combined-json"].split(",");
  const outputs = { abi: "abi", bin: "evm.bytecode.object", "bin-runtime": "evm.deployedBytecode.object" };
  const more = { "srcmap": "evm.bytecode.sourceMap", "srcmap-runtime": "evm.deployedBytecode.sourceMap", "hashes": "evm.methodIdentifiers", "userdoc": "userdoc", "devdoc": "devdoc" };
  const all = { ...outputs, ...more };
  const sources = Object.fromEntries(options.files.map((file) => [file, { urls: [file] }]));
  const selected = wanted.map((name) => all[name]).filter(Boolean);
  const settings = {
    optimizer: { enabled: options.flags.has("--optimize"), runs: Number(options.values["--optimize-runs"] ?? 200) },
    remappings: options.remappings,
    outputSelection: { "*": { "*": selected, "": ["ast"] } },
  };
  if (options.values["--evm-version"]) settings.evmVersion = options.values["--evm-version"];
  const output = compile({ language: "Solidity", sources, settings }, read);
  const errors = (output.errors ?? []).filter((error) => error.severity === "error");
  if (errors.length > 0) {
    process.stderr.write(errors.map((error) => error.formattedMessage).join("\n"));
    process.exit(1);
  }
  const contracts = {};
  for (const [file, found] of Object.entries(output.contracts ?? {})) {
    for (const [name, contract] of Object.entries(found)) {
      const evm = contract.evm ?? {};
      const values = {
        abi: contract.abi,
        bin: evm.bytecode?.object,
        "bin-runtime": evm.deployedBytecode?.object,
        srcmap: evm.bytecode?.sourceMap,
        "srcmap-runtime": evm.deployedBytecode?.sourceMap,
        hashes: evm.methodIdentifiers,
        userdoc: contract.userdoc,
        devdoc: contract.devdoc,
      };
      contracts[`${file}:${name}`] = Object.fromEntries(wanted.filter((key) => key in values).map((key) => [key, values[key]]));
    }
  }
  const sourceList = Object.keys(output.sources ?? {});
  const asts = Object.fromEntries(Object.entries(output.sources ?? {}).map(([name, source]) => [name, { AST: source.ast }]));
  return { contracts, sourceList, sources: asts, version: solc.version() };
}

const options = parseArguments(process.argv.slice(2));
if (options.flags.has("--version")) {
  process.stdout.write(`solc, the solidity compiler commandline interface\nVersion: ${solc.version()}\n`);
} else if (options.flags.has("--help")) {
  process.stdout.write(
    "Usage: solc.cjs [--version | --standard-json | --combined-json LIST FILE...]\n\n" +
      "  --combined-json abi,bin,bin-runtime,srcmap,srcmap-runtime,hashes,userdoc,devdoc,ast\n",
  );
} else if (options.flags.has("--standard-json")) {
  const input = JSON.parse(readFileSync(options.files[0] ?? 0, "utf8"));
  process.stdout.write(JSON.stringify(compile(input, reader(options))));
} else if (options.values["--combined-json"]) {
  process.stdout.write(JSON.stringify(combined(options, reader(options))));
} else {
  refuse("nothing to do: see --help");
}
