import type { Command } from 'commander';
import { exitAs, Failure } from '../../core/failure.ts';
import { quote } from '../../core/invalid-value.ts';
import { didYouMean } from '../../core/text/did-you-mean.ts';
import { streamSink } from '../../system/terminal/streams.ts';
import { type Context, type Define, examples, visibleCommands } from '../shared/context.ts';
import { topics } from './topics/index.ts';
import { renderTopic } from './topics/topic.ts';

export const define: Define = (command, start) => {
  const names = Object.keys(topics);
  command
    .argument('[topic...]', `a command, or one of: ${names.join(', ')}`)
    .addHelpText('after', examples(['recx help list', 'recx help exit-codes', 'recx help profile add']))
    .action((words: readonly string[]) => help(words, command.parent ?? command, start()));
};

const help = async ([topic, ...rest]: readonly string[], program: Command, context: Context): Promise<void> => {
  const { runtime, run } = context;
  const screen = streamSink(runtime.out);
  if (topic === undefined) {
    exitAs(await run(['--help'], runtime));
    return screen.write(listOfTopics());
  }
  const about = Object.hasOwn(topics, topic) ? topics[topic] : undefined;
  if (about !== undefined && rest.length === 0) return screen.write(renderTopic(await about.load()));
  await checkWords([topic, ...rest], program, context);
  exitAs(await run([topic, ...rest, '--help'], runtime));
};

const listOfTopics = (): string => {
  const lines = Object.entries(topics).map(([name, { summary }]) => `  ${name.padEnd(23)}${summary}`);
  return `\nTopics (recx help <topic>):\n${lines.join('\n')}\n`;
};

/** Fails, with the nearest word as a hint, unless each word is a subcommand of the one before it. */
const checkWords = async (words: readonly string[], program: Command, { loadCommand }: Context): Promise<void> => {
  let command = program;
  for (const word of words) {
    const next = command.commands.find((known) => [known.name(), ...known.aliases()].includes(word));
    if (next === undefined) {
      const known = visibleCommands(command).map((visible) => visible.name());
      throw new Failure('usage', `no help topic ${quote(words.join(' '))}`, {
        hint:
          didYouMean(word, command === program ? [...Object.keys(topics), ...known] : known) ??
          `Topics: ${Object.keys(topics).join(', ')}. See recx help`,
        rejected: { name: 'help', word: words.join(' ') },
      });
    }
    command = next;
    await loadCommand(command);
  }
};
