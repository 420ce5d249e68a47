import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

let collect: (() => void) | undefined;

/**
 * Gives back the memory of arrays that nobody uses any more, at the end of a step that has had many. They are large and
 * few, and next to nothing of V8's own heap, so that by itself it may not see for a long time that it should look: the arrays
 * of several steps would be there together. It takes some tens of milliseconds, in which nothing else is done.
 */
export function giveBackMemory(): void {
  if (collect === undefined) {
    // The only way to ask for it in a process that was started without the flag, which is on while the function is made.
    setFlagsFromString('--expose-gc');
    collect = runInNewContext('gc') as () => void;
    setFlagsFromString('--no-expose-gc');
  }
  collect();
}
