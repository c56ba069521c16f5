// LiteSVM behind stdin and stdout, so that other processes can run transactions through Agave's code.
//
// A request is: length u32 (of what follows), operation u8, its fields. Every request is answered in order by: length u32, fields.
// All integers are little-endian. BYTES is a length u32 and so many bytes, TEXT is BYTES of UTF-8, KEY is 32 bytes.
// ACCOUNT is: exists u8; if 1: lamports u64, owner KEY, executable u8, rent epoch u64, data BYTES.
// The answers are written when the requests read so far are done: send many requests at once. stdin's end ends the process.
//
// 1 create      flags u8 (1 check signatures, 2 check blockhashes, 4 begin with every feature instead of mainnet's),
//               count u16, KEYs of features to turn off, count u16, KEYs of features to turn on
//               -> latest blockhash TEXT (base58). A new environment takes the place of the old one.
// 2 set         KEY, ACCOUNT (one that does not exist is removed) -> error TEXT, empty when it was taken
// 3 get         KEY -> ACCOUNT
// 4 program     KEY, loader KEY, file BYTES -> error TEXT
// 5 clock       slot u64, epoch start i64, epoch u64, leader schedule epoch u64, time i64 -> nothing
// 6 expire      -> latest blockhash TEXT
// 7 send        transaction BYTES, count u16, KEYs -> RESULT. It must be decodable: the binding ends the process otherwise.
// 8 simulate    as send; accounts that were not written are given as they are
// 9 bench       count u32, transactions BYTES each -> CPU time of the process in microseconds u64, time in nanoseconds u64,
//               failed transactions u32
// 10 owned      owner KEY -> count u32, per account KEY, ACCOUNT
// 11 features   -> count u16, KEYs of the active features of a new environment
// RESULT: error TEXT (empty on success; as Rust's Debug prints it), units u64, log lines: count u32, TEXT each,
//         returned by KEY, return data BYTES, inner instructions: count u16 of top-level ones, per one count u16, per
//         instruction program u8, stack height u8, accounts BYTES, data BYTES; then an ACCOUNT for each KEY.
import { createRequire } from "node:module";
import { readSync, writeSync } from "node:fs";
import { dirname, join } from "node:path";

const require = createRequire(import.meta.url);
const binding = require(join(dirname(require.resolve("litesvm")), "internal.js"));
const {
  LiteSvm, FeatureSet, Account, Clock, FailedTransactionMetadata, TransactionErrorInstructionError,
  TransactionErrorDuplicateInstruction, TransactionErrorInsufficientFundsForRent,
  TransactionErrorProgramExecutionTemporarilyRestricted, InstructionErrorCustom,
} = binding;

const keyBytes = 32;
const systemProgram = Buffer.alloc(keyBytes);
const featureProgram = Buffer.from("03c0a0cdcb06d2daefae82d16fee7acf61ec737b23481b21946a767000000000", "hex");
const clockSysvar = Buffer.from("06a7d51718c774c928566398691d5eb68b5eb8a39b4b6d5c73555b2100000000", "hex");
const defaultLamports = 1_000_000n * 1_000_000_000n;

// The binding numbers the errors that have no fields in this order.
const transactionErrors = `
  AccountInUse AccountLoadedTwice AccountNotFound ProgramAccountNotFound InsufficientFundsForFee InvalidAccountForFee
  AlreadyProcessed BlockhashNotFound CallChainTooDeep MissingSignatureForFee InvalidAccountIndex SignatureFailure
  InvalidProgramForExecution SanitizeFailure ClusterMaintenance AccountBorrowOutstanding WouldExceedMaxBlockCostLimit
  UnsupportedVersion InvalidWritableAccount WouldExceedMaxAccountCostLimit WouldExceedAccountDataBlockLimit
  TooManyAccountLocks AddressLookupTableNotFound InvalidAddressLookupTableOwner InvalidAddressLookupTableData
  InvalidAddressLookupTableIndex InvalidRentPayingAccount WouldExceedMaxVoteCostLimit WouldExceedAccountDataTotalLimit
  MaxLoadedAccountsDataSizeExceeded ResanitizationNeeded InvalidLoadedAccountsDataSizeLimit UnbalancedTransaction
  ProgramCacheHitMaxLimit CommitCancelled`.trim().split(/\s+/);
