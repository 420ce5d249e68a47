import { COORDINATOR, MAX_LIST_RECORDS, TALLY } from '../core/private-join/index.js';
import type { PartyId, TransferSubject } from '../core/private-join/index.js';
import { text, wholeNumber } from './check.js';
import { MAX_DATASET_CHARACTERS, MAX_HOP, MAX_NAME_CHARACTERS } from './limits.js';

/** The names and numbers that more than one message has. */

const NAME = /^[a-z0-9][a-z0-9-]*$/;
const AGENCY = new RegExp(`^(?!${COORDINATOR}$)[a-z0-9][a-z0-9-]*$`);
const DATASET = /^[a-z0-9][a-z0-9.-]*$/;
const LIST_ID = /^[a-z0-9][a-z0-9.-]*\/[a-z0-9][a-z0-9-]*$/;
const PARAMETER = /^[a-z][A-Za-z0-9-]*$/;
const KEY = /^[A-Za-z0-9][A-Za-z0-9.-]*$/;
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

export function runId(value: string, field: string): string {
  return text(value, field, { max: 36, pattern: UUID, expected: 'a UUID in lower case' });
}

/** An agency or the coordinator. */
export function party(value: string, field: string): PartyId {
  return name(value, field);
}

export function agency(value: string, field: string): PartyId {
  return text(value, field, { max: MAX_NAME_CHARACTERS, pattern: AGENCY, expected: "an agency's id" });
}

export function name(value: string, field: string): string {
  return text(value, field, { max: MAX_NAME_CHARACTERS, pattern: NAME, expected: "of a-z, 0-9 and '-'" });
}

/** Of a template's parameter. */
export function parameterName(value: string, field: string): string {
  return text(value, field, { max: MAX_NAME_CHARACTERS, pattern: PARAMETER, expected: "a parameter's name" });
}

export function dataset(value: string, field: string): string {
  return text(value, field, { max: MAX_DATASET_CHARACTERS, pattern: DATASET, expected: "of a-z, 0-9, '-' and '.'" });
}

/** Of a match key. */
export function keyName(value: string, field: string): string {
  return text(value, field, { max: MAX_NAME_CHARACTERS, pattern: KEY, expected: "of letters, digits, '-' and '.'" });
}

export function subject(value: string, field: string): TransferSubject {
  if (value === TALLY) return value;
  return text(value, field, {
    max: MAX_DATASET_CHARACTERS + 1 + MAX_NAME_CHARACTERS,
    pattern: LIST_ID,
    expected: `<dataset>/<agency> or ${TALLY}`,
  });
}

export function hop(value: number, field: string): number {
  return wholeNumber(value, field, MAX_HOP);
}

export function count(value: number, field: string): number {
  return wholeNumber(value, field, MAX_LIST_RECORDS);
}
