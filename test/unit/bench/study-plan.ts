import { datasetTexts, listsOf, templateText } from '../../../bench/runs/study.js';
import type { StudyShape } from '../../../bench/runs/study.js';
import type { JoinPlan } from '../../../core/private-join/index.js';
import {
  bindParameters,
  bindTemplate,
  createCatalogue,
  NO_FLOORS,
  parseDataset,
  parseRoster,
  parseTemplate,
  planRun,
} from '../../../core/templates/index.js';
import type { BoundTemplate } from '../../../core/templates/index.js';

/** The study's template, bound to its datasets as every party binds it. */
export function boundStudy(shape: StudyShape): BoundTemplate {
  const catalogue = createCatalogue([...datasetTexts(shape).values()].map((text) => parseDataset(text)));
  return bindTemplate(parseTemplate(templateText(shape)), catalogue);
}

/** The plan that every party derives for a run of it. */
export function studyPlan(shape: StudyShape): JoinPlan {
  const bound = boundStudy(shape);
  const lists = listsOf(shape);
  const keys = Array.from({ length: lists.length + 2 }, (_, index) => Buffer.alloc(32, index + 1).toString('base64'));
  const roster = parseRoster(
    JSON.stringify({
      federation: 'bench-test',
      version: 1,
      agencies: lists.map(({ agency, dataset }, place) => ({
        id: agency,
        name: agency,
        identityKey: keys[place],
        datasets: [dataset],
      })),
      coordinator: { identityKey: keys.at(-1) },
      governance: {
        threshold: 1,
        officers: [{ id: 'officer', name: 'Officer', organisation: 'Board', publicKey: keys.at(-2) }],
      },
    }),
  );
  return planRun({
    bound,
    parameters: bindParameters(bound, {}),
    templateDigest: '00'.repeat(32),
    roster,
    offer: {
      runId: '00000000-0000-4000-8000-000000000001',
      envelope: new Uint8Array(0),
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
