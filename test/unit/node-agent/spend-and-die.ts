import { accountsOf, asked, linkageCharge, roomySnapshots } from './accounts-fixtures.js';
import { Ledger } from '../../../node-agent/ledger/ledger.js';
import { ledgerFile, owner } from './ledger-fixtures.js';
import { now } from './snapshot-fixtures.js';

/**
 * `spend-and-die.ts FOLDER [TEMPLATE]`: pays for a run of the template under that name, or without one for a snapshot's
 * linkage statistics, and is killed before anything of it leaves.
 */
const [folder = '', name] = process.argv.slice(2);
const ledger = Ledger.open({ file: ledgerFile(folder), ...owner, clock: { now: () => now } });
const accounts = accountsOf(ledger);
if (name === undefined) accounts.spendOnLinkage(linkageCharge);
else accounts.spend(asked({ changed: { title: name } }), roomySnapshots());
process.kill(process.pid, 'SIGKILL');
