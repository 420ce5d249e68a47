import type { Request, Response } from 'express';
import { toHex, type Rng } from '../../../core/base/index.js';
import {
  actDigest,
  actPayload,
  GovernanceError,
  markLines,
  nameOf,
  PRINCIPLE_QUESTIONS,
  PRINCIPLE_WORDS,
  PRINCIPLES,
  verdictText,
} from '../../../core/governance/index.js';
import type { Proposal, RosterOfficer, UnmadeAct } from '../../../core/governance/index.js';
import { textSchema } from '../../../core/templates/index.js';
import type { Account } from '../../access/account.js';
import { Denied } from '../../access/denied.js';
import type { GuardedRoutes } from '../../access/guarded-routes.js';
import type { SiteServices } from '../site-services.js';
import { mayApprove, mayReview, namesOf, waitsFor } from './inbox.js';
import { readTemplateFor, standingOf } from './proposal-view.js';
import { NO_ANSWERS, reviewAnswers, type ReviewAnswers } from './review-answers.js';
import { showSigning, signedActs } from './sign-page.js';

/** Of the salt in a review: nobody guesses it, and so nobody guesses the review. */
const SALT_BYTES = 32;

type Fields = Readonly<Record<string, unknown>>;

/** One proposal: read it, review it, approve, publish or revoke it. */
export function proposalPages(routes: GuardedRoutes, services: SiteServices, rng: Rng): void {
  const { registers, desk } = services;
  const path = '/governance/proposals/:proposal';

  routes.get(path, ['officer'], (request, response, account) => {
    showProposal(response, proposalIn(request, services), officerOf(account, services), services);
  });

  routes.get(`${path}/review`, ['officer'], (request, response, account) => {
    officerOf(account, services);
    showReview(response, proposalIn(request, services), { answers: NO_ANSWERS, errors: [] }, services);
  });

  routes.post(`${path}/review`, ['officer'], (request, response, account) => {
    const proposal = proposalIn(request, services);
    const { id } = officerOf(account, services);
    const { principles, ...said } = reviewAnswers(request.body as Fields);
    if (principles === undefined) {
      showReview(response.status(422), proposal, said, services);
      return;
    }
    const salt = toHex(rng.bytes(SALT_BYTES));
    const acts = desk.prepare(id, (complete) => {
      const review = complete({ act: 'review', proposal: proposal.digest, officer: id, salt, principles });
      const digest = actDigest(actPayload(review));
      return [review, complete({ act: 'commit-review', proposal: proposal.digest, officer: id, review: digest })];
    });
    sign(response, proposal, { title: 'Sign your review', acts, command: 'tally template commit-review' });
  });

  one('approve', 'Approve', (proposal) => ({
    act: 'approve',
    proposal: proposal.digest,
    reviews: [...proposal.reviews.values()].map(({ digest }) => digest).toSorted(),
  }));
  one('publish', 'Publish', (proposal) => ({ act: 'publish', proposal: proposal.digest }));

  routes.get(`${path}/revoke`, ['officer'], (request, response, account) => {
    officerOf(account, services);
    const proposal = proposalIn(request, services);
    response.render('governance/revoke.njk', { proposal, name: nameOf(proposal), reason: '' });
  });

  routes.post(`${path}/revoke`, ['officer'], (request, response, account) => {
    const proposal = proposalIn(request, services);
    const { id } = officerOf(account, services);
    const { reason: given } = request.body as Fields;
    const text = typeof given === 'string' ? given.replaceAll('\r\n', '\n').trim() : '';
    const reason = textSchema.safeParse(text);
    if (!reason.success) {
      const isLong = 'The reason is too long, or has signs in it that nobody can see';
      const errors = [{ text: text === '' ? 'Say why, for everybody to read' : isLong, href: '#reason' }];
      response.status(422).render('governance/revoke.njk', { proposal, name: nameOf(proposal), reason: text, errors });
      return;
    }
    const acts = desk.prepare(id, (complete) => [
      complete({ act: 'revoke', proposal: proposal.digest, reason: reason.data }),
    ]);
    sign(response, proposal, { title: `Revoke ${nameOf(proposal)}`, acts, command: 'tally template revoke' });
  });

  routes.post('/governance/sign', ['officer'], (request, response, account) => {
    const { id } = officerOf(account, services);
    const { signed, next } = request.body as Fields;
    const acts = signedActs(signed);
    if (acts === undefined) {
      response.status(422).render('error.njk', {
        title: 'Nothing was signed',
        message: 'The browser sent no signature. Use a browser that has your passkey, with JavaScript, or a key file.',
      });
      return;
    }
    desk.sign(id, acts);
    const isOurs = typeof next === 'string' && /^\/governance(?:\/proposals\/[0-9a-f]{64})?$/.test(next);
    response.redirect(303, isOurs ? next : '/governance');
  });

  /** An act that needs no more than a yes. */
  function one(name: 'approve' | 'publish', verb: string, unmade: (proposal: Proposal) => UnmadeAct): void {
    routes.post(`${path}/${name}`, ['officer'], (request, response, account) => {
      const proposal = proposalIn(request, services);
      const { id } = officerOf(account, services);
      const acts = desk.prepare(id, (complete) => [complete(unmade(proposal))]);
      sign(response, proposal, { title: `${verb} ${nameOf(proposal)}`, acts, command: `tally template ${name}` });
    });
  }

  function sign(
    response: Response,
    { digest }: Proposal,
    what: Pick<Parameters<typeof showSigning>[1], 'title' | 'acts' | 'command'>,
  ): void {
    const page = `/governance/proposals/${digest}`;
    const { passkeys } = registers.register.current.roster;
    showSigning(response, { ...what, back: page, next: page, passkeys });
  }
}

