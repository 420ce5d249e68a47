import { listOf } from './opt-outs-fixtures.js';
import { diesAt } from './prepare-process.js';
import type { Moment } from './prepare-process.js';
import { prepareCrimes, strangers } from './snapshot-fixtures.js';

/**
 * `prepare-and-die.ts FOLDER MOMENT`: prepares another snapshot and is killed at that moment (Moment as JSON), of so many
 * strangers where it says how many, without those of them who are on a list.
 */
const [folder = '', text = ''] = process.argv.slice(2);
const moment = JSON.parse(text) as Moment;
const source = moment.rows === undefined ? [{ first_name: 'New' }, { first_name: 'Newer' }] : strangers(moment.rows);
const dies = diesAt(moment);
await prepareCrimes(folder, source, {
  optOuts: moment.listed === undefined ? undefined : listOf(source.slice(0, moment.listed)),
  progress: (step) => {
    if (dies(step)) process.kill(process.pid, 'SIGKILL');
  },
});
