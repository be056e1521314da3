import { endAs, endings, Failure } from '../core/failure.ts';
import { didYouMean } from '../core/nearest.ts';
import { screenSink } from '../system/terminal.ts';
import { type Define, examples } from './context.ts';

/** Texts that belong to no single command. */
const topics: Readonly<Record<string, () => string>> = {
  'exit-codes': () =>
    `Exit codes\n\n${endings.map(({ code, meaning }) => `${String(code).padStart(5)}  ${meaning}`).join('\n')}\n`,
};

export const define: Define = (command, start) => {
  const names = Object.keys(topics);
  command
    .argument('[topic...]', `a command, or one of: ${names.join(', ')}`)
    .addHelpText('after', examples(['recx help list', 'recx help exit-codes', 'recx list --help']))
    .action(async ([topic, ...rest]: readonly string[]) => {
      const { world, run } = start();
      const text = topics[topic ?? '']?.();
      if (text !== undefined) return screenSink(world.out).write(text);
      const commands = command.parent?.commands.map((known) => known.name()) ?? [];
      if (topic !== undefined && !commands.includes(topic)) {
        throw new Failure('usage', `there is no help on "${topic.slice(0, 60)}"`, {
          hint: didYouMean(topic, [...names, ...commands]) ?? 'See recx --help',
        });
      }
      endAs(await run(topic === undefined ? ['--help'] : [topic, ...rest, '--help'], world));
    });
};
