// A market from its creation to a withdrawal: seats, deposits, trading, fees, and its book over the WebSocket.

import assert from 'node:assert/strict';
import { Keypair } from '@solana/web3.js';
import { getAccount } from '@solana/spl-token';
import WebSocket from 'ws';
import {
  Asset,
  BookFeed,
  decodeSeatIndex,
  getOrderBook,
  getReturnData,
  getSeat,
  marketBytes,
} from '../../../../samples/javascript/velox-book.mjs';
import { changeOrders, crossOrders, restOrders, tradeBySession } from './orders.mjs';
import { book, eventually, failure, send, tell, webSocketUrl } from './support.mjs';
import { ALICE_BASE, BOB_QUOTE } from './tokens.mjs';
import {
  ALICE_SEAT,
  assertConserved,
  assertMarket,
  assertSeat,
  assertTokens,
  BOB_SEAT,
  LOT,
  MAKER_FEES,
  PAID,
  TAKER_FEES,
  TERMS,
} from './venue.mjs';

export async function walkMarket(connection, people, tokens) {
  const account = Keypair.generate();
  const venue = { connection, market: account.publicKey, ...people, ...tokens };
  await create(venue, account);
  await openSeats(venue);
  await deposit(venue);
  const follower = await follow(venue);
  await restOrders(venue);
  await crossOrders(venue);
  await settle(venue);
  await changeOrders(venue);
  const session = await tradeBySession(venue);
  await withdraw(venue);
  await collectFees(venue);
  await compare(venue, follower);
  return { market: venue.market, session, aliceSeat: ALICE_SEAT, bobSeat: BOB_SEAT };
}

async function create(venue, account) {
  const { connection, market, issuer, base, quote } = venue;
  const space = marketBytes(TERMS);
  assert.equal(space, 4096 + 8 * 128 + 64 * (64 + 64 * 24) + 256 * (64 + 32) + 32 * 64);
  const lamports = await connection.getMinimumBalanceForRentExemption(space);
  const payer = issuer.publicKey;
  await send(
    connection,
    [
      book.createMarketAccount({ market, payer, lamports, terms: TERMS }),
      book.createMarket({ market, authority: payer, payer, baseMint: base, quoteMint: quote, terms: TERMS }),
    ],
    issuer,
    account,
  );

  const info = await connection.getAccountInfo(market);
  assert.ok(info.owner.equals(book.programId));
  assert.equal(info.data.length, space);
  await assertMarket(venue, { ...TERMS, authority: payer.toBase58(), seatCount: 0, sequence: 0 });
  for (const mint of [base, quote]) {
    const vault = await getAccount(connection, book.vault(market, mint));
    assert.equal(vault.amount, 0n);
    assert.ok(vault.mint.equals(mint));
    assert.ok(vault.owner.equals(book.vaultAuthority(market)));
  }
  const listed = await connection.getProgramAccounts(book.programId, { dataSlice: { offset: 0, length: 8 } });
  assert.equal(listed.find(({ pubkey }) => pubkey.equals(market)).account.data.toString(), 'VELOXMKT');
  tell(`market ${market}: ${space} bytes, two empty vaults`);
}

async function openSeats(venue) {
  const { connection, market, alice, bob } = venue;
  for (const [owner, seat] of [
    [alice, ALICE_SEAT],
    [bob, BOB_SEAT],
  ]) {
    const signature = await send(connection, [book.openSeat({ market, owner: owner.publicKey })], owner);
    assert.equal(decodeSeatIndex(await getReturnData(connection, signature)), seat);
    assert.deepEqual((await getSeat(connection, market, seat)).owner, owner.publicKey.toBuffer());
  }
  await assertMarket(venue, { seatCount: 2 });
}

async function deposit(venue) {
  const { connection, market, alice, bob, base, quote, accounts } = venue;
  const aliceGives = { owner: alice.publicKey, mint: base, source: accounts.aliceBase, asset: Asset.base };
  const bobGives = { owner: bob.publicKey, mint: quote, source: accounts.bobQuote, asset: Asset.quote };
  await send(connection, [book.deposit({ market, ...aliceGives, seat: ALICE_SEAT, amount: ALICE_BASE })], alice);
  await send(connection, [book.deposit({ market, ...bobGives, seat: BOB_SEAT, amount: BOB_QUOTE })], bob);
  await assertTokens(
    venue,
    [accounts.aliceBase, 0n],
    [accounts.bobQuote, 0n],
    [book.vault(market, base), ALICE_BASE],
    [book.vault(market, quote), BOB_QUOTE],
  );
  await assertSeat(venue, ALICE_SEAT, { baseFree: ALICE_BASE });
  await assertSeat(venue, BOB_SEAT, { quoteFree: BOB_QUOTE });
  tell('two seats opened; Alice deposited base, Bob quote');
}

