import { expect } from 'vitest';

const TAG = /<(\/?)([A-Za-z][A-Za-z:-]*)((?: [A-Za-z0-9:-]+="[^"<]*")*)(\/?)>/g;
const REFERENCE = /&(?:amp|lt|gt|quot);/g;

/**
 * Names of elements in the order in which they open. XML as it is written here: no comment, no section, one declaration.
 * Thrown when it is not well-formed: whatever `expect` throws.
 */
export function elementsOf(xml: string): string[] {
  const body = xml.replace(/^<\?xml version="1\.0" encoding="UTF-8"\?>\n/, '');
  const open: string[] = [];
  const names: string[] = [];
  let tags = 0;
  for (const [, close, name = '', attributes = '', alone] of body.matchAll(TAG)) {
    tags += 1;
    const keys = Array.from(attributes.matchAll(/ ([A-Za-z0-9:-]+)=/g), ([, key]) => key);
    expect(new Set(keys).size).toBe(keys.length);
    if (close === '/') expect(open.pop()).toBe(name);
    else {
      names.push(name);
      if (alone !== '/') open.push(name);
    }
  }
  expect(open).toEqual([]);
  expect(body.split('<').length - 1).toBe(tags);
  expect(body.replace(REFERENCE, '')).not.toContain('&');
  // Characters that XML 1.0 does not have.
  expect(body).not.toMatch(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|\p{Cs}/u);
  return names;
}
