// Transfers without end, several at a time: node load.mjs RPC_URL
// Prints a line of JSON for each one that the node confirmed, and for nothing else. Whoever started it ends it.

import { Keypair, SystemProgram } from '@solana/web3.js';
import { connect, fund, send } from './chapters/support.mjs';

const PAYERS = 4;

const [url] = process.argv.slice(2);
if (!url) throw new Error('usage: node load.mjs RPC_URL');
const connection = connect(url);

await Promise.all(
  Array.from({ length: PAYERS }, async (_, payerIndex) => {
    const payer = await fund(connection, 1_000);
    for (let count = 0; ; count++) {
      const to = Keypair.generate().publicKey;
      const lamports = 1_000_000 + count * PAYERS + payerIndex;
      const signature = await send(
        connection,
        [SystemProgram.transfer({ fromPubkey: payer.publicKey, toPubkey: to, lamports })],
        payer,
      );
      console.log(JSON.stringify({ signature, to, lamports }));
    }
  }),
);
