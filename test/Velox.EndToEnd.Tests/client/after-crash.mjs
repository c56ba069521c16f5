// After a crash under load.mjs: node after-crash.mjs RPC_URL CONFIRMED
// CONFIRMED has the lines that load.mjs printed: every one of these transfers must be there, once.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { PublicKey } from '@solana/web3.js';
import { connect, tell } from './chapters/support.mjs';

const [url, confirmedFile] = process.argv.slice(2);
if (!confirmedFile) throw new Error('usage: node after-crash.mjs RPC_URL CONFIRMED');
const connection = connect(url);
const confirmed = readFileSync(confirmedFile, 'utf8')
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line));

console.log('After the crash');
for (const { signature, to, lamports } of confirmed) {
  const transaction = await connection.getTransaction(signature, {
    commitment: 'confirmed',
    maxSupportedTransactionVersion: 0,
  });
  assert.ok(transaction !== null, `confirmed transaction ${signature} is lost`);
  assert.equal(transaction.meta.err, null);
  assert.equal(await connection.getBalance(new PublicKey(to)), lamports);
}
tell(`all ${confirmed.length} transfers that were confirmed before the crash are there`);
process.exit(0); // web3.js keeps its WebSocket open for as long as the process lives
