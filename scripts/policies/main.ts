/** Writes policies/ from the table of calls: node scripts/run-ts.mjs scripts/policies/main.ts */
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { shippedPolicies } from '../../src/commands/doctor/shipped.ts';

await rm('policies', { recursive: true, force: true });
for (const [path, text] of shippedPolicies()) {
  const at = `policies/${path}`;
  await mkdir(at.slice(0, at.lastIndexOf('/')), { recursive: true });
  await writeFile(at, text);
}
