/** A folder that was copied from a bucket: names are kept, buckets and metadata are lost, files may be unpacked. */
import { readdir, readFile, stat } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { UsageError } from '../../errors.ts';
import { parseObjectKey } from '../layout.ts';
import { type Archive, type Place, s3Name } from './archive.ts';
import { parseDigestName } from './key.ts';

const packed = (key: string): string => key.replace(/\.gz$/, '');
/** CloudTrail's names are unique without their folders, and copies often have fewer of those. */
const bare = (key: string): string => packed(key.slice(key.lastIndexOf('/') + 1));
const DATED = /(?:^|\/)(\d{4}\/\d{2}\/\d{2}\/[^/]+)$/;

/** Reads the names now and the files as they are asked for. Throws a UsageError where there is no folder. */
export async function openFolder(root: string): Promise<Archive> {
  const paths = await filesBelow(root);
  const byName = new Map<string, string[]>();
  for (const path of paths) {
    const known = byName.get(bare(path));
    if (known) known.push(path);
    else byName.set(bare(path), [path]);
  }
  return {
    copied: true,
    digests: async () => paths.filter((path) => parseDigestName(path) !== undefined),
    logs: async () => paths.filter((path) => parseObjectKey(path).kind === 'log'),
    locate: (place) => byName.get(bare(place.key)) ?? [s3Name(place)],
    isAt,
    read: async (name) => {
      if (name.startsWith('s3://')) return { kind: 'missing' };
      try {
        return { kind: 'object', bytes: await readFile(join(root, name)), metadata: undefined };
      } catch (error) {
        const code = (error as NodeJS.ErrnoException).code ?? 'unknown';
        return code === 'ENOENT' ? { kind: 'missing' } : { kind: 'unreadable', detail: code };
      }
    },
  };
}

/** As much of the path as the copy has kept of CloudTrail's: all from `AWSLogs/`, the day's folders, or the name alone. */
function isAt(name: string, { key }: Place): boolean {
  const inside = `/${name}`.lastIndexOf('/AWSLogs/');
  if (inside >= 0) return `/${packed(key)}`.endsWith(`/${packed(name.slice(inside))}`);
  const dated = DATED.exec(packed(name))?.[1];
  return dated === undefined ? bare(name) === bare(key) : packed(key).endsWith(`/${dated}`);
}

/** Paths with `/` relative to the folder, sorted. Links to folders are not entered. */
async function filesBelow(root: string): Promise<readonly string[]> {
  const entries = await readdir(root, { recursive: true, withFileTypes: true }).catch(
    (error: NodeJS.ErrnoException) => {
      throw new UsageError(
        `\`--logs ${root}\` is no folder that can be read (${error.code ?? 'unknown'}): give the copy of a trail's bucket`,
      );
    },
  );
  const paths: string[] = [];
  for (const entry of entries) {
    const path = join(entry.parentPath, entry.name);
    const info = entry.isSymbolicLink() ? await stat(path).catch(() => undefined) : entry;
    if (info?.isFile()) paths.push(relative(root, path).split(sep).join('/'));
  }
  return paths.sort();
}
