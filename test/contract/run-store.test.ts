import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createRunStore, openDatabase } from '../../coordinator/index.js';
import { runStoreContract, type OpenedStore } from './run-store.js';

runStoreContract('in memory', (): OpenedStore => {
  const database = openDatabase(':memory:');
  return { store: createRunStore(database), close: () => database.close() };
});

runStoreContract('in a file', (): OpenedStore => {
  const folder = mkdtempSync(join(tmpdir(), 'run-store-'));
  const database = openDatabase(join(folder, 'coordinator.db'));
  return {
    store: createRunStore(database),
    close: () => {
      database.close();
      rmSync(folder, { recursive: true });
    },
  };
});
