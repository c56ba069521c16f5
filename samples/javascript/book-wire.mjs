// The book program's bytes, without any library: instruction data, order messages, events, seats.
// Formats: docs/book-program.md, docs/order-message.md, docs/market-layout.md. All numbers are little-endian.
// A u64 goes in as a bigint or a safe integer and always comes out as a bigint.

export const Asset = Object.freeze({ base: 0, quote: 1 });
export const Side = Object.freeze({ bid: 0, ask: 1 });
export const OrderType = Object.freeze({
  limit: 0,
  immediateOrCancel: 1,
  fillOrKill: 2,
  postOnly: 3,
  postOnlySlide: 4,
  market: 5,
});
export const SelfTrade = Object.freeze({ cancelTaker: 0, cancelMaker: 1, cancelBoth: 2, decrementBoth: 3 });
export const MarketPhase = Object.freeze({ continuous: 0, call: 1, halted: 2 });

/** Until when an order is good: never ending, the last slot, or the last second of unix time. */
export const Expiry = Object.freeze({
  never: 0n,
  atSlot: (slot) => BigInt(slot),
  atTime: (unixSeconds) => BigInt(unixSeconds) | (1n << 63n),
});

/** Custom error numbers that a trader meets; the whole list is BookError in src/Velox.OrderBook. */
export const BookError = Object.freeze({
  unknownSeat: 20,
  seatsFull: 21,
  seatExists: 22,
  notSeatOwner: 24,
  notSessionKey: 25,
  notAuthority: 26,
  invalidAmount: 30,
  insufficientFunds: 31,
  invalidQuantity: 41,
  invalidPrice: 42,
  duplicateClientOrderId: 44,
  wouldCross: 48,
  wouldNotFill: 49,
  unknownOrder: 60,
  uncrossPending: 92,
  marketHalted: 94,
  typeNotInCall: 95,
  seatStopped: 100,
  outsidePriceBand: 101,
  seatNotionalFull: 102,
});

export const ORDER_MESSAGE_BYTES = 32;
export const EVENT_BYTES = 64;
export const MAX_BATCH_MESSAGES = 16;
export const ALL_ATOMS = 2n ** 64n - 1n;

const HEADER_BYTES = 4096;
const SEAT_BYTES = 128;
const BLOCK_BYTES = 64 + 64 * 24; // a block of 64 prices, and their levels
const ORDER_BYTES = 64 + 32; // an order, and its extra
const BUCKET_BYTES = 64;
const ORDERS_PER_BUCKET = 8;

/** Bytes that the account of a market needs. */
export function marketBytes({ orderCapacity, blockCapacity, seatCapacity }) {
  const nodes = HEADER_BYTES + SEAT_BYTES * seatCapacity + BLOCK_BYTES * blockCapacity + ORDER_BYTES * orderCapacity;
  const buckets = 2 ** Math.ceil(Math.log2(Math.max(1, Math.floor(orderCapacity / ORDERS_PER_BUCKET))));
  return Math.ceil(nodes / BUCKET_BYTES) * BUCKET_BYTES + BUCKET_BYTES * buckets;
}

/** Where a seat stands in the market's account: for a dataSlice. */
export function seatSlice(seat) {
  return { offset: HEADER_BYTES + SEAT_BYTES * seat, length: SEAT_BYTES };
}

// Fields: [name, 'u8' | 'i16' | 'u16' | 'u32' | 'u64' | 'bytes', value].

const SETTERS = { u8: 'setUint8', i16: 'setInt16', u16: 'setUint16', u32: 'setUint32', u64: 'setBigUint64' };
const SIZES = { u8: 1, i16: 2, u16: 2, u32: 4, u64: 8 };

function encode(fields) {
  const size = fields.reduce((sum, [, kind, value]) => sum + (SIZES[kind] ?? value.length), 0);
  const bytes = new Uint8Array(size);
  const view = new DataView(bytes.buffer);
  let offset = 0;
  for (const [name, kind, value] of fields) {
    if (kind === 'bytes') {
      bytes.set(value, offset);
      offset += value.length;
      continue;
    }

    // DataView would wrap around in silence.
    const number = BigInt(value);
    const bits = 8 * SIZES[kind];
    if (number !== (kind[0] === 'i' ? BigInt.asIntN(bits, number) : BigInt.asUintN(bits, number)))
      throw new RangeError(`${name} is ${value}: not a ${kind}`);
    view[SETTERS[kind]](offset, kind === 'u64' ? number : Number(number), true);
    offset += SIZES[kind];
  }
  return bytes;
}

