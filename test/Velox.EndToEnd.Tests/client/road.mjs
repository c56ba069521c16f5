// The whole road of an exchange, walked with the ordinary Solana client: node road.mjs RPC_URL [FACTS.json]
// Every value is asserted. FACTS.json receives what must still be true after a restart of the node.

import { writeFileSync } from 'node:fs';
import { walkErrors } from './chapters/errors.mjs';
import { gatherFacts } from './chapters/facts.mjs';
import { walkMarket } from './chapters/market.mjs';
import { walkQueries } from './chapters/queries.mjs';
import { connect } from './chapters/support.mjs';
import { walkTokens } from './chapters/tokens.mjs';
import { walkWallets } from './chapters/wallets.mjs';

const [url, factsFile] = process.argv.slice(2);
if (!url) throw new Error('usage: node road.mjs RPC_URL [FACTS.json]');
const connection = connect(url);

console.log('Wallets');
const people = await walkWallets(connection);
await walkQueries(connection, people);
console.log('Tokens');
const tokens = await walkTokens(connection, people);
console.log('Market');
const trading = await walkMarket(connection, people, tokens);
console.log('Errors');
await walkErrors(connection, people, tokens, trading);
if (factsFile)
  writeFileSync(factsFile, JSON.stringify(await gatherFacts(connection, people, tokens, trading), null, 2));
console.log('The road was walked to its end.');
process.exit(0); // web3.js keeps its WebSocket open for as long as the process lives
