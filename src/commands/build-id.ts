/** Tells one build of the program from another: what a build made of a log may not be taken for another's. */
import { createHash } from 'node:crypto';
import { existsSync, readdirSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { VERSION } from '../version.ts';

/**
 * The version, and in a bundle a hash over its parts, whose names change with their content. From the sources the version
 * alone: nobody keeps results there for long.
 */
export function buildId(): string {
  const here = dirname(fileURLToPath(import.meta.url));
  const chunks = basename(here) === 'chunks' ? here : join(here, 'chunks');
  if (!existsSync(chunks)) return VERSION;
  const parts = readdirSync(chunks).sort().join('\n');
  return `${VERSION}-${createHash('sha256').update(parts).digest('hex').slice(0, 12)}`;
}
