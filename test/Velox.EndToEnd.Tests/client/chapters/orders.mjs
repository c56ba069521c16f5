// Orders of all kinds: resting, crossing, reduced, cancelled, and in batches of a session key.

import assert from 'node:assert/strict';
import {
  BookError,
  decodeBatchResult,
  decodeFills,
  decodePlaceResult,
  getReturnData,
  getTrades,
  orderMessage,
  OrderType,
  Side,
} from '../../../../samples/javascript/velox-book.mjs';
import { book, fund, send, subscribed, tell, within } from './support.mjs';
import { ALICE_BASE, BOB_QUOTE } from './tokens.mjs';
import {
  ALICE_SEAT,
  assertBook,
  assertSeat,
  BOB_SEAT,
  FILLS,
  LOT,
  MAKER_FEES,
  PAID,
  pick,
  TAKER_FEES,
} from './venue.mjs';

const READ = { commitment: 'confirmed', maxSupportedTransactionVersion: 0 };

export async function restOrders(venue) {
  const { connection, market, alice, bob } = venue;
  const ask = { market, trader: alice.publicKey, seat: ALICE_SEAT, side: Side.ask };
  const bid = { market, trader: bob.publicKey, seat: BOB_SEAT, side: Side.bid };
  await send(
    connection,
    [
      book.place({ ...ask, priceTicks: 250, quantityLots: 100, clientOrderId: 1 }),
      book.place({ ...ask, priceTicks: 260, quantityLots: 50, clientOrderId: 2 }),
    ],
    alice,
  );
  const postOnly = { ...bid, type: OrderType.postOnly, clientOrderId: 11, priceTicks: 240, quantityLots: 30 };
  await send(connection, [book.place(postOnly)], bob);

  await assertBook(
    venue,
    [[240, 30, 1]],
    [
      [250, 100, 1],
      [260, 50, 1],
    ],
  );
  await assertSeat(venue, ALICE_SEAT, { baseFree: ALICE_BASE - 150n * LOT, baseLocked: 150n * LOT, openOrders: 2 });
  await assertSeat(venue, BOB_SEAT, { quoteFree: BOB_QUOTE - 72_000n, quoteLocked: 72_000n, openOrders: 1 });
  assert.deepEqual(await getTrades(connection, market), []);
  tell('three orders rest; their funds are locked');
}

export async function crossOrders(venue) {
  const { connection, market, bob } = venue;
  let heard;
  const logged = new Promise((resolve) => {
    heard = resolve;
  });
  const listener = connection.onLogs(market, heard, 'confirmed');
  await subscribed(connection);

  const order = { seat: BOB_SEAT, side: Side.bid, clientOrderId: 12, priceTicks: 260, quantityLots: 120 };
  const signature = await send(connection, [book.place({ market, trader: bob.publicKey, ...order })], bob);
  const taker = decodePlaceResult(await getReturnData(connection, signature));
  assert.deepEqual([taker.filledLots, taker.restingLots], [120n, 0n]);

  const { meta, slot } = await connection.getTransaction(signature, READ);
  const fills = decodeFills(meta.logMessages);
  const common = {
    kind: 'fill',
    side: Side.ask,
    seat: ALICE_SEAT,
    takerSeat: BOB_SEAT,
    takerOrderId: taker.orderId,
    slot: BigInt(slot),
  };
  assert.deepEqual(
    fills.map((fill) => pick(fill, ['priceTicks', 'lots', 'remainingLots', ...Object.keys(common)])),
    FILLS.map(({ priceTicks, lots }, i) => ({ priceTicks, lots, remainingLots: [0n, 30n][i], ...common })),
  );

  const notification = await within('the log of the fills', logged);
  assert.equal(notification.signature, signature);
  assert.deepEqual(notification.logs, meta.logMessages);
  await connection.removeOnLogsListener(listener);

  await assertTrades(venue, fills, signature);
  await assertBook(venue, [[240, 30, 1]], [[260, 30, 1]]);
  tell('Bob bought 120 lots: fills of 100 at 250 and 20 at 260, in the log, over logsSubscribe and in getTrades');
}

