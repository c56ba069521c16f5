// Airdrop, transfers, and reading all of it back.

import assert from 'node:assert/strict';
import {
  PublicKey,
  SystemProgram,
  Transaction,
  TransactionInstruction,
  TransactionMessage,
  VersionedTransaction,
} from '@solana/web3.js';
import { failure, fund, send, SIGNATURE_FEE, SOL, subscribed, tell, within } from './support.mjs';

const MEMO_PROGRAM = new PublicKey('MemoSq4gqABAXKb96qnH8TysNcWxMyWCqXgDLGmfcHr');

export async function walkWallets(connection) {
  await askTheNode(connection);
  const alice = await fund(connection, 10);
  const bob = await fund(connection, 1);
  assert.equal(await connection.getBalance(alice.publicKey), 10 * SOL);
  tell('airdrops confirmed over the WebSocket: 10 SOL for Alice, 1 SOL for Bob');

  const signature = await transfer(connection, alice, bob);
  await readBack(connection, alice, bob, signature);
  await sendVersioned(connection, alice, bob);
  await simulate(connection, alice, bob);
  await remember(connection, alice);
  return { alice, bob, signatures: [signature] };
}

async function askTheNode(connection) {
  const version = await connection.getVersion();
  assert.match(version['solana-core'], /^\d+\.\d+\.\d+/);
  assert.equal(typeof version['feature-set'], 'number');
  const genesis = await connection.getGenesisHash();
  assert.equal(new PublicKey(genesis).toBase58(), genesis);
  const { blockhash, lastValidBlockHeight } = await connection.getLatestBlockhash();
  assert.ok(lastValidBlockHeight > (await connection.getBlockHeight()));
  assert.equal((await connection.isBlockhashValid(blockhash)).value, true);
  assert.equal((await connection.isBlockhashValid(PublicKey.unique().toBase58())).value, false);
  const epoch = await connection.getEpochInfo();
  assert.ok(epoch.slotIndex < epoch.slotsInEpoch && epoch.absoluteSlot > 0);
  assert.equal(await connection.getMinimumBalanceForRentExemption(0), 128 * 6_960);
  assert.equal(await connection.getMinimumBalanceForRentExemption(165), (128 + 165) * 6_960);
  tell(`node ${version['solana-core']}, genesis ${genesis}`);
}

async function transfer(connection, alice, bob) {
  let seen;
  const change = new Promise((resolve) => {
    seen = resolve;
  });
  const subscription = connection.onAccountChange(bob.publicKey, seen, { commitment: 'confirmed' });
  await subscribed(connection);
  const move = SystemProgram.transfer({ fromPubkey: alice.publicKey, toPubkey: bob.publicKey, lamports: 2 * SOL });

  const { blockhash } = await connection.getLatestBlockhash();
  const priced = new Transaction({ feePayer: alice.publicKey, blockhash, lastValidBlockHeight: 0 }).add(move);
  assert.equal((await connection.getFeeForMessage(priced.compileMessage())).value, SIGNATURE_FEE);

  const signature = await send(connection, [move], alice);
  assert.equal(await connection.getBalance(alice.publicKey), 8 * SOL - SIGNATURE_FEE);
  assert.equal(await connection.getBalance(bob.publicKey), 3 * SOL);
  const account = await within("the notification of Bob's account", change);
  assert.equal(account.lamports, 3 * SOL);
  assert.ok(account.owner.equals(SystemProgram.programId));
  await connection.removeAccountChangeListener(subscription);
  tell('Alice sent Bob 2 SOL; balances and accountSubscribe agree to the lamport');
  return signature;
}

