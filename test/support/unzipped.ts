import { unzipSync } from 'fflate';

/** The files of a ZIP file as text, by name. */
export function unzipped(bytes: Uint8Array): ReadonlyMap<string, string> {
  return new Map(Object.entries(unzipSync(bytes)).map(([name, file]) => [name, new TextDecoder().decode(file)]));
}
