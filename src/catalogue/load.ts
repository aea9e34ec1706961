/** Finds the compiled catalogue beside the bundle; a source checkout that was never built compiles it in memory. */
import { readFileSync } from 'node:fs';
import { type Catalogue, type CatalogueData, createCatalogue } from './catalogue.ts';

let loaded: Promise<Catalogue> | undefined;

/** The pinned action catalogue. Read once a process; about 15 ms. */
export function loadCatalogue(): Promise<Catalogue> {
  loaded ??= readCompiled().then(createCatalogue);
  return loaded;
}

async function readCompiled(): Promise<CatalogueData> {
  for (const place of ['./catalogue.json', '../catalogue.json']) {
    try {
      return JSON.parse(readFileSync(new URL(place, import.meta.url), 'utf8')) as CatalogueData;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    }
  }
  // Kept out of the bundle: an installed package always has the file.
  const { compileCatalogue } = await import('./compile.ts');
  return compileCatalogue();
}
