import { expect, it, onTestFinished, vi } from 'vitest';
import { lookOut, PAUSE_LOOK_MS, type Watched } from '../../../node-agent/look-out.js';
import { TestLog } from '../coordinator/fixtures.js';

it('says once what goes wrong when it looks, and looks again', async () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
  onTestFinished(() => void vi.useRealTimers());
  const log = new TestLog();
  const clock = { looks: 0, message: 'disk full' };
  const watched = {
    log,
    clockGuard: {
      look: () => {
        clock.looks += 1;
        if (clock.message !== '') throw new Error(clock.message);
        return true;
      },
    },
    pause: { pause: undefined, look: () => false },
    status: { write: () => undefined },
    sayHello: () => Promise.reject(new Error('not connected')),
  };
  // What else a node looks at isn't there, and goes wrong too.
  const timers = lookOut(watched as unknown as Watched);
  onTestFinished(() => {
    for (const timer of timers) clearInterval(timer);
  });
  const look = async (): Promise<void> => {
    vi.advanceTimersByTime(PAUSE_LOOK_MS);
    await new Promise((resolve) => setImmediate(resolve));
  };
  const said = (): unknown[] => log.of('look-failed').map(({ err }) => (err as Error).message);
  await look();
  await look();
  expect(said().filter((message) => message === 'disk full')).toHaveLength(1);
  clock.message = '';
  await look();
  expect(clock.looks).toBe(3);
  expect(said()).toContain('not connected');
});
