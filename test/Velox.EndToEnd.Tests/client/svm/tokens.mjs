// The ordinary token library on the real token and associated-token programs (loader v2), which stand in for the native ones.

import assert from 'node:assert/strict';
import {
  amountToUiAmount,
  createAmountToUiAmountInstruction,
  createAssociatedTokenAccountInstruction,
  createMint,
  createTransferCheckedInstruction,
  getAccount,
  getAssociatedTokenAddressSync,
  getMint,
  mintTo,
  TOKEN_PROGRAM_ID,
  ASSOCIATED_TOKEN_PROGRAM_ID,
  transfer,
} from '@solana/spl-token';
import { PublicKey, TransactionMessage, VersionedTransaction } from '@solana/web3.js';
import { fund, send, sendFailure, subscribed, tell, within } from '../chapters/support.mjs';

const LOADER_2 = new PublicKey('BPFLoader2111111111111111111111111111111111');
const TOTAL = 1_500_000n;
const options = { commitment: 'confirmed', maxSupportedTransactionVersion: 0 };

export async function walkTokenPrograms(connection, { token }) {
  const program = await connection.getAccountInfo(TOKEN_PROGRAM_ID);
  assert.equal(program.executable, true);
  assert.ok(program.owner.equals(LOADER_2));
  assert.ok(program.data.equals(token));
  assert.equal(program.lamports, await connection.getMinimumBalanceForRentExemption(token.length));

  const [issuer, holder] = await Promise.all([fund(connection, 5), fund(connection, 5)]);
  const mint = await createMint(connection, issuer, issuer.publicKey, null, 6);
  const [source, destination] = await Promise.all([
    openAccount(connection, issuer, mint),
    openAccount(connection, holder, mint),
  ]);
  await mintTo(connection, issuer, mint, source, issuer, TOTAL);
  assert.equal((await getMint(connection, mint)).supply, TOTAL);

  const heard = await listen(connection, destination);
  const signature = await transfer(connection, issuer, source, destination, issuer, 400_000n);
  await checkHeard(connection, heard, signature, destination);
  assert.equal((await getAccount(connection, destination)).amount, 400_000n);
  const { meta } = await connection.getTransaction(signature, options);
  const spent = meta.logMessages.find((line) => line.startsWith(`Program ${TOKEN_PROGRAM_ID} consumed `));
  assert.equal(spent, `Program ${TOKEN_PROGRAM_ID} consumed ${meta.computeUnitsConsumed} of 200000 compute units`);
  assert.deepEqual(
    meta.postTokenBalances.map(({ uiTokenAmount }) => uiTokenAmount.amount).sort(),
    ['1100000', '400000'],
  );
  tell('tokens move by the real token program; account, program, logs and signature were notified');

  await overdraw(connection, issuer, source, destination);
  await simulate(connection, issuer, mint, source, destination);
  await returnData(connection, issuer, mint);
}

/** Two programs deep: the associated-token program calls the system and the token program, which answers with data. */
async function openAccount(connection, owner, mint) {
  const address = getAssociatedTokenAddressSync(mint, owner.publicKey);
  const create = createAssociatedTokenAccountInstruction(owner.publicKey, address, owner.publicKey, mint);
  const signature = await send(connection, [create], owner);
  const { meta, transaction } = await connection.getTransaction(signature, options);
  const [{ index, instructions }, ...others] = meta.innerInstructions;
  assert.deepEqual([index, others], [0, []]);
  const keys = transaction.message.staticAccountKeys.map(String);
  const called = instructions.map(({ programIdIndex, stackHeight }) => {
    assert.equal(stackHeight, 2);
    return keys[programIdIndex];
  });
  assert.ok(called.filter((program) => program === TOKEN_PROGRAM_ID.toBase58()).length >= 2, called.join());
  assert.ok(meta.logMessages.includes(`Program ${TOKEN_PROGRAM_ID} invoke [2]`));
  assert.equal(meta.logMessages[0], `Program ${ASSOCIATED_TOKEN_PROGRAM_ID} invoke [1]`);
  const parsed = await connection.getParsedTransaction(signature, options);
  assert.ok(parsed.meta.innerInstructions[0].instructions.some(({ parsed: known }) => known?.type === 'createAccount'));
  return address;
}

