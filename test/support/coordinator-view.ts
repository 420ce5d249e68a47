import { toHex } from '../../core/base/index.js';
import { memoryStores, recordWidth } from '../../core/private-join/index.js';
import type { DecoyPattern, JoinPlan, ListId, RecordStores } from '../../core/private-join/index.js';
import type { PlainLists } from './naive-join.js';

/** What each record of a list has in its key columns; nobody else has a null. */
export type KeysOfLists = ReadonlyMap<ListId, readonly (readonly (string | null)[])[]>;

/** Stores for the coordinator that remember the pseudonyms of every list, which it tells apart by their widths. */
export function watchedStores(plan: JoinPlan): { readonly stores: RecordStores; readonly seen: KeysOfLists } {
  const seen = new Map<ListId, (readonly string[])[]>(plan.lists.map(({ id }) => [id, []]));
  const byWidth = new Map(plan.lists.map((list) => [recordWidth(list.keys.length, list.sums), list]));
  if (byWidth.size < plan.lists.length) throw new RangeError('two lists have records of the same width');
  const stores: RecordStores = {
    create(count, width) {
      const store = memoryStores.create(count, width);
      const list = byWidth.get(width);
      return {
        count,
        width,
        put: (positions, records) => {
          for (let at = 0; list !== undefined && at < records.length; at += width) {
            const elements = list.keys.map((_, column) => records.slice(at + 32 * column, at + 32 * column + 32));
            seen.get(list.id)?.push(elements.map(toHex));
          }
          store.put(positions, records);
        },
        read: (from, to) => store.read(from, to),
        gather: (places) => store.gather(places),
        dispose: () => store.dispose(),
      };
    },
  };
  return { stores, seen };
}

/** The same of records in the clear. */
export function plainKeys(plan: JoinPlan, lists: PlainLists): KeysOfLists {
  return new Map(plan.lists.map(({ id }) => [id, (lists.get(id) ?? []).map(({ keys }) => keys)]));
}

/**
 * How many groups of records there are of each shape. A group is records that share keys, directly or by others; its
 * shape says which lists they are in and which of their columns somebody else in the group shares.
 */
export function overlapsOf(plan: JoinPlan, lists: KeysOfLists): Map<string, number> {
  const records = plan.lists.flatMap(({ id, keys }) =>
    (lists.get(id) ?? []).map((values) => ({
      id,
      columns: values.flatMap((value, column) =>
        value === null ? [] : [{ name: keys[column]?.name ?? '', key: `${keys[column]?.name ?? ''}=${value}` }],
      ),
    })),
  );
  const holders = new Map<string, number[]>();
  records.forEach(({ columns }, record) => {
    for (const { key } of columns) holders.set(key, [...(holders.get(key) ?? []), record]);
  });
  const shapes = new Map<string, number>();
  const done = new Set<number>();
  records.forEach((_, first) => {
    if (done.has(first)) return;
    const group = [first];
    done.add(first);
    for (const record of group) {
      for (const { key } of records[record]?.columns ?? []) {
        for (const other of holders.get(key) ?? []) {
          if (done.has(other)) continue;
          done.add(other);
          group.push(other);
        }
      }
    }
    const members = group.map((record) => {
      const { id = '', columns = [] } = records[record] ?? {};
      const shared = columns.filter(({ key }) => (holders.get(key)?.length ?? 0) > 1);
      return shapeOfMember(
        id,
        shared.map(({ name }) => name),
      );
    });
    const shape = members.toSorted().join(' + ');
    shapes.set(shape, (shapes.get(shape) ?? 0) + 1);
  });
  return shapes;
}

/** The shape that a decoy group of the pattern has. */
export function shapeOfPattern(pattern: DecoyPattern): string {
  return pattern
    .map(({ list, shared }) => shapeOfMember(list, shared))
    .toSorted()
    .join(' + ');
}

function shapeOfMember(list: ListId, shared: readonly string[]): string {
  return `${list}(${shared.toSorted().join(',')})`;
}
