import { existsSync, readFileSync } from 'node:fs';
import { loadSync } from '@grpc/proto-loader';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';

import { packagePath } from '../../../runtime/index.js';

/* docs/agency/what-leaves.md promises to name all that a node can send; the wire contract says what that is. */

const TYPE_PREFIX = '.tallystick.v1.';
const messageSchema = z.object({
  type: z.object({ name: z.string(), field: z.array(z.object({ name: z.string(), typeName: z.string() })) }),
});
const serviceSchema = z.record(z.string(), z.object({ requestType: messageSchema }));

function contract(): ReturnType<typeof loadSync> {
  const files = ['federation', 'enrolment'].map((name) => `tallystick/v1/${name}.proto`);
  return loadSync(files, { includeDirs: [packagePath('proto')], keepCase: true });
}

/** `Message.field` of everything that can stand in a request, for only nodes make calls. */
function sendable(): ReadonlySet<string> {
  const definitions = contract();
  const fields = new Set<string>();
  const visit = (name: string): void => {
    const { type } = messageSchema.parse(definitions[`tallystick.v1.${name}`]);
    for (const { name: field, typeName } of type.field) {
      if (fields.has(`${name}.${field}`)) continue;
      fields.add(`${name}.${field}`);
      if (typeName !== '') visit(typeName.replace(TYPE_PREFIX, ''));
    }
  };
  for (const service of ['Federation', 'Enrolment']) {
    for (const { requestType } of Object.values(serviceSchema.parse(definitions[`tallystick.v1.${service}`]))) {
      visit(requestType.type.name);
    }
  }
  return fields;
}

const page = readFileSync(packagePath('docs', 'agency', 'what-leaves.md'), 'utf8');
const rows = [...page.matchAll(/^\| `([A-Za-z]+)` *\| `([a-z_]+)` *\| (.*?) *\|$/gm)];

describe('docs/agency/what-leaves.md', () => {
  it('names every field of every message that a node can send, and no other', () => {
    const said = rows.map(([, message, field]) => `${message}.${field}`);
    expect(said.toSorted()).toEqual([...sendable()].toSorted());
    expect(rows.every(([, , , meaning]) => meaning !== '')).toBe(true);
  });

  it('has looked at the contract as it is', () => {
    // So that an empty list could not agree with an empty list.
    expect([...sendable()]).toEqual(
      expect.arrayContaining(['Hello.snapshots', 'SharedKeys.pairs', 'ListFrame.chunk', 'EnrolmentRequest.secret']),
    );
    expect([...sendable()]).not.toEqual(expect.arrayContaining(['Offer.envelope']));
  });

  it('names tests and code that there are', () => {
    const named = [...page.matchAll(/`((?:test|node-agent|transport)\/[^`]+)`/g)].map(([, path]) => path ?? '');
    expect(named.length).toBeGreaterThan(5);
    expect(named.filter((path) => !existsSync(packagePath(path)))).toEqual([]);
  });

  it('says of what only the coordinator says that it is so', () => {
    const coordinators = rows
      .filter(([, , , meaning]) => meaning?.startsWith('said by the coordinator only'))
      .map(([, message, field]) => `${message}.${field}`);
    expect(coordinators.toSorted()).toEqual([
      'JointKey.shares',
      'RunMessage.finished',
      'RunMessage.joint_key',
      'RunMessage.sums',
      'Sums.ciphertexts',
    ]);
  });
});
