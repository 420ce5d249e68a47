/** What the Design System's pagination asks for. */
export interface PageLinks {
  readonly previous?: { readonly href: string };
  readonly next?: { readonly href: string };
  readonly items: readonly PageLink[];
}

export type PageLink =
  { readonly number: number; readonly href: string; readonly current?: true } | { readonly ellipsis: true };

export interface Paged<Item> {
  readonly items: readonly Item[];
  /** From 1. */
  readonly page: number;
  readonly pages: number;
  /** Of all pages together. */
  readonly count: number;
  /** Null where one page has everything. */
  readonly links: PageLinks | null;
}

/** One page of a list. A page beyond the last is the last. @param hrefOf address of a page, from 1 */
export function paged<Item>(
  all: readonly Item[],
  wanted: number,
  perPage: number,
  hrefOf: (page: number) => string,
): Paged<Item> {
  const pages = Math.max(1, Math.ceil(all.length / perPage));
  const page = Math.min(wanted, pages);
  const items = all.slice((page - 1) * perPage, page * perPage);
  return { items, page, pages, count: all.length, links: pages === 1 ? null : linksOf(page, pages, hrefOf) };
}

function linksOf(page: number, pages: number, hrefOf: (page: number) => string): PageLinks {
  const shown = [...new Set([1, page - 1, page, page + 1, pages])]
    .filter((number) => number >= 1 && number <= pages)
    .toSorted((one, other) => one - other);
  const items = shown.flatMap((number, place): PageLink[] => {
    const gap = place > 0 && number - (shown[place - 1] ?? 0) > 1;
    const link = { number, href: hrefOf(number), ...(number === page ? { current: true as const } : {}) };
    return gap ? [{ ellipsis: true }, link] : [link];
  });
  return {
    ...(page > 1 ? { previous: { href: hrefOf(page - 1) } } : {}),
    ...(page < pages ? { next: { href: hrefOf(page + 1) } } : {}),
    items,
  };
}
