import type { Command, Option } from 'commander';
import { visibleCommands } from '../../src/commands/shared/context.ts';
import { argumentSyntax, examplesOf, pathOf } from './man-page.ts';
import { code, escaped, table } from './markdown.ts';

/** A section for each command: what it does, its arguments and flags, and examples. */
export const commandReference = (program: Command): string =>
  visibleCommands(program)
    .filter((command) => command.name() !== 'help')
    .flatMap(sections)
    .join('\n\n');

const sections = (command: Command): readonly string[] => {
  const subcommands = visibleCommands(command).filter((known) => known.name() !== 'help');
  const depth = command.parent?.parent === null ? '##' : '###';
  return [
    `${depth} ${pathOf(command)}`,
    `${sentence(command.description())}`,
    ...(subcommands.length > 0 ? [] : [`\`\`\`text\n${pathOf(command)} ${command.usage()}\n\`\`\``]),
    ...flagTable(command),
    ...(subcommands.length > 0
      ? subcommands.flatMap(sections)
      : [`\`\`\`text\n${examplesOf(command).join('\n')}\n\`\`\``]),
  ];
};

/** Help texts are fragments in lower case. */
const sentence = (text: string): string => {
  const trimmed = escaped(text.trim());
  return `${trimmed.charAt(0).toUpperCase()}${trimmed.slice(1)}${/[.?]$/.test(trimmed) ? '' : '.'}`;
};

const flagTable = (command: Command): readonly string[] => {
  const help = command.createHelp();
  const listed = [
    ...command.registeredArguments
      .filter(({ description }) => description !== '')
      .map((argument) => [code(argumentSyntax(argument)), escaped(help.argumentDescription(argument))] as const),
    ...help
      .visibleOptions(command)
      .filter((option: Option) => option.long !== '--help')
      .map((option) => [code(option.flags), escaped(help.optionDescription(option))] as const),
  ];
  return listed.length === 0 ? [] : [table(['Argument or flag', 'Meaning'], listed)];
};
