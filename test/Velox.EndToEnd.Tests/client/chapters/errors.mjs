// What a client is told when something is wrong, and that nothing happens then.

import assert from 'node:assert/strict';
import { Keypair, SystemProgram, Transaction, VersionedTransaction } from '@solana/web3.js';
import { BookError, getOrderBook, OrderType, Side } from '../../../../samples/javascript/velox-book.mjs';
import { book, failure, fund, send, sendFailure, SIGNATURE_FEE, SOL, tell } from './support.mjs';

export async function walkErrors(connection, { bob }, tokens, { market, bobSeat }) {
  const poor = await fund(connection, 1);
  await refuseTransfer(connection, poor, bob);
  await refusePayer(connection, bob);
  await chargeFailure(connection, poor, bob);
  await refuseDuplicate(connection, poor, bob);
  await refuseStaleBlockhash(connection, poor, bob);
  await refuseSignature(connection, poor, bob);
  await refuseRent(connection, poor);
  await refuseOrders(connection, market, poor, bob, bobSeat);
  await refuseCalls(connection, poor);
}

async function refuseTransfer(connection, poor, bob) {
  const before = await connection.getBalance(bob.publicKey);
  const { message, logs } = await sendFailure(send(connection, [pay(poor, bob, 2 * SOL)], poor));
  assert.equal(message, 'Transaction simulation failed: Error processing Instruction 0: custom program error: 0x1');
  assert.deepEqual(logs, [
    'Program 11111111111111111111111111111111 invoke [1]',
    `Transfer: insufficient lamports ${SOL - SIGNATURE_FEE}, need ${2 * SOL}`,
    'Program 11111111111111111111111111111111 failed: custom program error: 0x1',
  ]);
  assert.equal(await connection.getBalance(bob.publicKey), before);
  assert.equal(await connection.getBalance(poor.publicKey), SOL);
  tell('a transfer without funds: SendTransactionError with the log; no fee was taken');
}

async function refusePayer(connection, bob) {
  const nobody = Keypair.generate();
  const { message } = await sendFailure(send(connection, [pay(nobody, bob, 1)], nobody));
  assert.equal(
    message,
    'Transaction simulation failed: Attempt to debit an account but found no record of a prior credit.',
  );
}

async function chargeFailure(connection, poor, bob) {
  const { transaction, blockhash, lastValidBlockHeight } = await signed(connection, pay(poor, bob, 2 * SOL), poor);
  const signature = await connection.sendRawTransaction(transaction.serialize(), { skipPreflight: true });
  const { value } = await connection.confirmTransaction({ signature, blockhash, lastValidBlockHeight });
  assert.deepEqual(value.err, { InstructionError: [0, { Custom: 1 }] });
  const { meta } = await connection.getTransaction(signature, {
    commitment: 'confirmed',
    maxSupportedTransactionVersion: 0,
  });
  assert.deepEqual(meta.err, value.err);
  assert.equal(meta.fee, SIGNATURE_FEE);
  const [entry] = await connection.getSignaturesForAddress(poor.publicKey, { limit: 1 }, 'confirmed');
  assert.deepEqual([entry.signature, entry.err], [signature, value.err]);
  assert.equal(await connection.getBalance(poor.publicKey), SOL - SIGNATURE_FEE);
  tell('without preflight the failed transaction is in a block, and its fee is paid');
}

async function refuseDuplicate(connection, poor, bob) {
  const before = await connection.getBalance(bob.publicKey);
  const { transaction, blockhash, lastValidBlockHeight } = await signed(connection, pay(poor, bob, 1_000), poor);
  const signature = await connection.sendRawTransaction(transaction.serialize());
  await connection.confirmTransaction({ signature, blockhash, lastValidBlockHeight });
  const { message } = await sendFailure(connection.sendRawTransaction(transaction.serialize()));
  assert.equal(message, 'Transaction simulation failed: This transaction has already been processed');

  const again = await connection.sendRawTransaction(transaction.serialize(), { skipPreflight: true });
  assert.equal(again, signature);
  await fund(connection, 1); // confirmed after the duplicate, which had its chance by then
  assert.equal(await connection.getBalance(bob.publicKey), before + 1_000);
  tell('a transaction sent again is executed once');
}

