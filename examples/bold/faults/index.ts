export { faultyIdentity } from './faulty-identity.js';
export { AVERAGE_AGENCY, FAULT_LEVELS } from './level.js';
export type { AgencyTraits, FaultKind, FaultLevel } from './level.js';
export { personasOf } from './persona.js';
export type { Persona } from './persona.js';
export type { WrittenIdentity } from './written-identity.js';
