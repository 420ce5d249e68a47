/** Folders whose files share two processes, one file after the other: to load the programs anew took longer than to test. */
export const FOLDERS_TOGETHER = ['unit', 'contract', 'properties', 'vectors', 'protocol'];

/**
 * Files of those folders that touch more of their process than their own objects: they put one module in the place of
 * another, weigh memory or watch for workers. Each has a process of its own, as have all files of other folders.
 */
export const FILES_ALONE = [
  'test/protocol/workers.test.ts',
  'test/unit/coordinator/enrolment-only.test.ts',
  'test/unit/node-agent/known-keys.test.ts',
  'test/unit/node-agent/noise-key.test.ts',
  'test/unit/node-agent/prepare-resume.test.ts',
  'test/unit/private-join/record-store.test.ts',
  'test/unit/runtime/sealed-store.test.ts',
  'test/unit/runtime/worker-engine.test.ts',
];

/** What only a file that is alone may do: it would change, or be changed by, the files before and after it. */
export const ONLY_ALONE =
  /\bvi\.(mock|doMock|stubGlobal|stubEnv)\(|\bprocess\.(memoryUsage|chdir|umask|on|once)\b|\bprocess\.env\[[^\]]*\] = /;
