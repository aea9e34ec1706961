/** The script of `gen-policy completion`, run by bash itself. */
import { execFileSync, spawnSync } from 'node:child_process';
import { beforeAll, describe, expect, it } from 'vitest';
import { COMMANDS } from '../../src/commands/table.ts';
import { run } from '../support/run.ts';

const bash = spawnSync('bash', ['--version']).status === 0;
if (!bash) console.error('SKIPPED: no bash on this machine, so completion was not tried');

let script = '';
beforeAll(async () => {
  script = (await run(['completion'])).out;
});

/** What bash offers after these words, the last of which is being typed. */
const offered = (...words: string[]): string[] =>
  execFileSync(
    'bash',
    [
      '-c',
      `${script}\nCOMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _gen_policy; printf '%s\\n' "\${COMPREPLY[@]}"`,
      '-',
      ...words,
    ],
    { encoding: 'utf8' },
  )
    .split('\n')
    .filter((line) => line !== '');

describe('completion', () => {
  it('is plain ASCII, and the same each time', async () => {
    expect(script).toMatch(/^[\x20-\x7e\n]+$/);
    expect((await run(['completion'])).out).toBe(script);
  });

  it.skipIf(!bash)('offers commands, flags and the words that flags take', () => {
    expect(offered('gen-policy', 'do')).toEqual(['doctor']);
    expect(offered('gen-policy', '')).toEqual(
      expect.arrayContaining([...COMMANDS.map(({ name }) => name), '--role']),
    );
    expect(offered('gen-policy', 'doctor', '--print')).toEqual(['--print-policy']);
    expect(offered('gen-policy', 'doctor', '--print-policy', '')).toEqual(['json', 'terraform']);
    expect(offered('gen-policy', '--source', 'a')).toEqual(['athena']);
    expect(offered('gen-policy', 'cache', 'c')).toEqual(['clear']);
    expect(offered('gen-policy', 'doctor', '--sample', '3')).toEqual([]);
    expect(offered('gen-policy', 'doctor', '--verify-digests', '--pub')).toEqual(['--public-keys']);
  });
});
