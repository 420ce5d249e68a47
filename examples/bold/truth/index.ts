export { linkPooled } from './pooled-linker.js';
export type {
  PooledComparison,
  PooledCounts,
  PooledLink,
  PooledLinks,
  PooledList,
  PooledPlace,
  PooledQuestion,
  PooledRecord,
} from './pooled-question.js';
export { PooledPeople } from './people.js';
export { pooledTable, pooledTruth, trueTable } from './truth.js';
export type { TrueCell, TrueMeasure, TrueMeasuredCell, TrueTable, TruthQuestion } from './truth.js';
