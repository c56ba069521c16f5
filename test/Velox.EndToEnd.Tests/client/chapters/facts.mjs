// What must be the same before and after a restart of the node. Every fact is plain JSON.

import { PublicKey } from '@solana/web3.js';
import { getMarket, getOrderBook, getTrades } from '../../../../samples/javascript/velox-book.mjs';

/** Names what to look at, and looks. */
export async function gatherFacts(
  connection,
  { alice, bob, signatures },
  { base, quote, accounts },
  { market, session, ...seats },
) {
  const subjects = {
    market: String(market),
    wallets: [alice, bob, session].map(({ publicKey }) => String(publicKey)),
    mints: [base, quote].map(String),
    tokenAccounts: Object.values(accounts).map(String),
    signatures,
  };
  const trader = { secretKey: Array.from(session.secretKey), ...seats };
  return { subjects, trader, observed: await observe(connection, subjects) };
}

/** The state of the subjects. */
export async function observe(connection, { market, wallets, mints, tokenAccounts, signatures }) {
  const [marketAccount] = await accountsOf(connection, [market]);
  return {
    genesisHash: await connection.getGenesisHash(),
    wallets: await accountsOf(connection, wallets),
    mints: await accountsOf(connection, mints),
    tokenAccounts: await accountsOf(connection, tokenAccounts),
    marketAccount,
    market: await getMarket(connection, market),
    book: await getOrderBook(connection, market),
    trades: await getTrades(connection, market),
    transactions: await Promise.all(signatures.map((signature) => transactionOf(connection, signature))),
  };
}

async function accountsOf(connection, addresses) {
  const infos = await connection.getMultipleAccountsInfo(addresses.map((address) => new PublicKey(address)));
  return infos.map(({ data, lamports, owner }) => ({ data: data.toString('base64'), lamports, owner: String(owner) }));
}

async function transactionOf(connection, signature) {
  const { slot, blockTime, meta } = await connection.getTransaction(signature, {
    commitment: 'confirmed',
    maxSupportedTransactionVersion: 0,
  });
  return {
    slot,
    blockTime,
    fee: meta.fee,
    preBalances: meta.preBalances,
    postBalances: meta.postBalances,
    logs: meta.logMessages,
  };
}
