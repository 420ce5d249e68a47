/** An agency of the example, as the roster names it. */
export interface Agency {
  readonly id: string;
  readonly name: string;
  /** Datasets it offers. */
  readonly datasets: readonly string[];
}

/** In roster order, which is the order of preference where two hold the same person. All are invented. */
export const AGENCIES: readonly Agency[] = [
  { id: 'police', name: 'Northshire Police', datasets: ['police.victim-crimes'] },
  { id: 'cps', name: 'Crown Prosecution Service, Northshire Area', datasets: ['cps.prosecutions'] },
  { id: 'courts', name: 'Courts of Northshire', datasets: ['courts.cases'] },
  {
    id: 'prison-probation',
    name: 'Prison and Probation Service, Northshire',
    datasets: ['prison-probation.victim-contact'],
  },
  { id: 'charity-a', name: 'Northshire Victim Care', datasets: ['third-sector.support'] },
  { id: 'charity-b', name: 'Harbour Lane Centre', datasets: ['third-sector.support'] },
];
