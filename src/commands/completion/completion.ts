import { Argument } from 'commander';
import { streamSink } from '../../system/terminal/streams.ts';
import { type Define, examples } from '../shared/context.ts';
import { scripts } from './scripts.ts';

type Shell = keyof typeof scripts;

export const define: Define = (command, start) => {
  command
    .addArgument(new Argument('<shell>', 'shell to print the script for').choices(Object.keys(scripts)))
    .addHelpText('after', `\nTo install it:\n${installing.map((line) => `  ${line}`).join('\n')}`)
    .addHelpText(
      'after',
      examples(['recx completion bash', 'recx completion zsh > _recx', 'source <(recx completion bash)']),
    )
    .action((shell: Shell) => streamSink(start().runtime.out).write(scripts[shell]));
};

const installing = [
  "bash  echo 'source <(recx completion bash)' >> ~/.bashrc",
  "zsh   echo 'source <(recx completion zsh)' >> ~/.zshrc",
  'fish  mkdir -p ~/.config/fish/completions && recx completion fish > ~/.config/fish/completions/recx.fish',
];
