import { describe, expect, it } from 'vitest';

import { GOVERNANCE_REFUSAL_CODES } from '../../../core/governance/index.js';
import { REFUSAL_CODES } from '../../../core/private-join/index.js';
import type { RefusalCode } from '../../../core/private-join/index.js';
import { createCatalogue, NO_FLOORS } from '../../../core/templates/index.js';
import type { RunOffer } from '../../../core/templates/index.js';
import type { OfferGrounds } from '../../../node-agent/offers/verify-offer.js';
import { noConsentNeeded, question, template } from './federation-fixtures.js';
import { crimes } from './fixtures.js';
import { charity, cps, opted, police, refusalOf, withPolicy } from './verify-offer-fixtures.js';

describe('an offer is refused', () => {
  const never = { maximumAgeMs: 86_400_000, inForce: null, appliedTo: new Map() };

  const oneQuarter = { quarters: { from: ['2025-Q1', '2025-Q2'], min: 1, max: 1 } };
  const NOT_THESE = 'the participants are not exactly the roster’s agencies that offer the template’s datasets';
  // What it says tells which of the checks that would all give one code has spoken.
  type Case = readonly [
    code: RefusalCode,
    what: string,
    says: string,
    offer: Partial<RunOffer>,
    grounds?: Partial<OfferGrounds>,
  ];
  const refused: readonly Case[] = [
    [
      'PROTOCOL_VIOLATION',
      'another purpose than the template’s',
      "the offer does not make a run: The purpose of the run is not the template's.",
      { purpose: 'marketing' },
    ],
    [
      'NOT_ALLOWED_HERE',
      'anything, without a policy',
      'its policy does not allow support-by-offence version 3',
      {},
      withPolicy({ allow: [] }),
    ],
    [
      'NOT_ALLOWED_HERE',
      'a template that is not on the list',
      'its policy does not allow support-by-offence version 3',
      {},
      withPolicy({ allow: [{ template: 'other', mode: 'live' }] }),
    ],
    [
      'NOT_ALLOWED_HERE',
      'another version than the one allowed',
      'its policy does not allow support-by-offence version 3',
      {},
      withPolicy({ allow: [{ template: template.template, version: 2, mode: 'live' }] }),
    ],
    [
      'NOT_ALLOWED_HERE',
      'a dataset of which there is no definition',
      'links[0].dataset: is not a dataset that is defined',
      {},
      { catalogue: createCatalogue([crimes]) },
    ],
    [
      'PARAMETER_OUT_OF_BOUNDS',
      'a value outside the list',
      'quarters[0]: is not one of the values to choose from',
      { parameters: { quarters: ['2025-Q3'] } },
    ],
    [
      'PARAMETER_OUT_OF_BOUNDS',
      'an unknown parameter',
      'sex: is not a parameter of this template',
      { parameters: { quarters: ['2025-Q1'], sex: ['F'] } },
    ],
    ['PARAMETER_OUT_OF_BOUNDS', 'a missing parameter', 'quarters: is missing', { parameters: {} }],
    [
      'PARAMETER_OUT_OF_BOUNDS',
      'a value twice',
      'quarters[1]: stands here twice',
      { parameters: { quarters: ['2025-Q1', '2025-Q1'] } },
    ],
    [
      'PARAMETER_OUT_OF_BOUNDS',
      'fewer values than have to be chosen',
      'quarters: needs at least 1 of its values',
      { parameters: { quarters: [] } },
    ],
    [
      'PARAMETER_OUT_OF_BOUNDS',
      'more values than may be chosen',
      'quarters: takes at most 1 of its values',
      { ...question({ parameters: oneQuarter }), parameters: { quarters: ['2025-Q1', '2025-Q2'] } },
    ],
    ['PROTOCOL_VIOLATION', 'an agency left out', NOT_THESE, { participants: [police, cps] }],
    ['PROTOCOL_VIOLATION', 'this node itself left out', NOT_THESE, { participants: [charity, cps] }],
    ['PROTOCOL_VIOLATION', 'no participants', NOT_THESE, { participants: [] }],
    ['PROTOCOL_VIOLATION', 'another order than the roster’s', NOT_THESE, { participants: [charity, police, cps] }],
    ['PROTOCOL_VIOLATION', 'an agency twice', NOT_THESE, { participants: [police, police, charity, cps] }],
    [
      'PROTOCOL_VIOLATION',
      'a stranger',
      NOT_THESE,
      { participants: [police, charity, cps, { agency: 'stranger', datasets: [], floors: NO_FLOORS }] },
    ],
    [
      'PROTOCOL_VIOLATION',
      'a stranger in the place of an agency',
      NOT_THESE,
      { participants: [police, { ...charity, agency: 'stranger' }, cps] },
    ],
    [
      'PROTOCOL_VIOLATION',
      'two agencies with each other’s datasets',
      NOT_THESE,
      { participants: [police, { ...charity, datasets: cps.datasets }, { ...cps, datasets: charity.datasets }] },
    ],
    [
      'PROTOCOL_VIOLATION',
      'an agency without its dataset',
      NOT_THESE,
      { participants: [police, charity, { ...cps, datasets: [] }] },
    ],
    [
      'PROTOCOL_VIOLATION',
      'an agency of the roster that offers nothing of this',
      NOT_THESE,
      { participants: [police, charity, cps, { agency: 'prison', datasets: [], floors: NO_FLOORS }] },
    ],
    [
      'PROTOCOL_VIOLATION',
      'an agency with another’s dataset',
      NOT_THESE,
      { participants: [police, { ...charity, datasets: [...charity.datasets, ...police.datasets] }, cps] },
    ],
    [
      'PROTOCOL_VIOLATION',
      'a dataset twice',
      NOT_THESE,
      { participants: [police, charity, { ...cps, datasets: [...cps.datasets, ...cps.datasets] }] },
    ],
    [
      'PROTOCOL_VIOLATION',
      'a run that this node has no part in',
      'prison offers none of the template’s datasets',
      {},
      { self: 'prison' },
    ],
    [
      'TOO_FEW_PARTICIPANTS',
      'fewer agencies than the template asks for',
      'a run needs at least 4 agencies here; the offer has 3',
      question({ minimumParticipants: 4 }),
    ],
    [
      'TOO_FEW_PARTICIPANTS',
      'fewer agencies than this agency’s floor',
      'a run needs at least 4 agencies here; the offer has 3',
      {},
      withPolicy({ minimumParticipants: 4 }),
    ],
    [
      'SNAPSHOT_MISSING',
      'a snapshot of a dataset that has none',
      'police has no snapshot of police.victim-crimes: its operator has to prepare one',
      {},
      { snapshots: new Map() },
    ],
    [
      'SNAPSHOT_STALE',
      'a snapshot that has been replaced',
      'police has prepared a newer snapshot of police.victim-crimes: ask again',
      {},
      { snapshots: new Map([[crimes.dataset, 'f'.repeat(64)]]) },
    ],
    [
      'NO_CONSENT',
      'an opt-in dataset without a mapping of consent',
      'police.victim-crimes is opt-in, and police has recorded nobody’s consent to its use for research-statistics',
      {},
      { catalogue: opted },
    ],
    [
      'NO_CONSENT',
      'a purpose that nobody was asked for',
      'police.victim-crimes is opt-in, and police has recorded nobody’s consent to its use for research-statistics',
      {},
      {
        catalogue: opted,
        consent: { ...noConsentNeeded, purposes: new Map([[crimes.dataset, ['service-planning']]]) },
      },
    ],
    [
      'OPT_OUTS_STALE',
      'everything before the opt-out lists have been read',
      'police has not read its opt-out lists yet: its operator runs `tally node opt-outs`',
      {},
      { consent: { ...noConsentNeeded, optOuts: never } },
    ],
    [
      'PROTOCOL_VIOLATION',
      'a run id that is none',
      'the offer does not make a run: The run has no UUID of its own.',
      { runId: 'run 1' },
    ],
  ];

  it.each(refused.map(([code, what, says, asked, held]) => ({ code, what, says, asked, held })))(
    'with $code $what',
    ({ code, says, asked, held }) => {
      const refusal = refusalOf(asked, held);
      expect([refusal.code, refusal.message]).toEqual([code, expect.stringContaining(says)]);
    },
  );

  it('has a test for every refusal code but those of governance, the run host, its accounts and the log', () => {
    const elsewhere = [
      ...GOVERNANCE_REFUSAL_CODES,
      'BUSY',
      'BUDGET_SPENT',
      'DIFFERENCING',
      'NOT_LIVE',
      'PAUSED',
      'CAP_REACHED',
      'CLOCK_WRONG',
    ];
    expect(new Set([...refused.map(([code]) => code), ...elsewhere])).toEqual(new Set(REFUSAL_CODES));
  });
});
