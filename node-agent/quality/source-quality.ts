import { birthDateFault, identifierFault } from '../../core/linkage/index.js';
import type { IdentifierName, Raw } from '../../core/linkage/index.js';
import { quarterOf } from '../../core/templates/index.js';
import { NOTICE_TEXTS } from '../source/finding.js';
import type { Finding, Findings, NoticeKind } from '../source/finding.js';
import { CASE_IDENTIFIER } from '../source/mapping.js';
import type { BoundMapping, SourceIdentifier } from '../source/mapping.js';
import type { SourceRecord } from '../source/record-reader.js';
import { FindingTally } from './finding-tally.js';
import type { CountedFinding } from './finding-tally.js';

/** What a record has to be linked on. */
export interface RecordLinking {
  /** Identifiers that the dataset holds, of which the record has no value that can be used. */
  readonly missing: readonly IdentifierName[];
  /** Whether it has a match key on the person that the snapshot holds; null where the dataset has none of those. */
  readonly person: boolean | null;
  readonly case: boolean | null;
}

/** How good a source is. Numbers of rows, all of them; they stay inside the agency. */
export interface QualityCounts {
  /** Read. */
  readonly rows: number;
  /** Left out, because a value of a field isn't one that the dataset allows. */
  readonly rejected: number;
  /** Of the others: with any match key; with one on the person, on the case: null where the dataset has no such keys. */
  readonly keyed: number;
  readonly onPerson: number | null;
  readonly onCase: number | null;
  /** In the order of the definition; of the rows that are used, in how many nothing is recorded. */
  readonly fields: readonly { readonly name: string; readonly column: string; readonly missing: number }[];
  /** In the order of the mapping; of the rows that are used, in how many it is missing or can't be used. */
  readonly identifiers: readonly { readonly name: SourceIdentifier; readonly missing: number }[];
  /** What rows were left out for comes first. */
  readonly findings: readonly CountedFinding[];
}

/** What is none of a name's, but for what stands between lines and columns. */
const CONTROLS = /[^\P{Cc}\t\n\r]/u;

/** Counts how good a source is while it is read, row by row. Nothing of a row is kept. */
export class SourceQuality implements Findings {
  readonly #mapping: BoundMapping;
  readonly #asAt: string;
  readonly #asAtQuarter: string;
  readonly #tally = new FindingTally();
  readonly #missingFields: number[];
  readonly #missing = new Map<SourceIdentifier, number>();
  readonly unmapped: (path: string, code: string) => void;
  #rejected = 0;
  #used = 0;
  #keyed = 0;
  #onPerson = 0;
  #onCase = 0;

  /**
   * @param asAt ISO date of the data
   * @param unmapped is told of every code that nothing says the meaning of
   */
  constructor(mapping: BoundMapping, asAt: string, unmapped: (path: string, code: string) => void = () => undefined) {
    this.#mapping = mapping;
    this.#asAt = asAt;
    this.#asAtQuarter = quarterOf(asAt);
    this.#missingFields = mapping.fields.map(() => 0);
    this.unmapped = unmapped;
  }

  found(finding: Finding, row: number): void {
    this.#tally.add(finding, row);
  }

  /** A row that can't be used; what for has been told to `found`. */
  rejected(): void {
    this.#rejected += 1;
  }

  /** A row that is used. */
  used(record: SourceRecord, linking: RecordLinking): void {
    this.#used += 1;
    if (linking.person === true) this.#onPerson += 1;
    if (linking.case === true) this.#onCase += 1;
    if (linking.person === true || linking.case === true) this.#keyed += 1;
    this.#countFields(record);
    for (const name of linking.missing) this.#missing.set(name, (this.#missing.get(name) ?? 0) + 1);
    if (linking.case === false) this.#missing.set(CASE_IDENTIFIER, (this.#missing.get(CASE_IDENTIFIER) ?? 0) + 1);
    this.#lookAtIdentifiers(record, linking.missing);
  }

  get counts(): QualityCounts {
    const { keys, linkage } = this.#mapping.definition;
    const findings = this.#tally.findings;
    return {
      rows: this.#rejected + this.#used,
      rejected: this.#rejected,
      keyed: this.#keyed,
      onPerson: linkage === null ? null : this.#onPerson,
      onCase: keys.includes('case') ? this.#onCase : null,
      fields: this.#mapping.fields.map(({ name, column }, place) => ({
        ...{ name, column },
        missing: this.#missingFields[place] ?? 0,
      })),
      identifiers: this.#mapping.identifiers.map(({ name }) => ({ name, missing: this.#missing.get(name) ?? 0 })),
      findings: [...findings.filter(({ rejects }) => rejects), ...findings.filter(({ rejects }) => !rejects)],
    };
  }

  #countFields({ row, fields }: SourceRecord): void {
    for (const [place, { name, column, definition }] of this.#mapping.fields.entries()) {
      const value = fields[place] ?? null;
      if (value === null) this.#missingFields[place] = (this.#missingFields[place] ?? 0) + 1;
      const last =
        definition.type === 'date' ? this.#asAt : definition.type === 'quarter' ? this.#asAtQuarter : undefined;
      if (last !== undefined && value !== null && value > last) {
        this.#notice(`fields.${name}`, column, 'after-as-at', row);
      }
    }
  }

  #lookAtIdentifiers({ row, person, urn }: SourceRecord, missing: readonly IdentifierName[]): void {
    for (const { name, columns } of this.#mapping.identifiers) {
      const value: Raw | readonly Raw[] = name === CASE_IDENTIFIER ? urn : person[name];
      const texts = typeof value === 'string' ? [value] : (value ?? []);
      for (const [place, text] of texts.entries()) {
        if (text === null || text === undefined || text.trim() === '') continue;
        const notice = (kind: NoticeKind): void => this.#notice(`identifiers.${name}`, columns[place] ?? '', kind, row);
        if (CONTROLS.test(text)) notice('control-characters');
        if (name === CASE_IDENTIFIER) continue;
        const fault = name === 'dateOfBirth' ? birthDateFault(text, this.#asAt) : null;
        if (fault !== null) notice(fault);
        else if (missing.includes(name)) notice(identifierFault(name, text));
      }
    }
  }

  #notice(path: string, column: string, kind: NoticeKind, row: number): void {
    this.#tally.add({ path, column, kind, text: NOTICE_TEXTS[kind], rejects: false }, row);
  }
}
