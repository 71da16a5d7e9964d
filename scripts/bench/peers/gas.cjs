// Gas per certificate of peers' contracts on the node at URL: OpenAttestation document store and EAS multiTimestamp.
// Usage: node gas.cjs URL   (prints one JSON object; URL is a throw-away node with an unlocked, free account)
"use strict";

const { createHash } = require("node:crypto");
const { Contract, ContractFactory, Wallet, providers } = require("ethers");
const { DocumentStoreFactory } = require("@govtechsg/document-store");
const eas = require("@ethereum-attestation-service/eas-contracts/artifacts/contracts/EAS.sol/EAS.json");
const schemas = require("@ethereum-attestation-service/eas-contracts/artifacts/contracts/SchemaRegistry.sol/SchemaRegistry.json");

const SIZES = [1, 10, 100, 500];
const digest = (name) => "0x" + createHash("sha256").update(name).digest("hex");
const digests = (label, count) => Array.from({ length: count }, (_, i) => digest(`${label}/${count}/${i}`));

async function main(url) {
  const provider = new providers.StaticJsonRpcProvider(url);
  const wallet = new Wallet(digest("bench account"), provider);
  let nonce = 0;
  const fees = () => ({ gasPrice: 0, nonce: nonce++, gasLimit: 60_000_000 });
  const deploy = async (abi, bytecode, ...args) => {
    const contract = await new ContractFactory(abi, bytecode, wallet).deploy(...args, fees());
    const receipt = await contract.deployTransaction.wait();
    return new Contract(receipt.contractAddress, abi, wallet);
  };
  const gas = async (transaction) => Number((await (await transaction).wait()).gasUsed);

  const store = await deploy(DocumentStoreFactory.abi, DocumentStoreFactory.bytecode, "bench", wallet.address);
  const registry = await deploy(schemas.abi, schemas.bytecode);
  const attestations = await deploy(eas.abi, eas.bytecode, registry.address);
  const rows = {};
  for (const size of SIZES) {
    rows[size] = {
      documentStoreBulkIssue: (await gas(store.bulkIssue(digests("store", size), fees()))) / size,
      easMultiTimestamp: (await gas(attestations.multiTimestamp(digests("eas", size), fees()))) / size,
    };
  }
  console.log(JSON.stringify({ peers: ["@govtechsg/document-store 3.0.0", "eas-contracts 1.9.0"], gasPerCertificate: rows }));
}

main(process.argv[2]).catch((error) => {
  console.error(error.message ?? error);
  process.exit(1);
});
