/** `gen-policy completion`: a script for bash and zsh, made of the commands as they are; it calls nothing when it runs. */
import yargs, { type Argv } from 'yargs';
import { EXIT } from '../errors.ts';
import type { Command } from './command.ts';
import { generateFlags } from './generate-flags.ts';
import { COMMANDS } from './table.ts';

export const command: Command = {
  builder: (yargs) => yargs,
  run: async (_args, io) => {
    const all = await Promise.all(
      COMMANDS.map(async ({ name, load }) => {
        const words = wordsOf((await load()).command.builder(yargs([])));
        return { name, ...words };
      }),
    );
    io.out(script([{ name: '*', ...wordsOf(generateFlags(yargs([]))) }, ...all]));
    return EXIT.done;
  },
};

interface Words {
  readonly flags: readonly string[];
  /** Flag, or position, to the words it takes. */
  readonly choices: readonly (readonly [name: string, words: readonly string[]])[];
}

/** yargs keeps its options on the instance; the types leave the method out. */
function wordsOf(parser: Argv): Words {
  const { key, choices } = (
    parser as unknown as {
      getOptions(): { key: Record<string, unknown>; choices: Record<string, readonly unknown[]> };
    }
  ).getOptions();
  const places = new Set(['action', 'files', 'result']);
  const flags = Object.keys(key).filter((name) => /^[a-z][a-z-]+$/.test(name) && !places.has(name));
  return {
    flags: [...new Set([...flags, 'output', 'quiet', 'help', 'version'])].sort(),
    choices: Object.entries(choices)
      .map(([name, words]) => [name, words.map(String)] as const)
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  };
}

/** Words are names of ours, of letters, digits, `-` and `*`: none means anything to a shell inside the quotes. */
function script(commands: readonly ({ readonly name: string } & Words)[]): string {
  const names = commands.map(({ name }) => name).filter((name) => name !== '*');
  const values = commands.flatMap(({ name, choices }) =>
    choices
      .filter(([flag]) => flag !== 'action')
      .map(([flag, words]) => `    ${name === '*' ? '*' : name}:--${flag}) words="${words.join(' ')}" ;;`),
  );
  const own = commands
    .filter(({ name }) => name !== '*')
    .map(({ name, flags, choices }) => {
      const actions = choices.find(([flag]) => flag === 'action')?.[1] ?? [];
      return `    ${name}) words="${[...actions, ...flags.map((flag) => `--${flag}`)].join(' ')}" ;;`;
    });
  const general = commands.find(({ name }) => name === '*')!.flags.map((flag) => `--${flag}`);
  return `# Completion of gen-policy for bash and zsh. Add to ~/.bashrc or ~/.zshrc: eval "$(gen-policy completion)"
if [ -n "\${ZSH_VERSION-}" ]; then autoload -U +X bashcompinit && bashcompinit; fi
_gen_policy() {
  local current="\${COMP_WORDS[COMP_CWORD]}" before="\${COMP_WORDS[COMP_CWORD-1]}" command="\${COMP_WORDS[1]}" words=""
  COMPREPLY=()
  case "$command:$before" in
${[...values.filter((line) => !line.startsWith('    *')), ...values.filter((line) => line.startsWith('    *'))].join('\n')}
  esac
  if [ -z "$words" ]; then
    # After a flag the shell completes files; a flag without a value is followed by the next flag.
    case "$before" in --*) case "$current" in -*) ;; *) return 0 ;; esac ;; esac
    case "$command" in
${own.join('\n')}
    *) words="${general.join(' ')}"; if [ "$COMP_CWORD" -eq 1 ]; then words="${names.join(' ')} $words"; fi ;;
    esac
  fi
  COMPREPLY=($(compgen -W "$words" -- "$current"))
}
complete -o default -o bashdefault -F _gen_policy gen-policy
`;
}
