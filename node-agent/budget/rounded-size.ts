const STEP = 10;

/** How many records, in tens; 0 stands for fewer than ten. What an operator looks at needs no more, and says less of people. */
export function roundedSize(records: number): number {
  return records < STEP ? 0 : Math.round(records / STEP) * STEP;
}

/** The same in words. */
export function sizeInWords(rounded: number): string {
  return rounded === 0 ? `fewer than ${STEP} records` : `about ${rounded.toLocaleString('en-GB')} records`;
}
