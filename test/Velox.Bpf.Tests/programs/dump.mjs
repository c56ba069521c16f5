// Writes the ELF file of each program that litesvm carries into the folder given, one a program: ADDRESS.so.
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { LiteSVM } from "litesvm";
import { getAddressDecoder } from "@solana/kit";

const plainLoaders = ["BPFLoader1111111111111111111111111111111111", "BPFLoader2111111111111111111111111111111111"];
const upgradeableLoader = "BPFLoaderUpgradeab1e11111111111111111111111";
// States of the upgradeable loader: a program names its data account; that has the file behind a header.
const programState = 2;
const programDataHeaderBytes = 45;

const folder = process.argv[2];
mkdirSync(folder, { recursive: true });
const svm = new LiteSVM();
const save = (address, file) => writeFileSync(join(folder, `${address}.so`), file);

for (const account of plainLoaders.flatMap((loader) => svm.getProgramAccounts(loader))) save(account.address, account.data);
for (const account of svm.getProgramAccounts(upgradeableLoader)) {
  if (account.data[0] !== programState) continue;
  const programData = getAddressDecoder().decode(account.data.slice(4, 36));
  save(account.address, svm.getAccount(programData).data.slice(programDataHeaderBytes));
}