const instructionErrors = `
  GenericError InvalidArgument InvalidInstructionData InvalidAccountData AccountDataTooSmall InsufficientFunds
  IncorrectProgramId MissingRequiredSignature AccountAlreadyInitialized UninitializedAccount UnbalancedInstruction
  ModifiedProgramId ExternalAccountLamportSpend ExternalAccountDataModified ReadonlyLamportChange ReadonlyDataModified
  DuplicateAccountIndex ExecutableModified RentEpochModified NotEnoughAccountKeys AccountDataSizeChanged
  AccountNotExecutable AccountBorrowFailed AccountBorrowOutstanding DuplicateAccountOutOfSync InvalidError
  ExecutableDataModified ExecutableLamportChange ExecutableAccountNotRentExempt UnsupportedProgramId CallDepth
  MissingAccount ReentrancyNotAllowed MaxSeedLengthExceeded InvalidSeeds InvalidRealloc ComputationalBudgetExceeded
  PrivilegeEscalation ProgramEnvironmentSetupFailure ProgramFailedToComplete ProgramFailedToCompile Immutable
  IncorrectAuthority AccountNotRentExempt InvalidAccountOwner ArithmeticOverflow UnsupportedSysvar IllegalOwner
  MaxAccountsDataAllocationsExceeded MaxAccountsExceeded MaxInstructionTraceLengthExceeded
  BuiltinProgramsMustConsumeComputeUnits BorshIoError`.trim().split(/\s+/);

/** Reads the fields of one request. */
class Fields {
  constructor(buffer, offset) { this.buffer = buffer; this.offset = offset; }
  u8() { return this.buffer[this.offset++]; }
  u16() { this.offset += 2; return this.buffer.readUInt16LE(this.offset - 2); }
  u32() { this.offset += 4; return this.buffer.readUInt32LE(this.offset - 4); }
  u64() { this.offset += 8; return this.buffer.readBigUInt64LE(this.offset - 8); }
  i64() { this.offset += 8; return this.buffer.readBigInt64LE(this.offset - 8); }
  take(length) { this.offset += length; return this.buffer.subarray(this.offset - length, this.offset); }
  key() { return this.take(keyBytes); }
  bytes() { return this.take(this.u32()); }
  keys() { return Array.from({ length: this.u16() }, () => this.key()); }
}

/** Collects answers; grows, and is written as one. */
class Answers {
  constructor() { this.buffer = Buffer.allocUnsafe(1 << 20); this.length = 0; }
  reserve(length) {
    if (this.length + length > this.buffer.length) {
      const larger = Buffer.allocUnsafe(Math.max(this.buffer.length * 2, this.length + length));
      this.buffer.copy(larger, 0, 0, this.length);
      this.buffer = larger;
    }
    this.length += length;
    return this.length - length;
  }
  u8(value) { const at = this.reserve(1); this.buffer[at] = value; }
  u16(value) { const at = this.reserve(2); this.buffer.writeUInt16LE(value, at); }
  u32(value) { const at = this.reserve(4); this.buffer.writeUInt32LE(value, at); }
  u64(value) { const at = this.reserve(8); this.buffer.writeBigUInt64LE(value, at); }
  raw(bytes) { const at = this.reserve(bytes.length); this.buffer.set(bytes, at); }
  bytes(bytes) { this.u32(bytes.length); this.raw(bytes); }
  text(text) {
    const length = Buffer.byteLength(text);
    this.u32(length);
    const at = this.reserve(length);
    this.buffer.write(text, at);
  }
  account(account) {
    this.u8(account ? 1 : 0);
    if (!account) return;
    this.u64(account.lamports());
    this.raw(account.owner());
    this.u8(account.executable() ? 1 : 0);
    this.u64(account.rentEpoch());
    this.bytes(account.data());
  }
}