async function assertTrades({ connection, market }, fills, signature) {
  const trades = await getTrades(connection, market);
  assert.deepEqual(
    trades.map(({ blockTime, ...trade }) => trade),
    [...fills].reverse().map((fill) => ({
      sequence: Number(fill.sequence),
      slot: Number(fill.slot),
      signature,
      priceTicks: Number(fill.priceTicks),
      quantityLots: Number(fill.lots),
      takerSide: 'bid',
      makerOrderId: String(fill.orderId),
      takerOrderId: String(fill.takerOrderId),
      makerSeat: ALICE_SEAT,
      takerSeat: BOB_SEAT,
    })),
  );
  assert.deepEqual(await getTrades(connection, market, { limit: 1 }), trades.slice(0, 1));
}

export async function changeOrders(venue) {
  const { connection, market, alice, bob } = venue;
  const [{ makerOrderId: orderId }] = await getTrades(connection, market, { limit: 1 });
  const byAlice = { market, trader: alice.publicKey, seat: ALICE_SEAT, orderId };
  const byBob = { market, trader: bob.publicKey, seat: BOB_SEAT, clientOrderId: 11 };
  await send(connection, [book.reduce({ ...byAlice, byLots: 10 })], alice);
  await assertBook(venue, [[240, 30, 1]], [[260, 20, 1]]);
  await send(connection, [book.cancel(byAlice)], alice);
  await assertBook(venue, [[240, 30, 1]], []);
  await send(connection, [book.cancelByClientId(byBob)], bob);
  await assertBook(venue, [], []);
  await assertSeat(venue, ALICE_SEAT, { baseFree: ALICE_BASE - 120n * LOT, quoteFree: PAID - MAKER_FEES });
  await assertSeat(venue, BOB_SEAT, { baseFree: 120n * LOT - TAKER_FEES, quoteFree: BOB_QUOTE - PAID });
  tell('reduced, cancelled by either id; nothing is locked any more');
}

/** Leaves an ask of 20 lots at 260 and a bid of 5 at 245. */
export async function tradeBySession(venue) {
  const { connection, market, alice, bob } = venue;
  const session = await fund(connection, 1);
  const sessionKey = session.publicKey;
  await send(connection, [book.setSession({ market, owner: alice.publicKey, seat: ALICE_SEAT, sessionKey })], alice);
  await send(connection, [book.setSession({ market, owner: bob.publicKey, seat: BOB_SEAT, sessionKey })], bob);

  const ask = { seat: ALICE_SEAT, side: Side.ask };
  const bid = { seat: BOB_SEAT, side: Side.bid };
  const sendBatch = (...messages) => send(connection, [book.batch({ market, sessionKey, messages })], session);
  const signature = await sendBatch(
    orderMessage.place({ ...ask, sequence: 1, clientOrderId: 21, priceTicks: 300, quantityLots: 40 }),
    orderMessage.place({ ...ask, sequence: 2, clientOrderId: 21, priceTicks: 310, quantityLots: 1 }),
    orderMessage.place({ ...bid, sequence: 3, clientOrderId: 31, priceTicks: 245, quantityLots: 5 }),
    orderMessage.place({ ...bid, sequence: 4, type: OrderType.postOnly, priceTicks: 300, quantityLots: 1 }),
    orderMessage.place({ ...bid, sequence: 5, clientOrderId: 32, priceTicks: 244, quantityLots: 7 }),
    orderMessage.reduce({ seat: ALICE_SEAT, sequence: 6, clientOrderId: 21, byLots: 20 }),
    orderMessage.cancel({ seat: BOB_SEAT, sequence: 7, clientOrderId: 32 }),
    orderMessage.cancel({ seat: BOB_SEAT, sequence: 8, clientOrderId: 99 }),
  );
  assert.deepEqual(decodeBatchResult(await getReturnData(connection, signature)), [
    0,
    BookError.duplicateClientOrderId,
    0,
    BookError.wouldCross,
    0,
    0,
    0,
    BookError.unknownOrder,
  ]);
  await assertBook(venue, [[245, 5, 1]], [[300, 20, 1]]);

  await send(connection, [book.cancelAll({ market, trader: sessionKey, seat: ALICE_SEAT })], session);
  await assertBook(venue, [[245, 5, 1]], []);
  await sendBatch(
    orderMessage.place({ ...ask, sequence: 9, priceTicks: 400, quantityLots: 1 }),
    orderMessage.cancelAll({ seat: ALICE_SEAT, sequence: 10 }),
    orderMessage.place({ ...ask, sequence: 11, clientOrderId: 22, priceTicks: 260, quantityLots: 20 }),
  );
  await assertBook(venue, [[245, 5, 1]], [[260, 20, 1]]);
  tell('one session key traded for both seats in batches: each message has its own answer');
  return session;
}
