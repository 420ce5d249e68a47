import { describe, expect, it } from 'vitest';

import { silentLog } from '../../../core/base/index.js';
import type { LogFields } from '../../../core/base/index.js';
import { NODE_LOG_FIELDS } from '../../../node-agent/log-fields.js';
import { prepareProgress, PROGRESS_INTERVAL_MS } from '../../../node-agent/prepare-progress.js';
import type { PreparePhase } from '../../../node-agent/snapshot/prepare.js';
import { LOGGED_FIELDS } from '../../../runtime/index.js';
import { codeOf } from './fixtures.js';

interface Said {
  readonly lines: LogFields[];
  readonly step: (phase: PreparePhase, rows: number, atMs?: number, dataset?: string) => void;
}

function progress(stopping = new AbortController().signal): Said {
  const lines: LogFields[] = [];
  let nowMs = 0;
  const log = { ...silentLog, info: (fields: LogFields) => void lines.push(fields) };
  const say = prepareProgress({ clock: { now: () => new Date(nowMs) }, log, stopping });
  return {
    lines,
    step: (phase, rows, atMs = 0, dataset = 'a.b') => {
      nowMs = atMs;
      say(dataset, { phase, rows, hashed: 2 * rows });
    },
  };
}

describe('prepareProgress', () => {
  it('says every new phase at once, and how far a phase is now and then', () => {
    const { lines, step } = progress();
    step('reading', 512);
    step('reading', 1_024, PROGRESS_INTERVAL_MS - 1);
    step('reading', 1_536, PROGRESS_INTERVAL_MS);
    step('reading', 2_048, PROGRESS_INTERVAL_MS + 1);
    step('sealing', 0, PROGRESS_INTERVAL_MS + 2);
    expect(lines.map(({ phase, rows }) => [phase, rows])).toEqual([
      ['reading', 512],
      ['reading', 1_536],
      ['sealing', 0],
    ]);
    expect(lines[0]).toEqual({ event: 'prepare-progress', dataset: 'a.b', phase: 'reading', rows: 512, hashed: 1_024 });
  });

  it('says so for each dataset', () => {
    const { lines, step } = progress();
    step('reading', 512);
    step('reading', 512, 1, 'c.d');
    expect(lines.map(({ dataset }) => dataset)).toEqual(['a.b', 'c.d']);
  });

  it('says nothing that the log doesn’t show', () => {
    const { lines, step } = progress();
    step('reading', 512);
    const shown = [...LOGGED_FIELDS, ...NODE_LOG_FIELDS];
    expect(Object.keys(lines[0] ?? {}).filter((name) => !shown.includes(name))).toEqual([]);
  });

  it('ends the work when the process is asked to stop, but not when all is done', () => {
    const { step } = progress(AbortSignal.abort());
    expect(codeOf(() => step('reading', 512))).toBe('PREPARE_STOPPED');
    expect(codeOf(() => step('swapping', 512))).toBe('PREPARE_STOPPED');
    expect(() => step('done', 512)).not.toThrow();
  });
});
