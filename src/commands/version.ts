import { streamSink } from '../system/terminal/streams.ts';
import { type Define, examples } from './shared/context.ts';

export const define: Define = (command, start) => {
  command.addHelpText('after', examples(['recx version', 'recx --version', 'recx -V'])).action(async () => {
    const { runtime } = start();
    await streamSink(runtime.out).write(`${runtime.version}\n`);
  });
};
