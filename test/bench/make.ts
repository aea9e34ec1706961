/** Writes a generated trail to a folder: `make.mjs FOLDER BYTES RECORDS_PER_OBJECT`. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { documents } from './trails.ts';

/** 58 hours a gigabyte, however large the objects: the same records in another number of objects. */
const HOURS = 58e-9;

const [folder = '', bytes = '0', typical = '300'] = process.argv.slice(2);
mkdirSync(folder, { recursive: true });
let [objects, plain, packed, records] = [0, 0, 0, 0];
for (const document of documents(1, Number(bytes), Number(typical), HOURS)) {
  const compressed = gzipSync(document.text);
  writeFileSync(join(folder, `${String(objects).padStart(7, '0')}.json.gz`), compressed);
  objects++;
  plain += document.text.length;
  packed += compressed.length;
  records += document.records;
}
process.stdout.write(`${JSON.stringify({ objects, plain, packed, records })}\n`);
