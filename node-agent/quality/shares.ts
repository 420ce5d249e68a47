/** A part of a whole, 0..1; 0 of nothing. */
export function shareOf(part: number, whole: number): number {
  return whole === 0 ? 0 : part / whole;
}

/** `0.37 %`; what is more than nothing never looks like it. */
export function percentText(share: number): string {
  const percent = share * 100;
  if (percent > 0 && percent < 0.01) return 'less than 0.01 %';
  return `${Number(percent.toFixed(2))} %`;
}

/** `1,234`. */
export function countText(count: number): string {
  return count.toLocaleString('en-GB');
}

/** `12 of 3,400 (0.35 %)`. */
export function partText(part: number, whole: number): string {
  return `${countText(part)} of ${countText(whole)} (${percentText(shareOf(part, whole))})`;
}
