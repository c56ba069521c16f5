// Errors of transactions that run programs: their codes, shapes and texts over plain JSON-RPC.

import assert from 'node:assert/strict';
import {
  ComputeBudgetProgram,
  PublicKey,
  Transaction,
  TransactionInstruction,
} from '@solana/web3.js';
import { createBurnInstruction, TOKEN_PROGRAM_ID } from '@solana/spl-token';
import { eventually, fund, tell } from '../chapters/support.mjs';

export async function walkRefusals(connection) {
  const payer = await fund(connection, 1);
  const garbage = new TransactionInstruction({ programId: TOKEN_PROGRAM_ID, keys: [], data: Buffer.from([200]) });
  const failed = await refuse(connection, await sign(connection, payer, garbage));
  assert.equal(failed.code, -32002);
  assert.deepEqual(failed.data.err, { InstructionError: [0, { Custom: 12 }] });
  assert.equal(failed.message, 'Transaction simulation failed: Error processing Instruction 0: custom program error: 0xc');
  assert.equal(failed.data.logs[0], `Program ${TOKEN_PROGRAM_ID} invoke [1]`);
  assert.equal(failed.data.logs.at(-1), `Program ${TOKEN_PROGRAM_ID} failed: custom program error: 0xc`);
  assert.ok(failed.data.unitsConsumed > 0);
  for (const absent of ['accounts', 'innerInstructions', 'replacementBlockhash', 'returnData'])
    assert.equal(failed.data[absent], null, absent);

  const few = ComputeBudgetProgram.setComputeUnitLimit({ units: 250 });
  const spent = await refuse(connection, await sign(connection, payer, few, garbage));
  assert.deepEqual(spent.data.err, { InstructionError: [1, 'ComputationalBudgetExceeded'] });
  assert.match(spent.data.logs.join('\n'), /failed: Computational budget exceeded$/);

  const bytes = await sign(connection, payer, garbage);
  bytes[30] ^= 1;
  assert.deepEqual(await refuse(connection, bytes), {
    code: -32003,
    message: 'Transaction signature verification failure',
  });
  const old = new Transaction({ feePayer: payer.publicKey, blockhash: PublicKey.default.toBase58(), lastValidBlockHeight: 1 });
  old.add(garbage).sign(payer);
  const stale = await refuse(connection, old.serialize());
  assert.deepEqual([stale.code, stale.data.err, stale.data.logs], [-32002, 'BlockhashNotFound', []]);
  await recordFailure(connection, payer);
  tell('refused: by code, error, log and units; in the history with its fee when preflight is skipped');
}

/** Without preflight a transaction that fails is in a block, with its log. */
async function recordFailure(connection, payer) {
  const burn = createBurnInstruction(payer.publicKey, payer.publicKey, payer.publicKey, 1n);
  const signature = await connection.sendRawTransaction(await sign(connection, payer, burn), { skipPreflight: true });
  await eventually('the failed transaction', async () => (await connection.getSignatureStatus(signature)).value);
  const { meta } = await connection.getTransaction(signature, {
    commitment: 'confirmed',
    maxSupportedTransactionVersion: 0,
  });
  assert.equal(meta.err.InstructionError[0], 0);
  assert.deepEqual((await connection.getSignatureStatus(signature)).value.err, meta.err);
  assert.match(meta.logMessages.at(-1), new RegExp(`^Program ${TOKEN_PROGRAM_ID} failed: `));
  assert.ok(meta.computeUnitsConsumed > 0);
}

async function sign(connection, payer, ...instructions) {
  const { blockhash, lastValidBlockHeight } = await connection.getLatestBlockhash();
  const transaction = new Transaction({ feePayer: payer.publicKey, blockhash, lastValidBlockHeight });
  transaction.add(...instructions).sign(payer);
  return transaction.serialize();
}

async function refuse(connection, bytes) {
  const response = await fetch(connection.rpcEndpoint, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      jsonrpc: '2.0',
      id: 1,
      method: 'sendTransaction',
      params: [bytes.toString('base64'), { encoding: 'base64' }],
    }),
  });
  const { error } = await response.json();
  assert.ok(error, 'the transaction was taken');
  return error;
}
