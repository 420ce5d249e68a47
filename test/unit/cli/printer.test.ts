import { expect, it } from 'vitest';
import { Printer } from '../../../cli/index.js';
import { Ear } from './fixtures.js';

function make(isTTY: boolean, columns = 20): { printer: Printer; out: Ear; err: Ear } {
  const [out, err] = [new Ear(isTTY, columns), new Ear(isTTY, columns)];
  return { printer: new Printer(out, err), out, err };
}

it('sends results to stdout and everything else to stderr', () => {
  const { printer, out, err } = make(false);
  printer.result('a result');
  printer.json({ a: [1] });
  printer.note('a note');
  printer.status('on the way');
  printer.done();
  expect(out.text).toBe('a result\n{\n  "a": [\n    1\n  ]\n}\n');
  expect(err.text).toBe('a note\n');
});

it('takes out what could move a cursor, change a terminal or turn the direction of writing', () => {
  const { printer, out, err } = make(true, 100);
  const evil = '\u001b[2Jred\u0007\r\u009b1m\u202eback\u2066\ttab\nnext';
  printer.result(evil);
  printer.note(evil);
  printer.status(evil);
  expect(out.text).toBe('[2Jred1mbacktab\nnext\n');
  expect(err.text.startsWith('[2Jred1mbacktab\nnext\n')).toBe(true);
});

it('shows one status line where somebody watches, cut to the width, and takes it away before anything else', () => {
  const { printer, err } = make(true, 10);
  printer.status('0123456789');
  printer.status('0123456789');
  printer.note('note');
  expect(err.text).toBe('\r\u001b[K012345678\r\u001b[Knote\n');
});

it('counts columns as the terminal does, or says 120', () => {
  expect(make(true, 33).printer.columns).toBe(33);
  const silent = { write: (): boolean => true };
  expect(new Printer(silent, silent).columns).toBe(120);
});
