// Writes samples/: the made-up account, its 90 days of trail in the true S3 layout, and its last-accessed reports.
// The outputs gen-policy gives for them are written by scripts/make-golden.mjs.
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import {
  ACCOUNT,
  ADVISED,
  authorizationDetails,
  lastAccessed,
  REGION,
  ROLES,
  trails,
} from './samples/account.mjs';
import { day } from './samples/days.mjs';
import { createRandom } from './samples/random.mjs';

const ROOT = fileURLToPath(new URL('../samples', import.meta.url));
const START = Date.parse('2026-06-01T00:00:00Z');
const DAYS = 90;
const DAY = 86_400_000;
const random = createRandom(20260601);

const write = async (path, content) => {
  await mkdir(dirname(join(ROOT, path)), { recursive: true });
  await writeFile(join(ROOT, path), content);
};
const json = (value) => `${JSON.stringify(value, null, 2)}\n`;
const compact = (time) =>
  new Date(time)
    .toISOString()
    .replace(/[-:]|\.000|:\d\dZ$/g, '')
    .slice(0, 13);

/** CloudTrail names a file after the minute it was delivered, some minutes after the last event in it. */
async function deliver(kind, region, time, body) {
  const [year, month, date] = new Date(time).toISOString().slice(0, 10).split('-');
  const name = `${ACCOUNT}_${kind}_${region}_${compact(time)}Z_${random.mixed(16)}.json.gz`;
  await write(
    `trail/AWSLogs/${ACCOUNT}/${kind}/${region}/${year}/${month}/${date}/${name}`,
    gzipSync(JSON.stringify(body), { level: 9 }),
  );
}

await rm(join(ROOT, 'trail'), { recursive: true, force: true });
/** Last time each role used a service, and an action of it, as Access Advisor would know. */
const used = new Map();
const SERVICES = new Map([['monitoring', 'cloudwatch']]);
function witness({ userIdentity, eventSource, eventName, eventTime }) {
  if (userIdentity.type !== 'AssumedRole') return;
  const role = userIdentity.sessionContext.sessionIssuer.userName;
  const prefix = eventSource.split('.')[0];
  const service = SERVICES.get(prefix) ?? prefix;
  const minute = `${eventTime.slice(0, 17)}00Z`;
  for (const key of [`${role} ${service}`, `${role} ${service} ${eventName.replace(/20\d{6}(v\d+)?$/, '')}`])
    if ((used.get(key) ?? '') < minute) used.set(key, minute);
}
let carried = [];
for (let number = 0; number < DAYS; number++) {
  const midnight = START + number * DAY;
  const regions = day(random, number, midnight);
  for (const [region, records] of Object.entries(regions)) {
    if (records.length === 0) continue;
    records.forEach(witness);
    // Once in a while CloudTrail delivers an event twice.
    const again = region === REGION && number % 30 === 10 ? [records[0]] : [];
    const late = region === REGION ? carried : [];
    await deliver('CloudTrail', region, Date.parse(records.at(-1).eventTime) + 5 * 60_000, {
      Records: [...late, ...records, ...again],
    });
    if (region === REGION) carried = [];
  }
  // Two deliveries came a day late.
  if (number === 44) carried = [day(createRandom(44), 44, midnight)[REGION].at(-1)];
}
await deliver('CloudTrail-Insight', REGION, START + 12 * DAY, { Records: [] });
await deliver('CloudTrail-Digest', REGION, START + 12 * DAY, { awsAccountId: ACCOUNT, logFiles: [] });

await write('account.json', json(authorizationDetails()));
for (const key of ADVISED)
  await write(
    `last-accessed/${ROLES[key].name}.json`,
    json(lastAccessed(key, (...path) => used.get(path.filter(Boolean).join(' ')))),
  );
await write('trails.json', json(trails()));
