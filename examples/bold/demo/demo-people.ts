/** Somebody who can sign in to a demonstration. Nobody is real. */
export interface DemoPerson {
  /** The sign-in service's id of them. */
  readonly sub: string;
  readonly name: string;
  /** What they are, as the page says it on which a person is chosen. */
  readonly work: string;
  /** Values of the claim `roles`. */
  readonly roles: readonly DemoRole[];
}

/** What each value of the claim `roles` stands for: ids are those of the demonstration's `Board`. */
export const DEMO_ROLES = {
  'research-analyst': { roles: ['analyst'], organisation: 'research-office', analyst: 'analyst' },
  'victims-analyst': { roles: ['analyst'], organisation: 'victims-council', analyst: 'analyst' },
  'research-officer': { roles: ['officer'], organisation: 'research-office', officer: 'research-officer' },
  'data-officer': { roles: ['officer'], organisation: 'data-board', officer: 'data-officer' },
  'victims-officer': { roles: ['officer'], organisation: 'victims-council', officer: 'victims-officer' },
  registrar: { roles: ['officer'], officer: 'registry' },
  operator: { roles: ['operator'] },
} as const;
export type DemoRole = keyof typeof DEMO_ROLES;

export const DEMO_PEOPLE: readonly DemoPerson[] = [
  {
    sub: 'demo-amara',
    name: 'Amara Invented',
    work: 'analyst of the research office, which may ask the questions',
    roles: ['research-analyst'],
  },
  {
    sub: 'demo-bryn',
    name: 'Bryn Made-Up',
    work: 'analyst of the victims’ council, to which no purpose was granted',
    roles: ['victims-analyst'],
  },
  {
    sub: 'demo-carys',
    name: 'Carys Imagined',
    work: 'officer of the research office, who proposes templates',
    roles: ['research-officer'],
  },
  {
    sub: 'demo-dev',
    name: 'Dev Fictional',
    work: 'officer of the data board, who reviews and approves',
    roles: ['data-officer'],
  },
  {
    sub: 'demo-esther',
    name: 'Esther Pretend',
    work: 'officer of the victims’ council, who reviews and approves',
    roles: ['victims-officer'],
  },
  {
    sub: 'demo-farid',
    name: 'Farid Supposed',
    work: 'registrar, who says each day how far the register is',
    roles: ['registrar'],
  },
  { sub: 'demo-gwen', name: 'Gwen Unreal', work: 'operator of the coordinator', roles: ['operator'] },
  { sub: 'demo-huw', name: 'Huw Nobody', work: 'a person whom the coordinator has given no role', roles: [] },
];

export const DEMO_CLIENT = 'tallystick-demo';

/** The part `signIn` of a coordinator's configuration, for a sign-in service of the demonstration. */
export function demoSignIn(issuer: string): {
  readonly issuer: string;
  readonly clientId: string;
  readonly scopes: string[];
  readonly roles: { readonly claim: 'roles'; readonly mapping: typeof DEMO_ROLES };
} {
  return {
    issuer,
    clientId: DEMO_CLIENT,
    scopes: ['openid', 'profile', 'email'],
    roles: { claim: 'roles', mapping: DEMO_ROLES },
  };
}
