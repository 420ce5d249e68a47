import { prepareCrimes } from './snapshot-fixtures.js';

/** `prepare-and-die.ts FOLDER PHASE`: prepares another snapshot and is killed as soon as it reaches that phase. */
const [folder = '', deadly = ''] = process.argv.slice(2);
await prepareCrimes(folder, [{ first_name: 'New' }, { first_name: 'Newer' }], {
  progress: ({ phase }) => {
    if (phase === deadly) process.kill(process.pid, 'SIGKILL');
  },
});
