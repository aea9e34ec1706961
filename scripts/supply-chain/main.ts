/** `npm run licences`, `npm run advisories`, `npm run sbom`: what is shipped, and whether it may be. */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { readAudit } from './advisories.ts';
import { licenceProblems } from './licences.ts';
import { lockedPackages, packageRef, runtimePackages } from './lock.ts';
import { deterministicBom } from './sbom.ts';

const npm = (...args: string[]): string =>
  spawnSync('npm', [...args, '--package-lock-only'], { encoding: 'utf8', maxBuffer: 1 << 28 }).stdout;
const [, , task] = process.argv;

switch (task) {
  case 'licences': {
    const problems = licenceProblems('');
    for (const line of problems) console.error(line);
    const [all, shipped] = [lockedPackages(''), runtimePackages('')];
    console.log(
      `${all.length} packages looked at, ${shipped.length} of them shipped, ${problems.length} problems`,
    );
    process.exitCode = problems.length === 0 ? 0 : 1;
    break;
  }
  case 'advisories': {
    const found = readAudit(npm('audit', '--json'), new Set(runtimePackages('').map(({ path }) => path)));
    if (found.kind === 'found') for (const line of found.lines) console.error(line);
    if (found.kind === 'unknown') console.error(`SKIPPED: advisories were not checked (${found.why})`);
    if (found.kind === 'none') console.log('no known advisory on what is shipped');
    process.exitCode = found.kind === 'found' ? 1 : 0;
    break;
  }
  case 'sbom': {
    const { name } = JSON.parse(readFileSync('package.json', 'utf8')) as { name: string };
    const shipped = new Set(runtimePackages('').map(packageRef));
    process.stdout.write(deterministicBom(npm('sbom', '--sbom-format=cyclonedx'), name, shipped));
    break;
  }
  default:
    throw new Error(`unknown task \`${task}\`: use licences, advisories or sbom`);
}