async function readBack(connection, alice, bob, signature) {
  const { value: status } = await connection.getSignatureStatus(signature);
  assert.equal(status.err, null);
  assert.match(status.confirmationStatus, /^(confirmed|finalized)$/);

  const { slot, blockTime, meta, transaction } = await connection.getTransaction(signature, {
    commitment: 'confirmed',
    maxSupportedTransactionVersion: 0,
  });
  assert.equal(slot, status.slot);
  assert.ok(Math.abs(blockTime - Date.now() / 1000) < 600);
  assert.deepEqual(transaction.signatures, [signature]);
  assert.deepEqual(
    transaction.message.accountKeys.map(String),
    [alice.publicKey, bob.publicKey, SystemProgram.programId].map(String),
  );
  assert.equal(meta.err, null);
  assert.equal(meta.fee, SIGNATURE_FEE);
  assert.deepEqual(meta.preBalances.slice(0, 2), [10 * SOL, SOL]);
  assert.deepEqual(meta.postBalances.slice(0, 2), [8 * SOL - SIGNATURE_FEE, 3 * SOL]);
  assert.deepEqual(meta.logMessages, [
    'Program 11111111111111111111111111111111 invoke [1]',
    'Program 11111111111111111111111111111111 success',
  ]);
  assert.equal(meta.computeUnitsConsumed, 150);

  const parsed = await connection.getParsedTransaction(signature, { commitment: 'confirmed' });
  assert.deepEqual(parsed.transaction.message.instructions[0].parsed, {
    type: 'transfer',
    info: { source: alice.publicKey.toBase58(), destination: bob.publicKey.toBase58(), lamports: 2 * SOL },
  });
  assert.deepEqual(
    parsed.transaction.message.accountKeys.map(({ signer, writable }) => [signer, writable]),
    [
      [true, true],
      [false, true],
      [false, false],
    ],
  );

  const history = await connection.getSignaturesForAddress(alice.publicKey, {}, 'confirmed');
  assert.equal(history.length, 2);
  assert.equal(history[0].signature, signature);
  assert.equal(history[0].slot, slot);
  assert.equal(history[0].err, null);
  const older = await connection.getSignaturesForAddress(alice.publicKey, { before: signature }, 'confirmed');
  assert.deepEqual(
    older.map((entry) => entry.signature),
    [history[1].signature],
  );

  const block = await connection.getBlock(slot, { commitment: 'confirmed', maxSupportedTransactionVersion: 0 });
  assert.ok(block.transactions.some((entry) => entry.transaction.signatures[0] === signature));
  assert.equal(block.blockTime, blockTime);
  assert.equal(await connection.getBlockTime(slot), blockTime);
  tell(`the transaction reads back from slot ${slot}: parsed, by address and in its block`);

  const [there, missing] = await connection.getMultipleAccountsInfo([bob.publicKey, PublicKey.unique()]);
  assert.equal(there.lamports, 3 * SOL);
  assert.equal(there.data.length, 0);
  assert.equal(there.executable, false);
  assert.equal(missing, null);
  assert.equal(await connection.getTransaction('1'.repeat(64), { maxSupportedTransactionVersion: 0 }), null);
}

async function sendVersioned(connection, alice, bob) {
  const { blockhash, lastValidBlockHeight } = await connection.getLatestBlockhash();
  const message = new TransactionMessage({
    payerKey: alice.publicKey,
    recentBlockhash: blockhash,
    instructions: [SystemProgram.transfer({ fromPubkey: alice.publicKey, toPubkey: bob.publicKey, lamports: SOL })],
  }).compileToV0Message();
  const transaction = new VersionedTransaction(message);
  transaction.sign([alice]);
  const signature = await connection.sendTransaction(transaction);
  const { value } = await connection.confirmTransaction({ signature, blockhash, lastValidBlockHeight });
  assert.equal(value.err, null);
  assert.equal(await connection.getBalance(bob.publicKey), 4 * SOL);

  const read = await connection.getTransaction(signature, {
    commitment: 'confirmed',
    maxSupportedTransactionVersion: 0,
  });
  assert.equal(read.version, 0);
  const error = await failure(connection.getTransaction(signature, { commitment: 'confirmed' }));
  assert.equal(error.code, -32015);
  tell('a version 0 transaction too; a client that does not know the version is told so');
}

async function simulate(connection, alice, bob) {
  const before = await connection.getBalance(bob.publicKey);
  const transaction = new Transaction().add(
    SystemProgram.transfer({ fromPubkey: alice.publicKey, toPubkey: bob.publicKey, lamports: SOL }),
  );
  transaction.feePayer = alice.publicKey;
  const { value } = await connection.simulateTransaction(transaction, [alice]);
  assert.equal(value.err, null);
  assert.equal(value.unitsConsumed, 150);
  assert.equal(await connection.getBalance(bob.publicKey), before);
  tell('simulateTransaction answers and changes nothing');
}

async function remember(connection, alice) {
  const memo = new TransactionInstruction({
    programId: MEMO_PROGRAM,
    keys: [{ pubkey: alice.publicKey, isSigner: true, isWritable: false }],
    data: Buffer.from('good morning'),
  });
  const signature = await send(connection, [memo], alice);
  const [entry] = await connection.getSignaturesForAddress(alice.publicKey, { limit: 1 }, 'confirmed');
  assert.equal(entry.signature, signature);
  assert.equal(entry.memo, '[12] good morning');
}