async function refuseStaleBlockhash(connection, poor, bob) {
  const stale = new Transaction({
    feePayer: poor.publicKey,
    blockhash: Keypair.generate().publicKey.toBase58(),
    lastValidBlockHeight: 1,
  }).add(pay(poor, bob, 1));
  stale.sign(poor);
  const { message } = await sendFailure(connection.sendRawTransaction(stale.serialize()));
  assert.equal(message, 'Transaction simulation failed: Blockhash not found');
  const { value } = await connection.simulateTransaction(new VersionedTransaction(stale.compileMessage()));
  assert.equal(value.err, 'BlockhashNotFound');
}

async function refuseSignature(connection, poor, bob) {
  const { transaction } = await signed(connection, pay(poor, bob, 1), poor);
  const bytes = transaction.serialize();
  bytes[20] ^= 1;
  const { message } = await sendFailure(connection.sendRawTransaction(bytes));
  assert.equal(message, 'Transaction signature verification failure');
  const { code } = await failure(
    rpc(connection, 'sendTransaction', [bytes.toString('base64'), { encoding: 'base64' }]),
  );
  assert.equal(code, -32003);
  tell('a stale blockhash and a bad signature are refused by their names');
}

async function refuseRent(connection, poor) {
  const { message } = await sendFailure(send(connection, [pay(poor, Keypair.generate(), 1)], poor));
  assert.equal(
    message,
    'Transaction simulation failed: Transaction results in an account (1) with insufficient funds for rent',
  );
}

async function refuseOrders(connection, market, poor, bob, seat) {
  const before = await getOrderBook(connection, market);
  const order = (trader, fields) =>
    book.place({
      market,
      trader: trader.publicKey,
      seat,
      side: Side.bid,
      priceTicks: 250,
      quantityLots: 1,
      ...fields,
    });
  const refusals = [
    [bob, { quantityLots: 1_000_000 }, BookError.insufficientFunds],
    [bob, { quantityLots: 0 }, BookError.invalidQuantity],
    [bob, { priceTicks: 0 }, BookError.invalidPrice],
    [bob, { clientOrderId: 31 }, BookError.duplicateClientOrderId],
    [bob, { type: OrderType.fillOrKill }, BookError.wouldNotFill],
    [bob, { seat: 7 }, BookError.unknownSeat],
    [poor, {}, BookError.notSessionKey],
  ];
  for (const [trader, fields, code] of refusals) {
    const { message, logs } = await sendFailure(send(connection, [order(trader, fields)], trader));
    const hex = `0x${code.toString(16)}`;
    assert.equal(
      message,
      `Transaction simulation failed: Error processing Instruction 0: custom program error: ${hex}`,
    );
    assert.equal(logs.at(-1), `Program ${book.programId} failed: custom program error: ${hex}`);
  }
  assert.deepEqual(await getOrderBook(connection, market), before);
  tell('orders without funds or out of bounds: the custom error says which; the book is untouched');
}

async function refuseCalls(connection, poor) {
  const calls = [
    ['getNothing', [], -32601, /Method not found/],
    ['getBalance', [], -32602, /pubkey/],
    ['getBalance', ['abc'], -32602, /pubkey/],
    ['getOrderBook', [poor.publicKey.toBase58()], -32602, /market/],
    ['getOrderBook', [poor.publicKey.toBase58(), { depth: 0 }], -32602, /depth/],
    ['requestAirdrop', [poor.publicKey.toBase58(), 1_000_000 * SOL], -32602, /lamports/],
    ['sendTransaction', ['AAAA', { encoding: 'base64' }], -32602, /transaction/],
    ['getBalance', [poor.publicKey.toBase58(), { minContextSlot: 1e15 }], -32016, /[Mm]inimum context slot/],
  ];
  for (const [method, params, code, message] of calls) {
    const error = await failure(rpc(connection, method, params));
    assert.equal(error.code, code, `${method}: ${error.message}`);
    assert.match(error.message, message);
  }
  tell('wrong calls get the codes that Solana clients know, and the name of the parameter');
}

function pay(from, to, lamports) {
  return SystemProgram.transfer({ fromPubkey: from.publicKey, toPubkey: to.publicKey, lamports });
}

async function signed(connection, instruction, payer) {
  const { blockhash, lastValidBlockHeight } = await connection.getLatestBlockhash();
  const transaction = new Transaction({ feePayer: payer.publicKey, blockhash, lastValidBlockHeight }).add(instruction);
  transaction.sign(payer);
  return { transaction, blockhash, lastValidBlockHeight };
}

async function rpc(connection, method, params) {
  const response = await fetch(connection.rpcEndpoint, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }),
  });
  const { error, result } = await response.json();
  if (error) throw Object.assign(new Error(error.message), { code: error.code });
  return result;
}
