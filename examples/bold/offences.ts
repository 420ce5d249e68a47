/** What differs between kinds of crime, and how it adds up to the published figures (README.md, Calibration). */
export type OffenceGroup =
  'rape' | 'other-sexual' | 'violence' | 'stalking-harassment' | 'robbery' | 'burglary' | 'theft' | 'criminal-damage';

type ByOffence<T> = Readonly<Record<OffenceGroup, T>>;

/** Share of the people in the example who have reported a crime to the police. */
export const SHARE_REPORTING = 0.8;

/** Share of each group among reported crimes: what every rate below is weighted with. */
export const FIRST_OFFENCE: ByOffence<number> = {
  rape: 0.03,
  'other-sexual': 0.05,
  violence: 0.29,
  'stalking-harassment': 0.12,
  robbery: 0.03,
  burglary: 0.09,
  theft: 0.28,
  'criminal-damage': 0.11,
};

/** The same for those who have not reported. */
export const FIRST_OFFENCE_UNREPORTED: ByOffence<number> = {
  rape: 0.12,
  'other-sexual': 0.18,
  violence: 0.28,
  'stalking-harassment': 0.22,
  robbery: 0.01,
  burglary: 0.02,
  theft: 0.1,
  'criminal-damage': 0.07,
};

export const VICTIM_FEMALE: ByOffence<number> = {
  rape: 0.9,
  'other-sexual': 0.85,
  violence: 0.5,
  'stalking-harassment': 0.65,
  robbery: 0.35,
  burglary: 0.5,
  theft: 0.48,
  'criminal-damage': 0.46,
};

/** Ages of victims: youngest, quarters, oldest. */
export const VICTIM_AGES: ByOffence<readonly number[]> = {
  rape: [13, 19, 25, 35, 78],
  'other-sexual': [12, 17, 23, 34, 82],
  violence: [12, 23, 32, 45, 90],
  'stalking-harassment': [15, 27, 36, 48, 88],
  robbery: [13, 19, 27, 42, 86],
  burglary: [19, 34, 47, 62, 94],
  theft: [16, 29, 41, 57, 94],
  'criminal-damage': [18, 32, 44, 58, 92],
};

export const DOMESTIC_ABUSE: ByOffence<number> = {
  rape: 0.42,
  'other-sexual': 0.16,
  violence: 0.36,
  'stalking-harassment': 0.48,
  robbery: 0.03,
  burglary: 0.04,
  theft: 0.03,
  'criminal-damage': 0.14,
};

/** What the police make of a reported crime, as shares of 1. What is left over ends for lack of evidence. */
export interface PoliceRates {
  readonly noSuspect: number;
  /** Of crimes with an outcome: closed because the victim withdrew before anything went to the CPS. */
  readonly withdrewOfClosed: number;
  /** Sent to the CPS, which has decided. */
  readonly decidedByCps: number;
  /** Of those whose victim stayed until the CPS decided: charged. */
  readonly chargedOfStayed: number;
}

/** Of all reported crimes, in every group. */
export const NOT_YET_ASSIGNED = 0.08;

export const POLICE_RATES: ByOffence<PoliceRates> = {
  rape: { noSuspect: 0.08, withdrewOfClosed: 0.61, decidedByCps: 0.22, chargedOfStayed: 0.4 },
  'other-sexual': { noSuspect: 0.212, withdrewOfClosed: 0.42, decidedByCps: 0.25, chargedOfStayed: 0.4 },
  violence: { noSuspect: 0.2, withdrewOfClosed: 0.43, decidedByCps: 0.24, chargedOfStayed: 0.38 },
  'stalking-harassment': { noSuspect: 0.13, withdrewOfClosed: 0.44, decidedByCps: 0.26, chargedOfStayed: 0.36 },
  robbery: { noSuspect: 0.48, withdrewOfClosed: 0.2, decidedByCps: 0.18, chargedOfStayed: 0.52 },
  burglary: { noSuspect: 0.65, withdrewOfClosed: 0.09, decidedByCps: 0.095, chargedOfStayed: 0.55 },
  theft: { noSuspect: 0.61, withdrewOfClosed: 0.15, decidedByCps: 0.08, chargedOfStayed: 0.5 },
  'criminal-damage': { noSuspect: 0.57, withdrewOfClosed: 0.155, decidedByCps: 0.11, chargedOfStayed: 0.318 },
};

