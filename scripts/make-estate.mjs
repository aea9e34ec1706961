// Writes samples/estate/: a second made-up account for reviews. snapshot/ is what `gen-policy snapshot` would have written,
// trail/ 30 days of its CloudTrail logs in the true S3 layout.
import { createHash } from 'node:crypto';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import {
  ACCOUNT,
  authorizationDetails,
  credentialReport,
  passwordPolicy,
  trails,
} from './samples/estate-account.mjs';
import { day } from './samples/estate-days.mjs';
import { createRandom } from './samples/random.mjs';

const ROOT = fileURLToPath(new URL('../samples/estate', import.meta.url));
const START = Date.parse('2026-07-31T00:00:00Z');
const DAYS = 30;
const DAY = 86_400_000;
const random = createRandom(444455556666 % 2 ** 32);

const write = async (path, content) => {
  await mkdir(dirname(join(ROOT, path)), { recursive: true });
  await writeFile(join(ROOT, path), content);
};
await rm(ROOT, { recursive: true, force: true });

for (let number = 0; number < DAYS; number++) {
  const midnight = START + number * DAY;
  for (const [region, Records] of Object.entries(day(random, number, midnight))) {
    // Delivered at noon and, for what came after it, shortly past midnight would be two files: one is enough here.
    const stamp = new Date(midnight + DAY - 60_000).toISOString();
    const name = `${ACCOUNT}_CloudTrail_${region}_${stamp.replace(/[-:]|\.000Z/g, '').slice(0, 13)}Z_${random.mixed(16)}.json.gz`;
    const folder = `trail/AWSLogs/${ACCOUNT}/CloudTrail/${region}/${stamp.slice(0, 10).replaceAll('-', '/')}`;
    await write(`${folder}/${name}`, gzipSync(JSON.stringify({ Records }), { level: 9 }));
  }
}

const json = (value) => `${JSON.stringify(value, null, 2)}\n`;
const files = {
  'account.json': json(authorizationDetails()),
  'account-password-policy.json': json(passwordPolicy()),
  'credential-report.csv': credentialReport(),
  'trails.json': json(trails()),
};
for (const [name, text] of Object.entries(files)) await write(`snapshot/${name}`, text);
const sha256 = (text) => createHash('sha256').update(text).digest('hex');
await write(
  'snapshot/snapshot.json',
  json({
    tool: 'gen-policy',
    version: '0.1.0',
    accountId: ACCOUNT,
    takenAt: '2026-08-30T06:00:00.000Z',
    takenBy: `arn:aws:iam::${ACCOUNT}:role/audit`,
    credentialReportAt: '2026-08-30T05:55:00Z',
    files: Object.entries(files)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, text]) => [name, sha256(text)]),
    missing: [],
  }),
);
