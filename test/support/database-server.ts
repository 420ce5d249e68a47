import { execFileSync, spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { appendFileSync, chownSync, existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';

/** A real database server in a folder of its own, on this computer only. */
export interface DatabaseServer {
  readonly port: number;
  /** Where its socket and its files are. */
  readonly folder: string;
  stop(): Promise<void>;
}

const POSTGRES_ROOT = '/usr/lib/postgresql';
const MARIADB = ['/usr/sbin/mariadbd', '/usr/libexec/mariadbd', '/usr/local/sbin/mariadbd'];
const START_MS_MAX = 60_000;

/** Debian's newest; undefined where there is none. */
export function postgresBinaries(): string | undefined {
  if (!existsSync(POSTGRES_ROOT)) return undefined;
  return readdirSync(POSTGRES_ROOT)
    .toSorted((one, other) => Number(other) - Number(one))
    .map((version) => join(POSTGRES_ROOT, version, 'bin'))
    .find((folder) => existsSync(join(folder, 'initdb')));
}

export function mariadbBinary(): string | undefined {
  return MARIADB.find((file) => existsSync(file));
}

export const POSTGRES_PASSWORD = 'correct horse postgres';
export const MARIADB_PASSWORD = 'correct horse mariadb';

/** With a superuser `admin` and TLS by a certificate of its own for `localhost`. */
export async function startPostgres(binaries: string): Promise<DatabaseServer & { readonly authority: string }> {
  const owner = accountOf('postgres');
  const folder = ownFolder('tally-pg-', owner);
  const data = join(folder, 'data');
  const passwords = join(folder, 'password');
  const authority = join(folder, 'server.crt');
  const key = join(folder, 'server.key');
  writeFileSync(passwords, POSTGRES_PASSWORD);
  makeCertificate(authority, key);
  for (const file of [passwords, authority, key]) give(file, owner);
  execFileSync(
    join(binaries, 'initdb'),
    ['-D', data, '-U', 'admin', '-A', 'scram-sha-256', `--pwfile=${passwords}`, '-E', 'UTF8', '--locale=C.UTF-8', '-N'],
    { stdio: 'ignore', cwd: folder, ...owner },
  );
  // Not on the command line, where no test could switch it off again.
  appendFileSync(join(data, 'postgresql.conf'), `ssl = on\nssl_cert_file = '${authority}'\nssl_key_file = '${key}'\n`);
  const port = await freePort();
  const settings = {
    ...{ port, listen_addresses: '127.0.0.1', unix_socket_directories: folder, fsync: 'off' },
    ...{ shared_buffers: '32MB', max_connections: 20 },
  };
  const process = spawn(
    join(binaries, 'postgres'),
    ['-D', data, ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])],
    { cwd: folder, ...owner, stdio: ['ignore', 'ignore', 'pipe'] },
  );
  await saidBy(process, /database system is ready to accept connections/);
  return { port, folder, authority, stop: () => stopped(process, 'SIGINT', folder) };
}

/** With a user `admin` who may do everything, and TLS by a certificate of its own for `localhost`. */
export async function startMariadb(binary: string): Promise<DatabaseServer & { readonly authority: string }> {
  const owner = accountOf('mysql');
  const folder = ownFolder('tally-my-', owner);
  const data = join(folder, 'data');
  const init = join(folder, 'init.sql');
  writeFileSync(
    init,
    // Also by the name of this computer, or the nobody that comes with a new database is taken for admin.
    ['%', 'localhost']
      .map(
        (host) =>
          `CREATE USER 'admin'@'${host}' IDENTIFIED BY '${MARIADB_PASSWORD}';\nGRANT ALL ON *.* TO 'admin'@'${host}' WITH GRANT OPTION;\n`,
      )
      .join(''),
  );
  const authority = join(folder, 'server.crt');
  const key = join(folder, 'server.key');
  makeCertificate(authority, key);
  for (const file of [init, authority, key]) give(file, owner);
  execFileSync(
    'mariadb-install-db',
    ['--no-defaults', `--datadir=${data}`, '--auth-root-authentication-method=normal', '--skip-test-db'],
    { stdio: 'ignore', cwd: folder, ...owner },
  );
  const port = await freePort();
  const process = spawn(
    binary,
    [
      ...['--no-defaults', `--datadir=${data}`, `--socket=${join(folder, 'mysqld.sock')}`, `--port=${port}`],
      ...[`--pid-file=${join(folder, 'pid')}`, '--bind-address=127.0.0.1', `--init-file=${init}`, `--tmpdir=${folder}`],
      ...[`--ssl-cert=${authority}`, `--ssl-key=${key}`],
      ...['--innodb-flush-log-at-trx-commit=0', '--innodb-buffer-pool-size=32M', '--character-set-server=utf8mb4'],
    ],
    { cwd: folder, ...owner, stdio: ['ignore', 'ignore', 'pipe'] },
  );
  await saidBy(process, /ready for connections/);
  return { port, folder, authority, stop: () => stopped(process, 'SIGTERM', folder) };
}

interface Account {
  readonly uid?: number;
  readonly gid?: number;
}

/** Neither server runs as root, so that root becomes the account that Debian made for it. */
function accountOf(name: string): Account {
  if (userInfo().uid !== 0) return {};
  const id = (flag: string): number => Number(execFileSync('id', [flag, name], { encoding: 'utf8' }));
  return { uid: id('-u'), gid: id('-g') };
}

function ownFolder(prefix: string, owner: Account): string {
  const folder = mkdtempSync(join(tmpdir(), prefix));
  give(folder, owner);
  return folder;
}

function give(path: string, { uid, gid }: Account): void {
  if (uid !== undefined && gid !== undefined) chownSync(path, uid, gid);
}

/** A certificate that vouches for itself, for a host of that name. */
export function makeCertificate(certificate: string, key: string, host = 'localhost'): void {
  execFileSync(
    'openssl',
    [
      ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'],
      ...['-keyout', key, '-out', certificate, '-subj', `/CN=${host}`, '-addext', `subjectAltName=DNS:${host}`],
    ],
    { stdio: 'ignore' },
  );
}

/** Neither server takes 0 and says what it got; between here and its start another program could take it, and none does. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
}

function saidBy(process: ChildProcess, words: RegExp): Promise<void> {
  return new Promise((resolve, reject) => {
    let said = '';
    const late = setTimeout(() => reject(new Error(`no server after ${START_MS_MAX} ms:\n${said}`)), START_MS_MAX);
    process.stderr?.on('data', (chunk: Buffer) => {
      said = (said + chunk.toString()).slice(-20_000);
      if (!words.test(said)) return;
      clearTimeout(late);
      resolve();
    });
    process.once('exit', () => {
      clearTimeout(late);
      reject(new Error(`the server ended:\n${said}`));
    });
  });
}

async function stopped(process: ChildProcess, signal: NodeJS.Signals, folder: string): Promise<void> {
  if (process.exitCode === null && process.signalCode === null) {
    const exit = new Promise((resolve) => process.once('exit', resolve));
    process.kill(signal);
    await exit;
  }
  rmSync(folder, { recursive: true, force: true });
}
