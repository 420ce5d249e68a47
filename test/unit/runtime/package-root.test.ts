import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { packagePath, packageRoot, systemClock, systemRng } from '../../../runtime/index.js';

describe('the package’s root', () => {
  it('is the folder of its package.json', () => {
    const { name } = JSON.parse(readFileSync(packagePath('package.json'), 'utf8')) as { name: string };
    expect(name).toBe('tallystick');
    expect(existsSync(packagePath('proto', 'tallystick', 'v1', 'federation.proto'))).toBe(true);
    expect(packagePath()).toBe(packageRoot());
  });
});

describe('the system’s own', () => {
  it('clock runs', () => {
    expect(Math.abs(systemClock.now().getTime() - Date.now())).toBeLessThan(1_000);
  });

  it('generator gives as many bytes as are asked for, each time others', () => {
    expect(systemRng.bytes(0)).toEqual(new Uint8Array(0));
    expect(systemRng.bytes(32)).toHaveLength(32);
    expect(systemRng.bytes(32)).not.toEqual(systemRng.bytes(32));
    expect(Object.getPrototypeOf(systemRng.bytes(1))).toBe(Uint8Array.prototype);
  });
});
