import type { Command } from 'commander';
import { amountLeft, type AgencyView, type TemplateDetailView, type TemplateView } from '../../coordinator/client.js';
import { clientOf, withConnection, type CliContext } from '../context.js';
import { explainSection } from '../explain-section.js';
import { columnsOf, wrapText } from '../text.js';

/** `tally templates`, `tally agencies`: what can be asked, and of whom. */
export function addFederationCommands(program: Command, context: CliContext): void {
  withConnection(program.command('templates'))
    .description('list approved templates, or explain one')
    .argument('[template]', 'name of a template')
    .option('--json', 'print as JSON')
    .action(async (name: string | undefined, options: { json?: true }, command: Command) => {
      const client = clientOf(command, context);
      const { printer } = context;
      if (name === undefined) {
        const templates = await client.templates();
        if (options.json === true) printer.json(templates);
        else printer.result(listTemplates(templates));
        return;
      }
      const template = await client.template(name);
      if (options.json === true) printer.json(template);
      else printer.result(showTemplate(template, printer.columns));
    });

  withConnection(program.command('agencies'))
    .description('list the agencies of the federation and whether their nodes are connected')
    .option('--json', 'print as JSON')
    .action(async (options: { json?: true }, command: Command) => {
      const agencies = await clientOf(command, context).agencies();
      if (options.json === true) context.printer.json(agencies);
      else context.printer.result(listAgencies(agencies));
    });
}

function listTemplates(templates: readonly TemplateView[]): string {
  if (templates.length === 0)
    return 'No approved templates yet: governance signs them, the operator puts them into place.';
  return columnsOf([
    ['template', 'version', 'until', 'question'],
    ...templates.map(({ template, version, expires, title }) => [template, String(version), expires, title]),
  ]);
}

function showTemplate(template: TemplateDetailView, columns: number): string {
  const sections = template.sections.map((section) => explainSection(section, columns));
  const parameters = template.parameters.map(({ name, choices, min, max }) => {
    const values = choices.map(({ code, label }) => (code === label ? code : `${code} (${label})`)).join(', ');
    return wrapText(
      `--param ${name}=… (${min === max ? String(min) : `${min} to ${max}`} of): ${values}`,
      columns,
      '    ',
      '  ',
    ).join('\n');
  });
  return [
    ...wrapText(template.question, columns),
    '',
    ...sections,
    ...(parameters.length === 0 ? [] : ['Parameters', ...parameters, '']),
    `Approved by ${template.approvers.join(', ')}; digest ${template.digest}`,
  ].join('\n');
}

function listAgencies(agencies: readonly AgencyView[]): string {
  return columnsOf([
    ['agency', 'state', 'last seen (UTC)', 'snapshots', 'name'],
    ...agencies.map(({ id, name, state, lastSeenAt, datasets }) => [
      id,
      state,
      lastSeenAt === null ? 'never' : lastSeenAt.slice(0, 19).replace('T', ' '),
      datasets.map(heldText).join('; '),
      name,
    ]),
  ]);
}

function heldText({ dataset, asAt, epsilonLeft }: AgencyView['datasets'][number]): string {
  if (asAt === null) return `${dataset}: none`;
  const left = epsilonLeft === null ? '' : `, epsilon ${amountLeft(epsilonLeft)} left`;
  return `${dataset} as at ${asAt}${left}`;
}
