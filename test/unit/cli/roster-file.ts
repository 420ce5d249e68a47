import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { toBase64 } from '../../../core/base/index.js';
import { roster } from '../coordinator/fixtures.js';

/** Writes the coordinator's roster into the folder, as governance hands it out; the file. */
export function writeRoster(folder: string): string {
  const file = join(folder, 'roster.yaml');
  const key = (bytes: Uint8Array): string => toBase64(bytes);
  const { federation, version, agencies, coordinator, governance } = roster;
  const text = {
    ...{ federation, version },
    agencies: agencies.map(({ id, name, identityKey, datasets }) => ({
      id,
      name,
      identityKey: key(identityKey),
      datasets,
    })),
    coordinator: { identityKey: key(coordinator.identityKey) },
    governance: {
      threshold: governance.threshold,
      officers: governance.officers.map((officer) => ({ ...officer, publicKey: key(officer.publicKey) })),
    },
  };
  writeFileSync(file, JSON.stringify(text));
  return file;
}
