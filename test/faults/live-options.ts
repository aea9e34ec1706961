/** Options that reach a local API server, with made-up credentials and no waiting between tries unless asked for. */
import type { LiveOptions } from '../../src/account/live-calls.ts';

export const liveOptions = (endpoint: string, maxAttempts = 1): LiveOptions => ({
  config: {
    endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'AKIAEXAMPLE', secretAccessKey: 'secret' },
    maxAttempts,
    requestHandler: { connectionTimeout: 2_000, socketTimeout: 5_000 },
  },
});
