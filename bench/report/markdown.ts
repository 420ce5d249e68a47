import { kernelTables } from './kernel-tables.js';
import type { Report } from './report.js';
import { runTables } from './run-tables.js';
import { mebibytes, number, tableAsMarkdown } from './table.js';
import type { Table } from './table.js';
import { auditTable } from './audit-table.js';
import { peopleTable, prepareTable, targetTable, twoPartyTable } from './tables.js';
import { targetsOf } from './targets.js';

/** The page docs/performance.md, about one run of the benchmark. */
export function reportAsMarkdown(report: Report): string {
  return [
    '# Performance',
    '',
    '<!-- Written by `npm run bench -- --markdown docs/performance.md`. Change bench/report/markdown.ts, not this page. -->',
    '',
    'How long the private join takes, what it takes most of that time for, and how it compares with other programs.',
    '',
    ...section('Where the time goes', WHERE_THE_TIME_GOES),
    ...section('Targets', [tableAsMarkdown(targetTable(targetsOf(report)))]),
    ...section('What it was measured on', machine(report)),
    ...kernelSection(report),
    ...twoPartySection(report),
    ...runsSection(report),
    ...prepareSection(report),
    ...auditSection(report),
    ...section('What we don’t claim', NOT_CLAIMED),
    ...section('How to read the figures', HOW_TO_READ),
    ...section('How to repeat it', repeat(report)),
  ].join('\n');
}

const WHERE_THE_TIME_GOES = [
  'Every record is worked on by every agency: each of its match keys is multiplied by a secret number on an elliptic curve (ristretto255), and its label is encrypted again. Everything else should be small beside that. So what an agency does grows with all records in the run, however many agencies they come from.',
  'The curve arithmetic is in a kernel of our own in WebAssembly, with two modules: one for processors and versions of Node that have fused multiply-add (FMA), one in plain integers (i64) that runs everywhere. They give the same bytes. [kernel.md](kernel.md) says how they work.',
];

function machine({ machine: on, workers, spoolMiB, startedAt }: Report): string[] {
  return [
    [
      `- Processor: ${on.processor}, ${on.cores} cores`,
      `- Memory: ${mebibytes(on.memoryBytes)} MiB`,
      `- System: ${on.system}`,
      `- Node ${on.node}, V8 ${on.v8}`,
      `- Kernel module that this machine gets by itself: ${on.kernel}`,
      `- Threads for arithmetic in each process: ${workers}; memory for lists in each process: ${spoolMiB} MiB`,
      `- Load before (threads that ran or wanted to, mean of a minute): ${number(on.loadBefore, 2)}`,
      `- Begun: ${startedAt.slice(0, 16).replace('T', ' ')} UTC`,
    ].join('\n'),
  ];
}

function kernelSection({ kernel }: Report): string[] {
  if (kernel === null) return [];
  return section('Kernel operations', [
    'One thread. X25519 in sodium-native, a library in machine code that everybody can install, is measured in the same process in turns with everything else; the ratio to it says more than microseconds do, for it changes less from machine to machine. The targets are a tenth above what a prototype of this kernel took.',
    ...tablesOf(kernelTables(kernel)),
    `libsodium in WebAssembly and @noble/curves work on the same input; ${kernel.exact ? 'all libraries gave the same bytes' : '**the libraries did NOT give the same bytes**'} for every operation that has no chance in it. They are what the tests compare with, and are not used in a run.`,
  ]);
}

function twoPartySection({ twoParty }: Report): string[] {
  if (twoParty === null) return [];
  return section('Two parties, beside psi.js', [
    '`@openmined/psi.js` is the private set intersection that one can install from npm. Two parties find out how many elements they have in common and nothing else. Ours is the same code that a run uses, with one match key and no label: hash, multiply, shuffle, multiply the other’s, shuffle, match.',
    tableAsMarkdown(twoPartyTable(twoParty)),
  ]);
}

function runsSection({ runs }: Report): string[] {
  if (runs === null) return [];
  const exact = runs.runs.every((run) => run.exact);
  return section('Whole runs', [
    'A coordinator and a node for each agency, each a process of its own, connected by mutual TLS on one computer. The first agency’s list is linked to the lists of all others, about people of whom it is known who is in which list. ' +
      (exact
        ? 'Every count of every table was exactly the true one.'
        : '**Some counts were NOT the true ones: this is a bug.**'),
    'With m = 1 every list has one key column, a case number. With m = 3 the base list has three, two for the person and one for the case; the first linked list has one, for the case, and each of the others two, for the person.',
    ...tablesOf(runTables(runs)),
  ]);
}

