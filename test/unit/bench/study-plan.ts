import { datasetTexts, listsOf, templateText } from '../../../bench/runs/study.js';
import type { StudyShape } from '../../../bench/runs/study.js';
import type { JoinPlan } from '../../../core/private-join/index.js';
import {
  bindParameters,
  bindTemplate,
  createCatalogue,
  NO_FLOORS,
  parseDataset,
  parseTemplate,
  planRun,
} from '../../../core/templates/index.js';
import type { BoundTemplate, Roster } from '../../../core/templates/index.js';

/** The study's template, bound to its datasets as every party binds it. */
export function boundStudy(shape: StudyShape): BoundTemplate {
  const catalogue = createCatalogue([...datasetTexts(shape).values()].map((text) => parseDataset(text)));
  return bindTemplate(parseTemplate(templateText(shape)), catalogue);
}

/** The plan that every party derives for a run of it. */
export function studyPlan(shape: StudyShape): JoinPlan {
  const bound = boundStudy(shape);
  const lists = listsOf(shape);
  const keyOf = (index: number): Uint8Array => new Uint8Array(32).fill(index + 1);
  const roster: Roster = {
    federation: 'bench-test',
    version: 1,
    agencies: lists.map(({ agency, dataset }, place) => ({
      id: agency,
      name: agency,
      identityKey: keyOf(place),
      datasets: [dataset],
    })),
    coordinator: { identityKey: keyOf(lists.length) },
  };
  return planRun({
    bound,
    parameters: bindParameters(bound, {}),
    roster,
    offer: {
      runId: '00000000-0000-4000-8000-000000000001',
      templateDigest: '00'.repeat(32),
      register: { size: 1, root: '00'.repeat(32) },
      parameters: {},
      requester: 'bench',
      purpose: 'research-statistics',
      participants: lists.map(({ agency, dataset }) => ({
        agency,
        datasets: [{ dataset, snapshot: '00'.repeat(32) }],
        floors: NO_FLOORS,
      })),
    },
  });
}