let svm;

const activeFeatures = () => new LiteSvm().getProgramAccounts(featureProgram).map((feature) => feature.address);

function create(fields, answers) {
  const flags = fields.u8();
  const off = fields.keys();
  const on = fields.keys();
  if ((flags & 4) === 0 && off.length === 0 && on.length === 0) svm = new LiteSvm();
  else {
    const features = (flags & 4) !== 0 ? FeatureSet.allEnabled() : new FeatureSet();
    if ((flags & 4) === 0) for (const feature of activeFeatures()) features.activate(feature, 0n);
    for (const feature of off) features.deactivate(feature);
    for (const feature of on) features.activate(feature, 0n);
    // As the constructor does it, in its order, but for the features' accounts.
    svm = LiteSvm.default();
    svm.setFeatureSet(features);
    svm.setBuiltins();
    svm.setLamports(defaultLamports);
    svm.setSysvars();
    svm.setDefaultPrograms();
    svm.setPrecompiles();
  }
  svm.setSigverify((flags & 1) !== 0);
  svm.setBlockhashCheck((flags & 2) !== 0);
  // Duplicates are looked for only where signatures are checked.
  if ((flags & 1) === 0) svm.setTransactionHistory(0n);
  answers.text(svm.latestBlockhash());
}

/** What an operation throws is its answer. */
function attempt(answers, operation) {
  try {
    operation();
    answers.text("");
  } catch (error) {
    answers.text(error.message || "error");
  }
}

function setAccount(fields, answers) {
  const key = fields.key();
  let account = new Account(0n, Buffer.alloc(0), systemProgram, false, 0n);
  if (fields.u8() === 1) {
    const lamports = fields.u64();
    const owner = fields.key();
    const executable = fields.u8() === 1;
    const rentEpoch = fields.u64();
    account = new Account(lamports, fields.bytes(), owner, executable, rentEpoch);
  }
  attempt(answers, () => svm.setAccount(key, account));
}

function addProgram(fields, answers) {
  const key = fields.key();
  const loader = fields.key();
  const file = fields.bytes();
  attempt(answers, () => svm.addProgramWithLoader(key, file, loader));
}

function instructionError(error) {
  if (error instanceof InstructionErrorCustom) return `Custom(${error.code})`;
  return typeof error === "number" ? instructionErrors[error] : "BorshIoError";
}

function transactionError(error) {
  if (typeof error === "number") return transactionErrors[error];
  if (error instanceof TransactionErrorInstructionError) return `InstructionError(${error.index}, ${instructionError(error.err())})`;
  if (error instanceof TransactionErrorDuplicateInstruction) return `DuplicateInstruction(${error.index})`;
  if (error instanceof TransactionErrorInsufficientFundsForRent) return `InsufficientFundsForRent(${error.accountIndex})`;
  if (error instanceof TransactionErrorProgramExecutionTemporarilyRestricted)
    return `ProgramExecutionTemporarilyRestricted(${error.accountIndex})`;
  throw new Error(`unknown error ${error}`);
}

function outcome(answers, result, meta, keys, find) {
  answers.text(result instanceof FailedTransactionMetadata ? transactionError(result.err()) : "");
  answers.u64(meta.computeUnitsConsumed());
  const logs = meta.logs();
  answers.u32(logs.length);
  for (const line of logs) answers.text(line);
  const returned = meta.returnData();
  answers.raw(returned.programId());
  answers.bytes(returned.data());
  const lists = meta.innerInstructions();
  answers.u16(lists.length);
  for (const list of lists) {
    answers.u16(list.length);
    for (const inner of list) {
      const instruction = inner.instruction();
      answers.u8(instruction.programIdIndex());
      answers.u8(inner.stackHeight());
      answers.bytes(instruction.accounts());
      answers.bytes(instruction.data());
    }
  }
  for (const key of keys) answers.account(find(key));
}

