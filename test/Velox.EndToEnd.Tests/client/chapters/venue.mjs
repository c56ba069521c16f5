// The market of the road: its terms, who sits in it, and assertions on its state. A venue is
// { connection, market, issuer, alice, bob, base, quote, accounts }.

import assert from 'node:assert/strict';
import { getAccount } from '@solana/spl-token';
import { getMarket, getOrderBook, getSeat } from '../../../../samples/javascript/velox-book.mjs';
import { book } from './support.mjs';

export const ALICE_SEAT = 0;
export const BOB_SEAT = 1;

/** Base atoms of a lot: 0.001 of the base token. A lot costs 10 quote atoms a tick. */
export const LOT = 1_000_000n;

export const TERMS = {
  lotSize: Number(LOT),
  tickSize: 10,
  makerFeeBps: 10,
  takerFeeBps: 20,
  orderCapacity: 256,
  blockCapacity: 64,
  seatCapacity: 8,
  maxOpenOrdersPerSeat: 64,
};

/** What Bob's crossing bid does. Fees are rounded up from what each side receives: the maker quote, the taker base. */
export const FILLS = [
  { priceTicks: 250n, lots: 100n, quote: 250_000n, makerFee: 250n, takerFee: 200_000n },
  { priceTicks: 260n, lots: 20n, quote: 52_000n, makerFee: 52n, takerFee: 40_000n },
];
export const PAID = FILLS.reduce((total, { quote }) => total + quote, 0n);
export const MAKER_FEES = FILLS.reduce((total, { makerFee }) => total + makerFee, 0n);
export const TAKER_FEES = FILLS.reduce((total, { takerFee }) => total + takerFee, 0n);

/** Levels as [price in ticks, quantity in lots, orders], best first. */
export async function assertBook({ connection, market }, bids, asks) {
  const levels = (side) => side.map(({ priceTicks, quantityLots, orders }) => [priceTicks, quantityLots, orders]);
  const found = await getOrderBook(connection, market);
  assert.deepEqual([levels(found.bids), levels(found.asks)], [bids, asks]);
}

/** A seat's balances; what is not named is 0. */
export async function assertSeat({ connection, market }, seat, expected) {
  const { owner, sessionKey, ...found } = await getSeat(connection, market, seat);
  const nothing = { baseFree: 0n, baseLocked: 0n, quoteFree: 0n, quoteLocked: 0n, openOrders: 0 };
  assert.deepEqual(found, { ...nothing, ...expected });
}

/** Members of the market's description. */
export async function assertMarket({ connection, market }, expected) {
  assert.deepEqual(pick(await getMarket(connection, market), Object.keys(expected)), expected);
}

/** Token accounts, by address, have these atoms. */
export async function assertTokens({ connection }, ...expected) {
  for (const [address, amount] of expected) assert.equal((await getAccount(connection, address)).amount, amount);
}

/** What the vaults hold is what the seats and the fees add up to. */
export async function assertConserved(venue) {
  const { connection, market, base, quote } = venue;
  const { feesBase, feesQuote } = await getMarket(connection, market);
  const seats = [await getSeat(connection, market, ALICE_SEAT), await getSeat(connection, market, BOB_SEAT)];
  const total = (free, locked, fees) => seats.reduce((atoms, seat) => atoms + seat[free] + seat[locked], BigInt(fees));
  await assertTokens(
    venue,
    [book.vault(market, base), total('baseFree', 'baseLocked', feesBase)],
    [book.vault(market, quote), total('quoteFree', 'quoteLocked', feesQuote)],
  );
}

export function pick(object, names) {
  return Object.fromEntries(names.map((name) => [name, object[name]]));
}
