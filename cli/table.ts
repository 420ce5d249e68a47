import { formatCount } from '../core/base/index.js';
import {
  INTERVAL,
  labelOf,
  markOf,
  NOT_APPLICABLE,
  rangeText,
  type Group,
  type Interval,
  type ReleasedCell,
  type ReleasedTable,
  type TableDimension,
} from '../core/disclosure/index.js';
import { gridLines, gridWidth, type Grid } from './grid.js';

/**
 * A cross-tabulation with its totals: the last dimension across, the others down the side, the outermost first. Where
 * there is noise, each count has its interval beside it, or in a second table where that is too wide. Where that is wider
 * than `columns` as well, every dimension goes down the side and numbers stand in columns of their own.
 */
export function renderTable(table: ReleasedTable, columns: number): string {
  const across = table.dimensions.length > 1 ? table.dimensions.at(-1) : undefined;
  if (across !== undefined) {
    const layouts = table.noise === null ? [[countText]] : [[countAndInterval], [countText, intervalText]];
    for (const texts of layouts) {
      const tables = texts.map((text) => gridLines(crossTable(table, across, text)));
      if (tables.every((lines) => gridWidth(lines) <= columns)) return joinTables(tables);
    }
  }
  return gridLines(longTable(table)).join('\n');
}

type CellText = (cell: ReleasedCell) => string;

const countText: CellText = ({ value, status }) => (value === null ? markOf(status) : formatCount(value));

const intervalText: CellText = ({ value, interval, status }) =>
  value === null || interval === null ? markOf(status) : rangeText(interval, formatCount);

const countAndInterval: CellText = (cell) => {
  const { value, interval } = cell;
  return value === null || interval === null ? countText(cell) : `${formatCount(value)} ${aboutText(value, interval)}`;
};

/** `±5` where the interval lies so about the value, else both its ends in brackets. */
function aboutText(value: number, interval: Interval): string {
  const [below, above] = [value - interval.low, interval.high - value];
  return below === above ? `±${formatCount(above)}` : `(${rangeText(interval, formatCount)})`;
}

function joinTables([counts = [], intervals]: readonly (readonly string[])[]): string {
  return [...counts, ...(intervals === undefined ? [] : ['', INTERVAL, ...intervals])].join('\n');
}

function crossTable(table: ReleasedTable, across: TableDimension, text: CellText): Grid {
  const places = placesOf(across, table);
  return {
    title: across.label,
    side: table.dimensions.slice(0, -1).map(({ label }) => label),
    columns: places.map((place) => labelOf(across, place)),
    rows: rowsOf(
      table,
      table.dimensions.slice(0, -1),
      places.map((place) => [place]),
    ).map(({ side, cells }) => ({
      side,
      numbers: cells.map(({ cell, place }) => (cell === undefined ? emptyText(place) : text(cell))),
    })),
  };
}

function longTable(table: ReleasedTable): Grid {
  const texts = table.noise === null ? [countText] : [countText, intervalText];
  return {
    title: '',
    side: table.dimensions.map(({ label }) => label),
    columns: ['Count', INTERVAL].slice(0, texts.length),
    rows: rowsOf(table, table.dimensions, [[]]).map(({ side, cells }) => ({
      side,
      numbers: cells.flatMap(({ cell }) => (cell === undefined ? [] : texts.map((text) => text(cell)))),
    })),
  };
}

interface TableRow {
  readonly side: readonly string[];
  readonly cells: readonly { readonly place: Group; readonly cell: ReleasedCell | undefined }[];
}

/** A row for each place of the dimensions `down`, totals among them, that has a cell in any of the places `across`. */
function rowsOf(table: ReleasedTable, down: readonly TableDimension[], across: readonly Group[]): TableRow[] {
  const known = new Map([...table.cells, ...table.totals].map((cell) => [keyOf(cell.categories), cell]));
  return combinations(down.map((dimension) => placesOf(dimension, table)))
    .map((side) => ({
      side: side.map((place, index) => labelOf(down[index], place)),
      cells: across.map((rest) => {
        const place = [...side, ...rest];
        return { place, cell: known.get(keyOf(place)) };
      }),
    }))
    .filter(({ cells }) => cells.some(({ cell }) => cell !== undefined));
}

/** A combination that can't occur says so; a total that isn't made is left empty. */
function emptyText(place: Group): string {
  return place.includes(null) ? '' : NOT_APPLICABLE;
}

/** The places of a dimension: its categories, and all together where there are totals. */
function placesOf({ categories }: TableDimension, { totals }: ReleasedTable): (number | null)[] {
  return [...categories.keys(), ...(totals.length > 0 ? [null] : [])];
}

function keyOf(group: Group): string {
  return group.map((place) => place ?? '*').join(' ');
}

/** Every combination of places, the first dimension slowest. */
function combinations(places: readonly (readonly (number | null)[])[]): (number | null)[][] {
  return places.reduce<(number | null)[][]>(
    (prefixes, next) => prefixes.flatMap((prefix) => next.map((place) => [...prefix, place])),
    [[]],
  );
}
