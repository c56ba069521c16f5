// What developers of programs do, with their ordinary clients: node programs.mjs RPC_URL ELF_FOLDER
// The node was started with the real token, associated-token and memo programs (--bpf-program) of ELF_FOLDER.
// Chapters have wallets of their own and run side by side. Every value is asserted.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { connect } from './chapters/support.mjs';
import { walkDeployment } from './svm/deployment.mjs';
import { walkKit } from './svm/kit.mjs';
import { walkNonces } from './svm/nonces.mjs';
import { walkPrecompiles } from './svm/precompiles.mjs';
import { walkRefusals } from './svm/refusals.mjs';
import { walkTables } from './svm/tables.mjs';
import { walkTokenPrograms } from './svm/tokens.mjs';

const [url, folder] = process.argv.slice(2);
if (!folder) throw new Error('usage: node programs.mjs RPC_URL ELF_FOLDER');
const connection = connect(url);
const read = (address) => readFileSync(join(folder, `${address}.so`));
const elfs = {
  token: read('TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA'),
  memo: read('MemoSq4gqABAXKb96qnH8TysNcWxMyWCqXgDLGmfcHr'),
};
const chapters = await Promise.allSettled([
  walkDeployment(connection, elfs),
  walkTokenPrograms(connection, elfs),
  walkTables(connection),
  walkNonces(connection),
  walkPrecompiles(connection),
  walkRefusals(connection),
  walkKit(url),
]);
const failures = chapters.filter(({ status }) => status === 'rejected').map(({ reason }) => reason);
for (const failure of failures) console.error(failure);
if (failures.length > 0) process.exit(1);
console.log('Every chapter came to its end.');
process.exit(0); // web3.js keeps its WebSocket open for as long as the process lives
