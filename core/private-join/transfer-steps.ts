import { JoinError } from './errors.js';
import type { TransferHeader, TransferSubject } from './messages.js';
import { CHUNK_RECORDS, MAX_LIST_RECORDS } from './plan.js';
import type { JoinPlan, PartyId } from './plan.js';
import { route, subjects } from './route.js';

/**
 * How far one party is with one subject (a list, or the tally):
 * awaited -> receiving -> mixing -> held -> sent, or made -> held -> sent at its provider.
 */
export type TransferStep =
  | { readonly at: 'awaited' }
  | { readonly at: 'receiving'; readonly count: number; readonly received: number; readonly from: PartyId }
  /** All chunks are here, some are still being worked on: the shuffle barrier. */
  | { readonly at: 'mixing' }
  /** The party is making the list itself. */
  | { readonly at: 'making' }
  /** Whole, shuffled, on its way out. */
  | { readonly at: 'held' }
  | { readonly at: 'sent' };

export type TransferSteps = ReadonlyMap<TransferSubject, TransferStep>;

/** Where every party begins: with every list and the tally before it. */
export function awaitAll(plan: JoinPlan): TransferSteps {
  return new Map(subjects(plan).map((subject) => [subject, { at: 'awaited' }]));
}

/** What a party hears about the transfers it receives. */
export type TransferEvent =
  | { readonly kind: 'transfer-opened'; readonly header: TransferHeader }
  | { readonly kind: 'chunk-opened'; readonly subject: TransferSubject; readonly records: number }
  | { readonly kind: 'transfer-closed'; readonly subject: TransferSubject };

/**
 * The next steps after a transfer event at `self`. Every way in which a transfer can be wrong in number or order ends
 * here; wrong bytes are found where they are opened and decoded.
 */
export function receive(plan: JoinPlan, self: PartyId, steps: TransferSteps, event: TransferEvent): TransferSteps {
  switch (event.kind) {
    case 'transfer-opened':
      return opened(plan, self, steps, event.header);
    case 'chunk-opened':
      return chunkOpened(steps, event.subject, event.records);
    case 'transfer-closed':
      return closed(steps, event.subject);
  }
}

export function withStep(steps: TransferSteps, subject: TransferSubject, step: TransferStep): TransferSteps {
  return new Map(steps).set(subject, step);
}

/** True when the party has nothing left to receive or to make of these subjects. */
export function allHeld(steps: TransferSteps, subjects: Iterable<TransferSubject>): boolean {
  return [...subjects].every((subject) => {
    const at = steps.get(subject)?.at;
    return at === 'held' || at === 'sent';
  });
}

function opened(plan: JoinPlan, self: PartyId, steps: TransferSteps, header: TransferHeader): TransferSteps {
  const { subject, hop, from, count } = header;
  const stations = route(plan, subject);
  if (header.to !== self || stations[hop] !== from || stations[hop + 1] !== self) {
    throw new JoinError('OUT_OF_ORDER', from, `a transfer from ${from} is not the hop that the plan says`);
  }
  if (steps.get(subject)?.at !== 'awaited') {
    throw new JoinError('DUPLICATE_LIST', from, `${from} sent a list that this party has already`);
  }
  if (!Number.isInteger(count) || count < 0 || count > MAX_LIST_RECORDS) {
    throw new JoinError('BAD_COUNT', from, `${from} announced a list larger than ${MAX_LIST_RECORDS} records`);
  }
  return withStep(steps, subject, { at: 'receiving', count, received: 0, from });
}

/** `records` is what the chunk's bytes make; part of a record is no whole number. */
function chunkOpened(steps: TransferSteps, subject: TransferSubject, records: number): TransferSteps {
  const step = receiving(steps, subject);
  const received = step.received + records;
  if (!Number.isInteger(records) || records < 1 || records > CHUNK_RECORDS || received > step.count) {
    throw new JoinError(
      'BAD_COUNT',
      step.from,
      `${step.from} sent a chunk with another number of records than announced`,
    );
  }
  return withStep(steps, subject, { ...step, received });
}

function closed(steps: TransferSteps, subject: TransferSubject): TransferSteps {
  const step = receiving(steps, subject);
  if (step.received !== step.count) {
    throw new JoinError(
      'BAD_COUNT',
      step.from,
      `${step.from} announced ${step.count} records and sent ${step.received}`,
    );
  }
  return withStep(steps, subject, { at: 'mixing' });
}

function receiving(steps: TransferSteps, subject: TransferSubject): TransferStep & { readonly at: 'receiving' } {
  const step = steps.get(subject);
  if (step?.at !== 'receiving') throw new RangeError('a chunk without an open transfer');
  return step;
}
