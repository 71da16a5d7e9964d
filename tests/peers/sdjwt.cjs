// The independent reader and writer of sealed documents: @sd-jwt/core with the cryptography of Node, and nothing of ours.
// Reads a JSON array of tasks from standard input and prints an array of answers; a task that fails answers {"error": …}.
//   {"do": "verify", "token", "key"}                          -> {"claims", "header", "documentId"}
//   {"do": "issue", "claims", "hidden", "header", "key"}      -> {"token"}       hidden: a disclosure frame of the library
//   {"do": "withhold", "token", "keep"}                       -> {"token"}       keep: a presentation frame of the library
// Keys are JSON Web Keys, public for verify and private for issue.
"use strict";

const crypto = require("node:crypto");
const { SDJwtInstance } = require("@sd-jwt/core");

const SCHEMES = {
  ES256: { hash: "sha256", key: { dsaEncoding: "ieee-p1363" } },
  ES384: { hash: "sha384", key: { dsaEncoding: "ieee-p1363" } },
  EdDSA: { hash: null, key: {} },
  PS256: { hash: "sha256", key: { padding: crypto.constants.RSA_PKCS1_PSS_PADDING, saltLength: 32 } },
};
const SD_ALGORITHMS = { "sha-256": "sha256" };

const hasher = (data, algorithm) =>
  crypto.createHash(SD_ALGORITHMS[algorithm]).update(typeof data === "string" ? data : Buffer.from(data)).digest();

function verifier(jwk, algorithm) {
  const { hash, key } = SCHEMES[algorithm];
  const shaped = { ...key, key: crypto.createPublicKey({ key: jwk, format: "jwk" }) };
  return (data, signature) => crypto.verify(hash, Buffer.from(data), shaped, Buffer.from(signature, "base64url"));
}

function signer(jwk, algorithm) {
  const { hash, key } = SCHEMES[algorithm];
  const shaped = { ...key, key: crypto.createPrivateKey({ key: jwk, format: "jwk" }) };
  return (data) => crypto.sign(hash, Buffer.from(data), shaped).toString("base64url");
}

function documentId(token) {
  const signingInput = token.split("~")[0].split(".").slice(0, 2).join(".");
  return crypto.createHash("sha256").update("TradeSeal-document-v1\0").update(signingInput).digest("hex");
}

const TASKS = {
  async verify({ token, key }) {
    const { alg } = JSON.parse(Buffer.from(token.split(".")[0], "base64url"));
    const reader = new SDJwtInstance({ hasher, verifier: verifier(key, alg) });
    const { payload, header } = await reader.verify(token);
    return { claims: payload, header, documentId: documentId(token) };
  },
  async issue({ claims, hidden, header, key }) {
    const { alg, ...others } = header;
    const writer = new SDJwtInstance({
      hasher,
      hashAlg: "sha-256",
      saltGenerator: (length) => crypto.randomBytes(length).toString("base64url"),
      signAlg: alg,
      signer: signer(key, alg),
      omitTyp: true,
    });
    return { token: await writer.issue(claims, hidden, { header: others }) };
  },
  async withhold({ token, keep }) {
    return { token: await new SDJwtInstance({ hasher }).present(token, keep) };
  },
};

async function main() {
  const answers = [];
  for (const task of JSON.parse(require("node:fs").readFileSync(0, "utf8"))) {
    answers.push(await TASKS[task.do](task).catch((error) => ({ error: String(error.message) })));
  }
  process.stdout.write(JSON.stringify(answers));
}

main();
