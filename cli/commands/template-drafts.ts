import type { Command } from 'commander';
import { loadCatalogue } from '../../coordinator/client.js';
import {
  diffTemplates,
  documentJsonSchemaText,
  SCHEMA_KINDS,
  templateSkeleton,
  type DatasetDefinition,
  type SchemaKind,
} from '../../core/templates/index.js';
import { packagePath } from '../../runtime/index.js';
import type { CliContext } from '../context.js';
import { changesText } from '../changes-text.js';
import { CliError } from '../errors.js';
import { writeNewFile } from '../files.js';
import { readTemplate } from '../template-text.js';
import { collect } from '../values.js';

/** Days that a new template is good for, where its author says nothing else. */
const NEW_TEMPLATE_DAYS = 365;
const DAY_MS = 86_400_000;

interface NewOptions {
  readonly dataset: readonly string[];
  readonly datasets: string;
  readonly name: string;
  readonly out?: string;
}

/** `tally template new`, `diff` and `schema`: what authors do before there is anything to sign. */
export function addDraftCommands(template: Command, context: CliContext): void {
  const { printer } = context;

  template
    .command('new')
    .description('write a template to begin with, with the fields of its datasets in comments')
    .requiredOption('--dataset <name>', 'a dataset, the one to be counted first; may be given again', collect)
    .requiredOption('--datasets <folder>', 'folder of dataset definitions (*.yaml)')
    .option('--name <name>', 'what it is to be called', 'todo-name')
    .option('--out <file>', 'where it goes, a new file; it is printed where absent')
    .action(({ dataset, datasets, name, out }: NewOptions) => {
      const text = templateSkeleton({
        datasets: definitionsOf(dataset, datasets),
        name,
        expires: new Date(context.clock.now().getTime() + NEW_TEMPLATE_DAYS * DAY_MS).toISOString().slice(0, 10),
        schema: packagePath('docs', 'schema', 'template.schema.json'),
      });
      if (out === undefined) printer.result(text.trimEnd());
      else {
        writeNewFile(out, new TextEncoder().encode(text));
        printer.note(`${out}: write over every TODO, then tally template check ${out} --datasets ${datasets}`);
      }
    });

  template
    .command('diff')
    .description('say in plain English in what a template differs from an earlier one')
    .argument('<old>', 'template (YAML)')
    .argument('<new>', 'the other')
    .option('--datasets <folder>', 'folder of dataset definitions (*.yaml), to call fields by their meanings')
    .option('--json', 'the changes as JSON')
    .action((old: string, now: string, { datasets, json }: { datasets?: string; json?: boolean }) => {
      const [before, after] = [readTemplate(old).template, readTemplate(now).template];
      const changes = diffTemplates(before, after, datasets === undefined ? undefined : loadCatalogue(datasets));
      if (json === true) {
        const named = [before, after].map(({ template: name, version }) => ({ template: name, version }));
        printer.json({ before: named[0], after: named[1], changes });
      } else printer.result(changesText(changes, printer.columns));
    });

  template
    .command('schema')
    .description('print the JSON Schema by which editors check what is written')
    .argument('<kind>', SCHEMA_KINDS.join(' or '))
    .action((kind: string) => {
      if (!isSchemaKind(kind)) throw new CliError('BAD_USAGE', `There is a schema of: ${SCHEMA_KINDS.join(', ')}.`);
      printer.result(documentJsonSchemaText(kind).trimEnd());
    });
}

function isSchemaKind(text: string): text is SchemaKind {
  return (SCHEMA_KINDS as readonly string[]).includes(text);
}

/** Thrown when one is not defined, or named twice: CliError BAD_USAGE. */
function definitionsOf(names: readonly string[], folder: string): DatasetDefinition[] {
  const catalogue = loadCatalogue(folder);
  if (new Set(names).size !== names.length) throw new CliError('BAD_USAGE', 'A template takes each dataset once.');
  return names.map((name) => {
    const definition = catalogue.get(name);
    if (definition !== undefined) return definition;
    throw new CliError('BAD_USAGE', `${folder} defines ${[...catalogue.keys()].join(', ')}: name one of these.`);
  });
}
