// Makes a market and trades in it: node trade.mjs [RPC_URL]
// Needs a running node with a faucet, such as `velox node`.

import * as web3 from '@solana/web3.js';
import { createMint, getAccount, getOrCreateAssociatedTokenAccount, mintTo } from '@solana/spl-token';
import WebSocket from 'ws';
import {
  Asset,
  BookFeed,
  createBookClient,
  decodeFills,
  decodeSeatIndex,
  getReturnData,
  getTrades,
  marketBytes,
  Side,
} from './velox-book.mjs';

const url = process.argv[2] ?? 'http://127.0.0.1:8899';
const connection = new web3.Connection(url, 'confirmed');
const book = createBookClient(web3);

const send = (instructions, ...signers) =>
  web3.sendAndConfirmTransaction(connection, new web3.Transaction().add(...instructions), signers);

async function newWallet() {
  const wallet = web3.Keypair.generate();
  const signature = await connection.requestAirdrop(wallet.publicKey, 2 * web3.LAMPORTS_PER_SOL);
  await connection.confirmTransaction({ signature, ...(await connection.getLatestBlockhash()) });
  return wallet;
}

// The venue: two tokens and a market. One lot is 0.01 of the base token and costs 0.0001 of the quote token a tick,
// so a price of 15,000 ticks is 150.00.
const venue = await newWallet();
const base = await createMint(connection, venue, venue.publicKey, null, 9);
const quote = await createMint(connection, venue, venue.publicKey, null, 6);
const terms = {
  lotSize: 10_000_000,
  tickSize: 100,
  makerFeeBps: 0,
  takerFeeBps: 5,
  orderCapacity: 1_000,
  blockCapacity: 100,
  seatCapacity: 100,
  maxOpenOrdersPerSeat: 100,
};
const account = web3.Keypair.generate();
const market = account.publicKey;
const lamports = await connection.getMinimumBalanceForRentExemption(marketBytes(terms));
await send(
  [
    book.createMarketAccount({ market, payer: venue.publicKey, lamports, terms }),
    book.createMarket({
      market,
      authority: venue.publicKey,
      payer: venue.publicKey,
      baseMint: base,
      quoteMint: quote,
      terms,
    }),
  ],
  venue,
  account,
);
console.log(`market ${market}`);

// Two traders: each has tokens, a seat, and a deposit in it.
async function newTrader(mint, asset, atoms) {
  const wallet = await newWallet();
  const { address: source } = await getOrCreateAssociatedTokenAccount(connection, wallet, mint, wallet.publicKey);
  await mintTo(connection, venue, mint, source, venue, atoms);
  const owner = wallet.publicKey;
  const opened = await send([book.openSeat({ market, owner })], wallet);
  const seat = decodeSeatIndex(await getReturnData(connection, opened));
  await send([book.deposit({ market, owner, mint, source, asset, seat, amount: atoms })], wallet);
  return { wallet, owner, seat };
}

const seller = await newTrader(base, Asset.base, 5_000_000_000n); // 5 base tokens
const buyer = await newTrader(quote, Asset.quote, 1_000_000_000n); // 1,000 quote tokens

const show = (levels) =>
  levels.map(({ priceTicks, quantityLots }) => `${quantityLots}@${priceTicks / 100}`).join(' ') || '-';
const feed = await BookFeed.open(
  url.replace(/^http/, 'ws').replace(/:(\d+).*$/, (_, port) => `:${Number(port) + 1}`),
  market,
  {
    WebSocket,
    onUpdate: ({ type, sequence }, { bids, asks }) =>
      console.log(`${type} ${sequence}: bids ${show(bids)} | asks ${show(asks)}`),
  },
);

const order = ({ owner: trader, seat }, side, price, quantityLots) =>
  book.place({ market, trader, seat, side, priceTicks: Math.round(price * 100), quantityLots });
await send([order(seller, Side.ask, 150.5, 100), order(seller, Side.ask, 151, 200)], seller.wallet);
await send([order(buyer, Side.bid, 149.5, 50)], buyer.wallet);
const taken = await send([order(buyer, Side.bid, 151, 150)], buyer.wallet);

const { meta } = await connection.getTransaction(taken, { commitment: 'confirmed', maxSupportedTransactionVersion: 0 });
for (const { lots, priceTicks } of decodeFills(meta.logMessages))
  console.log(`filled ${lots} lots at ${Number(priceTicks) / 100}`);
console.log(`${(await getTrades(connection, market)).length} trades in the market`);

// The buyer takes home a token and a quarter: 1.5 bought, less a fee of 0.05 percent, less what stays in the seat.
const { address: destination } = await getOrCreateAssociatedTokenAccount(connection, buyer.wallet, base, buyer.owner);
await send(
  [
    book.cancelAll({ market, trader: buyer.owner, seat: buyer.seat }),
    book.withdraw({
      market,
      owner: buyer.owner,
      mint: base,
      destination,
      asset: Asset.base,
      seat: buyer.seat,
      amount: 1_250_000_000n,
    }),
  ],
  buyer.wallet,
);
console.log(`withdrawn ${Number((await getAccount(connection, destination)).amount) / 1e9} base tokens`);

feed.close();
process.exit(0); // web3.js keeps its WebSocket open for as long as the process lives
