import { writeFileSync } from 'node:fs';

import { packagePath } from '../../runtime/index.js';
import { privateJoinVectors } from './private-join.js';

/** `npm run vectors`: writes the vectors that the tests compare with. Only after SPEC.md and the code changed together. */
writeFileSync(
  packagePath('test/vectors/private-join.json'),
  `${JSON.stringify(await privateJoinVectors(), null, 2)}\n`,
);
