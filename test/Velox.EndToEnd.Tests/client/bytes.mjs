// Holds the sample's encoders against bytes that the server's gave: node bytes.mjs BOOK_WIRE CASES
// CASES is a JSON array of { group, name, argument, hex }; strings that begin with 0x are bytes.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';

const [wirePath, casesPath] = process.argv.slice(2);
const wire = await import(pathToFileURL(wirePath));
const asBytes = (_, value) =>
  typeof value === 'string' && value.startsWith('0x') ? Uint8Array.from(Buffer.from(value.slice(2), 'hex')) : value;
const cases = JSON.parse(readFileSync(casesPath, 'utf8'), asBytes);
const untried = new Set(
  ['instructionData', 'orderMessage'].flatMap((group) => Object.keys(wire[group]).map((name) => `${group}.${name}`)),
);
for (const { group, name, argument, hex } of cases) {
  const encoder = wire[group][name];
  assert.ok(encoder, `${group} has no ${name}`);
  const text = JSON.stringify(argument);
  assert.equal(Buffer.from(encoder(argument)).toString('hex'), hex, `${group}.${name}(${text})`);
  untried.delete(`${group}.${name}`);
}
assert.deepEqual([...untried], [], 'encoders without a case');
console.log(`${cases.length} cases agree`);