/** The officer of the roster in force that somebody is. Thrown when they are none: Denied NOT_YOUR_ROLE. */
export function officerOf({ officer: id }: Account, { registers }: Pick<SiteServices, 'registers'>): RosterOfficer {
  const found = registers.register.current.roster.officers.find((officer) => officer.id === id);
  if (found !== undefined) return found;
  throw new Denied('NOT_YOUR_ROLE', 'You are no officer by the roster in force: its officers sign who is.');
}

/** Thrown when there is none of that digest, or it has been edited since: GovernanceError UNKNOWN_PROPOSAL. */
function proposalIn(request: Request, { registers }: Pick<SiteServices, 'registers'>): Proposal {
  const digest = String(request.params['proposal']);
  const found = registers.register.proposals.find((proposal) => proposal.digest === digest);
  if (found !== undefined) return found;
  throw new GovernanceError('UNKNOWN_PROPOSAL', 'There is no such proposal, or it has been edited since.');
}

function showProposal(response: Response, proposal: Proposal, officer: RosterOfficer, services: SiteServices): void {
  const { register } = services.registers;
  const state = register.stateOf(proposal, services.clock.now());
  response.render('governance/proposal.njk', {
    ...{ proposal, officer, state },
    waits: proposal.state === state ? waitsFor(officer, proposal, register.current.roster) : null,
    reading: readTemplateFor(proposal.template, services),
    standing: standingOf(proposal, services),
    names: (ids: readonly string[]) => namesOf(ids, register.current.roster),
    reviews: [...proposal.reviews.values()].map(({ officer: id, principles }) => ({
      ...{ officer: id, lines: markLines(principles), verdict: verdictText(principles) },
    })),
    can: {
      review: mayReview(officer, proposal, register.current.roster),
      approve: mayApprove(officer, proposal),
      publish: proposal.state === 'approved',
      revoke: !['revoked', 'superseded'].includes(state),
    },
  });
}

function showReview(
  response: Response,
  proposal: Proposal,
  { answers, errors }: Pick<ReviewAnswers, 'answers' | 'errors'>,
  services: SiteServices,
): void {
  const reading = readTemplateFor(proposal.template, services);
  response.render('governance/review.njk', {
    ...{ proposal, reading, answers, errors },
    errorAt: Object.fromEntries(errors.map(({ href, text }) => [href.slice(1), text])),
    principles: PRINCIPLES.map((name) => ({ name, word: PRINCIPLE_WORDS[name], question: PRINCIPLE_QUESTIONS[name] })),
  });
}
