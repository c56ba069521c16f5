// The life of a program of loader v3: buffer, deployment, calls one slot later, upgrade, closing.

import assert from 'node:assert/strict';
import { Keypair, Transaction, TransactionInstruction } from '@solana/web3.js';
import { failure, fund, send, sendFailure, SIGNATURE_FEE, tell } from '../chapters/support.mjs';
import { closeBuffer, closeProgram, deploy, LOADER, programDataOf, upgrade, writeBuffer } from './loader.mjs';

const TEXT = Buffer.from('hello');

export async function walkDeployment(connection, { memo }) {
  const owner = await fund(connection, 20);
  const program = Keypair.generate();
  // The same code with another text: a version that can be told from the first.
  const note = Buffer.from(memo);
  note.write('Note', memo.indexOf('Memo'));
  const buffer = await writeBuffer(connection, owner, memo);
  const { value: parsedBuffer } = await connection.getParsedAccountInfo(buffer.publicKey);
  assert.equal(parsedBuffer.data.program, 'bpf-upgradeable-loader');
  assert.equal(parsedBuffer.data.parsed.type, 'buffer');
  assert.equal(parsedBuffer.data.parsed.info.authority, owner.publicKey.toBase58());
  assert.deepEqual(parsedBuffer.data.parsed.info.data, [memo.toString('base64'), 'base64']);

  const slot = await landed(connection, await deploy(connection, owner, program, buffer, memo.length));
  assert.equal(await connection.getAccountInfo(buffer.publicKey), null);
  await checkAccounts(connection, owner, program, slot, memo);
  const first = await connection.getTransaction(await call(connection, owner, program), transactionOptions);
  assert.ok(first.slot > slot);
  assert.equal(first.meta.logMessages[0], `Program ${program.publicKey} invoke [1]`);
  assert.equal(first.meta.logMessages.at(-1), `Program ${program.publicKey} success`);
  assert.deepEqual(first.meta.logMessages.slice(1, 3), ['Program log: Memo (len 5)', 'Program log: hello']);
  assert.ok(first.meta.computeUnitsConsumed > 0);
  tell('a program was written in chunks, deployed, and called one slot later');

  const next = await writeBuffer(connection, owner, note);
  const upgraded = await landed(connection, await upgrade(connection, owner, program, next));
  await checkAccounts(connection, owner, program, upgraded, note);
  const second = await connection.getTransaction(await call(connection, owner, program), transactionOptions);
  assert.deepEqual(second.meta.logMessages.slice(1, 3), ['Program log: Note (len 5)', 'Program log: hello']);
  tell('the upgraded program runs its new code');

  await refuseStranger(connection, program, await writeBuffer(connection, owner, note));
  await close(connection, owner, program);
}

const transactionOptions = { commitment: 'confirmed', maxSupportedTransactionVersion: 0 };

async function landed(connection, signature) {
  return (await connection.getSignatureStatus(signature)).value.slot;
}

function call(connection, payer, program) {
  return send(
    connection,
    [new TransactionInstruction({ programId: program.publicKey, keys: [], data: TEXT })],
    payer,
  );
}

async function checkAccounts(connection, owner, program, slot, elf) {
  const account = await connection.getAccountInfo(program.publicKey);
  assert.equal(account.executable, true);
  assert.ok(account.owner.equals(LOADER));
  assert.equal(account.data.length, 36);
  const { value: parsed } = await connection.getParsedAccountInfo(program.publicKey);
  const code = programDataOf(program.publicKey);
  assert.deepEqual(parsed.data.parsed, { type: 'program', info: { programData: code.toBase58() } });
  const { value: data } = await connection.getParsedAccountInfo(code);
  assert.equal(data.executable, false);
  assert.equal(data.data.parsed.type, 'programData');
  assert.equal(data.data.parsed.info.authority, owner.publicKey.toBase58());
  assert.equal(data.data.parsed.info.slot, slot);
  const [text, encoding] = data.data.parsed.info.data;
  assert.equal(encoding, 'base64');
  assert.ok(Buffer.from(text, 'base64').subarray(0, elf.length).equals(elf));
}

async function refuseStranger(connection, program, buffer) {
  const stranger = await fund(connection, 1);
  const { message } = await sendFailure(upgrade(connection, stranger, program, buffer));
  assert.match(message, /Error processing Instruction 0: (Incorrect authority provided|Instruction)/i);
}

async function close(connection, owner, program) {
  const spare = await writeBuffer(connection, owner, Buffer.alloc(100));
  const rent = await connection.getBalance(spare.publicKey);
  const before = await connection.getBalance(owner.publicKey);
  await closeBuffer(connection, owner, spare);
  assert.equal(await connection.getBalance(owner.publicKey), before + rent - SIGNATURE_FEE);

  await closeProgram(connection, owner, program);
  const { message, logs } = await sendFailure(call(connection, owner, program));
  assert.match(message, /Error processing Instruction 0: Unsupported program id/i);
  assert.equal(logs[1], 'Program is not deployed');
  const unknown = Keypair.generate();
  const { blockhash, lastValidBlockHeight } = await connection.getLatestBlockhash();
  const transaction = new Transaction({ feePayer: owner.publicKey, blockhash, lastValidBlockHeight }).add(
    new TransactionInstruction({ programId: unknown.publicKey, keys: [], data: TEXT }),
  );
  transaction.sign(owner);
  const error = await failure(connection.sendRawTransaction(transaction.serialize()));
  assert.match(error.message, /Attempt to load a program that does not exist/);
  tell('closing gives the lamports back; a closed or unknown program cannot be called');
}
