import { parse, stringify } from 'yaml';

import { templateText } from '../../examples/bold/library.js';

/** A template of the example as governance would have to sign it for exact counts: no noise, no decoys, nothing spent. */
export function exactTemplateText(name: string): string {
  const { disclosure, measures, ...template } = parse(templateText(name)) as Written;
  return stringify({
    ...template,
    ...(measures === undefined ? {} : { measures: measures.map((measure) => without(measure, 'epsilon')) }),
    disclosure: { ...without(disclosure, 'overlapEpsilon'), epsilon: 'none' },
  });
}

interface Written {
  readonly disclosure: object;
  readonly measures?: readonly object[];
}

function without(clause: object, name: string): object {
  return Object.fromEntries(Object.entries(clause).filter(([key]) => key !== name));
}
