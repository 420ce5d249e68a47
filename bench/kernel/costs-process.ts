import { cpuMicroseconds } from '../cpu-clock.js';
import { PRICED } from './costs.js';
import { interleaved } from './interleaved.js';
import { makeMaterial } from './material.js';
import { chosenKernel, ownOperations } from './own-operations.js';

/** (Process of its own) Measures for so many seconds what the priced operations cost, and writes their medians. */
const operations = await ownOperations(await chosenKernel(), await makeMaterial());
const timings = await interleaved(
  operations.filter(({ operation }) => PRICED.includes(operation)),
  { microseconds: Number(process.argv[2]) * 1_000_000, now: cpuMicroseconds },
);
const medians = timings.map(({ timed, spread }) => [timed.operation, spread.median]);
process.stdout.write(JSON.stringify(Object.fromEntries(medians)));
