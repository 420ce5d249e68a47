/**
 * Whether a test can have what it needs of this computer. Where it can't, the test is skipped, loudly; in CI, where it
 * must be there, the run fails.
 */
export function canHave(available: boolean, what: string): boolean {
  if (available) return true;
  if (process.env['CI'] !== undefined) throw new Error(`missing in CI: ${what}`);
  process.stderr.write(`\nSKIPPED, LOUDLY: this computer does not have ${what}.\n`);
  return false;
}
