import { isoDate } from '../day.js';
import { agencyTable, yesNo } from './table.js';

/** The courts' platform: one row for each case in each court it was heard in, and nobody's name but the defendant's. */
export const courts = agencyTable({
  agency: 'courts',
  dataset: 'courts.cases',
  table: 'case_summary',
  columns: {
    case_no: 'TEXT',
    urn: 'TEXT',
    court_type: 'TEXT',
    first_listed: 'TEXT',
    hearing_count: 'INTEGER',
    days_listed_to_end: 'INTEGER',
    plea: 'TEXT',
    result: 'TEXT',
    sentence_type: 'TEXT',
    special_measures: 'TEXT',
  },
  traits: null,
  rows({ crimes }) {
    return crimes.flatMap(({ number, urn, crime }) => {
      const stages = urn === null ? [] : (crime.cps?.court?.stages ?? []);
      return stages.map((stage) => ({
        person: null,
        crime: number,
        values: {
          case_no: `${stage.court === 'crown' ? 'T' : 'M'}${String(number).padStart(9, '0')}`,
          urn: urn === null ? null : `${urn.force}/${urn.serial}/${urn.year}`,
          court_type: stage.court,
          first_listed: isoDate(stage.firstHearingDay),
          hearing_count: stage.hearings,
          days_listed_to_end: stage.endDay === null ? null : stage.endDay - stage.firstHearingDay,
          plea: stage.plea,
          result: stage.outcome,
          sentence_type: stage.sentence,
          special_measures: yesNo(stage.specialMeasures),
        },
      }));
    });
  },
});
