import { createRequire } from 'node:module';

/**
 * `@openmined/psi.js`: two parties find out how many elements they have in common, over NIST P-256 in WebAssembly. What
 * the package says of its own types doesn't compile, so this is what is used of it.
 */
interface PsiLibrary {
  readonly dataStructure: { readonly Raw: unknown };
  readonly request: Message;
  readonly response: Message;
  readonly serverSetup: Message;
  readonly server: { createWithNewKey(reveal: boolean): PsiServer };
  readonly client: { createWithNewKey(reveal: boolean): PsiClient };
}

interface Message {
  deserializeBinary(bytes: Uint8Array): Serialisable;
}

interface Serialisable {
  serializeBinary(): Uint8Array;
}

interface PsiServer {
  createSetupMessage(
    falsePositives: number,
    clientElements: number,
    inputs: readonly string[],
    structure: unknown,
  ): Serialisable;
  processRequest(request: Serialisable): Serialisable;
  delete(): void;
}

interface PsiClient {
  createRequest(inputs: readonly string[]): Serialisable;
  getIntersectionSize(setup: Serialisable, response: Serialisable): number;
  delete(): void;
}

/** The raw structure holds whole elements and has no false positives, whatever is asked for here. */
const FALSE_POSITIVES = 1e-9;

export type IntersectionSize = (client: readonly string[], server: readonly string[]) => number;

/** Loads psi.js. What it returns plays both parties, every message written out and read in, as on a network. */
export async function loadPsi(): Promise<IntersectionSize> {
  const load = createRequire(import.meta.url)('@openmined/psi.js') as () => Promise<PsiLibrary>;
  const psi = await load();
  return (clientInputs, serverInputs) => {
    const server = psi.server.createWithNewKey(false);
    const client = psi.client.createWithNewKey(false);
    try {
      const setup = server
        .createSetupMessage(FALSE_POSITIVES, clientInputs.length, serverInputs, psi.dataStructure.Raw)
        .serializeBinary();
      const request = client.createRequest(clientInputs).serializeBinary();
      const response = server.processRequest(psi.request.deserializeBinary(request)).serializeBinary();
      return client.getIntersectionSize(
        psi.serverSetup.deserializeBinary(setup),
        psi.response.deserializeBinary(response),
      );
    } finally {
      server.delete();
      client.delete();
    }
  };
}
