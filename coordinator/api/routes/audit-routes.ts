import { z } from 'zod';
import { auditCheckpointView, auditEntriesView, auditProofView } from '../audit-schema.js';
import { entriesAtOnce, placeInLog as place } from '../audit-views.js';
import { cursorSchema } from '../cursor.js';
import type { RouteSpec } from '../route.js';

/** The audit log as everybody may verify it: notes as they are, everything else in base64. */
export const AUDIT_ROUTES = {
  getCheckpoint: {
    ...{ method: 'get', path: '/api/v1/audit/checkpoint', tag: 'Audit log', access: 'audit:read' },
    summary: 'Read the checkpoint',
    description: 'What the log signs that it is: C2SP signed notes.',
    answer: { status: 200, description: 'The newest checkpoints.', schema: auditCheckpointView },
    problems: [],
  },
  listEntries: {
    ...{ method: 'get', path: '/api/v1/audit/entries', tag: 'Audit log', access: 'audit:read' },
    summary: 'Read entries',
    description: 'In their order. Begin with `from`, go on with `cursor`; not both.',
    query: z
      .strictObject({
        from: place.optional().describe('index of the first entry; 0 where it is left out'),
        limit: entriesAtOnce.describe('how many at most'),
        cursor: cursorSchema,
      })
      .refine(({ from, cursor }) => from === undefined || cursor === undefined, 'has both from and cursor'),
    answer: {
      status: 200,
      description: 'A page of entries.',
      schema: auditEntriesView,
      headers: { Link: 'the next page, `rel="next"`; not there on the last' },
    },
    problems: ['AUDIT_RANGE'],
  },
  proveInclusion: {
    ...{ method: 'get', path: '/api/v1/audit/proof/inclusion', tag: 'Audit log', access: 'audit:read' },
    summary: 'Prove that an entry is in the log',
    description: 'RFC 9162, section 2.1.3.',
    query: z.strictObject({
      index: place.describe('of the entry'),
      size: place.describe('of the log of which it is proved'),
    }),
    answer: { status: 200, description: 'The proof.', schema: auditProofView },
    problems: ['AUDIT_RANGE'],
  },
  proveConsistency: {
    ...{ method: 'get', path: '/api/v1/audit/proof/consistency', tag: 'Audit log', access: 'audit:read' },
    summary: 'Prove that the log goes on from what it was',
    description: 'RFC 9162, section 2.1.4.',
    query: z.strictObject({
      first: place.describe('size of the earlier log'),
      second: place.describe('size of the later one'),
    }),
    answer: { status: 200, description: 'The proof.', schema: auditProofView },
    problems: ['AUDIT_RANGE'],
  },
} as const satisfies Readonly<Record<string, RouteSpec>>;
