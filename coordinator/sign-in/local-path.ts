/** Longer ones lead to the first page. */
export const MAX_NEXT_CHARACTERS = 2_000;

/** Nobody is sent back there: it would begin again, or sign out. */
const OWN = /^\/(sign-in|sign-out|signed-out)(\/|\?|$)/;

/**
 * Where to go on after signing in: what was asked for where it is a path of these pages, else the first page. Browsers take
 * `\` for `/`, drop tabs and line breaks, and read `//name` as another site, so none of them gets through, encoded or not.
 */
export function localPath(text: unknown): string {
  if (typeof text !== 'string' || text.length > MAX_NEXT_CHARACTERS) return '/';
  if (!/^\/(?![/\\])[\x21-\x7e]*$/.test(text) || OWN.test(text)) return '/';
  const plain = decoded(text);
  if (plain === undefined || plain.startsWith('//') || /[\\\x00-\x1f\x7f]/.test(plain)) return '/';
  const nowhere = 'http://pages.invalid';
  return URL.canParse(text, nowhere) && new URL(text, nowhere).origin === nowhere ? text : '/';
}

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}
