import { refresh } from './opt-outs-fixtures.js';

/** `refresh-and-die.ts CONFIG PHASE`: reads the opt-out lists and is killed as soon as it reaches that phase. */
const [configFile = '', deadly = ''] = process.argv.slice(2);
await refresh(
  { configFile },
  {
    progress: ({ phase }) => {
      if (phase === deadly) process.kill(process.pid, 'SIGKILL');
    },
  },
);
