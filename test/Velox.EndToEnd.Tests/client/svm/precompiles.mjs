// Signatures checked by precompiles, what they cost, and what a transaction pays for priority.

import assert from 'node:assert/strict';
import {
  ComputeBudgetProgram,
  Ed25519Program,
  Keypair,
  Secp256k1Program,
  SystemProgram,
  TransactionMessage,
  VersionedTransaction,
} from '@solana/web3.js';
import { fund, send, SIGNATURE_FEE, tell } from '../chapters/support.mjs';

const MESSAGE = Buffer.from('an order, signed off-chain');

export async function walkPrecompiles(connection) {
  const payer = await fund(connection, 5);
  const ed25519 = Ed25519Program.createInstructionWithPrivateKey({
    privateKey: Keypair.generate().secretKey,
    message: MESSAGE,
  });
  // It names its own place among the instructions: the first.
  const secp256k1 = Secp256k1Program.createInstructionWithPrivateKey({
    privateKey: Buffer.alloc(32, 7),
    message: MESSAGE,
  });
  const signature = await send(connection, [secp256k1, ed25519], payer);
  const { meta } = await connection.getTransaction(signature, {
    commitment: 'confirmed',
    maxSupportedTransactionVersion: 0,
  });
  assert.equal(meta.err, null);
  assert.equal(meta.fee, 3 * SIGNATURE_FEE);
  assert.deepEqual(meta.logMessages, []);

  const { blockhash } = await connection.getLatestBlockhash();
  const compile = (...instructions) =>
    new TransactionMessage({ payerKey: payer.publicKey, recentBlockhash: blockhash, instructions }).compileToV0Message();
  assert.equal((await connection.getFeeForMessage(compile(secp256k1, ed25519))).value, 3 * SIGNATURE_FEE);

  for (const [instruction, at] of [
    [ed25519, ed25519.data.length - 1],
    [secp256k1, secp256k1.data.length - 1],
  ]) {
    instruction.data[at] ^= 1;
    const { value } = await connection.simulateTransaction(new VersionedTransaction(compile(instruction)));
    assert.equal(value.err.InstructionError[0], 0);
    assert.ok('Custom' in value.err.InstructionError[1], JSON.stringify(value.err));
  }

  tell('precompiles check ed25519 and secp256k1; each signature they check costs a fee');
  await payForPriority(connection, payer, compile);
}

async function payForPriority(connection, payer, compile) {
  const instructions = [
    ComputeBudgetProgram.setComputeUnitLimit({ units: 30_000 }),
    ComputeBudgetProgram.setComputeUnitPrice({ microLamports: 100_001 }),
    SystemProgram.transfer({ fromPubkey: payer.publicKey, toPubkey: payer.publicKey, lamports: 1 }),
  ];
  const fee = SIGNATURE_FEE + Math.ceil((30_000 * 100_001) / 1_000_000);
  assert.equal((await connection.getFeeForMessage(compile(...instructions))).value, fee);
  const signature = await send(connection, instructions, payer);
  const { meta } = await connection.getTransaction(signature, {
    commitment: 'confirmed',
    maxSupportedTransactionVersion: 0,
  });
  assert.equal(meta.fee, fee);
  assert.equal(meta.computeUnitsConsumed, 450);
  tell('priority fees: price times limit, rounded up');
}
