// A bare S3 with a trail of many equal objects, in its own process: `s3-trail.mjs COUNT RECORDS` lists COUNT objects of
// one account, region and month, each with RECORDS records, a fiftieth of them by role `deploy`.
import { createHash } from 'node:crypto';
import { createServer } from 'node:http';
import { gzipSync } from 'node:zlib';

const [count = 1000, records = 10] = process.argv.slice(2).map(Number);
const role = (index) => (index % 50 === 0 ? 'deploy' : 'app');
const record = (index) => ({
  eventVersion: '1.11',
  userIdentity: {
    type: 'AssumedRole',
    principalId: `AROAEXAMPLE:${role(index)}`,
    arn: `arn:aws:sts::111122223333:assumed-role/${role(index)}/session`,
    accountId: '111122223333',
    sessionContext: {
      sessionIssuer: {
        type: 'Role',
        principalId: 'AROAEXAMPLE',
        arn: `arn:aws:iam::111122223333:role/${role(index)}`,
        accountId: '111122223333',
        userName: role(index),
      },
    },
  },
  eventTime: '2026-03-01T00:00:00Z',
  eventSource: 's3.amazonaws.com',
  eventName: 'GetObject',
  awsRegion: 'us-east-1',
  sourceIPAddress: '203.0.113.7',
  requestParameters: {
    bucketName: 'orders',
    key: `reports/2026/${createHash('md5').update(`${index}`).digest('hex')}`,
  },
  responseElements: null,
  eventID: createHash('md5').update(`id ${index}`).digest('hex'),
  readOnly: true,
  eventType: 'AwsApiCall',
  managementEvent: false,
  recipientAccountId: '111122223333',
  eventCategory: 'Data',
});
const body = gzipSync(
  JSON.stringify({ Records: Array.from({ length: records }, (_, index) => record(index)) }),
);
const etag = `"${createHash('md5').update(body).digest('hex')}"`;
const folder = 'AWSLogs/111122223333/CloudTrail/us-east-1/';
const keyOf = (index) => {
  const day = String(1 + Math.floor((index * 28) / count)).padStart(2, '0');
  return `${folder}2026/03/${day}/111122223333_CloudTrail_us-east-1_202603${day}T0000Z_${String(index).padStart(16, '0')}.json.gz`;
};
/** First index whose key comes after `after`. */
function past(after) {
  let [low, high] = [0, count];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (keyOf(middle) > after) high = middle;
    else low = middle + 1;
  }
  return low;
}

function list(query) {
  const prefix = query.get('prefix') ?? '';
  if (query.get('delimiter') === '/') {
    const next = folder.slice(prefix.length).split('/')[0];
    return `<Name>logs</Name><IsTruncated>false</IsTruncated><CommonPrefixes><Prefix>${prefix}${next}/</Prefix></CommonPrefixes>`;
  }
  const after = query.get('continuation-token') ?? query.get('start-after') ?? '';
  const from = past([after, prefix].sort()[1]);
  const entries = [];
  let index = from;
  for (; index < count && entries.length < 1000 && keyOf(index).startsWith(prefix); index += 1)
    entries.push(
      `<Contents><Key>${keyOf(index)}</Key><ETag>${etag}</ETag><Size>${body.length}</Size></Contents>`,
    );
  const more = index < count && keyOf(index).startsWith(prefix);
  const token = more ? `<NextContinuationToken>${keyOf(index - 1)}</NextContinuationToken>` : '';
  return `<Name>logs</Name><IsTruncated>${more}</IsTruncated>${token}${entries.join('')}`;
}

const server = createServer((request, response) => {
  request.resume();
  const { searchParams } = new URL(request.url, 'http://local');
  if (searchParams.has('list-type')) {
    response.writeHead(200, { 'content-type': 'application/xml' });
    response.end(`<?xml version="1.0"?><ListBucketResult>${list(searchParams)}</ListBucketResult>`);
  } else {
    response.writeHead(200, { etag, 'content-length': body.length });
    response.end(body);
  }
});
server.keepAliveTimeout = 30_000;
server.listen(0, '127.0.0.1', () => process.stdout.write(`${server.address().port} ${body.length}\n`));
process.stdin.resume().on('end', () => process.exit());
