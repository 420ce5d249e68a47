import { describe, expect, it } from 'vitest';
import { silentLog } from '../../../core/base/index.js';
import { Lifecycle } from '../../../runtime/index.js';
import { codeOf } from '../../transport/fixture.js';

function lifecycle(stopDeadlineMs = 1_000): Lifecycle {
  return new Lifecycle({ log: silentLog, stopDeadlineMs });
}

describe('the lifecycle', () => {
  it('starts in order and stops in reverse', async () => {
    const events: string[] = [];
    const life = lifecycle();
    for (const name of ['store', 'server', 'runs']) {
      const part = await life.start(
        name,
        () => {
          events.push(`+${name}`);
          return name;
        },
        async (started) => {
          await Promise.resolve();
          events.push(`-${started}`);
        },
      );
      expect(part).toBe(name);
    }
    await life.stop();
    expect(events).toEqual(['+store', '+server', '+runs', '-runs', '-server', '-store']);
  });

  it('stops once, whoever asks', async () => {
    let stops = 0;
    const life = lifecycle();
    await life.start(
      'part',
      () => undefined,
      () => void (stops += 1),
    );
    await Promise.all([life.stop(), life.stop()]);
    await life.stop();
    expect(stops).toBe(1);
  });

  it('a part that fails to start stops those before it, and is the error that is seen', async () => {
    const stopped: string[] = [];
    const life = lifecycle();
    await life.start(
      'first',
      () => undefined,
      () => void stopped.push('first'),
    );
    await life.start('no stop', () => undefined);
    const failure = new Error('port in use');
    await expect(
      life.start(
        'second',
        () => Promise.reject(failure),
        () => void stopped.push('second'),
      ),
    ).rejects.toBe(failure);
    expect(stopped).toEqual(['first']);
    expect(await codeOf(life.start('third', () => undefined))).toBe('STOPPING');
  });

  it('a part that fails to stop keeps none of the others from it', async () => {
    const stopped: string[] = [];
    const life = lifecycle();
    await life.start(
      'first',
      () => undefined,
      () => void stopped.push('first'),
    );
    await life.start(
      'second',
      () => undefined,
      () => Promise.reject(new Error('no')),
    );
    expect(await codeOf(life.stop())).toBe('STOP_FAILED');
    expect(stopped).toEqual(['first']);
  });

  it('a part that hangs is left behind at the deadline', async () => {
    const life = lifecycle(20);
    await life.start(
      'hanging',
      () => undefined,
      () => new Promise(() => undefined),
    );
    const began = Date.now();
    expect(await codeOf(life.stop())).toBe('STOP_TIMED_OUT');
    expect(Date.now() - began).toBeLessThan(1_000);
  });
});
