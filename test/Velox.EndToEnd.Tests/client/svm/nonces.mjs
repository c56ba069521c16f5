// Durable nonces: a transaction that is signed now and sent when its blockhash would long have expired.

import assert from 'node:assert/strict';
import { Keypair, NONCE_ACCOUNT_LENGTH, SystemProgram, Transaction } from '@solana/web3.js';
import { eventually, fund, send, sendFailure, tell } from '../chapters/support.mjs';

export async function walkNonces(connection) {
  const owner = await fund(connection, 5);
  const nonce = Keypair.generate();
  const wallet = Keypair.generate().publicKey;
  const create = SystemProgram.createNonceAccount({
    fromPubkey: owner.publicKey,
    noncePubkey: nonce.publicKey,
    authorizedPubkey: owner.publicKey,
    lamports: await connection.getMinimumBalanceForRentExemption(NONCE_ACCOUNT_LENGTH),
  });
  await send(connection, [create], owner, nonce);
  const account = await connection.getNonce(nonce.publicKey, 'confirmed');
  assert.ok(account.authorizedPubkey.equals(owner.publicKey));
  const { value: parsed } = await connection.getParsedAccountInfo(nonce.publicKey);
  assert.equal(parsed.data.program, 'nonce');
  assert.deepEqual(parsed.data.parsed, {
    type: 'initialized',
    info: {
      authority: owner.publicKey.toBase58(),
      blockhash: account.nonce,
      feeCalculator: { lamportsPerSignature: '5000' },
    },
  });

  const transfer = SystemProgram.transfer({ fromPubkey: owner.publicKey, toPubkey: wallet, lamports: 1_000_000 });
  const durable = new Transaction({
    feePayer: owner.publicKey,
    nonceInfo: {
      nonce: account.nonce,
      nonceInstruction: SystemProgram.nonceAdvance({
        noncePubkey: nonce.publicKey,
        authorizedPubkey: owner.publicKey,
      }),
    },
  }).add(transfer);
  durable.sign(owner);
  const bytes = durable.serialize();
  const signature = await connection.sendRawTransaction(bytes);
  await eventually('the durable transaction', async () => (await connection.getSignatureStatus(signature)).value);
  assert.equal((await connection.getSignatureStatus(signature)).value.err, null);
  assert.equal(await connection.getBalance(wallet), 1_000_000);
  const advanced = await connection.getNonce(nonce.publicKey, 'confirmed');
  assert.notEqual(advanced.nonce, account.nonce);
  const { message } = await sendFailure(connection.sendRawTransaction(bytes));
  assert.match(message, /already been processed|Blockhash not found/);
  assert.equal(await connection.getBalance(wallet), 1_000_000);
  tell('a transaction with a durable nonce ran once, and its nonce went on');
}
