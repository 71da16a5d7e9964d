// OpenAttestation v2 wrap and verify over the same certificates that we seal: CPU per document, for scripts/bench.
// Usage: node openattestation.cjs CERTIFICATES.jsonl COUNT   (prints one JSON object)
"use strict";

const { readFileSync } = require("node:fs");
const { wrapDocument, wrapDocuments, verifySignature } = require("@govtechsg/open-attestation");
const { version } = require("@govtechsg/open-attestation/package.json");

const [file, wanted] = process.argv.slice(2);
const certificates = readFileSync(file, "utf8")
  .split("\n")
  .filter(Boolean)
  .slice(0, Number(wanted))
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

/** CPU milliseconds per document of `work` over all documents, best of three. */
function measure(work) {
  let best = Infinity;
  for (let round = 0; round < 3; round += 1) {
    const start = process.cpuUsage();
    work();
    const { user, system } = process.cpuUsage(start);
    best = Math.min(best, (user + system) / 1000 / certificates.length);
  }
  return best;
}

const wrapped = certificates.map((certificate) => wrapDocument(certificate));
if (!wrapped.every((document) => verifySignature(document))) throw new Error("a wrapped document does not verify");

const started = performance.now();
wrapDocuments(certificates);
const batchSeconds = (performance.now() - started) / 1000;

console.log(
  JSON.stringify({
    peer: `@govtechsg/open-attestation ${version} (v2)`,
    documents: certificates.length,
    wrapCpuMs: measure(() => certificates.forEach((certificate) => wrapDocument(certificate))),
    verifyCpuMs: measure(() => wrapped.forEach((document) => verifySignature(document))),
    batchWrapSeconds: batchSeconds,
  }),
);
