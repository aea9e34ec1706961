/**
 * A real Trino (435, the last for Java 17) with the memory connector, from Maven; its files are kept outside the checkout.
 * Null, with the reason said aloud, where Java or Maven cannot be had.
 */
import { execFile, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
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

async function install(): Promise<string | undefined> {
  const done = join(CACHE, 'complete');
  if (existsSync(done)) return undefined;
  await mkdir(CACHE, { recursive: true });
  try {
    await copyFile(join(HERE, 'pom.xml'), join(CACHE, 'pom.xml'));
    const maven = [
      '-q',
      '-B',
      'dependency:copy-dependencies',
      `-DoutputDirectory=${join(CACHE, 'lib')}`,
      '-DincludeScope=runtime',
    ];
    await run('mvn', maven, { cwd: CACHE, timeout: 900_000, maxBuffer: 1 << 26 });
    await run(
      'javac',
      ['-cp', join(CACHE, 'lib', '*'), '-d', join(CACHE, 'classes'), join(HERE, 'TrinoForTests.java')],
      { timeout: 300_000 },
    );
    await writeFile(done, '');
    return undefined;
  } catch (error) {
    return (error as Error).message.split('\n')[0];
  }
}

export async function startTrino(): Promise<Trino | undefined> {
  const problem = await install();
  if (problem !== undefined) {
    console.warn(`SKIPPED: trino cannot be had here (${problem})`);
    return undefined;
  }
  const child = spawn(
    'java',
    [
      '-Xmx4g',
      '-XX:+UseSerialGC',
      '-cp',
      `${join(CACHE, 'classes')}:${join(CACHE, 'lib', '*')}`,
      'TrinoForTests',
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
