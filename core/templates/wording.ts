/** As part of a sentence: its author's first sentence, without the full stop. */
export function phrase(text: string): string {
  return text.replace(/\.(?:\s+\p{Lu}.*)?$/su, '');
}

/** As a sentence of its own. */
export function sentence(text: string): string {
  return /[.!?]$/.test(text) ? text : `${text}.`;
}
