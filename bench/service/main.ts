import { writeFileSync } from 'node:fs';
import { Command, InvalidArgumentError } from 'commander';

import { Printer } from '../../cli/index.js';
import { describeMachine } from '../machine.js';
import { benchService, type ServiceBenchOptions, type ServiceFigures } from './service.js';

const MIB = 1_048_576;

const printer = new Printer(process.stdout, process.stderr);

await new Command('npm run bench:service --')
  .description('How the coordinator’s pages bear many people: some read page after page, others wait for a run.')
  .option('--browsing <number>', 'analysts who read', whole, 200)
  .option('--waiting <number>', 'analysts who wait for a run', whole, 50)
  .option('--seconds <number>', 'how long; a run stands still for no more than two minutes', whole, 60)
  .option('--think-seconds <number>', 'between one page and the next, on average', whole, 10)
  .option('--json <file>', 'write all figures to a file')
  .action(async (options: ServiceBenchOptions & { readonly json?: string }) => {
    const figures = await benchService(options, (text) => printer.note(text));
    printer.result(asText(figures));
    const { json } = options;
    if (json === undefined) return;
    writeFileSync(json, `${JSON.stringify({ machine: describeMachine(''), options, figures }, null, 2)}\n`);
  })
  .parseAsync();

function asText({ byPath, errors, ...all }: ServiceFigures): string {
  const ms = (value: number): string => `${value.toFixed(0)} ms`;
  const wrong = Object.entries(errors).map(([status, count]) => `${count} with ${status}`);
  return [
    `${all.pages} pages, ${all.pagesPerSecond.toFixed(1)} a second: median ${ms(all.median)}, p95 ${ms(all.p95)}, p99 ${ms(all.p99)}, slowest ${ms(all.slowest)}`,
    `errors: ${wrong.length === 0 ? 'none' : wrong.join(', ')}`,
    `streams: ${all.streamsKept} kept, ${all.streamsLost} lost, ${all.eventsHeard} events heard`,
    `memory of the coordinator: ${(all.bytesBefore / MIB).toFixed(0)} MiB before, ${(all.bytesPeak / MIB).toFixed(0)} MiB at most`,
    ...Object.entries(byPath).map(([path, { pages, p95 }]) => `  ${ms(p95).padStart(8)}  p95 of ${pages}: ${path}`),
  ].join('\n');
}

function whole(text: string): number {
  const number = Number(text);
  if (!Number.isInteger(number) || number < 1 || number > 10_000)
    throw new InvalidArgumentError('Give a whole number.');
  return number;
}
