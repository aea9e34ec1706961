/** Flags of `--source athena`, apart from what runs it, so that `--help` loads nothing else. */
const group = 'Athena:';

/** Flags for a yargs builder. */
export const ATHENA_FLAGS = {
  workgroup: { type: 'string', describe: 'workgroup that runs the queries', group },
  catalog: { type: 'string', describe: 'data catalog of the table', group },
  database: { type: 'string', describe: 'database of the table', group },
  table: { type: 'string', describe: 'table over the logs (see `gen-policy athena init`)', group },
  'output-location': { type: 'string', describe: 's3:// folder for results; that of the workgroup', group },
  'max-bytes': { type: 'number', describe: 'start and finish no query that scans more than this', group },
  'reuse-minutes': { type: 'number', describe: 'take results of the same query up to this old', group },
} as const;

/** What a run would ask and cost; for the commands that read evidence. */
export const ATHENA_COST_FLAGS = {
  'dry-run': {
    type: 'boolean',
    describe: 'print the queries and an estimate of bytes and cost, and start none',
    group,
  },
  'price-per-tb': { type: 'number', describe: 'US dollars for a terabyte scanned, for --dry-run', group },
} as const;