async function listen(connection, account) {
  const ids = [];
  const next = (name, start) => within(name, new Promise((resolve) => ids.push(start((...heard) => resolve(heard)))));
  const heard = {
    account: next('accountSubscribe', (listener) => connection.onAccountChange(account, listener, 'confirmed')),
    program: next('programSubscribe', (listener) =>
      connection.onProgramAccountChange(TOKEN_PROGRAM_ID, (change, context) => {
        if (change.accountId.equals(account)) listener(change, context);
      }),
    ),
    logs: next('logsSubscribe', (listener) => connection.onLogs(account, listener, 'confirmed')),
    slot: next('slotSubscribe', (listener) => connection.onSlotChange(listener)),
    root: next('rootSubscribe', (listener) => connection.onRootChange(listener)),
  };
  await subscribed(connection);
  return heard;
}

async function checkHeard(connection, heard, signature, account) {
  const { slot } = (await connection.getSignatureStatus(signature)).value;
  const [changed, context] = await heard.account;
  assert.equal(context.slot, slot);
  assert.equal(changed.data.readBigUInt64LE(64), 400_000n);
  const [{ accountId, accountInfo }] = await heard.program;
  assert.ok(accountId.equals(account));
  assert.equal(accountInfo.data.readBigUInt64LE(64), 400_000n);
  const [logs] = await heard.logs;
  assert.deepEqual([logs.signature, logs.err], [signature, null]);
  assert.equal(logs.logs.at(-1), `Program ${TOKEN_PROGRAM_ID} success`);
  const [{ slot: told, parent }] = await heard.slot;
  assert.equal(parent, told - 1);
  assert.ok((await heard.root)[0] > 0);
  const result = new Promise((resolve) => connection.onSignature(signature, resolve, 'confirmed'));
  assert.deepEqual(await within('signatureSubscribe', result), { err: null });
}

async function overdraw(connection, issuer, source, destination) {
  const { message, logs } = await sendFailure(transfer(connection, issuer, source, destination, issuer, TOTAL));
  assert.equal(message, 'Transaction simulation failed: Error processing Instruction 0: custom program error: 0x1');
  assert.match(logs.at(-2), new RegExp(`^Program ${TOKEN_PROGRAM_ID} consumed \\d+ of 200000 compute units$`));
  assert.equal(logs.at(-1), `Program ${TOKEN_PROGRAM_ID} failed: custom program error: 0x1`);
}

async function simulate(connection, issuer, mint, source, destination) {
  const move = createTransferCheckedInstruction(source, mint, destination, issuer.publicKey, 100_000n, 6);
  const message = new TransactionMessage({
    payerKey: issuer.publicKey,
    recentBlockhash: PublicKey.default.toBase58(),
    instructions: [move],
  }).compileToV0Message();
  const { value } = await connection.simulateTransaction(new VersionedTransaction(message), {
    replaceRecentBlockhash: true,
    innerInstructions: true,
    accounts: { encoding: 'base64', addresses: [source.toBase58(), destination.toBase58()] },
  });
  assert.equal(value.err, null);
  const amounts = value.accounts.map(({ data: [text] }) => Buffer.from(text, 'base64').readBigUInt64LE(64));
  assert.deepEqual(amounts, [1_000_000n, 500_000n]);
  assert.deepEqual(value.innerInstructions, []);
  assert.ok(value.unitsConsumed > 0);
  assert.ok(value.replacementBlockhash.blockhash);
  assert.equal((await getAccount(connection, destination)).amount, 400_000n);

  const unsigned = new VersionedTransaction(message);
  await assert.rejects(connection.simulateTransaction(unsigned, { sigVerify: true, replaceRecentBlockhash: true }));
  unsigned.message.recentBlockhash = (await connection.getLatestBlockhash()).blockhash;
  await assert.rejects(
    connection.simulateTransaction(unsigned, { sigVerify: true }),
    /Transaction signature verification failure/,
  );
  unsigned.sign([issuer]);
  assert.equal((await connection.simulateTransaction(unsigned, { sigVerify: true })).value.err, null);
  tell('a simulation shows the accounts as they would be, and changes nothing');
}

async function returnData(connection, issuer, mint) {
  assert.equal(await amountToUiAmount(connection, issuer, mint, 1_250_000n), '1.25');
  const signature = await send(connection, [createAmountToUiAmountInstruction(mint, 1_250_000n)], issuer);
  const { meta } = await connection.getTransaction(signature, options);
  assert.equal(meta.returnData.programId, TOKEN_PROGRAM_ID.toBase58());
  assert.deepEqual(meta.returnData.data, [Buffer.from('1.25').toString('base64'), 'base64']);
  const text = meta.returnData.data[0];
  assert.ok(meta.logMessages.includes(`Program return: ${TOKEN_PROGRAM_ID} ${text}`));
  tell('what a program returns is in simulations, logs and history');
}
