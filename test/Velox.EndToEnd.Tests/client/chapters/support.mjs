// What every chapter of the road uses: the connection, people with money, sending, and bounded waiting.

import assert from 'node:assert/strict';
import * as web3 from '@solana/web3.js';
import { createBookClient } from '../../../../samples/javascript/velox-book.mjs';

/** Milliseconds after which what did not come is taken for lost: more than a busy machine ever needs. */
const PATIENCE = 120_000;

export const SIGNATURE_FEE = 5_000;
export const SOL = web3.LAMPORTS_PER_SOL;
export const book = createBookClient(web3);

export function connect(url) {
  return new web3.Connection(url, 'confirmed');
}

/** Of the same node: by Solana's convention the next port. */
export function webSocketUrl(url) {
  const { hostname, port } = new URL(url);
  return `ws://${hostname}:${Number(port) + 1}`;
}

export function tell(line) {
  console.log(`  ${line}`);
}

/** Signs, sends and confirms over the WebSocket, as every web3.js program does; resolves with the signature. */
export function send(connection, instructions, ...signers) {
  const transaction = new web3.Transaction().add(...instructions);
  return web3.sendAndConfirmTransaction(connection, transaction, signers);
}

export async function airdrop(connection, to, lamports) {
  const signature = await connection.requestAirdrop(to, lamports);
  const { value } = await connection.confirmTransaction({ signature, ...(await connection.getLatestBlockhash()) });
  assert.equal(value.err, null);
  return signature;
}

/** A person with a key and an exact amount of lamports. */
export async function fund(connection, sol) {
  const keypair = web3.Keypair.generate();
  await airdrop(connection, keypair.publicKey, sol * SOL);
  return keypair;
}

/** Resolves when the subscriptions made so far are active: a node takes the calls of one WebSocket in their order. */
export async function subscribed(connection) {
  await fund(connection, 1);
}

/** Resolves with what the promise does; fails with a clear message when that takes too long. */
export function within(what, promise) {
  let timer;
  const timeout = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${what} did not come within ${PATIENCE} ms`)), PATIENCE);
  });
  return Promise.race([promise, timeout]).finally(() => clearTimeout(timer));
}

/** Asks again until the answer satisfies, for what a subscription or a poll brings a moment later. */
export async function eventually(what, isThere) {
  const deadline = Date.now() + PATIENCE;
  while (!(await isThere())) {
    if (Date.now() > deadline) throw new Error(`${what} did not come within ${PATIENCE} ms`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** The error that the promise is rejected with; fails when it is not. */
export async function failure(promise) {
  try {
    await promise;
  } catch (error) {
    return error;
  }
  assert.fail('the call succeeded, it must fail');
}

/** What a refused sendTransaction says: the node's message and the simulation's log. */
export async function sendFailure(promise) {
  const error = await failure(promise);
  assert.ok(error instanceof web3.SendTransactionError, `not a SendTransactionError: ${error.stack}`);
  return error.transactionError;
}
