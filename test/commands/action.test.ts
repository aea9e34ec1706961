/** The GitHub Action: its steps run with a stand-in for gen-policy and for gh. */
import { execFile } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';

const run = promisify(execFile);
const root = fileURLToPath(new URL('../..', import.meta.url));

interface Action {
  readonly runs: { readonly steps: readonly { readonly run: string; readonly shell: string }[] };
}

/** A folder that stands for the action's checkout, with a gen-policy that writes down how it was called. */
async function checkout(exit: number): Promise<{ folder: string; env: NodeJS.ProcessEnv }> {
  const folder = await mkdtemp(join(tmpdir(), 'gen-policy-action-'));
  await mkdir(join(folder, 'dist'));
  await writeFile(
    join(folder, 'dist', 'cli.js'),
    `const fs = require('node:fs');
fs.writeFileSync('called.json', JSON.stringify(process.argv.slice(2)));
fs.writeFileSync('out/comment.md', 'text\\n\\n<!-- gen-policy arn -->\\n');
console.log('::error::from a log');
process.exit(${exit});`,
  );
  await writeFile(
    join(folder, 'gh'),
    `#!/bin/sh
echo "$@" >>calls.txt
case "$*" in *--jq*) cat known.txt 2>/dev/null || true ;; esac
`,
  );
  await chmod(join(folder, 'gh'), 0o755);
  return {
    folder,
    env: {
      PATH: `${folder}:${process.env.PATH}`,
      GITHUB_ACTION_PATH: folder,
      GITHUB_STEP_SUMMARY: join(folder, 'step.md'),
      GITHUB_OUTPUT: join(folder, 'output.txt'),
      GITHUB_REPOSITORY: 'owner/repo',
      PULL_REQUEST: '7',
      ACTION_OUT: 'out',
    },
  };
}

describe('action.yml', () => {
  it('lets no input into a script but through the environment', async () => {
    const action = parse(await readFile(join(root, 'action.yml'), 'utf8')) as Action;
    expect(action.runs.steps.length).toBeGreaterThan(2);
    for (const step of action.runs.steps) expect(step.run).not.toContain('${{');
  });

  it.each(['github.yml', 'gitlab.yml'])('samples/ci/%s is YAML', async (name) => {
    expect(parse(await readFile(join(root, 'samples/ci', name), 'utf8'))).toBeTypeOf('object');
  });

  it('hands arguments on as they are, keeps the exit code, and mutes the runner', async () => {
    const { folder, env } = await checkout(2);
    const { stdout } = await run('bash', [join(root, 'scripts/action-run.sh')], {
      cwd: folder,
      env: {
        ...env,
        ACTION_COMMAND: 'generate',
        ACTION_ARGS: '--role\norders $(touch owned) "x"\n\n',
        ACTION_FORMAT: 'html',
        ACTION_FAIL_ON: 'unused',
      },
    });
    expect(JSON.parse(await readFile(join(folder, 'called.json'), 'utf8'))).toEqual([
      ...[
        '--role',
        'orders $(touch owned) "x"',
        '--out',
        'out',
        '--format',
        'html,comment',
        '--fail-on',
        'unused',
      ],
    ]);
    expect(await readFile(join(folder, 'output.txt'), 'utf8')).toBe('exit-code=2\nout=out\n');
    expect(stdout).toMatch(/^::stop-commands::([0-9a-f]{32})\n::error::from a log\n::\1::\n$/);
  });

  it.each([
    [
      'writes a comment',
      '',
      'api --method POST repos/owner/repo/issues/7/comments -F body=@out/comment.md --silent',
    ],
    [
      'updates its own',
      '42\n',
      'api --method PATCH repos/owner/repo/issues/comments/42 -F body=@out/comment.md --silent',
    ],
  ])('%s', async (_name, known, call) => {
    const { folder, env } = await checkout(0);
    await mkdir(join(folder, 'out'));
    await writeFile(join(folder, 'out/comment.md'), 'text\n\n<!-- gen-policy arn -->\n');
    await writeFile(join(folder, 'known.txt'), known);
    await run('bash', [join(root, 'scripts/action-comment.sh')], { cwd: folder, env });
    const calls = (await readFile(join(folder, 'calls.txt'), 'utf8')).trim().split('\n');
    expect(calls.at(-1)).toBe(call);
  });
});
