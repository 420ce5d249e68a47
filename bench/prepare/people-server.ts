import { execFileSync, spawn } from 'node:child_process';
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';

/** Debian keeps each version's programs in a folder of its own. */
const POSTGRES_ROOT = '/usr/lib/postgresql';
const START_MS_MAX = 60_000;

/** A PostgreSQL server for one measurement, which only this computer's user can reach, through a socket in a folder. */
export interface PeopleServer {
  /** Where its socket is: the host to connect to. */
  readonly folder: string;
  stop(): Promise<void>;
}

/** Where PostgreSQL's programs are, the newest version's; undefined where it isn't installed. */
export function postgresBinaries(): string | undefined {
  if (!existsSync(POSTGRES_ROOT)) return undefined;
  return readdirSync(POSTGRES_ROOT)
    .toSorted((one, other) => Number(other) - Number(one))
    .map((version) => join(POSTGRES_ROOT, version, 'bin'))
    .find((folder) => existsSync(join(folder, 'initdb')));
}

/** Thrown when it doesn't start: Error. */
export async function startPeopleServer(binaries: string): Promise<PeopleServer> {
  const owner = serverAccount();
  const folder = mkdtempSync(join(tmpdir(), 'tallystick-bench-pg-'));
  if (owner.uid !== undefined && owner.gid !== undefined) chownSync(folder, owner.uid, owner.gid);
  const data = join(folder, 'data');
  execFileSync(join(binaries, 'initdb'), ['-D', data, '-U', 'bench', '-A', 'trust', '-E', 'UTF8', '--locale=C', '-N'], {
    ...{ stdio: 'ignore', cwd: folder, ...owner },
  });
  const settings = { listen_addresses: '', unix_socket_directories: folder, fsync: 'off', shared_buffers: '64MB' };
  const server = spawn(
    join(binaries, 'postgres'),
    ['-D', data, ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])],
    { cwd: folder, ...owner, stdio: ['ignore', 'ignore', 'pipe'] },
  );
  const ended = new Promise<void>((resolve) => server.once('exit', () => resolve()));
  const stop = async (): Promise<void> => {
    server.kill('SIGINT');
    await ended;
    rmSync(folder, { recursive: true, force: true });
  };
  let said = '';
  const ready = new Promise<boolean>((resolve) => {
    const late = setTimeout(() => resolve(false), START_MS_MAX);
    server.stderr.on('data', (chunk: Buffer) => {
      said = (said + chunk.toString()).slice(-10_000);
      if (/ready to accept connections/.test(said)) resolve(true);
    });
    void ended.then(() => resolve(false)).finally(() => clearTimeout(late));
  });
  if (!(await ready)) {
    await stop();
    throw new Error(`PostgreSQL did not start: ${said}`);
  }
  return { folder, stop };
}

/** PostgreSQL refuses to run as root, so that root becomes the account that Debian made for it. */
function serverAccount(): { readonly uid?: number; readonly gid?: number } {
  if (userInfo().uid !== 0) return {};
  const id = (flag: string): number => Number(execFileSync('id', [flag, 'postgres'], { encoding: 'utf8' }));
  return { uid: id('-u'), gid: id('-g') };
}
