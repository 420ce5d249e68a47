import { describe, expect, it } from 'vitest';

import {
  ACT_KIND,
  formatRegisterFile,
  GovernanceError,
  MAX_REGISTER_ENTRIES,
  MAX_REGISTER_FILE_BYTES,
  parseRegisterFile,
  registerOf,
  ROSTER_KIND,
} from '../../../core/governance/index.js';
import { Entries, fingerprintOf, ROSTER } from './fixtures.js';

const text = (file: string): Uint8Array => new TextEncoder().encode(file);
const EMPTY_ACT = JSON.stringify({ payloadType: ACT_KIND.payloadType, payload: '', signatures: [] });
/** An envelope of an act that has so many bytes. */
const actOf = (bytes: number): string =>
  EMPTY_ACT.replace('"payload":""', `"payload":"${'A'.repeat(bytes - EMPTY_ACT.length)}"`);
const LONGEST = Math.max(ACT_KIND.maxBytes, ROSTER_KIND.maxBytes);

/** The message of what is thrown, which has to be the file's code. */
function fault(act: () => unknown): string {
  try {
    act();
  } catch (error) {
    if (!(error instanceof GovernanceError)) throw error;
    expect(error.code).toBe('BAD_REGISTER_FILE');
    return error.message;
  }
  throw new Error('nothing was thrown');
}
const badly = (file: string | Uint8Array): string =>
  fault(() => parseRegisterFile(typeof file === 'string' ? text(file) : file));

describe('the file of a register', () => {
  it('gives each entry back byte for byte, and the register that they make', () => {
    const entries = new Entries();
    entries.live();
    // As another program may have written it: the file hides nothing, and the register refuses it.
    const relaid = JSON.stringify(JSON.parse(new TextDecoder().decode(entries.list[1])) as object)
      .replaceAll(',"', ' , "')
      .replace('{', '{ ');
    for (const list of [entries.list, entries.list.toSpliced(1, 1, text(relaid))]) {
      const file = formatRegisterFile(list);
      expect(parseRegisterFile(file).map((entry) => Buffer.from(entry).toString('latin1'))).toEqual(
        list.map((entry) => Buffer.from(entry).toString('latin1')),
      );
      expect(formatRegisterFile(parseRegisterFile(file))).toEqual(file);
      const made = (): unknown => registerOf(parseRegisterFile(file), fingerprintOf(ROSTER)).proposals[0]?.state;
      if (list === entries.list) expect(made()).toBe('live');
      else expect(made).toThrow(expect.objectContaining({ code: 'BAD_ENTRY' }));
    }
  });

  it.each([
    ['nothing', '', 'it is empty'],
    ['an empty line', `${EMPTY_ACT}\n\n${EMPTY_ACT}\n`, 'line 2 is empty'],
    ['an empty line at its end', `${EMPTY_ACT}\n\n`, 'line 2 is empty'],
    ['a line that was cut off', `${EMPTY_ACT}\n${EMPTY_ACT}`, 'line 2 has no end'],
    ['line ends of another system', `${EMPTY_ACT}\n${EMPTY_ACT}\r\n`, 'line 2 has a carriage return'],
    ['a line that is no envelope', `${EMPTY_ACT}\n${EMPTY_ACT}\n{}\n`, 'line 3 is not a signed envelope'],
    ['a line that is no JSON', `${EMPTY_ACT}\nhello\n`, 'line 2 is not a signed envelope'],
    [
      'another kind of envelope',
      `${EMPTY_ACT.replace(ACT_KIND.payloadType, 'application/json')}\n`,
      'line 1 is neither a roster nor an act of governance',
    ],
    ['a byte order mark', `\ufeff\n`, 'line 1 is not a signed envelope'],
  ])('is refused with %s, naming the line', (_, file, says) => {
    expect(badly(file)).toContain(says);
  });

  it('has at most so many bytes in a line', () => {
    expect(parseRegisterFile(text(`${actOf(LONGEST)}\n`))).toHaveLength(1);
    expect(badly(`${EMPTY_ACT}\n${actOf(LONGEST + 1)}\n`)).toContain(`line 2 must have at most ${LONGEST} bytes`);
  });

  it('has at most so many entries', () => {
    const entries = Array.from({ length: MAX_REGISTER_ENTRIES }, () => text(EMPTY_ACT));
    const file = formatRegisterFile(entries);
    expect(parseRegisterFile(file)).toHaveLength(MAX_REGISTER_ENTRIES);
    expect(fault(() => formatRegisterFile([...entries, text(EMPTY_ACT)]))).toContain(
      `line ${MAX_REGISTER_ENTRIES + 1} is one too many`,
    );
  });

  it('has at most so many bytes', () => {
    const lines = MAX_REGISTER_FILE_BYTES / ACT_KIND.maxBytes;
    const file = text(`${actOf(ACT_KIND.maxBytes - 1)}\n`.repeat(lines));
    expect(file).toHaveLength(MAX_REGISTER_FILE_BYTES);
    expect(parseRegisterFile(file)).toHaveLength(lines);
    const over = new Uint8Array(MAX_REGISTER_FILE_BYTES + 1);
    over.set(file);
    expect(badly(over)).toContain(`it must have at most ${MAX_REGISTER_FILE_BYTES} bytes`);
  });

  it('takes no entry that is more than a line', () => {
    const spread = JSON.stringify(JSON.parse(EMPTY_ACT), null, 1);
    // Two entries in one would be two in the file.
    for (const broken of [`${EMPTY_ACT}\n`, spread, `${EMPTY_ACT}\n${EMPTY_ACT}`]) {
      expect(fault(() => formatRegisterFile([text(EMPTY_ACT), text(broken)]))).toContain(
        'line 2 would be more than a line',
      );
    }
  });
});
