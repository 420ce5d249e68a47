import { prepareCrimes, strangers } from './snapshot-fixtures.js';

/**
 * `prepare-and-die.ts FOLDER PHASE [ROWS HASHED]`: prepares another snapshot and is killed as soon as it reaches that
 * phase and has hashed so many keys.
 */
const [folder = '', deadly = '', rows, hashedMin = '0'] = process.argv.slice(2);
const source = rows === undefined ? [{ first_name: 'New' }, { first_name: 'Newer' }] : strangers(Number(rows));
await prepareCrimes(folder, source, {
  progress: ({ phase, hashed }) => {
    if (phase === deadly && hashed >= Number(hashedMin)) process.kill(process.pid, 'SIGKILL');
  },
});