/** Instruction data by name of the instruction. Amounts in atoms, prices in ticks, quantities in lots. */
export const instructionData = Object.freeze({
  createMarket: (terms) =>
    encode([
      ['tag', 'u8', 0],
      ['lotSize', 'u64', terms.lotSize],
      ['tickSize', 'u64', terms.tickSize],
      ['makerFeeBps', 'i16', terms.makerFeeBps], // negative: a rebate
      ['takerFeeBps', 'u16', terms.takerFeeBps],
      ['orderCapacity', 'u32', terms.orderCapacity],
      ['blockCapacity', 'u32', terms.blockCapacity],
      ['seatCapacity', 'u32', terms.seatCapacity],
      ['maxOpenOrdersPerSeat', 'u32', terms.maxOpenOrdersPerSeat],
    ]),
  openSeat: () => encode([['tag', 'u8', 1]]),
  deposit: ({ asset, seat, amount }) =>
    encode([
      ['tag', 'u8', 2],
      ['asset', 'u8', asset],
      ['seat', 'u32', seat],
      ['amount', 'u64', amount],
    ]),
  withdraw: ({ asset, seat, amount }) =>
    encode([
      ['tag', 'u8', 3],
      ['asset', 'u8', asset],
      ['seat', 'u32', seat],
      ['amount', 'u64', amount],
    ]),
  place: ({ seat, side, type = OrderType.limit, clientOrderId = 0, priceTicks, quantityLots }) =>
    encode([
      ['tag', 'u8', 4],
      ['seat', 'u32', seat],
      ['side', 'u8', side],
      ['type', 'u8', type],
      ['clientOrderId', 'u64', clientOrderId],
      ['priceTicks', 'u64', priceTicks],
      ['quantityLots', 'u64', quantityLots],
    ]),
  cancel: ({ seat, orderId }) =>
    encode([
      ['tag', 'u8', 5],
      ['seat', 'u32', seat],
      ['orderId', 'u64', orderId],
    ]),
  cancelAll: ({ seat, max = 0 }) =>
    encode([
      ['tag', 'u8', 6],
      ['seat', 'u32', seat],
      ['max', 'u16', max],
    ]),
  reduce: ({ seat, orderId, byLots }) =>
    encode([
      ['tag', 'u8', 7],
      ['seat', 'u32', seat],
      ['orderId', 'u64', orderId],
      ['byLots', 'u64', byLots],
    ]),
  batch: (messages) => {
    if (messages.length < 1 || messages.length > MAX_BATCH_MESSAGES)
      throw new RangeError(`messages: ${messages.length} of them, a batch has 1 to ${MAX_BATCH_MESSAGES}`);
    return encode([
      ['tag', 'u8', 8],
      ['count', 'u8', messages.length],
      ...messages.map((message) => ['message', 'bytes', message]),
    ]);
  },
  setSession: ({ seat, sessionKey }) =>
    encode([
      ['tag', 'u8', 9],
      ['seat', 'u32', seat],
      ['sessionKey', 'bytes', sessionKey],
    ]),
  collectFees: ({ asset, amount = ALL_ATOMS }) =>
    encode([
      ['tag', 'u8', 10],
      ['asset', 'u8', asset],
      ['amount', 'u64', amount],
    ]),
  cancelByClientId: ({ seat, clientOrderId }) =>
    encode([
      ['tag', 'u8', 11],
      ['seat', 'u32', seat],
      ['clientOrderId', 'u64', clientOrderId],
    ]),
  placeSpecial: (order) =>
    encode([
      ['tag', 'u8', 12],
      ['seat', 'u32', order.seat],
      ['side', 'u8', order.side],
      ['type', 'u8', order.type ?? OrderType.limit],
      ['selfTrade', 'u8', order.selfTrade ?? SelfTrade.cancelTaker],
      ['clientOrderId', 'u64', order.clientOrderId ?? 0],
      ['priceTicks', 'u64', order.priceTicks],
      ['quantityLots', 'u64', order.quantityLots],
      ['displayLots', 'u64', order.displayLots ?? 0],
      ['triggerTicks', 'u64', order.triggerTicks ?? 0],
      ['expiry', 'u64', order.expiry ?? Expiry.never],
    ]),
  replace: ({ orderId, ...fields }) => replace(13, orderId, fields),
  replaceByClientId: ({ clientOrderId, ...fields }) => replace(14, clientOrderId, fields),
  cancelSide: ({ seat, side, max = 0 }) =>
    encode([
      ['tag', 'u8', 15],
      ['seat', 'u32', seat],
      ['side', 'u8', side],
      ['max', 'u16', max],
    ]),
  replaceQuote: (quote) =>
    encode([
      ['tag', 'u8', 16],
      ['seat', 'u32', quote.seat],
      ['type', 'u8', quote.type ?? OrderType.limit],
      ['selfTrade', 'u8', quote.selfTrade ?? SelfTrade.cancelTaker],
      ['expiry', 'u64', quote.expiry ?? Expiry.never],
      ['bidClientOrderId', 'u64', quote.bidClientOrderId],
      ['bidPriceTicks', 'u64', quote.bidPriceTicks],
      ['bidLots', 'u64', quote.bidLots],
      ['askClientOrderId', 'u64', quote.askClientOrderId],
      ['askPriceTicks', 'u64', quote.askPriceTicks],
      ['askLots', 'u64', quote.askLots],
    ]),
  advance: () => encode([['tag', 'u8', 17]]),
  setPhase: ({ phase }) =>
    encode([
      ['tag', 'u8', 18],
      ['phase', 'u8', phase],
    ]),
  uncross: () => encode([['tag', 'u8', 19]]),
  setPriceBand: ({ bandBps, referenceTicks = 0 }) =>
    encode([
      ['tag', 'u8', 20],
      ['bandBps', 'u16', bandBps],
      ['referenceTicks', 'u64', referenceTicks],
    ]),
  setSeatLimits: ({ seat, maxOpenOrders = 0, maxOpenNotionalAtoms = 0 }) =>
    encode([
      ['tag', 'u8', 21],
      ['seat', 'u32', seat],
      ['maxOpenOrders', 'u32', maxOpenOrders],
      ['maxOpenNotionalAtoms', 'u64', maxOpenNotionalAtoms],
    ]),
  stopSeat: ({ seat }) =>
    encode([
      ['tag', 'u8', 22],
      ['seat', 'u32', seat],
    ]),
  resumeSeat: ({ seat }) =>
    encode([
      ['tag', 'u8', 23],
      ['seat', 'u32', seat],
    ]),
  growMarket: ({ orderCapacity, blockCapacity, seatCapacity }) =>
    encode([
      ['tag', 'u8', 30],
      ['orderCapacity', 'u32', orderCapacity],
      ['blockCapacity', 'u32', blockCapacity],
      ['seatCapacity', 'u32', seatCapacity],
    ]),
});

