export { pooledTruth } from './truth.js';
export type { TrueCell, TruthQuestion } from './truth.js';
