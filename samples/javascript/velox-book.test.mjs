// The client's bytes against docs/book-program.md and docs/order-message.md, and its book against gaps.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  Asset,
  BOOK_PROGRAM,
  BookFeed,
  decodeBookEvent,
  decodeFills,
  instructionData,
  marketBytes,
  decodeUncrossResult,
  Expiry,
  MarketPhase,
  orderMessage,
  OrderBookMirror,
  OrderType,
  SelfTrade,
  Side,
} from './velox-book.mjs';

const hex = (bytes) => Buffer.from(bytes).toString('hex');

test('instruction data has the documented bytes', () => {
  const terms = {
    lotSize: 0x0102030405060708n,
    tickSize: 9,
    makerFeeBps: 10,
    takerFeeBps: 0x0b0c,
    orderCapacity: 13,
    blockCapacity: 14,
    seatCapacity: 15,
    maxOpenOrdersPerSeat: 0x10111213,
  };
  const expected = [
    [
      instructionData.createMarket(terms),
      '00' +
        '0807060504030201' +
        '0900000000000000' +
        '0a00' +
        '0c0b' +
        '0d000000' +
        '0e000000' +
        '0f000000' +
        '13121110',
    ],
    [instructionData.openSeat(), '01'],
    [
      instructionData.deposit({ asset: Asset.quote, seat: 2, amount: 258 }),
      '02' + '01' + '02000000' + '0201000000000000',
    ],
    [
      instructionData.withdraw({ asset: Asset.base, seat: 3, amount: 2n ** 64n - 1n }),
      '03' + '00' + '03000000' + 'ffffffffffffffff',
    ],
    [
      instructionData.place({
        seat: 4,
        side: Side.ask,
        type: OrderType.fillOrKill,
        clientOrderId: 5,
        priceTicks: 6,
        quantityLots: 7,
      }),
      '04' + '04000000' + '01' + '02' + '0500000000000000' + '0600000000000000' + '0700000000000000',
    ],
    [instructionData.cancel({ seat: 1, orderId: 262145n }), '05' + '01000000' + '0100040000000000'],
    [instructionData.cancelAll({ seat: 1, max: 256 }), '06' + '01000000' + '0001'],
    [
      instructionData.reduce({ seat: 1, orderId: 2, byLots: 3 }),
      '07' + '01000000' + '0200000000000000' + '0300000000000000',
    ],
    [
      instructionData.batch([new Uint8Array(32).fill(0xaa), new Uint8Array(32).fill(0xbb)]),
      '08' + '02' + 'aa'.repeat(32) + 'bb'.repeat(32),
    ],
    [
      instructionData.setSession({ seat: 1, sessionKey: new Uint8Array(32).fill(0xcc) }),
      '09' + '01000000' + 'cc'.repeat(32),
    ],
    [instructionData.collectFees({ asset: Asset.quote }), '0a' + '01' + 'ffffffffffffffff'],
    [instructionData.cancelByClientId({ seat: 1, clientOrderId: 2 }), '0b' + '01000000' + '0200000000000000'],
    [
      instructionData.placeSpecial({
        seat: 1,
        side: Side.ask,
        selfTrade: SelfTrade.decrementBoth,
        priceTicks: 2,
        quantityLots: 3,
        displayLots: 4,
        expiry: Expiry.atTime(5),
      }),
      '0c' +
        '01000000' +
        '01' +
        '00' +
        '03' +
        '0000000000000000' +
        '0200000000000000' +
        '0300000000000000' +
        '0400000000000000' +
        '0000000000000000' +
        '0500000000000080',
    ],
    [instructionData.setPhase({ phase: MarketPhase.call }), '12' + '01'],
    [instructionData.setPriceBand({ bandBps: 0x0102, referenceTicks: 3 }), '14' + '0201' + '0300000000000000'],
  ];
  for (const [data, bytes] of expected) assert.equal(hex(data), bytes);
});

