import { describe, expect, it } from 'vitest';

import { edited, isFor, isShown, readGuide, withSettings, withWord } from '../../support/guide.js';
import type { Block } from '../../support/guide.js';

const READERS = ['charity', 'force'];
const read = (...lines: string[]): readonly Block[] => readGuide(lines.join('\n'), READERS);

describe('a guide', () => {
  it('is its fenced blocks, each with its section and what is to be done with it', () => {
    const [one, two] = read(
      '## First',
      '```sh charity not-run="no network"',
      'a',
      '```',
      '',
      '```yaml file=x.yaml',
      'b',
      '```',
    );
    expect(one).toMatchObject({ line: 2, section: 'First', language: 'sh', text: 'a\n' });
    expect([...(one?.marks ?? [])]).toEqual(['charity']);
    expect(one?.values.get('not-run')).toBe('no network');
    expect(two?.values.get('file')).toBe('x.yaml');
    if (one === undefined || two === undefined) throw new TypeError('two blocks');
    expect(READERS.map((name) => [isFor(one, name, READERS), isFor(two, name, READERS)])).toEqual([
      [true, true],
      [false, true],
    ]);
  });

  it.each([
    ['a word that nobody knows', ['```sh charty', 'a', '```']],
    ['not-run without a reason', ['```sh not-run=', 'a', '```']],
    ['a block of no kind', ['```', 'a', '```']],
    ['a file without a name', ['```yaml', 'a', '```']],
    ['an indented block', ['    tally node init']],
    ['an indented fence', ['- this', '  ```sh', '  a', '  ```']],
    ['a block without an end', ['```sh', 'a']],
  ])('refuses what the test would pass over: %s', (_, lines) => {
    expect(() => read(...lines)).toThrow(/line \d+: /);
  });
});

describe('what a guide shows', () => {
  it.each([
    ['a\n', 'a\n', true],
    ['a\n', 'a\nb\n', false],
    ['a\n…\n', 'a\nb\nc\n', true],
    ['…\nc\n', 'a\nb\nc\n', true],
    ['a\n…\nc\n', 'a\nc\n', true],
    ['a …, c\n', 'a b, c\n', true],
    ['a …, c\n', 'a b\n, c\n', false],
    ['a.c\n', 'abc\n', false],
    ['', 'a\n', false],
  ])('%j of %j: %s', (shown, output, is) => {
    expect(isShown(shown, output)).toBe(is);
  });
});

describe('a file of a guide', () => {
  const before = 'one: 1\ntwo: # comment\n  - a\n\n  # inner\n  - b\n\n# of three\nthree: 3\n';
  const block = (text: string, section?: string): Block => ({
    ...{ line: 1, section: '', language: 'yaml', marks: new Set<string>(), text },
    values: new Map(section === undefined ? [] : [['section', section]]),
  });

  it('is written whole, or in one section', () => {
    expect(edited(undefined, block('a\n'))).toBe('a\n');
    expect(edited(before, block('a\n'))).toBe('a\n');
    expect(edited(before, block('two: []\n', 'two'))).toBe('one: 1\ntwo: []\n\n# of three\nthree: 3\n');
    expect(edited(before, block('three: 4\n', 'three'))).toBe(before.replace('three: 3', 'three: 4'));
    expect(() => edited(before, block('four: 4\n', 'four'))).toThrow(/no four/);
  });

  it('has the rest of a line from the file, in order', () => {
    const keys = '- key: x\n- key: y\n';
    expect(edited(keys, block('- key: …\n  name: a\n- key: …\n'))).toBe('- key: x\n  name: a\n- key: y\n');
    expect(() => edited(keys, block('- key: …\n- key: …\n- key: …\n'))).toThrow(/no line/);
  });

  it('has the reader’s own settings, as whole words only', () => {
    const stoodFor = new Map<string, string>();
    const own = new Map([['A', '/own place']]);
    expect(withSettings('export A=/srv/a  # why\nexport B=b\n', own, stoodFor)).toBe(
      "export A='/own place'  # why\nexport B=b\n",
    );
    expect([...stoodFor]).toEqual([['/srv/a', '/own place']]);
    expect(withWord('/srv/a, /srv/ab, x/srv/a, /srv/a.', '/srv/a', 'X')).toBe('X, /srv/ab, x/srv/a, X.');
  });
});
