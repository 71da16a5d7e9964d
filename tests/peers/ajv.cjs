// The independent judge of our published JSON Schemas: Ajv for draft 2020-12, and nothing of ours. The first line of standard
// input is {name: schema}; each line after it is [name, document] and is answered by a line: null, or what is wrong.
// Formats are names for people here: a pattern beside them says what is asked for.
"use strict";

const readline = require("node:readline");
const Ajv2020 = require("ajv/dist/2020").default;

const judges = {};
const lines = readline.createInterface({ input: process.stdin });
let first = true;

lines.on("line", (line) => {
  const told = JSON.parse(line);
  if (first) {
    first = false;
    const ajv = new Ajv2020({ strict: true, strictRequired: false, strictTypes: false, validateFormats: false });
    for (const [name, schema] of Object.entries(told)) judges[name] = ajv.compile(schema);
    process.stdout.write("ready\n");
    return;
  }
  const judge = judges[told[0]];
  const answer = judge(told[1]) ? null : judge.errors.map((one) => `${one.instancePath} ${one.message}`);
  process.stdout.write(`${JSON.stringify(answer)}\n`);
});
