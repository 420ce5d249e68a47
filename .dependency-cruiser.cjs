/**
 * The direction of imports. The compiler's project references say the same for whole folders; this says it a second
 * time, where a forgotten reference can't hide it, and finds cycles between files.
 */
const only = (from, allowed) => ({
  name: `${from.replaceAll('/', '-')}-imports-only-what-it-may`,
  severity: 'error',
  from: { path: `^${from}/` },
  to: {
    path: '^(core|runtime|transport|web|coordinator|node-agent|cli|examples|tools|test|bench)/',
    pathNot: allowed.map((folder) => `^${folder}/`),
  },
});

const core = [
  'core/base',
  'core/signing',
  'core/noise',
  'core/private-join',
  'core/linkage',
  'core/disclosure',
  'core/templates',
  'core/audit',
  'core/audit-entries',
  'core/provenance',
  'core/governance',
];

module.exports = {
  forbidden: [
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    only('core/base', ['core/base']),
    only('core/signing', ['core/base', 'core/signing']),
    only('core/noise', ['core/base', 'core/noise']),
    only('core/private-join', ['core/base', 'core/signing', 'core/noise', 'core/linkage', 'core/private-join']),
    only('core/linkage', ['core/base', 'core/noise', 'core/linkage']),
    only('core/disclosure', ['core/base', 'core/noise', 'core/disclosure']),
    only('core/audit', ['core/base', 'core/signing', 'core/private-join', 'core/audit']),
    only(
      'core/templates',
      core.filter(
        (folder) => !['core/governance', 'core/audit', 'core/audit-entries', 'core/provenance'].includes(folder),
      ),
    ),
    only('core/audit-entries', [
      'core/base',
      'core/signing',
      'core/private-join',
      'core/templates',
      'core/audit',
      'core/audit-entries',
    ]),
    only('core/provenance', [
      'core/base',
      'core/signing',
      'core/templates',
      'core/audit',
      'core/audit-entries',
      'core/governance',
      'core/provenance',
    ]),
    only('core/governance', [
      'core/base',
      'core/signing',
      'core/private-join',
      'core/templates',
      'core/audit',
      'core/governance',
    ]),
    only('runtime', ['core/base', 'core/private-join', 'core/templates', 'core/governance', 'runtime']),
    only('transport', [...core, 'runtime', 'transport']),
    only('web', ['core/base', 'runtime', 'web']),
    only('coordinator', [...core, 'runtime', 'transport', 'web', 'coordinator']),
    only('node-agent', [...core, 'runtime', 'transport', 'web', 'node-agent']),
    only('cli', [...core, 'runtime', 'transport', 'coordinator', 'node-agent', 'cli']),
    only('tools', ['tools']),
    only('bench', [...core, 'runtime', 'transport', 'coordinator', 'node-agent', 'cli', 'examples', 'bench']),
    only('examples', [...core, 'runtime', 'transport', 'web', 'coordinator', 'node-agent', 'cli', 'examples']),
    {
      name: 'cli-goes-through-the-entries-of-programs',
      severity: 'error',
      from: { path: '^cli/' },
      to: {
        path: '^(coordinator|node-agent)/',
        pathNot:
          '^(coordinator/(index|client|exports/index)|node-agent/index|(coordinator|node-agent)/commands/index)\\.ts$',
      },
    },
    {
      // Types cost nothing; all else of a program takes longer to load than most commands to run.
      name: 'cli-loads-programs-when-asked',
      severity: 'error',
      from: { path: '^cli/' },
      to: {
        path: '^(coordinator|node-agent)/',
        pathNot: '^coordinator/client\\.ts$',
        dependencyTypesNot: ['dynamic-import', 'type-only'],
      },
    },
    {
      name: 'core-does-no-io',
      severity: 'error',
      from: { path: '^core/' },
      to: { path: '^(node:)?(fs|fs/promises|net|tls|http|http2|https|child_process|worker_threads|dgram|cluster|os)$' },
    },
    {
      name: 'core-needs-no-program-libraries',
      severity: 'error',
      from: { path: '^core/' },
      to: { path: 'node_modules/(@grpc|express|better-sqlite3|pino|piscina|commander)/' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^(dist|transport/generated)/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.base.json' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'types', 'node'] },
  },
};
