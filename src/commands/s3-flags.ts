/** Flags of `--source s3`, apart from what runs it, so that `--help` loads nothing else. */
const group = 'S3:';

/** Flags for a yargs builder. */
export const S3_FLAGS = {
  bucket: { type: 'string', describe: 'bucket with the logs; asked of the trail where not given', group },
  prefix: { type: 'string', describe: 'what stands before AWSLogs/ in the keys', group },
  trail: { type: 'string', describe: 'name or ARN of the trail to read, where there are several', group },
  accounts: { type: 'string', describe: "account ids to read, comma-separated; the principal's own", group },
  regions: { type: 'string', describe: 'regions to read, comma-separated; all that there are', group },
  'requester-pays': { type: 'boolean', describe: 'pay for the requests to a requester-pays bucket', group },
  'expected-bucket-owner': { type: 'string', describe: 'account id that must own the bucket', group },
  'slack-days': { type: 'number', describe: 'days after the window to look for late deliveries', group },
  concurrency: { type: 'number', describe: 'objects to read at a time', group },
  store: {
    type: 'string',
    describe: 'folder that keeps what was found in each object; --no-store for none',
    group,
  },
} as const;
