// After a restart of the node on the same ledger: node after-restart.mjs RPC_URL FACTS.json
// Everything that the road left is there to the byte, and the market goes on trading.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { Keypair, PublicKey } from '@solana/web3.js';
import {
  decodeBatchResult,
  decodeFills,
  getOrderBook,
  getReturnData,
  getTrades,
  orderMessage,
  OrderType,
  Side,
} from '../../../samples/javascript/velox-book.mjs';
import { observe } from './chapters/facts.mjs';
import { book, connect, fund, send, tell } from './chapters/support.mjs';

const [url, factsFile] = process.argv.slice(2);
if (!factsFile) throw new Error('usage: node after-restart.mjs RPC_URL FACTS.json');
const connection = connect(url);
const { subjects, trader, observed } = JSON.parse(readFileSync(factsFile, 'utf8'));

console.log('After the restart');
assert.deepEqual(JSON.parse(JSON.stringify(await observe(connection, subjects))), observed);
tell('wallets, tokens, market, book, trades and transactions are the same to the byte');

const market = new PublicKey(subjects.market);
const session = Keypair.fromSecretKey(Uint8Array.from(trader.secretKey));
const [best] = observed.book.asks;
const signature = await send(
  connection,
  [
    book.batch({
      market,
      sessionKey: session.publicKey,
      messages: [
        orderMessage.place({
          seat: trader.bobSeat,
          sequence: 100,
          side: Side.bid,
          type: OrderType.immediateOrCancel,
          priceTicks: best.priceTicks,
          quantityLots: 1,
        }),
      ],
    }),
  ],
  session,
);
assert.deepEqual(decodeBatchResult(await getReturnData(connection, signature)), [0]);
const { meta } = await connection.getTransaction(signature, {
  commitment: 'confirmed',
  maxSupportedTransactionVersion: 0,
});
const [fill] = decodeFills(meta.logMessages);
assert.deepEqual(
  [fill.seat, fill.takerSeat, fill.lots, fill.priceTicks],
  [trader.aliceSeat, trader.bobSeat, 1n, BigInt(best.priceTicks)],
);
const { asks } = await getOrderBook(connection, market);
assert.deepEqual(asks[0], { ...best, quantityLots: best.quantityLots - 1 });
const trades = await getTrades(connection, market);
assert.deepEqual(trades.slice(1), observed.trades);
assert.equal(trades[0].signature, signature);
await fund(connection, 1);
tell('an order of before the restart was filled by one of after it');
process.exit(0); // web3.js keeps its WebSocket open for as long as the process lives
