import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';

import Database from 'better-sqlite3';

import { POSTGRES_PASSWORD } from './database-server.js';
import type { DatabaseServer } from './database-server.js';

/** What a column of the example is called in an agency's own table, and what the agency writes for its codes. */
interface LocalColumn {
  readonly name: string;
  readonly codes?: Readonly<Record<string, string>>;
  /** Of PostgreSQL; text where it isn't given. */
  readonly type?: 'date' | 'integer';
}

type LocalTable = Readonly<Record<string, LocalColumn>>;

const YES_NO = { yes: 'Y', no: 'N' };

/** A charity's spreadsheet. */
const CHARITY: LocalTable = {
  first_name: { name: 'First name' },
  last_name: { name: 'Last name' },
  date_of_birth: { name: 'Date of birth' },
  post_code: { name: 'Postcode' },
  sex: { name: 'Sex', codes: { F: 'Female', M: 'Male' } },
  gender: { name: 'Gender' },
  age_band: { name: 'Age group' },
  ethnicity: { name: 'Ethnic group' },
  disabled: { name: 'Disabled', codes: YES_NO },
  first_language: { name: 'Language' },
  referred_on: { name: 'Referred on' },
  referred_by: {
    name: 'Referred by',
    codes: { police: 'Police', self: 'Self', health: 'NHS', 'other-charity': 'Charity', 'local-authority': 'Council' },
  },
  crime_type: { name: 'What happened' },
  main_need: { name: 'Main need' },
  service: { name: 'Service' },
  level: {
    name: 'Result',
    codes: { enhanced: 'Full', basic: 'Light', 'no-response': 'No reply', uncontactable: 'No contact' },
  },
  wait_days: { name: 'Days waited' },
  sessions: { name: 'Appointments' },
  closure: { name: 'Ended because' },
  police_aware: { name: 'Reported', codes: YES_NO },
  wellbeing_first: { name: 'Score at start' },
  wellbeing_last: { name: 'Score at end' },
  research_consent: { name: 'May be used', codes: YES_NO },
};

/** A force's record management system. */
const FORCE: LocalTable = {
  crime_ref: { name: 'crime_ref' },
  cps_urn: { name: 'cps_urn' },
  vic_forename: { name: 'vic_forename' },
  vic_surname: { name: 'vic_surname' },
  vic_alias_surname: { name: 'vic_alias' },
  vic_dob: { name: 'vic_dob' },
  vic_postcode: { name: 'vic_postcode' },
  vic_previous_postcode: { name: 'vic_old_postcode' },
  vic_home_area: { name: 'vic_area' },
  vic_sex: { name: 'vic_sex', codes: { F: '2', M: '1' } },
  vic_gender: { name: 'vic_gender' },
  vic_age: { name: 'vic_age', type: 'integer' },
  vic_ethnic_group: { name: 'vic_ethnicity' },
  vic_disability: { name: 'vic_disabled', codes: YES_NO },
  vic_first_language: { name: 'vic_language' },
  reported_on: { name: 'reported_on', type: 'date' },
  report_channel: {
    name: 'channel',
    codes: { 'emergency-call': '999', phone: '101', online: 'WEB', station: 'DESK', 'third-party': 'OTHER' },
  },
  offence_group: {
    name: 'ho_class',
    codes: {
      rape: '19',
      'other-sexual': '17',
      violence: '8',
      'stalking-harassment': '8L',
      robbery: '34',
      burglary: '28',
      theft: '49',
      'criminal-damage': '58',
    },
  },
  da_flag: { name: 'da_flag', codes: YES_NO },
  vna_done: { name: 'needs_assessed', codes: YES_NO },
  vs_referral_offered: { name: 'referral_offered', codes: YES_NO },
  vs_referral_accepted: { name: 'referral_accepted', codes: YES_NO },
  file_to_cps: { name: 'file_to_cps', codes: YES_NO },
  outcome: {
    name: 'outcome',
    codes: {
      charged: '1',
      'no-suspect': '18',
      'evidential-victim-supports': '15',
      'victim-does-not-support': '16',
      'not-yet-assigned': '0',
    },
  },
  outcome_days: { name: 'outcome_days', type: 'integer' },
  vic_withdrew: { name: 'withdrew', codes: YES_NO },
  vic_withdrew_stage: { name: 'withdrew_stage' },
};

/** What nobody's mapping names, and no login of a node may read. */
const PRIVATE = 'notes';
const NOTE = 'The victim’s new address is not to be told to anybody.';

/** Writes the CSV file that a charity exports of its clients. */
export function writeCharityCsv(sqlite: string, file: string): void {
  writeFileSync(file, localCsv(sqlite, 'support_episode', CHARITY));
}

/** Fills a table of a force's own in its PostgreSQL: `rms.victim_offence`. */
export function fillForceDatabase(sqlite: string, { port }: DatabaseServer): void {
  const columns = [...Object.values(FORCE), { name: PRIVATE }].map((column: LocalColumn) => {
    return `${column.name} ${column.type ?? 'text'}`;
  });
  const statements = [
    'CREATE SCHEMA rms;',
    `CREATE TABLE rms.victim_offence (id serial PRIMARY KEY, ${columns.join(', ')});`,
    `COPY rms.victim_offence (${[...Object.values(FORCE), { name: PRIVATE }].map(({ name }) => name).join(', ')})`,
    `FROM STDIN (FORMAT csv, HEADER);\n${localCsv(sqlite, 'rms_victim_crime', FORCE)}`,
  ];
  execFileSync('psql', ['--set', 'ON_ERROR_STOP=1', '--quiet', '--file', '-'], {
    input: `${statements.join('\n')}\\.\n`,
    env: { ...process.env, ...forceAdministrator(port) },
    stdio: ['pipe', 'ignore', 'inherit'],
  });
}

/** How the force's database administrator reaches the server. */
export function forceAdministrator(port: number): Readonly<Record<string, string>> {
  return {
    ...{ PGHOST: 'localhost', PGPORT: String(port), PGDATABASE: 'postgres', PGUSER: 'admin' },
    ...{ PGPASSWORD: POSTGRES_PASSWORD, PGSSLMODE: 'require' },
  };
}

/** The example's table in the agency's own words, with a column that is nobody's business. */
function localCsv(sqlite: string, table: string, columns: LocalTable): string {
  const database = new Database(sqlite, { readonly: true });
  try {
    const names = Object.keys(columns);
    const rows = database
      .prepare(`SELECT ${names.join(', ')} FROM ${table} ORDER BY rowid`)
      .raw()
      .all() as (string | number | null)[][];
    const lines = rows.map((row) => {
      return [...row.map((value, index) => localValue(value, columns[names[index] ?? ''])), quoted(NOTE)].join(',');
    });
    const header = [...Object.values(columns).map(({ name }) => quoted(name)), quoted(PRIVATE)].join(',');
    return `${[header, ...lines].join('\n')}\n`;
  } finally {
    database.close();
  }
}

function localValue(value: string | number | null, column: LocalColumn | undefined): string {
  if (value === null) return '';
  const text = String(value);
  if (column?.codes === undefined || text === '') return quoted(text);
  const code = column.codes[text];
  if (code === undefined) throw new RangeError(`there is no local code for ${text} in ${column.name}`);
  return quoted(code);
}

function quoted(text: string): string {
  return `"${text.replaceAll('"', '""')}"`;
}