function replace(tag, id, { seat, priceTicks, quantityLots, selfTrade = SelfTrade.cancelTaker }) {
  return encode([
    ['tag', 'u8', tag],
    ['seat', 'u32', seat],
    ['id', 'u64', id],
    ['priceTicks', 'u64', priceTicks],
    ['quantityLots', 'u64', quantityLots],
    ['selfTrade', 'u8', selfTrade],
  ]);
}

/** The 32-byte messages of a batch and of the order door. Orders are named by the trader's own ids. */
export const orderMessage = Object.freeze({
  place: (order) => message(1, placeFlags(order), order.seat, order.sequence, order.clientOrderId ?? 0, order.priceTicks, order.quantityLots),
  cancel: ({ seat, sequence, clientOrderId }) => message(2, 0, seat, sequence, clientOrderId, 0, 0),
  cancelAll: ({ seat, sequence }) => message(3, 0, seat, sequence, 0, 0, 0),
  reduce: ({ seat, sequence, clientOrderId, byLots }) => message(4, 0, seat, sequence, clientOrderId, 0, byLots),
  replace: ({ seat, sequence, clientOrderId, priceTicks, quantityLots, selfTrade = SelfTrade.cancelTaker }) =>
    message(5, selfTrade << 4, seat, sequence, clientOrderId, priceTicks, quantityLots),
  cancelSide: ({ seat, sequence, side }) => message(6, side, seat, sequence, 0, 0, 0),

  // Places with a parameter: their size and it are 32 bits each.
  placeIceberg: ({ displayLots, ...order }) => placeWith(7, order, 'displayLots', displayLots),
  placeStop: ({ triggerTicks, ...order }) => placeWith(8, order, 'triggerTicks', triggerTicks),
  placeUntilSlot: ({ lastSlot, ...order }) => placeWith(9, order, 'lastSlot', lastSlot),
  placeUntilTime: ({ lastUnixSecond, ...order }) => placeWith(10, order, 'lastUnixSecond', lastUnixSecond),

  /** Kill switch: cancel-all, and no new orders until the seat's owner resumes it. */
  stopSeat: ({ seat, sequence }) => message(11, 0, seat, sequence, 0, 0, 0),
});

function placeFlags({ side, type = OrderType.limit, selfTrade = SelfTrade.cancelTaker }) {
  return side | (type << 1) | (selfTrade << 4);
}

