import tseslint from 'typescript-eslint';

/**
 * What the compiler's project references cannot say: who alone may import which library.
 * (Which folder may import which is said by the `references` of each folder's tsconfig.json.)
 */
const curveLibraries = {
  group: ['libsodium-wrappers-sumo', '@noble/curves', '@noble/curves/*'],
  message: 'The arithmetic is core/private-join/kernel; other curve libraries are for tests and benchmarks.',
};
const grpc = { group: ['@grpc/*'], message: 'Only transport/ speaks gRPC.' };
const insideShared = {
  regex: '^(\\.\\./)+(core/[a-z-]+|runtime|transport|web)/(?!(charts/)?index\\.js$)',
  message: "Go through the folder's index.ts.",
};
const ioModules = {
  regex: '^(node:)?(fs|fs/promises|net|tls|http|http2|https|child_process|worker_threads|dgram|cluster|os)$',
  message: 'core/ does no I/O.',
};
const ownClock = [
  {
    selector: "CallExpression[callee.object.name='Date'][callee.property.name='now']",
    message: 'core/ has no clock of its own: take a Clock.',
  },
  {
    selector: "NewExpression[callee.name='Date'][arguments.length=0]",
    message: 'core/ has no clock of its own: take a Clock.',
  },
  {
    selector: "CallExpression[callee.object.name='Math'][callee.property.name='random']",
    message: 'Take an Rng.',
  },
];
const restrict = (...patterns) => ['error', { patterns }];

export default tseslint.config(
  {
    ignores: [
      'dist/',
      'node_modules/',
      'transport/generated/',
      '.demo/',
      'core/private-join/kernel/generated/',
      // AssemblyScript: another language, with another type system.
      'core/private-join/kernel/assembly/',
    ],
  },
  {
    files: ['**/*.ts'],
    extends: [...tseslint.configs.strictTypeChecked],
    languageOptions: {
      parserOptions: {
        projectService: { allowDefaultProject: ['vitest.config.ts'] },
        tsconfigRootDir: import.meta.dirname,
      },
    },
    rules: {
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/explicit-module-boundary-types': 'error',
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      'no-console': 'error',
      'no-restricted-imports': restrict(curveLibraries, grpc, insideShared),
    },
  },
  {
    files: ['core/**/*.ts'],
    rules: {
      'no-restricted-imports': restrict(curveLibraries, grpc, insideShared, ioModules),
      'no-restricted-syntax': ['error', ...ownClock],
    },
  },
  { files: ['transport/**/*.ts'], rules: { 'no-restricted-imports': restrict(curveLibraries, insideShared) } },
  // Benchmarks stand beside other libraries, and time what is inside.
  { files: ['bench/**/*.ts'], rules: { 'no-restricted-imports': restrict(grpc) } },
  {
    // Tests look inside on purpose, compare with other libraries and speak raw gRPC to a server.
    files: ['test/**/*.ts'],
    rules: { 'no-restricted-imports': 'off' },
  },
);
