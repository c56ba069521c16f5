// Two mints and the people's token accounts, with the ordinary token library.

import assert from 'node:assert/strict';
import {
  approve,
  closeAccount,
  createAssociatedTokenAccount,
  createMint,
  createWrappedNativeAccount,
  getAccount,
  getAssociatedTokenAddressSync,
  getMint,
  getOrCreateAssociatedTokenAccount,
  mintTo,
  NATIVE_MINT,
  TOKEN_PROGRAM_ID,
  transfer,
} from '@solana/spl-token';
import { fund, sendFailure, tell } from './support.mjs';

export const BASE_DECIMALS = 9;
export const QUOTE_DECIMALS = 6;
export const ALICE_BASE = 2_000_000_000n;
export const BOB_BASE = 500_000_000n;
export const BOB_QUOTE = 9_000_000n;

export async function walkTokens(connection, { alice, bob }) {
  const issuer = await fund(connection, 5);
  const base = await createMint(connection, issuer, issuer.publicKey, null, BASE_DECIMALS);
  const quote = await createMint(connection, issuer, issuer.publicKey, issuer.publicKey, QUOTE_DECIMALS);
  const mint = await getMint(connection, quote);
  assert.equal(mint.decimals, QUOTE_DECIMALS);
  assert.equal(mint.supply, 0n);
  assert.ok(mint.mintAuthority.equals(issuer.publicKey));
  assert.ok(mint.freezeAuthority.equals(issuer.publicKey));
  assert.equal((await getMint(connection, base)).freezeAuthority, null);
  tell(`mints: base ${base}, quote ${quote}`);

  const accounts = {
    aliceBase: await open(connection, alice, base),
    aliceQuote: await open(connection, alice, quote),
    bobBase: await open(connection, bob, base),
    bobQuote: await open(connection, bob, quote),
    issuerBase: await open(connection, issuer, base),
    issuerQuote: await open(connection, issuer, quote),
  };

  await mintTo(connection, issuer, base, accounts.aliceBase, issuer, ALICE_BASE + BOB_BASE);
  await mintTo(connection, issuer, quote, accounts.bobQuote, issuer, BOB_QUOTE);
  await transfer(connection, alice, accounts.aliceBase, accounts.bobBase, alice, BOB_BASE);
  assert.equal((await getAccount(connection, accounts.aliceBase)).amount, ALICE_BASE);
  assert.equal((await getAccount(connection, accounts.bobBase)).amount, BOB_BASE);
  assert.equal((await getAccount(connection, accounts.bobQuote)).amount, BOB_QUOTE);
  assert.equal((await getMint(connection, base)).supply, ALICE_BASE + BOB_BASE);
  tell('minted and transferred; accounts and supply agree to the atom');

  await readBack(connection, base, accounts, bob);
  await delegate(connection, bob, accounts);
  await openAndClose(connection, bob, quote);
  await overdraw(connection, alice, accounts);
  await wrapSol(connection);
  return { issuer, base, quote, accounts };
}

async function open(connection, owner, mint) {
  const account = await getOrCreateAssociatedTokenAccount(connection, owner, mint, owner.publicKey);
  assert.ok(account.owner.equals(owner.publicKey) && account.mint.equals(mint));
  assert.equal(account.amount, 0n);
  const again = await getOrCreateAssociatedTokenAccount(connection, owner, mint, owner.publicKey);
  assert.ok(again.address.equals(account.address));
  return account.address;
}

async function wrapSol(connection) {
  const owner = await fund(connection, 3);
  const wrapped = await createWrappedNativeAccount(connection, owner, owner.publicKey, 1_000_000_000);
  const account = await getAccount(connection, wrapped);
  assert.ok(account.isNative && account.mint.equals(NATIVE_MINT));
  assert.equal(account.amount, 1_000_000_000n);
  const before = await connection.getBalance(owner.publicKey);
  await closeAccount(connection, owner, wrapped, owner.publicKey, owner);
  assert.ok((await connection.getBalance(owner.publicKey)) > before + 1_000_000_000);
  tell('wrapped a SOL and got it back');
}

async function readBack(connection, base, accounts, bob) {
  const { value: balance } = await connection.getTokenAccountBalance(accounts.aliceBase);
  assert.deepEqual(balance, { amount: String(ALICE_BASE), decimals: 9, uiAmount: 2, uiAmountString: '2' });
  const { value: supply } = await connection.getTokenSupply(base);
  assert.deepEqual(supply, { amount: '2500000000', decimals: 9, uiAmount: 2.5, uiAmountString: '2.5' });
  const { value: largest } = await connection.getTokenLargestAccounts(base);
  assert.deepEqual(largest.map(({ address, amount }) => [String(address), amount]).slice(0, 2), [
    [String(accounts.aliceBase), '2000000000'],
    [String(accounts.bobBase), '500000000'],
  ]);

  const { value: byMint } = await connection.getTokenAccountsByOwner(bob.publicKey, { mint: base });
  assert.deepEqual(
    byMint.map(({ pubkey }) => String(pubkey)),
    [String(accounts.bobBase)],
  );
  const { value: parsed } = await connection.getParsedTokenAccountsByOwner(bob.publicKey, {
    programId: TOKEN_PROGRAM_ID,
  });
  assert.deepEqual(
    parsed.map(({ pubkey }) => String(pubkey)).sort(),
    [accounts.bobBase, accounts.bobQuote].map(String).sort(),
  );
  const { info, type } = parsed.find(({ pubkey }) => pubkey.equals(accounts.bobBase)).account.data.parsed;
  assert.equal(type, 'account');
  assert.equal(info.owner, bob.publicKey.toBase58());
  assert.equal(info.tokenAmount.uiAmountString, '0.5');

  const { value: mint } = await connection.getParsedAccountInfo(base);
  assert.equal(mint.data.program, 'spl-token');
  assert.equal(mint.data.parsed.info.supply, '2500000000');
  const holders = await connection.getProgramAccounts(TOKEN_PROGRAM_ID, {
    filters: [{ dataSize: 165 }, { memcmp: { offset: 0, bytes: base.toBase58() } }],
  });
  assert.equal(holders.length, 3);
}

async function delegate(connection, bob, accounts) {
  const spender = await fund(connection, 1);
  await approve(connection, bob, accounts.bobBase, spender.publicKey, bob, 100n);
  await transfer(connection, spender, accounts.bobBase, accounts.issuerBase, spender, 60n);
  const account = await getAccount(connection, accounts.bobBase);
  assert.equal(account.delegatedAmount, 40n);
  assert.equal(account.amount, BOB_BASE - 60n);
  tell('a delegate spends what it was approved for');
}

async function openAndClose(connection, bob, quote) {
  const owner = await fund(connection, 1);
  const account = await createAssociatedTokenAccount(connection, owner, quote, owner.publicKey);
  assert.ok(account.equals(getAssociatedTokenAddressSync(quote, owner.publicKey)));
  const before = await connection.getBalance(bob.publicKey);
  await closeAccount(connection, owner, account, bob.publicKey, owner);
  assert.equal(await connection.getAccountInfo(account), null);
  assert.equal(await connection.getBalance(bob.publicKey), before + (128 + 165) * 6_960);
}

async function overdraw(connection, alice, accounts) {
  const { message, logs } = await sendFailure(
    transfer(connection, alice, accounts.aliceBase, accounts.bobBase, alice, ALICE_BASE + 1n),
  );
  assert.equal(message, 'Transaction simulation failed: Error processing Instruction 0: custom program error: 0x1');
  assert.ok(logs.includes('Program log: Error: insufficient funds'), logs.join('\n'));
}
