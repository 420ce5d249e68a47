import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { compile } from 'sass';

/** Makes the one style sheet of all pages. */
const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const { css } = compile(join(root, 'web', 'styles', 'tallystick.scss'), {
  loadPaths: [root, join(root, 'node_modules')],
  style: 'compressed',
  quietDeps: true,
  // What one library warns another of is for them to mend.
  logger: {
    warn: (message, { stack }) => process.stderr.write(stack?.includes('node_modules') === true ? '' : `${message}\n`),
  },
});
const file = join(root, 'dist', 'web', 'tallystick.css');
mkdirSync(dirname(file), { recursive: true });
writeFileSync(file, css);
