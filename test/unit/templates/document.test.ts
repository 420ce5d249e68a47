import { describe, expect, it } from 'vitest';

import { MAX_TEMPLATE_BYTES, parseTemplate } from '../../../core/templates/index.js';
import { codeOf, errorOf, FULL_BODY, placesOf, templateYaml } from './fixtures.js';

const yaml = templateYaml(FULL_BODY);

describe('the form of a document', () => {
  it.each([
    ['a name written twice', `${yaml}unit: person\n`],
    ['a second document', `${yaml}---\n${yaml}`],
    ['text after the end', `${yaml}...\nmore`],
    ['another version of YAML', `%YAML 1.1\n---\n${yaml}`],
    ['a version of YAML that does not exist', `%YAML 1.3\n---\n${yaml}`],
    ['a directive that nobody knows', `%SCHEMA json\n---\n${yaml}`],
    ['an anchor', yaml.replace('pilot: victim-pathways', 'pilot: &pilot victim-pathways')],
    ['an alias', yaml.replace('pilot: victim-pathways', 'pilot: &p a\nsuccess2: *p')],
    ['a tag', yaml.replace('version: 2', 'version: !!str 2')],
    ['a tag of its own', yaml.replace('version: 2', 'version: !secret 2')],
    ['a list as a name', `? [a]\n: b\n${yaml}`],
    ['a name that JavaScript treats in its own way', `__proto__: { a: 1 }\n${yaml}`],
    ['a bracket left open', `${yaml}more: [1, 2`],
    ['tabs for indentation', `${yaml}more:\n\t- 1`],
    ['thirty thousand brackets', `more: ${'['.repeat(30_000)}`],
  ])('refuses %s', (_, text) => {
    expect(codeOf(() => parseTemplate(text))).toBe('BAD_YAML');
  });

  it('names the line', () => {
    const lines = yaml.split('\n').length;
    expect(placesOf(() => parseTemplate(`${yaml}unit: person\n`))).toEqual([`${lines} `]);
    expect(placesOf(() => parseTemplate(yaml.replace('version: 2', 'version: &v 2')))).toEqual(['2 ']);
  });

  it('reads plain words as words', () => {
    const text = yaml.replace('success: A victim still engaged when the case ends.', 'success: yes');
    expect(parseTemplate(text).success).toBe('yes');
  });

  it.each(['', '# nothing\n', '- a\n- b\n', 'text', '1'])('refuses a document that is %j', (text) => {
    expect(codeOf(() => parseTemplate(text))).toBe('BAD_TEMPLATE');
  });

  it('takes as many bytes as its limit, and no more', () => {
    const filled = yaml.padEnd(MAX_TEMPLATE_BYTES, '#');
    expect(parseTemplate(filled).version).toBe(2);
    expect(codeOf(() => parseTemplate(`${filled}#`))).toBe('TOO_LARGE');
    // Bytes, not characters.
    expect(codeOf(() => parseTemplate(`${filled.slice(0, -1)}é`))).toBe('TOO_LARGE');
  });

  it('says every problem in its message, without the values that are wrong', () => {
    const { message } = errorOf(() => parseTemplate(yaml.replace('unit: person', 'unit: Zoe Smith').concat('x: 1\n')));
    expect(message).toMatch(/^line \d+: unit: /m);
    expect(message).toMatch(/^line \d+: x: /m);
    expect(message).not.toContain('Zoe');
  });
});
