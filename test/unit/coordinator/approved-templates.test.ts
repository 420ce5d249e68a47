import { expect, it } from 'vitest';
import { createApprovedTemplates } from '../../../coordinator/index.js';
import { approved, TEMPLATE } from './fixtures.js';

const withCode = (code: string): Error => expect.objectContaining({ code }) as Error;

it('has the newest version of each template, in whatever order they come', () => {
  const [one, two, three] = [1, 2, 3].map((version) => approved({ version }));
  const other = approved({ template: 'a-first-one' });
  if (one === undefined || two === undefined || three === undefined) throw new RangeError('three were made');
  for (const order of [
    [one, two, three, other],
    [three, other, two, one],
    [two, three, one, other],
  ]) {
    const templates = createApprovedTemplates(order);
    expect(templates.get(TEMPLATE)).toBe(three);
    expect(templates.list()).toEqual([other, three]);
  }
});

it('takes one that stands there twice, and refuses two that differ in one version', () => {
  const first = approved();
  expect(createApprovedTemplates([first, approved()]).list()).toHaveLength(1);
  expect(() => createApprovedTemplates([first, approved({ title: 'Something else' })])).toThrow(
    withCode('CONFIG_INVALID'),
  );
});

it('says what there is when it has none of a name', () => {
  expect(() => createApprovedTemplates([approved()]).get('none')).toThrow(
    expect.objectContaining({ code: 'UNKNOWN_TEMPLATE', message: expect.stringContaining(TEMPLATE) as string }),
  );
  expect(() => createApprovedTemplates([]).get('toString')).toThrow(withCode('UNKNOWN_TEMPLATE'));
});