test('order messages have the documented bytes', () => {
  const order = {
    seat: 0x0102,
    sequence: 3,
    side: Side.ask,
    type: OrderType.postOnly,
    clientOrderId: 4,
    priceTicks: 5,
    quantityLots: 6,
  };
  const expected = [
    [
      orderMessage.place(order),
      '01' + '07' + '0201' + '03000000' + '0400000000000000' + '0500000000000000' + '0600000000000000',
    ],
    [
      orderMessage.cancel({ seat: 1, sequence: 2, clientOrderId: 3 }),
      '02' + '00' + '0100' + '02000000' + '0300000000000000' + '00'.repeat(16),
    ],
    [orderMessage.cancelAll({ seat: 1, sequence: 2 }), '03' + '00' + '0100' + '02000000' + '00'.repeat(24)],
    [
      orderMessage.reduce({ seat: 1, sequence: 2, clientOrderId: 3, byLots: 4 }),
      '04' + '00' + '0100' + '02000000' + '0300000000000000' + '00'.repeat(8) + '0400000000000000',
    ],
    [
      orderMessage.placeIceberg({ ...order, selfTrade: SelfTrade.cancelBoth, displayLots: 7 }),
      '07' + '27' + '0201' + '03000000' + '0400000000000000' + '0500000000000000' + '06000000' + '07000000',
    ],
    [orderMessage.stopSeat({ seat: 1, sequence: 2 }), '0b' + '00' + '0100' + '02000000' + '00'.repeat(24)],
  ];
  for (const [message, bytes] of expected) assert.equal(hex(message), bytes);
});

test('a value that does not fit its field is refused by name', () => {
  assert.throws(
    () => instructionData.deposit({ asset: 0, seat: 0, amount: 2n ** 64n }),
    /amount is 18446744073709551616: not a u64/,
  );
  const terms = { lotSize: 1, tickSize: 1, takerFeeBps: 9, orderCapacity: 1, blockCapacity: 1, seatCapacity: 1, maxOpenOrdersPerSeat: 1 };
  assert.equal(hex(instructionData.createMarket({ ...terms, makerFeeBps: -2 })).slice(34, 38), 'feff');
  assert.throws(() => instructionData.createMarket({ ...terms, makerFeeBps: 40_000 }), /makerFeeBps is 40000: not a i16/);
  assert.throws(() => instructionData.cancelAll({ seat: -1 }), /seat is -1: not a u32/);
  assert.throws(() => orderMessage.cancel({ seat: 65_536, sequence: 0, clientOrderId: 1 }), /seat is 65536: not a u16/);
  assert.throws(() => instructionData.batch([]), /messages: 0 of them, a batch has 1 to 16/);
});

test('what a step of an uncross returned decodes', () => {
  const bytes = Uint8Array.from({ length: 25 }, (_, i) => (i % 8 === 1 ? i : 0));
  assert.deepEqual(decodeUncrossResult(bytes), { isDone: false, priceTicks: 1n, filledLots: 9n, selfTradeLots: 17n });
  assert.equal(decodeUncrossResult(bytes.with(0, 1)).isDone, true);
});

test('a market needs the documented bytes', () => {
  assert.equal(marketBytes({ orderCapacity: 1, blockCapacity: 1, seatCapacity: 1 }), 6016);
});

const fill = new Uint8Array(64);
const view = new DataView(fill.buffer);
view.setBigUint64(0, 7n, true);
fill.set([2, 1, 0, 0], 8);
view.setUint16(12, 3, true);
view.setUint16(14, 4, true);
[5n, 6n, 100n, 10n, 0n, 9n].forEach((value, i) => view.setBigUint64(16 + 8 * i, value, true));

