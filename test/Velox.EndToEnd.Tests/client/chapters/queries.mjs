// What else clients ask and listen to. web3.js checks the shape of every answer itself; the values are checked here.

import assert from 'node:assert/strict';
import { SystemProgram, SYSVAR_CLOCK_PUBKEY, SYSVAR_RENT_PUBKEY } from '@solana/web3.js';
import WebSocket from 'ws';
import { eventually, fund, send, SOL, subscribed, tell, webSocketUrl, within } from './support.mjs';

export async function walkQueries(connection, { alice, bob }) {
  const move = SystemProgram.transfer({ fromPubkey: alice.publicKey, toPubkey: bob.publicKey, lamports: 7 });
  const signature = await send(connection, [move], alice);
  const {
    value: { slot },
  } = await connection.getSignatureStatus(signature);
  await askForNode(connection, slot);
  await askForBlocks(connection, slot, signature);
  await askForSysvars(connection);
  await listen(connection, signature);
  await talkToSocket(connection);
}

async function askForNode(connection, slot) {
  const leader = await connection.getSlotLeader();
  assert.deepEqual((await connection.getSlotLeaders(slot, 3)).map(String), [leader, leader, leader]);
  const [node] = await connection.getClusterNodes();
  assert.equal(node.pubkey, leader);
  assert.equal(node.rpc, new URL(connection.rpcEndpoint).host);
  assert.deepEqual(await connection.getVoteAccounts(), { current: [], delinquent: [] });
  const { value: supply } = await connection.getSupply();
  assert.ok(supply.total > 0 && supply.circulating > 0 && supply.circulating < supply.total);
  const { slotsPerEpoch } = await connection.getEpochSchedule();
  assert.equal(slotsPerEpoch, (await connection.getEpochInfo()).slotsInEpoch);
  assert.ok((await connection.getTransactionCount()) > 0);
  const [sample] = await connection.getRecentPerformanceSamples(1);
  assert.ok(sample.numSlots > 0 && sample.numTransactions > 0);
  const fees = await connection.getRecentPrioritizationFees();
  // Only the last slots are told: by now the transaction's own may be older than those.
  assert.ok(fees.at(-1).slot >= slot && fees.every((fee) => fee.prioritizationFee === 0));
}

async function askForBlocks(connection, slot, signature) {
  const first = await connection.getFirstAvailableBlock();
  assert.equal(first, await connection.getMinimumLedgerSlot());
  assert.deepEqual(await connection.getBlocks(slot - 2, slot), [slot - 2, slot - 1, slot]);
  const version = { commitment: 'confirmed', maxSupportedTransactionVersion: 0 };
  const { signatures, previousBlockhash, parentSlot } = await connection.getBlockSignatures(slot, 'confirmed');
  assert.ok(signatures.includes(signature));
  assert.equal(parentSlot, slot - 1);
  const parent = await connection.getBlock(slot - 1, { ...version, transactionDetails: 'none' });
  assert.equal(parent.blockhash, previousBlockhash);
  const parsed = await connection.getParsedBlock(slot, version);
  assert.ok(parsed.transactions.some(({ transaction }) => transaction.signatures[0] === signature));
  const both = await connection.getParsedTransactions([signature, signature], version);
  assert.deepEqual(
    both.map((transaction) => transaction.slot),
    [slot, slot],
  );
  // The last digit: another first one could make the number a byte shorter.
  const unknown = signature.replace(/.$/, (digit) => (digit === '2' ? '3' : '2'));
  const { value: statuses } = await connection.getSignatureStatuses([signature, unknown], {
    searchTransactionHistory: true,
  });
  assert.deepEqual([statuses[0].slot, statuses[1]], [slot, null]);
  tell('the node, its blocks and their transactions answer in the shapes that web3.js requires');
}

async function askForSysvars(connection) {
  const clock = await connection.getAccountInfoAndContext(SYSVAR_CLOCK_PUBKEY);
  assert.equal(clock.value.data.readBigUInt64LE(0), BigInt(clock.context.slot));
  const rent = await connection.getAccountInfo(SYSVAR_RENT_PUBKEY);
  assert.equal(rent.data.readBigUInt64LE(0), 6_960n);
  assert.equal((await connection.getAccountInfo(SystemProgram.programId)).executable, true);
}

async function listen(connection, signature) {
  const heard = (name, start, stop) => {
    const promise = new Promise((resolve) => {
      const id = start((...notification) => resolve({ id, notification }));
    });
    return within(name, promise).then(async ({ id, notification }) => {
      await stop(id);
      return notification;
    });
  };
  const slots = heard(
    'slotSubscribe',
    (listener) => connection.onSlotChange(listener),
    (id) => connection.removeSlotChangeListener(id),
  );
  const roots = heard(
    'rootSubscribe',
    (listener) => connection.onRootChange(listener),
    (id) => connection.removeRootChangeListener(id),
  );
  const [{ slot, parent, root }] = await slots;
  assert.deepEqual([parent, root], [slot - 1, slot]);
  assert.ok((await roots)[0] > 0);

  const outcome = new Promise((resolve) => connection.onSignature(signature, resolve, 'confirmed'));
  assert.deepEqual(await within('signatureSubscribe', outcome), { err: null });

  const wallets = new Map();
  const options = { commitment: 'confirmed', filters: [{ dataSize: 0 }] };
  const id = connection.onProgramAccountChange(
    SystemProgram.programId,
    ({ accountId, accountInfo }) => wallets.set(String(accountId), accountInfo.lamports),
    options,
  );
  await subscribed(connection);
  const carol = await fund(connection, 3);
  const address = carol.publicKey.toBase58();
  await eventually("the notification of Carol's account", () => wallets.has(address));
  assert.equal(wallets.get(address), 3 * SOL);
  await connection.removeProgramAccountChangeListener(id);
  tell('slots, roots, signatures and program accounts are told over the WebSocket');
}

/** What web3.js sends every few seconds to keep a connection, and what no client should. */
async function talkToSocket(connection) {
  const socket = new WebSocket(webSocketUrl(connection.rpcEndpoint));
  await within('the connection', new Promise((resolve) => socket.once('open', resolve)));
  const answer = () => new Promise((resolve) => socket.once('message', (data) => resolve(JSON.parse(data))));
  socket.send('{"jsonrpc":"2.0","method":"ping"}'); // a notification: the next answer is not to it
  socket.send('not JSON');
  assert.equal((await within('an answer', answer())).error.code, -32700);
  socket.send('{"jsonrpc":"2.0","id":1,"method":"blockSubscribe","params":["all"]}');
  assert.equal((await within('an answer', answer())).error.code, -32601);
  socket.send('{"jsonrpc":"2.0","id":2,"method":"slotSubscribe"}');
  const { id, result } = await within('an answer', answer());
  assert.equal(id, 2);
  assert.equal((await within('a slot', answer())).params.subscription, result);
  socket.close();
}
