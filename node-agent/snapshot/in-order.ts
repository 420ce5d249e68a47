/**
 * Works on several items at once, at most `limit`, and yields the results in the order of the items. An error of any
 * item is thrown at its turn; nothing is left unhandled when the consumer stops early.
 */
export async function* inOrder<T, R>(
  items: AsyncIterable<T>,
  limit: number,
  work: (item: T) => Promise<R>,
): AsyncIterable<R> {
  const underWay: Promise<R>[] = [];
  for await (const item of items) {
    const result = work(item);
    result.catch(() => undefined);
    underWay.push(result);
    const first = underWay.length >= limit ? underWay.shift() : undefined;
    if (first !== undefined) yield await first;
  }
  for (const result of underWay) yield await result;
}