function send(fields, answers) {
  const transaction = fields.bytes();
  const keys = fields.keys();
  const result = svm.sendVersionedTransaction(transaction);
  const meta = result instanceof FailedTransactionMetadata ? result.meta() : result;
  outcome(answers, result, meta, keys, (key) => svm.getAccount(key));
}

function simulate(fields, answers) {
  const transaction = fields.bytes();
  const keys = fields.keys();
  const result = svm.simulateVersionedTransaction(transaction);
  const written = new Map();
  if (!(result instanceof FailedTransactionMetadata))
    for (const entry of result.postAccounts()) written.set(Buffer.from(entry.address).toString("hex"), entry.account());
  outcome(answers, result, result.meta(), keys, (key) => written.get(key.toString("hex")) ?? svm.getAccount(key));
}

function bench(fields, answers) {
  const transactions = Array.from({ length: fields.u32() }, () => fields.bytes());
  let failed = 0;
  const cpu = process.cpuUsage();
  const start = process.hrtime.bigint();
  for (const transaction of transactions)
    if (svm.sendVersionedTransaction(transaction) instanceof FailedTransactionMetadata) failed++;
  const nanos = process.hrtime.bigint() - start;
  const used = process.cpuUsage(cpu);
  answers.u64(BigInt(used.user + used.system));
  answers.u64(nanos);
  answers.u32(failed);
}

function setClock(fields) {
  const slot = fields.u64();
  const epochStart = fields.i64();
  const epoch = fields.u64();
  const leaderEpoch = fields.u64();
  const lamports = svm.getAccount(clockSysvar).lamports();
  svm.setClock(new Clock(slot, epochStart, epoch, leaderEpoch, fields.i64()));

  // It was made anew, with one lamport.
  const made = svm.getAccount(clockSysvar);
  svm.setAccount(clockSysvar, new Account(lamports, made.data(), made.owner(), made.executable(), made.rentEpoch()));
}

function owned(fields, answers) {
  const accounts = svm.getProgramAccounts(fields.key());
  answers.u32(accounts.length);
  for (const entry of accounts) {
    answers.raw(entry.address);
    answers.account(entry.account());
  }
}

function features(answers) {
  const active = activeFeatures();
  answers.u16(active.length);
  for (const feature of active) answers.raw(feature);
}

function handle(fields, answers) {
  switch (fields.u8()) {
    case 1: return create(fields, answers);
    case 2: return setAccount(fields, answers);
    case 3: return answers.account(svm.getAccount(fields.key()));
    case 4: return addProgram(fields, answers);
    case 5: return setClock(fields);
    case 6: svm.expireBlockhash(); return answers.text(svm.latestBlockhash());
    case 7: return send(fields, answers);
    case 8: return simulate(fields, answers);
    case 9: return bench(fields, answers);
    case 10: return owned(fields, answers);
    case 11: return features(answers);
    default: throw new Error("unknown operation");
  }
}

function writeAll(buffer) {
  for (let written = 0; written < buffer.length;) written += writeSync(1, buffer, written);
}

let input = Buffer.allocUnsafe(1 << 20);
let filled = 0;
const answers = new Answers();
while (true) {
  const count = readSync(0, input, filled, input.length - filled, null);
  if (count === 0) break;
  filled += count;
  answers.length = 0;
  let offset = 0;
  while (filled - offset >= 4 && filled - offset - 4 >= input.readUInt32LE(offset)) {
    const start = answers.reserve(4);
    handle(new Fields(input, offset + 4), answers);
    answers.buffer.writeUInt32LE(answers.length - start - 4, start);
    offset += 4 + input.readUInt32LE(offset);
  }
  writeAll(answers.buffer.subarray(0, answers.length));
  input.copyWithin(0, offset, filled);
  filled -= offset;
  if (filled >= 4 && input.readUInt32LE(0) + 4 > input.length) {
    const larger = Buffer.allocUnsafe(input.readUInt32LE(0) + 4 + (1 << 20));
    input.copy(larger, 0, 0, filled);
    input = larger;
  }
}
