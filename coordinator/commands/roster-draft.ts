import { writeFileSync } from 'node:fs';
import type { Command } from 'commander';
import { rosterDraft } from '../enrolment/roster-draft.js';
import { CoordinatorError } from '../errors.js';
import { say, withConfig, type CommandMeans, type ConfigOptions } from './context.js';

interface RosterDraftOptions extends ConfigOptions {
  readonly out: string;
}

export function addRosterDraft(coordinator: Command, means: CommandMeans): void {
  withConfig(coordinator.command('roster-draft'))
    .description('write a roster of those who enrolled, for governance to fill in')
    .requiredOption('--out <file>', 'where it goes; a new file')
    .addHelpText(
      'after',
      `
Where there is a register already, it is the next version of its roster, with those who have enrolled since. Keys are filled
in; what is in capitals is governance's to say. A roster in which an id, a key, a date or a dataset is left in capitals is
refused, with its line; names may be anything: 'tally roster explain' shows them to whoever signs.`,
    )
    .action(({ config, out }: RosterDraftOptions) => {
      writeNewFile(out, rosterDraft(config, means.clock));
      say(means, `Made ${out}: compare every key in it, and put what is meant in the place of what is in capitals.`);
    });
}

/** Thrown when there is such a file, or none can be made: CoordinatorError FILE_EXISTS, FILE_UNWRITABLE. */
function writeNewFile(file: string, text: string): void {
  try {
    writeFileSync(file, text, { flag: 'wx' });
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'EEXIST') {
      throw new CoordinatorError('FILE_EXISTS', `${file} exists already: name a new file.`, { cause });
    }
    throw new CoordinatorError('FILE_UNWRITABLE', `${file} can't be written: check its folder and permissions.`, {
      cause,
    });
  }
}
