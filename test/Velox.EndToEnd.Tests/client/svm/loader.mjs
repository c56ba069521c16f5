// Instructions of loader v3, which web3.js has none of, and how the command line tools deploy: write a buffer, then use it.

import {
  Keypair,
  PublicKey,
  SystemProgram,
  SYSVAR_CLOCK_PUBKEY,
  SYSVAR_RENT_PUBKEY,
  Transaction,
  TransactionInstruction,
} from '@solana/web3.js';
import { eventually, send } from '../chapters/support.mjs';

export const LOADER = new PublicKey('BPFLoaderUpgradeab1e11111111111111111111111');

const BUFFER_HEAD = 37;
const PROGRAM_SIZE = 36;
const CHUNK = 900;

export function programDataOf(program) {
  return PublicKey.findProgramAddressSync([program.toBuffer()], LOADER)[0];
}

/** Makes a buffer with a file in it; the chunks go out together, as nothing depends on their order. */
export async function writeBuffer(connection, payer, elf) {
  const buffer = Keypair.generate();
  await send(
    connection,
    [
      await createAccount(connection, payer, buffer, BUFFER_HEAD + elf.length),
      instruction(u32(0), writable(buffer), readonly(payer)),
    ],
    payer,
    buffer,
  );
  const { blockhash, lastValidBlockHeight } = await connection.getLatestBlockhash();
  const signatures = [];
  for (let offset = 0; offset < elf.length; offset += CHUNK) {
    const chunk = elf.subarray(offset, offset + CHUNK);
    const data = Buffer.concat([u32(1), u32(offset), u64(chunk.length), chunk]);
    const transaction = new Transaction({ feePayer: payer.publicKey, blockhash, lastValidBlockHeight }).add(
      instruction(data, writable(buffer), signer(payer)),
    );
    transaction.sign(payer);
    signatures.push(connection.sendRawTransaction(transaction.serialize(), { skipPreflight: true }));
  }

  const sent = await Promise.all(signatures);
  await eventually('the chunks of the buffer', async () => {
    const { value } = await connection.getSignatureStatuses(sent);
    if (value.some((status) => status?.err)) throw new Error(`a chunk failed: ${JSON.stringify(value)}`);
    return value.every(Boolean);
  });
  return buffer;
}

/** Makes a program of a buffer. */
export async function deploy(connection, payer, program, buffer, maxLength) {
  const data = Buffer.concat([u32(2), u64(maxLength)]);
  return send(
    connection,
    [
      await createAccount(connection, payer, program, PROGRAM_SIZE),
      instruction(
        data,
        { pubkey: payer.publicKey, isSigner: true, isWritable: true },
        writable(programDataOf(program.publicKey)),
        writable(program),
        writable(buffer),
        readonly(SYSVAR_RENT_PUBKEY),
        readonly(SYSVAR_CLOCK_PUBKEY),
        readonly(SystemProgram.programId),
        signer(payer),
      ),
    ],
    payer,
    program,
  );
}

export function upgrade(connection, payer, program, buffer) {
  const upgraded = instruction(
    u32(3),
    writable(programDataOf(program.publicKey)),
    writable(program),
    writable(buffer),
    writable(payer),
    readonly(SYSVAR_RENT_PUBKEY),
    readonly(SYSVAR_CLOCK_PUBKEY),
    signer(payer),
  );
  return send(connection, [upgraded], payer);
}

export function closeBuffer(connection, payer, buffer) {
  return send(connection, [instruction(u32(5), writable(buffer), writable(payer), signer(payer))], payer);
}

export function closeProgram(connection, payer, program) {
  const data = writable(programDataOf(program.publicKey));
  return send(connection, [instruction(u32(5), data, writable(payer), signer(payer), writable(program))], payer);
}

async function createAccount(connection, payer, account, space) {
  return SystemProgram.createAccount({
    fromPubkey: payer.publicKey,
    newAccountPubkey: account.publicKey,
    lamports: await connection.getMinimumBalanceForRentExemption(space),
    space,
    programId: LOADER,
  });
}

function instruction(data, ...keys) {
  return new TransactionInstruction({ programId: LOADER, keys, data });
}

const key = (account) => account.publicKey ?? account;
const writable = (account) => ({ pubkey: key(account), isSigner: false, isWritable: true });
const readonly = (account) => ({ pubkey: key(account), isSigner: false, isWritable: false });
const signer = (account) => ({ pubkey: key(account), isSigner: true, isWritable: false });

function u32(value) {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}

function u64(value) {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(BigInt(value));
  return bytes;
}
