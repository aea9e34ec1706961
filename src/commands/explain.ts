/** `gen-policy explain`: what permission a record needs, why, on which resource and how that was found. */
import { loadCatalogue } from '../catalogue/load.ts';
import { EXIT, UsageError } from '../errors.ts';
import { describeEvent } from '../permissions/describe.ts';
import { createResolver } from '../permissions/resolver.ts';
import { COLOURED, PLAIN } from '../report/style.ts';
import type { Command } from './command.ts';
import { describedText } from './explain-event.ts';
import { readEvents } from './explain-input.ts';
import { toJson, toText } from './explain-view.ts';

export const command: Command = {
  builder: (yargs) =>
    yargs
      .positional('files', {
        type: 'string',
        array: true,
        describe: 'files of records (JSON or NDJSON, gzipped or not); - for standard input',
      })
      .option('event', {
        type: 'string',
        array: true,
        describe: 'explain an event without a record, as SOURCE:NAME, e.g. s3.amazonaws.com:ListObjects',
      })
      .option('format', {
        choices: ['text', 'ndjson'] as const,
        default: 'text' as const,
        describe: 'text for people, ndjson: one object a record',
      }),
  run: async (args, io) => {
    const names = (args.event ?? []) as readonly string[];
    const files = (args.files ?? []) as readonly string[];
    if (names.length > 0 && files.length > 0)
      throw new UsageError('`--event` explains an event without a record: leave the files out');
    const catalogue = await loadCatalogue();
    const style = io.colour ? COLOURED : PLAIN;
    const ndjson = args.format === 'ndjson';
    for (const name of names) {
      const colon = name.indexOf(':');
      if (colon < 1 || colon === name.length - 1)
        throw new UsageError(
          `\`--event ${name}\` is not SOURCE:NAME: write it as s3.amazonaws.com:ListObjects`,
        );
      const source = name.slice(0, colon);
      const described = describeEvent(
        catalogue,
        source.includes('.amazonaws.com') ? source : `${source}.amazonaws.com`,
        name.slice(colon + 1),
      );
      io.out(ndjson ? `${JSON.stringify(described)}\n` : describedText(described, style));
    }
    if (names.length > 0) return EXIT.done;
    const { resolve } = createResolver(catalogue);
    for (const file of files.length > 0 ? files : ['-']) {
      const { events, problems } = await readEvents(file, io);
      for (const event of events) {
        const resolution = resolve(event);
        io.out(ndjson ? `${JSON.stringify(toJson(event, resolution))}\n` : toText(event, resolution, style));
      }
      for (const problem of problems) io.err(`gen-policy: ${problem}\n`);
    }
    return EXIT.done;
  },
};
