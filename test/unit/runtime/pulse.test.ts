import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { Pulse, systemClock, Watchdog } from '../../../runtime/index.js';

function fakeTime(): void {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  onTestFinished(() => void vi.useRealTimers());
}

describe('a pulse', () => {
  it('says so at once, and again when there is cause to after a while', () => {
    fakeTime();
    const say = vi.fn();
    const pulse = new Pulse(systemClock, 5, say);
    pulse.beat();
    expect(say).toHaveBeenCalledTimes(1);
    vi.advanceTimersByTime(4_999);
    pulse.beat();
    expect(say).toHaveBeenCalledTimes(1);
    vi.advanceTimersByTime(1);
    expect(say).toHaveBeenCalledTimes(1);
    pulse.beat();
    expect(say).toHaveBeenCalledTimes(2);
  });

  it('says nothing once it is stopped, and leaves no timer behind', () => {
    fakeTime();
    const say = vi.fn();
    const beaten = new Pulse(systemClock, 5, say);
    beaten.beat();
    const unbeaten = new Pulse(systemClock, 5, say);
    for (const pulse of [beaten, unbeaten]) {
      pulse.stop();
      pulse.beat();
    }
    expect(say).toHaveBeenCalledTimes(1);
    expect(vi.getTimerCount()).toBe(0);
  });
});

describe('a watchdog', () => {
  it('barks once, when nothing has happened for its time', () => {
    fakeTime();
    const bark = vi.fn();
    const dog = new Watchdog(systemClock, 5, bark);
    vi.advanceTimersByTime(10_000);
    dog.watch();
    vi.advanceTimersByTime(4_999);
    dog.touch();
    vi.advanceTimersByTime(4_999);
    expect(bark).not.toHaveBeenCalled();
    vi.advanceTimersByTime(1);
    expect(bark).toHaveBeenCalledTimes(1);
    dog.touch();
    vi.advanceTimersByTime(10_000);
    expect(bark).toHaveBeenCalledTimes(1);
  });

  it('sleeps while it rests', () => {
    fakeTime();
    const bark = vi.fn();
    const dog = new Watchdog(systemClock, 5, bark);
    dog.watch();
    dog.rest();
    dog.touch();
    vi.advanceTimersByTime(10_000);
    expect(bark).not.toHaveBeenCalled();
    expect(vi.getTimerCount()).toBe(0);
  });
});
