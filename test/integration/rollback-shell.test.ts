/** A real shell runs rollback.sh of every payload: it calls aws with the words of the plan and does nothing else. */
import { execFile } from 'node:child_process';
import { chmod, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { rollbackOf } from '../../src/plan/rollback.ts';
import { visible } from '../../src/report/escape/visible.ts';
import { rollbackFiles } from '../../src/report/rollback.ts';
import payloads from '../cases/report/payloads.json' with { type: 'json' };
import { hostilePlan } from '../support/plan-fixture.ts';

const run = promisify(execFile);

it('calls aws with exactly the words of the plan, whatever the names', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'gen-policy-rollback-'));
  const bin = await mkdtemp(join(tmpdir(), 'gen-policy-bin-'));
  await writeFile(join(bin, 'aws'), '#!/bin/sh\nprintf \'%s\\n\' aws "$@" end-of-call >>"$CALLS"\n');
  await chmod(join(bin, 'aws'), 0o755);
  for (const [index, { text }] of payloads.entries()) {
    const plan = hostilePlan((value) => (index % 2 === 0 ? text + value : value + text));
    const files = rollbackFiles(plan);
    for (const file of files) await writeFile(join(folder, file.name), file.text);
    const calls = join(bin, `calls-${index}`);
    await run('sh', ['rollback.sh'], { cwd: folder, env: { PATH: `${bin}:/usr/bin:/bin`, CALLS: calls } });
    const called = (await readFile(calls, 'utf8')).split('end-of-call\n').filter((call) => call !== '');
    const expected = rollbackOf(plan).steps.map(({ words }) =>
      words.map((word) => (typeof word === 'string' ? visible(word) : undefined)),
    );
    expect(called, text.slice(0, 60)).toHaveLength(expected.length);
    for (const [at, words] of expected.entries()) {
      const got = called[at]!.split('\n').slice(0, -1);
      expect(got, text.slice(0, 60)).toHaveLength(words.length);
      for (const [place, word] of words.entries())
        if (word === undefined) expect(got[place]).toMatch(/^file:\/\/[A-Za-z0-9+=,@_.-]+\.json$/);
        else expect(got[place], text.slice(0, 60)).toBe(word);
    }
    expect((await readdir(folder)).sort()).toEqual(files.map((file) => file.name).sort());
    for (const file of files) await rm(join(folder, file.name));
  }
  await rm(folder, { recursive: true });
  await rm(bin, { recursive: true });
});
