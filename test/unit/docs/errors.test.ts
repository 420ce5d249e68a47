import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

import {
  API_ERROR_CODES,
  COORDINATOR_ERROR_CODES,
  DENIED_CODES,
  SIGN_IN_ERROR_CODES,
} from '../../../coordinator/index.js';
import { CLI_ERROR_CODES } from '../../../cli/index.js';
import { AUDIT_ERROR_CODES } from '../../../core/audit/index.js';
import { DISCLOSURE_ERROR_CODES } from '../../../core/disclosure/index.js';
import { GOVERNANCE_ERROR_CODES } from '../../../core/governance/index.js';
import { FAILURE_CODES, KERNEL_ERROR_CODES, REFUSAL_CODES } from '../../../core/private-join/index.js';
import { PROVENANCE_ERROR_CODES } from '../../../core/provenance/index.js';
import { SIGNING_ERROR_CODES } from '../../../core/signing/index.js';
import { TEMPLATE_ERROR_CODES } from '../../../core/templates/index.js';
import { EXAMPLE_ERROR_CODES } from '../../../examples/bold/index.js';
import { NODE_ERROR_CODES } from '../../../node-agent/index.js';
import { packagePath, RUNTIME_ERROR_CODES } from '../../../runtime/index.js';
import { TRANSPORT_ERROR_CODES } from '../../../transport/index.js';
import { WEB_ERROR_CODES } from '../../../web/index.js';

const unions: readonly (readonly [string, readonly string[]])[] = [
  ['Refusals', REFUSAL_CODES],
  ['Failures', FAILURE_CODES],
  ['Templates, datasets, rosters', TEMPLATE_ERROR_CODES],
  ['Signatures', SIGNING_ERROR_CODES],
  ['Governance', GOVERNANCE_ERROR_CODES],
  ['Disclosure', DISCLOSURE_ERROR_CODES],
  ['Audit log', AUDIT_ERROR_CODES],
  ['Provenance', PROVENANCE_ERROR_CODES],
  ['Node', NODE_ERROR_CODES],
  ['Coordinator', COORDINATOR_ERROR_CODES],
  ['API', API_ERROR_CODES],
  ['Command line', CLI_ERROR_CODES],
  ['Transport', TRANSPORT_ERROR_CODES],
  ['Pages', WEB_ERROR_CODES],
  ['Signing in', [...DENIED_CODES, ...SIGN_IN_ERROR_CODES]],
  ['Curve kernel', KERNEL_ERROR_CODES],
  ['Process', RUNTIME_ERROR_CODES],
  ['Examples', EXAMPLE_ERROR_CODES],
];

const sections = new Map(
  readFileSync(packagePath('docs', 'errors.md'), 'utf8')
    .split(/^## /m)
    .slice(1)
    .map((section) => [
      section.slice(0, section.indexOf('\n')),
      [...section.matchAll(/^\| `([A-Z_]+)` *\|/gm)].map(([, code]) => code ?? ''),
    ]),
);

describe('docs/errors.md', () => {
  it('has a section for each list of codes and no other', () => {
    expect([...sections.keys()].toSorted()).toEqual(unions.map(([title]) => title).toSorted());
  });

  it.each(unions)('%s: lists every code of the code, and no other', (title, codes) => {
    expect(sections.get(title)?.toSorted()).toEqual([...codes].toSorted());
  });
});
