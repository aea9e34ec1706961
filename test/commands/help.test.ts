import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { COMMANDS } from '../../src/commands/table.ts';

const CLI = new URL('../../dist/cli.js', import.meta.url).pathname;
const help = (...argv: string[]): string =>
  execFileSync(process.execPath, [CLI, ...argv, '--help'], {
    encoding: 'utf8',
    env: { ...process.env, COLUMNS: '100' },
  });

describe('--help', () => {
  it.each([[], ...COMMANDS.map(({ name }) => [name])])(
    'of the command %j is plain ASCII within its width',
    (...argv) => {
      const text = help(...(argv as string[]));
      // The bundle measures help by its length (scripts/help/); anything but ASCII would break the columns.
      expect(text).toMatch(/^[\x20-\x7e\n]+$/);
      expect(text).toMatch(/ --output +file /);
      for (const line of text.split('\n')) expect(line.length, line).toBeLessThanOrEqual(120);
    },
  );

  it('shows two examples', () => {
    expect(
      help()
        .split('Examples:')[1]!
        .match(/gen-policy /g)!.length,
    ).toBeGreaterThanOrEqual(2);
  });
});
