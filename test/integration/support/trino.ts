/**
 * A real Trino (435, the last for Java 17) with the memory connector, from Maven; its files are kept outside the checkout.
 * Null, with the reason said aloud, where Java or Maven cannot be had.
 */
import { execFile, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { copyFile, mkdir, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const HERE = new URL('../trino/', import.meta.url).pathname;
const CACHE = join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'gen-policy-ci', 'trino-435');

export interface Trino {
  /** Rows of a statement as Trino's protocol gives them. */
  query(
    sql: string,
  ): Promise<{ readonly columns: readonly string[]; readonly rows: readonly (readonly unknown[])[] }>;
  stop(): Promise<void>;
}

export interface TrinoOptions {
  /** Of the Java process, such as `4g`. */
  readonly heap?: string;
  /** What its tables may hold, such as `4GB`. */
  readonly tables?: string;
}

/** Fetches and compiles what is not there yet: the folder of the classes, or why it cannot be had. */
async function install(): Promise<{ readonly classes: string } | { readonly problem: string }> {
  const source = join(HERE, 'TrinoForTests.java');
  const version = createHash('sha256').update(readFileSync(source)).digest('hex').slice(0, 12);
  const classes = join(CACHE, `classes-${version}`);
  const [fetched, compiled] = [join(CACHE, 'complete'), join(classes, 'complete')];
  await mkdir(CACHE, { recursive: true });
  try {
    if (!existsSync(fetched)) {
      await copyFile(join(HERE, 'pom.xml'), join(CACHE, 'pom.xml'));
      const maven = [
        '-q',
        '-B',
        'dependency:copy-dependencies',
        `-DoutputDirectory=${join(CACHE, 'lib')}`,
        '-DincludeScope=runtime',
      ];
      await run('mvn', maven, { cwd: CACHE, timeout: 900_000, maxBuffer: 1 << 26 });
      await writeFile(fetched, '');
    }
    if (!existsSync(compiled)) {
      await run('javac', ['-cp', join(CACHE, 'lib', '*'), '-d', classes, source], { timeout: 300_000 });
      await writeFile(compiled, '');
    }
    return { classes };
  } catch (error) {
    return { problem: (error as Error).message.split('\n')[0]! };
  }
}

export async function startTrino({
  heap = '4g',
  tables = '2GB',
}: TrinoOptions = {}): Promise<Trino | undefined> {
  const installed = await install();
  if ('problem' in installed) {
    console.warn(`SKIPPED: trino cannot be had here (${installed.problem})`);
    return undefined;
  }
  const child = spawn(
    'java',
    [
      `-Xmx${heap}`,
      '-XX:+UseSerialGC',
      '-cp',
      `${installed.classes}:${join(CACHE, 'lib', '*')}`,
      'TrinoForTests',
      tables,
    ],
    { stdio: ['pipe', 'pipe', 'pipe'] },
  );
  const url = await new Promise<string>((resolve, reject) => {
    let said = '';
    const timer = setTimeout(() => reject(new Error('trino did not start within five minutes')), 300_000);
    // The server takes System.out for its log, which goes to either stream.
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk: Buffer) => {
        said = (said + chunk).slice(-10_000);
        const ready = /READY (http:\S+)/.exec(said);
        if (!ready) return;
        clearTimeout(timer);
        said = '';
        resolve(ready[1]!);
      });
    child.once('exit', (code) => reject(new Error(`trino ended with ${code}`)));
  });
  return {
    query: (sql) => ask(url, sql),
    stop: async () => {
      const gone = new Promise((resolve) => child.once('exit', resolve));
      child.stdin.end();
      await gone;
    },
  };
}

interface Page {
  readonly nextUri?: string;
  readonly columns?: readonly { readonly name: string }[];
  readonly data?: readonly (readonly unknown[])[];
  readonly error?: { readonly message: string; readonly errorName: string };
}

/** https://trino.io/docs/current/develop/client-protocol.html */
async function ask(url: string, sql: string) {
  const headers = {
    'X-Trino-User': 'test',
    'X-Trino-Catalog': 'awsdatacatalog',
    'X-Trino-Schema': 'default',
  };
  let columns: readonly string[] = [];
  const rows: (readonly unknown[])[] = [];
  let page = (await (
    await fetch(`${url}/v1/statement`, { method: 'POST', body: sql, headers })
  ).json()) as Page;
  for (;;) {
    if (page.error) throw new Error(`${page.error.errorName}: ${page.error.message}`);
    if (page.columns) columns = page.columns.map(({ name }) => name);
    if (page.data) rows.push(...page.data);
    if (page.nextUri === undefined) return { columns, rows };
    page = (await (await fetch(page.nextUri, { headers })).json()) as Page;
  }
}
