/** `gen-policy cache stats|clear`: what earlier runs kept of the objects they read, and getting rid of it. */
import { EXIT } from '../errors.ts';
import { clearStore, storeStats } from '../trail/store/manage.ts';
import type { Command } from './command.ts';
import { defaultStore } from './s3-source.ts';

export const command: Command = {
  builder: (yargs) =>
    yargs
      .positional('action', {
        choices: ['stats', 'clear'] as const,
        demandOption: true,
        describe: 'what to do',
      })
      .option('store', { type: 'string', describe: 'folder of the store, where it is not the default one' }),
  run: async (args, io) => {
    const directory = String(args.store ?? defaultStore(io.env));
    if (args.action === 'clear') {
      const count = clearStore(directory);
      io.out(`cleared ${count} ${count === 1 ? 'part' : 'parts'} of ${directory}\n`);
      return EXIT.done;
    }
    const scopes = storeStats(directory);
    io.out(`${directory}\n`);
    for (const { bucket, principals, knowledge, objects, bytes, usedAt } of scopes) {
      const whom = principals ? principals.join(', ') : 'all principals';
      const day = usedAt === 0 ? 'never used' : `last used ${new Date(usedAt).toISOString().slice(0, 10)}`;
      io.out(`  s3://${bucket}: ${objects} objects, ${bytes} bytes, ${whom}, version ${knowledge}, ${day}\n`);
    }
    if (scopes.length === 0) io.out('  empty\n');
    return EXIT.done;
  },
};
