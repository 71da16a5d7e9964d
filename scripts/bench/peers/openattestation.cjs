// OpenAttestation v2 wrap and verify over the same certificates that we seal: CPU per document, for scripts/bench.
// And its batch proofs: tree and all inclusion proofs over LEAVES digests, which is what wrapDocuments does after wrapping.
// Usage: node openattestation.cjs CERTIFICATES.jsonl BATCH LEAVES   (prints one JSON object)
// BATCH: of how many documents one wrapDocuments is timed, the certificates repeated as needed.
"use strict";

const { createHash } = require("node:crypto");

const { readFileSync } = require("node:fs");
const { wrapDocument, wrapDocuments, verifySignature } = require("@govtechsg/open-attestation");
const { MerkleTree } = require("@govtechsg/open-attestation/dist/cjs/shared/merkle");
const { version } = require("@govtechsg/open-attestation/package.json");

const [file, batch, leaves] = process.argv.slice(2);
const certificates = readFileSync(file, "utf8")
  .split("\n")
  .filter(Boolean)
  .map((line) => ({
    ...JSON.parse(line),
    issuers: [
      {
        name: "Sample issuing body",
        documentStore: "0x9178F546D3FF57D7A6352bD61B80cCCD46199C2d",
        identityProof: { type: "DNS-TXT", location: "issuer.example" },
      },
    ],
  }));

/** CPU milliseconds per document of each of `works` over all documents, best of 40 rounds in which they take turns, as ours. */
function measure(works) {
  const best = works.map(() => Infinity);
  for (let round = 0; round < 40; round += 1) {
    works.forEach((work, place) => {
      const start = process.cpuUsage();
      work();
      const { user, system } = process.cpuUsage(start);
      best[place] = Math.min(best[place], (user + system) / 1000 / certificates.length);
    });
  }
  return best;
}

const wrapped = certificates.map((certificate) => wrapDocument(certificate));
if (!wrapped.every((document) => verifySignature(document))) throw new Error("a wrapped document does not verify");

const documents = Array.from({ length: Number(batch) }, (_, i) => certificates[i % certificates.length]);
const seconds = (work) => {
  const started = performance.now();
  work();
  return (performance.now() - started) / 1000;
};
const digests = Array.from({ length: Number(leaves) }, (_, i) => createHash("sha256").update(String(i)).digest());

const [wrapCpuMs, verifyCpuMs] = measure([
  () => certificates.forEach((certificate) => wrapDocument(certificate)),
  () => wrapped.forEach((document) => verifySignature(document)),
]);

console.log(
  JSON.stringify({
    peer: `OpenAttestation ${version} v2`,
    documents: certificates.length,
    wrapCpuMs,
    verifyCpuMs,
    batchSeconds: seconds(() => wrapDocuments(documents)),
    proofSeconds: seconds(() => {
      const tree = new MerkleTree(digests);
      digests.forEach((digest) => tree.getProof(digest));
    }),
  }),
);
