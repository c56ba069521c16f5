// The same node by @solana/kit: typed answers, a version 0 transaction, sent and confirmed over its subscriptions.

import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { eventually, SOL, tell, webSocketUrl, within } from '../chapters/support.mjs';

// The package of the tests of Velox.Bpf has it.
const packages = new URL('../../../Velox.Bpf.Tests/programs/package.json', import.meta.url);
const kit = createRequire(packages)('@solana/kit');
const MEMO = kit.address('MemoSq4gqABAXKb96qnH8TysNcWxMyWCqXgDLGmfcHr');

export async function walkKit(url) {
  const rpc = kit.createSolanaRpc(url);
  const rpcSubscriptions = kit.createSolanaRpcSubscriptions(webSocketUrl(url));
  const payer = await kit.generateKeyPairSigner();
  await rpc.requestAirdrop(payer.address, kit.lamports(BigInt(SOL))).send();
  await eventually('the airdrop', async () => (await rpc.getBalance(payer.address).send()).value > 0n);

  const { value: latest } = await rpc.getLatestBlockhash().send();
  const message = kit.pipe(
    kit.createTransactionMessage({ version: 0 }),
    (draft) => kit.setTransactionMessageFeePayerSigner(payer, draft),
    (draft) => kit.setTransactionMessageLifetimeUsingBlockhash(latest, draft),
    (draft) => kit.appendTransactionMessageInstruction({ programAddress: MEMO, data: Buffer.from('kit') }, draft),
  );
  const signed = await kit.signTransactionMessageWithSigners(message);
  const wire = kit.getBase64EncodedWireTransaction(signed);
  const { value } = await rpc
    .simulateTransaction(wire, { encoding: 'base64', sigVerify: true, innerInstructions: true })
    .send();
  assert.equal(value.err, null);
  assert.deepEqual(value.logs.slice(1, 3), ['Program log: Memo (len 3)', 'Program log: kit']);

  const sendAndConfirm = kit.sendAndConfirmTransactionFactory({ rpc, rpcSubscriptions });
  await within('the confirmation', sendAndConfirm(signed, { commitment: 'confirmed' }));
  const signature = kit.getSignatureFromTransaction(signed);
  const found = await rpc
    .getTransaction(signature, { commitment: 'confirmed', encoding: 'json', maxSupportedTransactionVersion: 0 })
    .send();
  assert.equal(found.meta.err, null);
  assert.equal(found.meta.computeUnitsConsumed, value.unitsConsumed);
  assert.deepEqual(found.meta.logMessages, value.logs);
  const { value: program } = await rpc.getAccountInfo(MEMO, { encoding: 'base64' }).send();
  assert.equal(program.executable, true);
  tell('@solana/kit: simulated, sent, confirmed and found again, with equal logs and units');
}
