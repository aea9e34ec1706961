// Makes test/golden anew: result.json of two roles from samples/, then every format of them.
// Run after a change of what plans or reports say, and read the diff: node scripts/update-goldens.mjs
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const run = (command, ...args) =>
  execFileSync(command, args, { cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });

run('npm', 'run', '--silent', 'build');
for (const role of ['order-service', 'legacy-reporting']) {
  const json = run(
    ...['node', 'dist/cli.js', '--role', role, '--days', '90', '--end', '2026-08-29'],
    ...['--logs', 'samples/trail', '--account', 'samples/account.json', '--trails', 'samples/trails.json'],
    ...['--last-accessed', `samples/last-accessed/${role}.json`, '--format', 'json'],
  );
  writeFileSync(`${root}test/golden/${role}/result.json`, json);
}
run('npx', 'vitest', 'run', 'test/report/golden.test.ts', '--update');
