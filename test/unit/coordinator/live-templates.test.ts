import { describe, expect, it } from 'vitest';

import { createLiveTemplates, TemplatesInForce } from '../../../coordinator/index.js';
import { registerCopy } from '../../../core/governance/index.js';
import { createCatalogue, parseDataset, templateDigest, canonicalTemplate } from '../../../core/templates/index.js';
import type { Template } from '../../../core/templates/index.js';
import type { Board } from '../../../examples/bold/demo/board.js';
import { catalogue, CRIMES_YAML } from '../templates/fixtures.js';
import { approved, roster, template, TEMPLATE, TestClock } from './fixtures.js';
import { APPROVERS, boardOf, yamlOf } from './governance-fixtures.js';

const withCode = (code: string): Error => expect.objectContaining({ code }) as Error;
const clock = new TestClock();
const versioned = (version: number): Template => ({ ...template, version });

function rigOf(): {
  readonly board: Board;
  readonly templates: TemplatesInForce;
  /** Goes by what the board has signed so far. */
  readonly take: () => ReturnType<TemplatesInForce['take']>;
} {
  const board = boardOf(roster, clock);
  const templates = new TemplatesInForce(catalogue);
  return { board, templates, take: () => templates.take(registerCopy(board.entries, board.fingerprint).register) };
}

describe('the templates that may be asked', () => {
  it('are those that are live, by name, with their digest and who approved them', () => {
    const { board, templates, take } = rigOf();
    board.publish(yamlOf(template));
    board.publish(yamlOf({ ...template, template: 'a-first-one' }));
    board.propose(yamlOf({ ...template, template: 'only-proposed' }));
    expect(templates.list()).toEqual([]);
    expect(take()).toEqual([]);
    expect(templates.list().map(({ bound }) => bound.template.template)).toEqual(['a-first-one', TEMPLATE]);
    expect(templates.get(TEMPLATE)).toMatchObject({
      digest: templateDigest(canonicalTemplate(template)),
      approvers: APPROVERS,
    });
    expect(templates.get(TEMPLATE)).toEqual(approved());
  });

  it('have of each the version that superseded the others, as soon as it is published', () => {
    const { board, templates, take } = rigOf();
    const digests = [2, 3].map((version) => {
      const digest = board.publish(yamlOf(versioned(version)));
      take();
      expect(templates.get(TEMPLATE)).toMatchObject({ digest, bound: { template: { version } } });
      return digest;
    });
    board.propose(yamlOf(versioned(4)));
    take();
    expect(templates.list().map(({ digest }) => digest)).toEqual(digests.slice(1));
  });

  it('have none that was revoked, and none of its earlier versions again', () => {
    const { board, templates, take } = rigOf();
    for (const version of [2, 3]) board.publish(yamlOf(versioned(version)));
    board.revoke(TEMPLATE, 'Its question misleads.');
    take();
    expect(templates.list()).toEqual([]);
    expect(() => templates.get(TEMPLATE)).toThrow(withCode('UNKNOWN_TEMPLATE'));
  });

  it('have none that the dataset definitions here do not fit, which is said, and the others all the same', () => {
    const { board } = rigOf();
    board.publish(yamlOf(template));
    const alone = { ...template, template: 'alone', links: [], dimensions: template.dimensions.slice(0, 1) };
    board.publish(yamlOf(alone));
    const templates = new TemplatesInForce(createCatalogue([parseDataset(CRIMES_YAML)]));
    const unusable = templates.take(registerCopy(board.entries, board.fingerprint).register);
    expect(unusable).toMatchObject([
      { template: TEMPLATE, why: expect.stringContaining('links[0].dataset') as string },
    ]);
    expect(templates.list().map(({ bound }) => bound.template.template)).toEqual(['alone']);
  });
});

it('says what there is when it has none of a name', () => {
  expect(() => createLiveTemplates([approved()]).get('none')).toThrow(
    expect.objectContaining({ code: 'UNKNOWN_TEMPLATE', message: expect.stringContaining(TEMPLATE) as string }),
  );
  expect(() => createLiveTemplates([]).get('toString')).toThrow(withCode('UNKNOWN_TEMPLATE'));
});
