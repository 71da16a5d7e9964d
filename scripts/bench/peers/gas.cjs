// Gas per certificate of peers' contracts on the node at URL: OpenAttestation document store, EAS multiTimestamp, and EAS
// multiAttest, which like ours keeps a record of each (its data is the digest, nothing else).
// Usage: node gas.cjs URL   (prints one JSON object; URL is a throw-away node with an unlocked, free account)
"use strict";

const { createHash } = require("node:crypto");
const { Contract, ContractFactory, Wallet, constants, providers } = require("ethers");
const { DocumentStoreFactory } = require("@govtechsg/document-store");
const eas = require("@ethereum-attestation-service/eas-contracts/artifacts/contracts/EAS.sol/EAS.json");
const schemas = require("@ethereum-attestation-service/eas-contracts/artifacts/contracts/SchemaRegistry.sol/SchemaRegistry.json");

const SIZES = [1, 10, 100, 500];
// Transactions of later forks have at most so much gas (EIP-7825). More attestations do not fit, so larger sizes take several.
const MOST_GAS = 16_777_216;
const MOST_ATTESTATIONS = 100;
const NOBODY = constants.AddressZero;
const NOTHING = constants.HashZero;
const digest = (name) => "0x" + createHash("sha256").update(name).digest("hex");
const digests = (label, count) => Array.from({ length: count }, (_, i) => digest(`${label}/${count}/${i}`));

async function main(url) {
  const provider = new providers.StaticJsonRpcProvider(url);
  provider.pollingInterval = 50;
  const wallet = new Wallet(digest("bench account"), provider);
  let nonce = 0;
  const fees = () => ({ gasPrice: 0, nonce: nonce++, gasLimit: MOST_GAS });
  const deploy = async (abi, bytecode, ...args) => {
    const contract = await new ContractFactory(abi, bytecode, wallet).deploy(...args, fees());
    const receipt = await contract.deployTransaction.wait();
    return new Contract(receipt.contractAddress, abi, wallet);
  };
  const gas = async (transaction) => Number((await (await transaction).wait()).gasUsed);

  const store = await deploy(DocumentStoreFactory.abi, DocumentStoreFactory.bytecode, "bench", wallet.address);
  const registry = await deploy(schemas.abi, schemas.bytecode);
  const attestations = await deploy(eas.abi, eas.bytecode, registry.address);
  const schema = await registered(registry, fees);
  const attest = async (size) => {
    const all = digests("attestation", size).map((data) => ({
      recipient: NOBODY,
      expirationTime: 0,
      revocable: true,
      refUID: NOTHING,
      data,
      value: 0,
    }));
    let total = 0;
    for (let from = 0; from < size; from += MOST_ATTESTATIONS) {
      const data = all.slice(from, from + MOST_ATTESTATIONS);
      total += await gas(attestations.multiAttest([{ schema, data }], fees()));
    }
    return total;
  };
  const rows = {};
  for (const size of SIZES) {
    rows[size] = {
      documentStoreBulkIssue: (await gas(store.bulkIssue(digests("store", size), fees()))) / size,
      easMultiTimestamp: (await gas(attestations.multiTimestamp(digests("eas", size), fees()))) / size,
      easMultiAttest: (await attest(size)) / size,
    };
  }
  console.log(JSON.stringify({ peers: ["@govtechsg/document-store 3.0.0", "eas-contracts 1.9.0"], gasPerCertificate: rows }));
}

/** Register the schema of one digest and return its identifier. */
async function registered(registry, fees) {
  const receipt = await (await registry.register("bytes32 digest", NOBODY, true, fees())).wait();
  return receipt.events.find((event) => event.event === "Registered").args.uid;
}

main(process.argv[2]).catch((error) => {
  console.error(error.message ?? error);
  process.exit(1);
});