async function settle(venue) {
  await assertSeat(venue, ALICE_SEAT, {
    baseFree: ALICE_BASE - 150n * LOT,
    baseLocked: 30n * LOT,
    quoteFree: PAID - MAKER_FEES,
    openOrders: 1,
  });
  await assertSeat(venue, BOB_SEAT, {
    baseFree: 120n * LOT - TAKER_FEES,
    quoteFree: BOB_QUOTE - 72_000n - PAID,
    quoteLocked: 72_000n,
    openOrders: 1,
  });
  await assertMarket(venue, {
    feesBase: 240_000,
    feesQuote: 302,
    tradeCount: 2,
    lastTradePriceTicks: 260,
    bidOrders: 1,
    askOrders: 1,
  });
  await assertConserved(venue);
  tell('both seats have what the fills say, less the fees, to the atom');
}

async function withdraw(venue) {
  const { connection, market, alice, bob, base, quote, accounts } = venue;
  const bobHad = (await getAccount(connection, accounts.bobBase)).amount;
  const bobTakes = { owner: bob.publicKey, mint: base, destination: accounts.bobBase, asset: Asset.base };
  const aliceTakes = { owner: alice.publicKey, mint: quote, destination: accounts.aliceQuote, asset: Asset.quote };
  await send(connection, [book.withdraw({ market, ...bobTakes, seat: BOB_SEAT, amount: 119n * LOT })], bob);
  await send(
    connection,
    [book.withdraw({ market, ...aliceTakes, seat: ALICE_SEAT, amount: PAID - MAKER_FEES })],
    alice,
  );
  await assertTokens(venue, [accounts.bobBase, bobHad + 119n * LOT], [accounts.aliceQuote, PAID - MAKER_FEES]);
  await assertSeat(venue, ALICE_SEAT, { baseFree: ALICE_BASE - 140n * LOT, baseLocked: 20n * LOT, openOrders: 1 });
  await assertSeat(venue, BOB_SEAT, {
    baseFree: LOT - TAKER_FEES,
    quoteFree: BOB_QUOTE - PAID - 12_250n,
    quoteLocked: 12_250n,
    openOrders: 1,
  });
}

async function collectFees(venue) {
  const { connection, market, issuer, base, quote, accounts } = venue;
  const had = (await getAccount(connection, accounts.issuerBase)).amount;
  const common = { market, authority: issuer.publicKey };
  const all = { ...common, mint: base, destination: accounts.issuerBase, asset: Asset.base };
  const some = { ...common, mint: quote, destination: accounts.issuerQuote, asset: Asset.quote, amount: 300 };
  await send(connection, [book.collectFees(all), book.collectFees(some)], issuer);
  await assertTokens(venue, [accounts.issuerBase, had + TAKER_FEES], [accounts.issuerQuote, 300n]);
  await assertMarket(venue, { feesBase: 0, feesQuote: 2 });
  await assertConserved(venue);
  tell('withdrawn; the authority collected the fees');
}

async function follow({ connection, market }) {
  const updates = [];
  const gaps = [];
  const feed = await BookFeed.open(webSocketUrl(connection.rpcEndpoint), market, {
    WebSocket,
    onUpdate: (update) => updates.push(update),
    onGap: (gap) => gaps.push(gap),
  });
  return { feed, updates, gaps };
}

async function compare({ connection, market }, { feed, updates, gaps }) {
  const { sequence, bids, asks } = await getOrderBook(connection, market);
  await eventually('the last delta', () => feed.sequence >= sequence);
  assert.deepEqual([feed.sequence, feed.bids, feed.asks], [sequence, bids, asks]);
  assert.deepEqual(gaps, []);
  const [snapshot, ...deltas] = updates;
  assert.equal(snapshot.type, 'snapshot');
  deltas.forEach(({ type, previousSequence }, i) =>
    assert.deepEqual([type, previousSequence], ['delta', updates[i].sequence]),
  );
  const traded = deltas.find(({ asks }) => asks.some(({ quantityLots }) => quantityLots === 0));
  assert.deepEqual(traded.asks, [
    { priceTicks: 260, quantityLots: 30, orders: 1 },
    { priceTicks: 250, quantityLots: 0, orders: 0 },
  ]);
  feed.close();

  const url = webSocketUrl(connection.rpcEndpoint);
  const late = await BookFeed.open(url, market, { WebSocket, depth: 1 });
  assert.deepEqual([late.sequence, late.bids, late.asks], [sequence, bids.slice(0, 1), asks.slice(0, 1)]);
  late.close();
  const error = await failure(BookFeed.open(url, book.programId, { WebSocket }));
  assert.equal(error.code, -32602);
  tell(`bookSubscribe: a snapshot and ${deltas.length} deltas without a gap give the same book as getOrderBook`);
}
