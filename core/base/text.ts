/** `1 run`, `2 runs`; `many` where that isn't the word with an s. */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`;
}

/** UTC, to the second, as people read it. */
export function timeText(at: Date): string {
  return `${at.toISOString().slice(0, 19).replace('T', ' ')} UTC`;
}

/** Without control characters but line ends, and without those that turn the direction of writing. */
export function withoutControls(text: string): string {
  return text.replace(/[\u202a-\u202e\u2066-\u2069]|[^\P{Cc}\n]/gu, '');
}

/** Text or an attribute's value of XML: markup escaped, and without what XML 1.0 doesn't allow. */
export function xmlText(text: string): string {
  const allowed = withoutControls(text).replace(/[\ufffe\uffff]|\p{Cs}/gu, '');
  return allowed.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}

/** 12345 as 12,345. */
export function formatCount(count: number): string {
  return String(count).replace(/\B(?=(\d{3})+$)/g, ',');
}

/** With at most so many places behind the point: -12345.678 as -12,345.68. */
export function formatDecimal(value: number, places: number): string {
  const text = String(Math.abs(Number(value.toFixed(places))));
  const [whole = '', behind] = text.split('.');
  const sign = Number(value.toFixed(places)) < 0 ? '-' : '';
  return `${sign}${whole.replace(/\B(?=(\d{3})+$)/g, ',')}${behind === undefined ? '' : `.${behind}`}`;
}

/** 0.2345 as 23.5 %. */
export function formatPercent(share: number): string {
  return `${(share * 100).toFixed(1)} %`;
}

/** `a`, `a and b`, `a, b and c`. */
export function listed(parts: readonly string[]): string {
  return parts.length < 2 ? (parts[0] ?? '') : `${parts.slice(0, -1).join(', ')} and ${parts.at(-1) ?? ''}`;
}
