import { describe, expect, it } from 'vitest';

import { birthDateFault, identifierFault, MAX_IDENTIFIER_LENGTH } from '../../../core/linkage/index.js';
import type { IdentifierName } from '../../../core/linkage/index.js';

describe('why nothing can be made of an identifier', () => {
  it.each<[IdentifierName, string, string]>([
    ['surname', 'UNKNOWN', 'placeholder'],
    ['surname', 'N/A', 'placeholder'],
    ['forename', 'Baby of Anne', 'placeholder'],
    ['surname', '🙂🙂', 'unusable'],
    ['surname', '-', 'unusable'],
    ['dateOfBirth', '1900-01-01', 'placeholder'],
    ['dateOfBirth', '01/01/1970', 'placeholder'],
    ['dateOfBirth', 'not known', 'placeholder'],
    ['dateOfBirth', '5/6/87', 'unusable'],
    ['postcode', 'ZZ99 3VZ', 'placeholder'],
    ['postcode', 'NFA', 'placeholder'],
    ['postcode', '12345', 'unusable'],
    ['nhsNumber', '0000000000', 'placeholder'],
    ['nhsNumber', '9434765918', 'unusable'],
    ['sex', 'X', 'unusable'],
    ['surname', 'x'.repeat(MAX_IDENTIFIER_LENGTH + 1), 'too-long'],
    ['surname', 'x'.repeat(MAX_IDENTIFIER_LENGTH), 'placeholder'],
  ])('of %s %j: %s', (name, text, fault) => {
    expect(identifierFault(name, text)).toBe(fault);
  });
});

describe('what is wrong with a date of birth', () => {
  it.each<[string, string | null]>([
    ['1987-11-23', null],
    ['1987', null],
    ['1987-02-00', null],
    ['1987-02-31', 'impossible-date'],
    ['31/02/1987', 'impossible-date'],
    ['1987-13-45', 'impossible-date'],
    ['2026-03-31', null],
    ['2026-04-01', 'future-date'],
    ['2026', null],
    ['2027', 'future-date'],
    ['unknown', null],
    ['', null],
  ])('of %j, in data as at 2026-03-31: %s', (text, fault) => {
    expect(birthDateFault(text, '2026-03-31')).toBe(fault);
  });
});
