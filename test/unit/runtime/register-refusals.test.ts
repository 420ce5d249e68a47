import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { expect, it } from 'vitest';

import { silentLog } from '../../../core/base/index.js';
import { formatRegisterFile, registerOf } from '../../../core/governance/index.js';
import { RegisterInForce } from '../../../runtime/index.js';
import { NOW, refusalOf } from '../governance/fixtures.js';
import { PIN } from '../governance/refusals/refusal.js';
import { REFUSALS_OF_ACTS } from '../governance/refusals/refusals-of-acts.js';
import { REFUSALS_OF_ROSTERS } from '../governance/refusals/refusals-of-rosters.js';
import { testFolder } from '../node-agent/fixtures.js';

/* What officers must not sign is handed on all the same, to a node or a coordinator that knows everything before it. */

const ROWS = [...REFUSALS_OF_ROSTERS, ...REFUSALS_OF_ACTS].flatMap(({ fault, of, code, entries }) =>
  entries === undefined ? [] : [[fault, of, code, entries] as const],
);

it.each(ROWS)('%s: %s is refused as news with %s, and nothing is changed by it', (_, __, code, entriesOf) => {
  const entries = entriesOf();
  const { entry: first = 0 } = refusalOf(() => registerOf(entries, PIN));
  const [known, news] = [entries.slice(0, first), entries.slice(first)];
  const folder = testFolder();
  const files = { register: join(folder, 'register'), statement: join(folder, 'statement'), fingerprint: PIN };
  writeFileSync(files.register, formatRegisterFile(known));
  const registers = new RegisterInForce({
    ...{ files, check: () => undefined, log: silentLog },
    ...{ putsRight: true, clock: { now: () => NOW } },
  });
  const take = (): unknown => registers.take({ first, entries: news, statement: undefined });
  expect(take).toThrow(
    expect.objectContaining({
      code: 'REGISTER_INVALID',
      message: expect.stringContaining(`: ${code}: Entry ${first}: `) as string,
    }),
  );
  expect(registers.copy.entries).toEqual(known);
  expect(formatRegisterFile(known)).toEqual(new Uint8Array(readFileSync(files.register)));
});