function prepareSection({ prepare, people, peopleOptedOut }: Report): string[] {
  if (prepare === null && people === null) return [];
  const prepared = [people, peopleOptedOut].filter((each) => each !== null);
  return section('Preparing snapshots', [
    'Long before any run each agency reads its own database into a snapshot. It hashes match keys to the curve then, so that no run has to.',
    ...(prepare === null ? [] : [tableAsMarkdown(prepareTable(prepare))]),
    ...tablesOf(prepared.map(peopleTable)),
    ...(people === null ? [] : [PEOPLE_MEMORY]),
  ]);
}

function auditSection({ audit }: Report): string[] {
  if (audit === null) return [];
  return section('The audit log', [
    'The coordinator adds to its audit log what is decided, asked and answered, and proves to every node what is in it ([audit-log.md](audit-log.md)). Hashes of the tree are kept, so what a call takes grows with the logarithm of the log.',
    tableAsMarkdown(auditTable(audit)),
  ]);
}

const PEOPLE_MEMORY =
  'What a table holds is never in memory at once. Rows pass in batches; their match keys wait on disk, sealed under a key that is never written, until they are told apart part by part; the elements that are hashed wait there for their places. In memory stay five bytes for each match key of records that differ, and some fifty for each row. Where anybody is on an opt-out list, rows wait on disk as well, until it is known which of them are of people who opted out.';

const PEERS: Table = {
  title: '',
  columns: [
    { heading: 'program', align: 'left' },
    { heading: 'what it does', align: 'left' },
    { heading: 'elements per second and core', align: 'right' },
  ],
  rows: [
    ['@openmined/psi.js 2.0.6, P-256 in WebAssembly', 'two parties, intersection size', '272 to 296'],
    ['google/private-join-and-compute, C++', 'two parties, size and sum', '321'],
    ['OpenMined/PSI, C++', 'two parties, intersection size', '2,410'],
    [
      'secretflow/psi, AVX-512 IFMA, 8 + 8 cores, 10 million elements (published)',
      'two parties, intersection',
      '5,500',
    ],
    ['UnLynx, 20 databases, with proofs (published, 2017)', 'cross-tabulation without linkage', '278 records'],
  ],
  notes: [],
};

const NOT_CLAIMED = [
  'We don’t claim to be faster than protocols of another kind, such as VOLE-based intersection (RR22), nor than secretflow/psi on 32 cores. We don’t claim security against agencies that don’t follow the protocol: [threat-model.md](threat-model.md) says what is assumed.',
  'For orientation, what others reach. The first three were measured by us on two cores of a Xeon at 2.5 GHz, the last two are their authors’ own figures, on other machines; so they can’t be compared with the tables above except for psi.js, which is measured there again.',
  tableAsMarkdown(PEERS),
];

const HOW_TO_READ = [
  [
    '- **Ratios before seconds.** Both sides of a ratio were measured in one run of the benchmark, in turns, so that whatever disturbed one disturbed the other.',
    '- **Noise.** Other programs, and other guests of the same host, only ever make things slower. Minimum and first quartile are closest to what the code itself takes; the median is closest to what one gets. Differences of less than a tenth mean nothing.',
    '- **Processor time of runs** is what the operating system counted for each process, in hundredths of a second, and includes TLS, relaying, sealing, matching and garbage collection.',
    '- **Kernel seconds of runs** are the operations that the protocol asks for, times what each took on all cores at once right after that run. Cores that share their parts are slower together; without this, that would count against the run.',
    '- **One computer.** All parties of a run share the cores of one machine and there is no network between them. In a federation each has a machine of its own and they work at the same time, so a run takes less time, and as much processor time.',
  ].join('\n'),
];

function repeat({ command }: Report): string[] {
  return [
    'This page was written by:',
    ['```', `npm ci`, command, '```'].join('\n'),
    '`npm run bench -- --quick` gives a first impression in under two minutes, `npm run bench -- --help` says what else there is. The benchmark never fails because something is slow. It fails when a count is not exact or two libraries disagree.',
  ];
}

function section(heading: string, blocks: readonly string[]): string[] {
  return [`## ${heading}`, '', ...blocks.flatMap((block) => [block, ''])];
}

function tablesOf(tables: readonly Table[]): string[] {
  return tables.flatMap((table) => [`### ${table.title}`, tableAsMarkdown(table)]);
}