function placeWith(kind, order, name, parameter) {
  return encode([
    ['kind', 'u8', kind],
    ['flags', 'u8', placeFlags(order)],
    ['seat', 'u16', order.seat],
    ['sequence', 'u32', order.sequence],
    ['clientOrderId', 'u64', order.clientOrderId ?? 0],
    ['priceTicks', 'u64', order.priceTicks],
    ['quantityLots', 'u32', order.quantityLots],
    [name, 'u32', parameter],
  ]);
}

function message(kind, flags, seat, sequence, clientOrderId, priceTicks, quantityLots) {
  return encode([
    ['kind', 'u8', kind],
    ['flags', 'u8', flags],
    ['seat', 'u16', seat],
    ['sequence', 'u32', sequence],
    ['clientOrderId', 'u64', clientOrderId],
    ['priceTicks', 'u64', priceTicks],
    ['quantityLots', 'u64', quantityLots],
  ]);
}

const EVENT_KINDS = [
  undefined,
  'rested',
  'fill',
  'reduced',
  'cancelled',
  'closed',
  'replenished',
  'accepted',
  'triggered',
  'withdrawn',
  'auctionFill',
  'auctionFillHidden',
  'phaseChanged',
];

/** One 64-byte event of the book; of a fill, `orderId` and `seat` are the maker's. */
export function decodeBookEvent(bytes) {
  if (bytes.length !== EVENT_BYTES) throw new RangeError(`an event is ${EVENT_BYTES} bytes, got ${bytes.length}`);
  const view = viewOf(bytes);
  const kind = EVENT_KINDS[view.getUint8(8)];
  if (kind === undefined) throw new RangeError(`event kind is ${view.getUint8(8)}, it must be 1 to ${EVENT_KINDS.length - 1}`);
  const isFill = kind === 'fill';
  const isAuctionFill = kind.startsWith('auctionFill');
  return {
    sequence: view.getBigUint64(0, true),
    kind,
    side: view.getUint8(9),
    reason: view.getUint8(10),
    type: view.getUint8(11),
    seat: view.getUint16(12, true),
    ...(isFill && { takerSeat: view.getUint16(14, true) }),
    orderId: view.getBigUint64(16, true),
    ...(isAuctionFill && { otherSeat: view.getUint16(14, true) }),
    [isFill ? 'takerOrderId' : isAuctionFill ? 'clearingPriceTicks' : 'clientOrderId']: view.getBigUint64(24, true),
    priceTicks: view.getBigUint64(32, true),
    lots: view.getBigUint64(40, true),
    remainingLots: view.getBigUint64(48, true),
    slot: view.getBigUint64(56, true),
  };
}

/** A seat from its 128 bytes: who owns it, and its balances in atoms. Addresses stay bytes. */
export function decodeSeat(bytes) {
  const view = viewOf(bytes);
  return {
    owner: bytes.subarray(0, 32),
    sessionKey: bytes.subarray(32, 64),
    baseFree: view.getBigUint64(64, true),
    baseLocked: view.getBigUint64(72, true),
    quoteFree: view.getBigUint64(80, true),
    quoteLocked: view.getBigUint64(88, true),
    openOrders: view.getUint32(100, true),
  };
}

/** What Place returned. */
export function decodePlaceResult(bytes) {
  const view = viewOf(bytes);
  return {
    orderId: view.getBigUint64(0, true),
    filledLots: view.getBigUint64(8, true),
    restingLots: view.getBigUint64(16, true),
  };
}

/** What one step of Uncross returned: send it again until `isDone`. */
export function decodeUncrossResult(bytes) {
  const view = viewOf(bytes);
  return {
    isDone: view.getUint8(0) === 1,
    priceTicks: view.getBigUint64(1, true),
    filledLots: view.getBigUint64(9, true),
    selfTradeLots: view.getBigUint64(17, true),
  };
}

/** What ReplaceQuote returned: order ids, 0n where there is none. */
export function decodeQuoteResult(bytes) {
  const view = viewOf(bytes);
  return { bidOrderId: view.getBigUint64(0, true), askOrderId: view.getBigUint64(8, true) };
}

/** What StopSeat returned: orders that are still open. */
export function decodeOpenOrders(bytes) {
  return viewOf(bytes).getUint32(0, true);
}

/** What GrowMarket returned: bytes that the account still lacks. Send it again until it is 0. */
export function decodeMissingBytes(bytes) {
  return viewOf(bytes).getUint32(0, true);
}

/** What OpenSeat returned: the seat's index. */
export function decodeSeatIndex(bytes) {
  return viewOf(bytes).getUint32(0, true);
}

/** What a Batch returned: one BookError for each message, 0 for success. */
export function decodeBatchResult(bytes) {
  const view = viewOf(bytes);
  return Array.from({ length: bytes.length / 2 }, (_, i) => view.getUint16(2 * i, true));
}

function viewOf(bytes) {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
