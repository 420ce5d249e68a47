/** Standard deviations that a share may be off by: more happens once in a million and a half times. */
export const DEVIATIONS_ALLOWED = 5;

/** Whether so many of so many are what one would see of something this likely. */
export function isLikely(hits: number, among: number, probability: number): boolean {
  const deviation = Math.sqrt(among * probability * (1 - probability));
  return Math.abs(hits - among * probability) <= DEVIATIONS_ALLOWED * deviation + 1;
}

/** Whether one share is larger than the other by more than chance makes it. */
export function isLarger(
  [hits, among]: readonly [number, number],
  [otherHits, otherAmong]: readonly [number, number],
): boolean {
  const [share, other] = [hits / among, otherHits / otherAmong];
  const variance = (share * (1 - share)) / among + (other * (1 - other)) / otherAmong;
  return share - other > DEVIATIONS_ALLOWED * Math.sqrt(variance);
}
