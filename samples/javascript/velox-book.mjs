// A client of Velox's book program on top of @solana/web3.js (version 1).
//
//   import * as web3 from '@solana/web3.js';
//   import { createBookClient, OrderType, Side } from './velox-book.mjs';
//   const book = createBookClient(web3);
//   transaction.add(book.place({ market, trader, seat, side: Side.bid, priceTicks: 100, quantityLots: 5 }));
//
// web3.js is handed in, so that this file works beside whatever copy of it your project has.

import { decodeBookEvent, EVENT_BYTES, instructionData, marketBytes } from './book-wire.mjs';

export * from './book-wire.mjs';
export { BookFeed, OrderBookMirror } from './book-feed.mjs';
export { getMarket, getOrderBook, getReturnData, getSeat, getTrades } from './book-queries.mjs';

export const BOOK_PROGRAM = 'VeLoxBook1111111111111111111111111111111111';
const TOKEN_PROGRAM = 'TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA';

/**
 * Instructions and addresses of the book program. Addresses are web3.js PublicKeys.
 * @param web3 the module `@solana/web3.js`
 */
export function createBookClient(web3) {
  const { PublicKey, SystemProgram, TransactionInstruction } = web3;
  const programId = new PublicKey(BOOK_PROGRAM);
  const tokenProgram = new PublicKey(TOKEN_PROGRAM);

  const derive = (word, ...addresses) =>
    PublicKey.findProgramAddressSync(
      [new TextEncoder().encode(word), ...addresses.map((address) => address.toBytes())],
      programId,
    )[0];

  /** The token account that holds a market's atoms of one mint. */
  const vault = (market, mint) => derive('vault', market, mint);

  /** The token owner of both vaults of a market. */
  const vaultAuthority = (market) => derive('authority', market);

  const writable = (pubkey) => ({ pubkey, isSigner: false, isWritable: true });
  const readonly = (pubkey) => ({ pubkey, isSigner: false, isWritable: false });
  const signer = (pubkey) => ({ pubkey, isSigner: true, isWritable: false });
  const instruction = (data, ...keys) => new TransactionInstruction({ programId, keys, data: Buffer.from(data) });

  /** An instruction of whoever may trade for a seat: its owner or its session key. */
  const trade = (data, market, trader) => instruction(data, writable(market), signer(trader));

  /** An instruction that takes tokens out of a vault. */
  const payOut = (data, { market, mint, destination }, who) =>
    instruction(
      data,
      writable(market),
      signer(who),
      writable(destination),
      writable(vault(market, mint)),
      readonly(vaultAuthority(market)),
      readonly(tokenProgram),
    );

  return {
    programId,
    vault,
    vaultAuthority,

    /** The account that becomes a market; `lamports`: the rent-exempt minimum of marketBytes(terms). */
    createMarketAccount: ({ market, payer, lamports, terms }) =>
      SystemProgram.createAccount({
        fromPubkey: payer,
        newAccountPubkey: market,
        lamports,
        space: marketBytes(terms),
        programId,
      }),

    /** `terms` are the fields of instructionData.createMarket. */
    createMarket: ({ market, authority, payer, baseMint, quoteMint, terms }) =>
      instruction(
        instructionData.createMarket(terms),
        writable(market),
        signer(authority),
        { pubkey: payer, isSigner: true, isWritable: true },
        readonly(baseMint),
        readonly(quoteMint),
        writable(vault(market, baseMint)),
        writable(vault(market, quoteMint)),
        readonly(tokenProgram),
        readonly(SystemProgram.programId),
      ),

    openSeat: ({ market, owner }) => trade(instructionData.openSeat(), market, owner),

    /** From the token account `source` of the owner into the seat. `mint` is the asset's. */
    deposit: ({ market, owner, mint, source, ...fields }) =>
      instruction(
        instructionData.deposit(fields),
        writable(market),
        signer(owner),
        writable(source),
        writable(vault(market, mint)),
        readonly(tokenProgram),
      ),

    withdraw: ({ owner, ...fields }) => payOut(instructionData.withdraw(fields), fields, owner),
    collectFees: ({ authority, ...fields }) => payOut(instructionData.collectFees(fields), fields, authority),

    setSession: ({ market, owner, seat, sessionKey }) =>
      trade(instructionData.setSession({ seat, sessionKey: sessionKey.toBytes() }), market, owner),

    place: ({ market, trader, ...order }) => trade(instructionData.place(order), market, trader),
    cancel: ({ market, trader, ...fields }) => trade(instructionData.cancel(fields), market, trader),
    cancelByClientId: ({ market, trader, ...fields }) =>
      trade(instructionData.cancelByClientId(fields), market, trader),
    cancelAll: ({ market, trader, ...fields }) => trade(instructionData.cancelAll(fields), market, trader),
    reduce: ({ market, trader, ...fields }) => trade(instructionData.reduce(fields), market, trader),
    placeSpecial: ({ market, trader, ...order }) => trade(instructionData.placeSpecial(order), market, trader),
    replace: ({ market, trader, ...fields }) => trade(instructionData.replace(fields), market, trader),
    replaceByClientId: ({ market, trader, ...fields }) =>
      trade(instructionData.replaceByClientId(fields), market, trader),
    cancelSide: ({ market, trader, ...fields }) => trade(instructionData.cancelSide(fields), market, trader),
    replaceQuote: ({ market, trader, ...quote }) => trade(instructionData.replaceQuote(quote), market, trader),

    /** Needs no signature of its own. */
    advance: ({ market }) => instruction(instructionData.advance(), writable(market)),

    setPhase: ({ market, authority, ...fields }) => trade(instructionData.setPhase(fields), market, authority),
    uncross: ({ market, authority }) => trade(instructionData.uncross(), market, authority),
    setPriceBand: ({ market, authority, ...fields }) => trade(instructionData.setPriceBand(fields), market, authority),

    /** `signer` is the market's authority or the seat's owner. */
    setSeatLimits: ({ market, signer: who, ...fields }) => trade(instructionData.setSeatLimits(fields), market, who),
    stopSeat: ({ market, signer: who, ...fields }) => trade(instructionData.stopSeat(fields), market, who),
    resumeSeat: ({ market, signer: who, ...fields }) => trade(instructionData.resumeSeat(fields), market, who),

    /** Larger capacities for a market; `payer` pays the rent of the bytes that it gains. */
    growMarket: ({ market, authority, payer, ...capacities }) =>
      instruction(
        instructionData.growMarket(capacities),
        writable(market),
        signer(authority),
        { pubkey: payer, isSigner: true, isWritable: true },
        readonly(SystemProgram.programId),
      ),

    /** Up to 16 messages of `orderMessage`, all for seats with this session key. */
    batch: ({ market, sessionKey, messages }) => trade(instructionData.batch(messages), market, sessionKey),
  };
}

/**
 * The fills in a transaction's log, in order; those of an auction have their price in `clearingPriceTicks`. Each is a line
 * "Program data: <base64>" of the book program; lines of other programs are told apart by the invoke and success lines
 * around them.
 */
export function decodeFills(logs) {
  const fills = [];
  const running = [];
  for (const line of logs) {
    const [word, subject, verb] = line.split(' ');
    if (word !== 'Program' || subject === 'log:' || subject === 'return:') continue; // a program's own words
    if (verb === 'invoke') running.push(subject);
    else if (verb === 'success' || verb?.startsWith('failed')) running.pop();
    else if (subject === 'data:' && running.at(-1) === BOOK_PROGRAM) {
      const bytes = Buffer.from(verb, 'base64');
      if (bytes.length === EVENT_BYTES) fills.push(decodeBookEvent(bytes));
    }
  }
  return fills;
}