/** Days from the report to the CPS's decision if the victim stays: least, quarters, most. */
export const DAYS_TO_DECISION: ByOffence<readonly number[]> = {
  rape: [25, 160, 310, 480, 980],
  'other-sexual': [15, 90, 200, 370, 900],
  violence: [1, 45, 105, 240, 780],
  'stalking-harassment': [1, 40, 95, 220, 700],
  robbery: [1, 30, 80, 190, 650],
  burglary: [1, 25, 70, 160, 600],
  theft: [1, 20, 60, 150, 560],
  'criminal-damage': [2, 30, 85, 180, 600],
};

/** Of victims who are offered a referral to a support service: those who accept. */
export const ACCEPTS_REFERRAL: ByOffence<number> = {
  rape: 0.62,
  'other-sexual': 0.54,
  violence: 0.4,
  'stalking-harassment': 0.46,
  robbery: 0.36,
  burglary: 0.3,
  theft: 0.22,
  'criminal-damage': 0.2,
};

/** Of victims who didn't accept, or weren't asked: those who find a support service by themselves. */
export const FINDS_SUPPORT: ByOffence<number> = {
  rape: 0.16,
  'other-sexual': 0.12,
  violence: 0.05,
  'stalking-harassment': 0.06,
  robbery: 0.03,
  burglary: 0.015,
  theft: 0.01,
  'criminal-damage': 0.01,
};

/** Of people who never reported: those who find a support service. */
export const FINDS_SUPPORT_UNREPORTED: ByOffence<number> = {
  rape: 0.62,
  'other-sexual': 0.5,
  violence: 0.34,
  'stalking-harassment': 0.36,
  robbery: 0.15,
  burglary: 0.08,
  theft: 0.05,
  'criminal-damage': 0.05,
};

/** Days from referral to the first appointment: least, quarters, most. */
export const WAIT_DAYS: ByOffence<readonly number[]> = {
  rape: [0, 9, 30, 80, 260],
  'other-sexual': [0, 8, 26, 70, 240],
  violence: [0, 4, 12, 32, 150],
  'stalking-harassment': [0, 5, 14, 36, 160],
  robbery: [0, 3, 9, 22, 90],
  burglary: [0, 2, 7, 18, 70],
  theft: [0, 2, 6, 15, 60],
  'criminal-damage': [0, 2, 6, 16, 60],
};

/** Of charged crimes: heard in the Crown Court. */
export const CROWN_COURT: ByOffence<number> = {
  rape: 1,
  'other-sexual': 0.7,
  violence: 0.3,
  'stalking-harassment': 0.25,
  robbery: 0.95,
  burglary: 0.6,
  theft: 0.12,
  'criminal-damage': 0.08,
};

/** Of convictions: sentenced to custody of 12 months or more, which is when victim contact is owed. */
export const CUSTODY_OF_A_YEAR: ByOffence<number> = {
  rape: 0.96,
  'other-sexual': 0.7,
  violence: 0.56,
  'stalking-harassment': 0.48,
  robbery: 0.8,
  burglary: 0.6,
  theft: 0.15,
  'criminal-damage': 0.1,
};

/** Of cases in court: special measures granted to the victim. */
export const SPECIAL_MEASURES: ByOffence<number> = {
  rape: 0.82,
  'other-sexual': 0.7,
  violence: 0.38,
  'stalking-harassment': 0.46,
  robbery: 0.34,
  burglary: 0.16,
  theft: 0.1,
  'criminal-damage': 0.1,
};
