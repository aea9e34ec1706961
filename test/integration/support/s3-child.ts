/**
 * A run in a process of its own, to be killed: reads the bucket through the store and prints a digest of everything that
 * the ledger would get. Arguments: endpoint, store directory.
 */
import { createHash } from 'node:crypto';
import { openS3Source } from '../../../src/trail/s3/source.ts';
import { batchesOf, isolateAws } from '../../faults/s3-run.ts';
import { BUCKET } from '../../faults/s3-server.ts';

const [endpointUrl = '', directory = ''] = process.argv.slice(2);
isolateAws();
const source = openS3Source({
  aws: { region: 'us-east-1', endpointUrl },
  bucket: BUCKET,
  concurrency: 16,
  store: { directory, knowledge: 'test' },
});
const batches = await batchesOf(source);
const digest = createHash('sha256')
  .update(JSON.stringify([batches, source.facts()]))
  .digest('hex');
process.stdout.write(JSON.stringify({ digest, reused: source.reused(), objects: batches.length }));
