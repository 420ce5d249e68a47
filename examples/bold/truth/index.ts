export { pooledTable, pooledTruth } from './truth.js';
export type { TrueCell, TrueMeasure, TrueMeasuredCell, TrueTable, TruthQuestion } from './truth.js';
