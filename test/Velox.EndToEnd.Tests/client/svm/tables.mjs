// Lookup tables: made, extended, used by version 0 transactions, seen in the history, deactivated.

import assert from 'node:assert/strict';
import {
  AddressLookupTableProgram,
  Keypair,
  SystemProgram,
  TransactionMessage,
  VersionedTransaction,
} from '@solana/web3.js';
import { eventually, fund, send, sendFailure, SOL, tell } from '../chapters/support.mjs';

export async function walkTables(connection) {
  const owner = await fund(connection, 20);
  const wallets = [Keypair.generate().publicKey, Keypair.generate().publicKey];
  const rights = { authority: owner.publicKey, payer: owner.publicKey };
  const recentSlot = await connection.getSlot();
  const [create, lookupTable] = AddressLookupTableProgram.createLookupTable({ ...rights, recentSlot });
  const extend = AddressLookupTableProgram.extendLookupTable({
    ...rights,
    lookupTable,
    addresses: [...wallets, SystemProgram.programId],
  });
  await send(connection, [create, extend], owner);

  const { value: table } = await connection.getAddressLookupTable(lookupTable);
  assert.deepEqual(table.state.addresses.map(String), [...wallets, SystemProgram.programId].map(String));
  const { value: parsed } = await connection.getParsedAccountInfo(lookupTable);
  assert.equal(parsed.data.program, 'address-lookup-table');
  assert.deepEqual(parsed.data.parsed, {
    type: 'lookupTable',
    info: {
      deactivationSlot: '18446744073709551615',
      lastExtendedSlot: String(table.state.lastExtendedSlot),
      lastExtendedSlotStartIndex: 0,
      authority: owner.publicKey.toBase58(),
      addresses: table.state.addresses.map(String),
    },
  });

  await eventually('the next slot', async () => (await connection.getSlot()) > table.state.lastExtendedSlot);
  const signature = await pay(connection, owner, wallets, table);
  for (const wallet of wallets) assert.equal(await connection.getBalance(wallet), SOL);
  const { transaction, meta, version } = await connection.getTransaction(signature, {
    commitment: 'confirmed',
    maxSupportedTransactionVersion: 0,
  });
  assert.equal(version, 0);
  assert.deepEqual(transaction.message.staticAccountKeys.map(String), [
    owner.publicKey.toBase58(),
    SystemProgram.programId.toBase58(),
  ]);
  assert.deepEqual(meta.loadedAddresses.writable.map(String), wallets.map(String));
  assert.deepEqual(meta.loadedAddresses.readonly, []);
  assert.equal(meta.postBalances[2], SOL);
  const parsedTransaction = await connection.getParsedTransaction(signature, {
    commitment: 'confirmed',
    maxSupportedTransactionVersion: 0,
  });
  assert.equal(parsedTransaction.transaction.message.accountKeys[2].source, 'lookupTable');
  tell('a version 0 transaction pays two wallets that only its lookup table names');

  await send(
    connection,
    [AddressLookupTableProgram.deactivateLookupTable({ lookupTable, authority: owner.publicKey })],
    owner,
  );
  const { value: last } = await connection.getAddressLookupTable(lookupTable);
  assert.ok(last.state.deactivationSlot < 2n ** 64n - 1n);
  const early = AddressLookupTableProgram.closeLookupTable?.({
    lookupTable,
    authority: owner.publicKey,
    recipient: owner.publicKey,
  });
  if (early) await sendFailure(send(connection, [early], owner));
}

async function pay(connection, owner, wallets, table) {
  const { blockhash, lastValidBlockHeight } = await connection.getLatestBlockhash();
  const instructions = wallets.map((toPubkey) =>
    SystemProgram.transfer({ fromPubkey: owner.publicKey, toPubkey, lamports: SOL }),
  );
  const message = new TransactionMessage({ payerKey: owner.publicKey, recentBlockhash: blockhash, instructions });
  const transaction = new VersionedTransaction(message.compileToV0Message([table]));
  transaction.sign([owner]);
  const signature = await connection.sendTransaction(transaction);
  const { value } = await connection.confirmTransaction({ signature, blockhash, lastValidBlockHeight });
  assert.equal(value.err, null);
  return signature;
}