test('an event decodes field by field', () => {
  assert.deepEqual(decodeBookEvent(fill), {
    sequence: 7n,
    kind: 'fill',
    side: Side.ask,
    reason: 0,
    type: 0,
    seat: 3,
    takerSeat: 4,
    orderId: 5n,
    takerOrderId: 6n,
    priceTicks: 100n,
    lots: 10n,
    remainingLots: 0n,
    slot: 9n,
  });
  const closed = fill.slice();
  closed[8] = 5;
  assert.equal(decodeBookEvent(closed).clientOrderId, 6n);
  assert.equal('takerSeat' in decodeBookEvent(closed), false);
  const cleared = fill.slice();
  cleared[8] = 10;
  assert.equal(decodeBookEvent(cleared).kind, 'auctionFill');
  assert.equal(decodeBookEvent(cleared).clearingPriceTicks, 6n);
  assert.equal(decodeBookEvent(cleared).otherSeat, 4);
  assert.throws(() => decodeBookEvent(fill.with(8, 13)), /event kind is 13, it must be 1 to 12/);
  assert.throws(() => decodeBookEvent(new Uint8Array(63)), /64 bytes/);
  assert.throws(() => decodeBookEvent(new Uint8Array(64)), /event kind is 0/);
});

test('only what the book program itself logged counts as a fill', () => {
  const data = `Program data: ${Buffer.from(fill).toString('base64')}`;
  const logs = [
    'Program Other invoke [1]',
    data,
    'Program log: Program invoke [9]',
    `Program ${BOOK_PROGRAM} invoke [2]`,
    data,
    `Program ${BOOK_PROGRAM} success`,
    data,
    'Program Other success',
    `Program ${BOOK_PROGRAM} invoke [1]`,
    data,
    `Program ${BOOK_PROGRAM} failed: custom program error: 0x1f`,
    data,
  ];
  assert.equal(decodeFills(logs).length, 2);
});

const level = (priceTicks, quantityLots, orders = 1) => ({ priceTicks, quantityLots, orders });

test('a mirrored book takes deltas in order and refuses one that does not continue it', () => {
  const mirror = new OrderBookMirror();
  mirror.replace({ sequence: 10, bids: [level(99, 5)], asks: [level(101, 5), level(102, 6)] });
  assert.equal(
    mirror.apply({ previousSequence: 10, sequence: 13, bids: [level(100, 1), level(99, 0)], asks: [level(101, 2)] }),
    true,
  );
  const after = [13, [level(100, 1)], [level(101, 2), level(102, 6)]];
  assert.deepEqual([mirror.sequence, mirror.bids, mirror.asks], after);
  assert.equal(mirror.apply({ previousSequence: 14, sequence: 15, bids: [], asks: [level(101, 0)] }), false);
  assert.deepEqual([mirror.sequence, mirror.bids, mirror.asks], after);
});

/** A socket whose other end is the test. */
class FakeSocket {
  static last;
  sent = [];
  constructor() {
    FakeSocket.last = this;
  }
  send(text) {
    this.sent.push(JSON.parse(text));
  }
  answer(message) {
    this.onmessage({ data: JSON.stringify(message) });
  }
  notify(subscription, value) {
    this.answer({ method: 'bookNotification', params: { subscription, result: { value } } });
  }
}

test('a feed reports a gap, subscribes again and goes on from the new snapshot', async () => {
  const gaps = [];
  const opening = BookFeed.open('ws://test', 'Market', { WebSocket: FakeSocket, onGap: (gap) => gaps.push(gap) });
  const socket = FakeSocket.last;
  socket.onopen();
  socket.answer({ id: 1, result: 70 });
  socket.notify(70, { type: 'snapshot', sequence: 5, bids: [], asks: [level(10, 1)] });
  const feed = await opening;
  socket.notify(70, { type: 'delta', previousSequence: 6, sequence: 8, bids: [], asks: [level(10, 0)] });
  assert.deepEqual(gaps, [{ expected: 5, received: 6 }]);
  assert.deepEqual(
    socket.sent.map(({ method }) => method),
    ['bookSubscribe', 'bookUnsubscribe', 'bookSubscribe'],
  );
  assert.deepEqual(socket.sent[1].params, [70]);

  socket.notify(70, { type: 'delta', previousSequence: 5, sequence: 6, bids: [], asks: [] }); // of the old subscription
  socket.answer({ id: 3, result: 71 });
  socket.notify(71, { type: 'snapshot', sequence: 9, bids: [level(8, 2)], asks: [] });
  assert.deepEqual([feed.sequence, feed.bids, feed.asks], [9, [level(8, 2)], []]);
  assert.equal(gaps.length, 1);
});
