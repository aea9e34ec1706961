/** Finds the compiled catalogue beside the bundle; a source checkout that was never built compiles it in memory. */
import { readFileSync } from 'node:fs';
import { type Catalogue, type CatalogueData, createCatalogue } from './catalogue.ts';
import { unpack } from './packed.ts';

let loaded: Promise<Catalogue> | undefined;

/** The pinned action catalogue. Read once a process, in about 3 ms; each service it is asked about costs its own parse. */
export function loadCatalogue(): Promise<Catalogue> {
  loaded ??= readCompiled().then(createCatalogue);
  return loaded;
}

async function readCompiled(): Promise<CatalogueData> {
  for (const place of ['./catalogue.ndjson', '../catalogue.ndjson']) {
    try {
      return unpack(readFileSync(new URL(place, import.meta.url), 'latin1'));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    }
  }
  // Kept out of the bundle: an installed package always has the file.
  const { compileCatalogue } = await import('./compile.ts');
  return compileCatalogue();
}
