import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { Log } from '../../core/base/index.js';
import { textSchema } from '../../core/templates/index.js';
import { FileInForce, readYamlConfig, type Loaded } from '../../runtime/index.js';
import { checkStanding, MAX_SUBJECT_CHARACTERS, standingShape } from './sign-in-config.js';

/** Lines of a file of people. */
export const MAX_PEOPLE = 1_000;

const personSchema = z
  .strictObject({
    sub: z.string().min(1).max(MAX_SUBJECT_CHARACTERS).exactOptional().describe('the sign-in service’s id of them'),
    email: z
      .string()
      .max(MAX_SUBJECT_CHARACTERS)
      .regex(/^[^\s@]+@[^\s@]+$/, 'an address')
      .transform(asEmail)
      .exactOptional()
      .describe('by which they are known where the sign-in service has verified it'),
    name: textSchema.describe('as they see themselves on pages'),
    ...standingShape,
  })
  .superRefine(checkStanding)
  .refine(({ sub, email }) => (sub === undefined) !== (email === undefined), {
    path: ['sub'],
    message: 'either sub or email says who it is',
  });

export type ListedPerson = z.infer<typeof personSchema>;

const peopleSchema = z.strictObject({
  people: z
    .array(personSchema)
    .max(MAX_PEOPLE)
    .superRefine((people, context) => {
      const seen = new Set<string>();
      people.forEach(({ sub, email }, index) => {
        const key = sub === undefined ? `email ${email ?? ''}` : `sub ${sub}`;
        if (seen.has(key)) context.addIssue({ code: 'custom', path: [index], message: 'stands there twice' });
        seen.add(key);
      });
    }),
});

interface LoadedPeople extends Loaded {
  readonly bySubject: ReadonlyMap<string, ListedPerson>;
  readonly byEmail: ReadonlyMap<string, ListedPerson>;
}

/** How addresses are compared: as people type them, not byte by byte. */
export function asEmail(text: string): string {
  return text.toLowerCase();
}

/** The people that may sign in, as a file says that is read again whenever it has changed. */
export class PeopleFile {
  readonly #inForce: FileInForce<LoadedPeople>;

  /** Thrown when it is no use: RuntimeError CONFIG_UNREADABLE or CONFIG_INVALID. */
  constructor(file: string, log: Log) {
    this.#inForce = new FileInForce({
      files: [file],
      load: () => load(file),
      take: (next) => {
        log.info({ event: 'people-changed' }, 'the file of people was changed, and is in force');
        return next;
      },
      complain: (err) =>
        log.error({ event: 'people-refused', err }, 'the file of people is no use; the one before stays in force'),
    });
  }

  /** As the file says now. */
  find(who: { readonly subject?: string; readonly email?: string }): ListedPerson | undefined {
    // Twice: what stands still between two looks is taken at once. Half of this file gives nobody more than all of it.
    this.#inForce.look();
    this.#inForce.look();
    const { bySubject, byEmail } = this.#inForce.current;
    const found = who.subject === undefined ? undefined : bySubject.get(who.subject);
    return found ?? (who.email === undefined ? undefined : byEmail.get(who.email));
  }
}

function load(file: string): LoadedPeople {
  const { people } = readYamlConfig(file, peopleSchema);
  const by = (keyOf: (person: ListedPerson) => string | undefined): Map<string, ListedPerson> =>
    new Map(people.flatMap((person): [string, ListedPerson][] => entry(keyOf(person), person)));
  return {
    bySubject: by(({ sub }) => sub),
    byEmail: by(({ email }) => email),
    digest: createHash('sha256').update(JSON.stringify(people)).digest('hex'),
  };
}

function entry(key: string | undefined, person: ListedPerson): [string, ListedPerson][] {
  return key === undefined ? [] : [[key, person]];
}
