import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';

it('assets.generated.ts is what style.css and client/ give: run node scripts/build-report-assets.mjs', async () => {
  const script = new URL('../../scripts/build-report-assets.mjs', import.meta.url).href;
  const { reportAssets } = (await import(script)) as { reportAssets: () => Promise<string> };
  const path = new URL('../../src/report/html/assets.generated.ts', import.meta.url);
  expect(await readFile(path, 'utf8')).toBe(await reportAssets());
});
