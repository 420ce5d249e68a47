import { renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { silentLog } from '../../../core/base/index.js';
import type { LogFields } from '../../../core/base/index.js';
import { NodeError } from '../../../node-agent/errors.js';
import { PolicyInForce } from '../../../node-agent/policy/policy-in-force.js';
import { codeOf, testFolder } from './fixtures.js';

interface Rig {
  readonly inForce: PolicyInForce;
  readonly file: string;
  readonly noted: string[];
  readonly lines: LogFields[];
  readonly ledger: { canNote: boolean };
  readonly write: (text: string) => void;
  /** As often as it takes for a file that stands still. */
  readonly look: () => boolean;
}

function rigOf(text = 'minimumThreshold: 10\n'): Rig {
  const file = join(testFolder(), 'policy.yaml');
  writeFileSync(file, text);
  const lines: LogFields[] = [];
  const noted: string[] = [];
  const ledger = { canNote: true };
  const note = (fields: LogFields): unknown => lines.push(fields);
  const rig: Rig = {
    file,
    lines,
    noted,
    ledger,
    inForce: new PolicyInForce({
      file,
      log: { ...silentLog, info: note, error: note },
      note: (digest) => {
        if (!ledger.canNote) throw new NodeError('LEDGER_UNUSABLE', 'no space left');
        noted.push(digest);
      },
    }),
    write: (changed) => {
      // Another inode each time, so that the file is another one however fast the test is.
      writeFileSync(`${file}.next`, changed);
      renameSync(`${file}.next`, file);
    },
    look: () => [1, 2].map(() => rig.inForce.look()).some(Boolean),
  };
  return rig;
}

describe('the policy in force', () => {
  it('is taken up as a whole when the file has changed, and written down before', () => {
    const { inForce, noted, lines, write, look } = rigOf();
    const first = inForce.digest;
    expect([inForce.current.minimumThreshold, look(), noted]).toEqual([10, false, []]);
    write('minimumThreshold: 20\nmode: shadow\n');
    expect(look()).toBe(true);
    expect(inForce.current).toMatchObject({ minimumThreshold: 20, mode: 'shadow' });
    expect(inForce.digest).not.toBe(first);
    expect(noted).toEqual([inForce.digest]);
    expect(lines).toEqual([{ event: 'policy', digest: inForce.digest }]);
    expect(look()).toBe(false);
  });

  it('is taken up only when the file stands still, for half of one may be a policy too', () => {
    const { inForce, write } = rigOf();
    write('minimumThreshold: 20\n');
    expect(inForce.look()).toBe(false);
    write('minimumThreshold: 20\nallow: [{ template: a }]\n');
    expect([inForce.look(), inForce.current.minimumThreshold]).toEqual([false, 10]);
    expect([inForce.look(), inForce.current.allow]).toEqual([true, [{ template: 'a', mode: 'live' }]]);
  });

  it('stays when the file is no use, which is said once with code and lines', () => {
    const { inForce, noted, lines, write, look } = rigOf();
    write('minimumThreshold: 0\nmaximumEpsilon: lots\n');
    expect([look(), look(), look()]).toEqual([false, false, false]);
    expect(inForce.current.minimumThreshold).toBe(10);
    expect(inForce.isFileRefused).toBe(true);
    expect(noted).toEqual([]);
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatchObject({
      event: 'policy-refused',
      digest: inForce.digest,
      err: { code: 'POLICY_INVALID' },
    });
    expect((lines[0]?.['err'] as Error).message).toContain('line 2: maximumEpsilon');
    write('minimumThreshold: -1\n');
    look();
    expect(lines).toHaveLength(2);
    write('minimumThreshold: 30\n');
    expect([look(), inForce.current.minimumThreshold, inForce.isFileRefused]).toEqual([true, 30, false]);
  });

  it('stays when the file is gone, and when the old one comes back nothing has changed', () => {
    const { inForce, file, noted, lines, write, look } = rigOf();
    rmSync(file);
    expect(look()).toBe(false);
    expect(lines).toMatchObject([{ event: 'policy-refused', err: { code: 'POLICY_MISSING' } }]);
    write('minimumThreshold: 10\n');
    expect([look(), inForce.isFileRefused, noted.length, lines.length]).toEqual([false, false, 0, 1]);
  });

  it('stays as long as the change can’t be written down, and no longer', () => {
    const rig = rigOf();
    rig.ledger.canNote = false;
    rig.write('minimumThreshold: 20\n');
    expect([rig.look(), rig.inForce.current.minimumThreshold]).toEqual([false, 10]);
    expect(rig.lines).toMatchObject([{ event: 'policy-refused', err: { code: 'LEDGER_UNUSABLE' } }]);
    rig.ledger.canNote = true;
    expect([rig.look(), rig.inForce.current.minimumThreshold]).toEqual([true, 20]);
  });

  it('does not begin with a file that is no use', () => {
    expect(codeOf(() => rigOf('[]'))).toBe('POLICY_INVALID');
  });
});
