import type { Argument, Command } from 'commander';
import { topics } from '../../src/commands/help/topics/index.ts';
import type { Block, Topic } from '../../src/commands/help/topics/topic.ts';
import { visibleCommands } from '../../src/commands/shared/context.ts';

/** The manual page in roff, generated from the program's own definitions; the same each time for a version and its day. */
export const manualOf = async (program: Command, version: string, day: string): Promise<string> => {
  const commands = visibleCommands(program).filter((command) => command.name() !== 'help');
  const about = await Promise.all(Object.values(topics).map(({ load }) => load()));
  return `${[
    `.TH RECX 1 ${day} "recx ${version}" "User Commands"`,
    ...section('NAME', ['recx \\- explore the call and room recordings of telephony accounts']),
    ...section('SYNOPSIS', ['.B recx', '.I command', '.RI [ options ]']),
    ...section('DESCRIPTION', [
      ...paragraph(
        'recx lists, shows, downloads and exports the recordings of telephony accounts (SignalWire, Plivo, Twilio) in one ' +
          'common format. It is read-only: it never changes or deletes anything at a provider. The profile "demo" has ' +
          'sample recordings and needs no account.',
      ).slice(1),
    ]),
    ...section('OPTIONS', [...paragraph('All commands accept these options.').slice(1), ...flagsOf(program)]),
    ...section('COMMANDS', commands.flatMap(commandOf)),
    ...about.flatMap(topicOf),
    ...section('FILES', terms(files)),
    ...section('SEE ALSO', ['.BR jq (1),', '.BR crontab (5)']),
  ].join('\n')}\n`;
};

const files = [
  ['config.json', 'the profiles, in RECX_CONFIG_DIR, else in ~/.config/recx on Linux; readable only by its owner'],
  ['recent.json', 'in the same folder: recent ids that list and get showed on a terminal, for completion'],
  ['manifest.ndjson', 'in a download folder: one line for each complete file; read by verify and report'],
  ['<out>.state.json', 'beside an incremental export: how far the last complete run got'],
] as const;

/** Text escaped for roff: dashes stay dashes, and no line starts with a request. */
const plain = (text: string): string =>
  text
    .replaceAll('\\', '\\e')
    .replaceAll('-', '\\-')
    .replaceAll("'", '\\(aq')
    .replaceAll('"', '\\(dq')
    .replaceAll('`', '')
    .replaceAll('~', '\\(ti')
    .replaceAll('^', '\\(ha')
    .replaceAll('…', '...')
    .replace(/^\./, '\\&.');

/** Escaped text in lines of at most 78 characters; roff fills them again. */
const prose = (text: string): string =>
  inLines(plain(text).split(' '), 78)
    .map((line) => line.replace(/^\./, '\\&.'))
    .join('\n');

const inLines = (words: readonly string[], width: number): readonly string[] => {
  const lines: string[] = [];
  for (const word of words) {
    const longer = `${lines.at(-1)} ${word}`;
    if (lines.length === 0 || longer.length > width) lines.push(word);
    else lines[lines.length - 1] = longer;
  }
  return lines;
};

/** A command line, continued with backslashes if it is too long; never broken between quotes. */
const overLines = (line: string): readonly string[] => {
  const words = line.match(/(?:'[^']*'|"[^"]*"|[^\s'"])+/g) ?? [];
  return inLines(words, 68).map(
    (part, index, parts) => `${index > 0 ? '    ' : ''}${part}${index < parts.length - 1 ? ' \\' : ''}`,
  );
};

const section = (title: string, lines: readonly string[]): readonly string[] => [`.SH ${title}`, ...lines];
const paragraph = (text: string): readonly string[] => ['.PP', prose(text)];
const terms = (rows: readonly (readonly [term: string, meaning: string])[]): readonly string[] =>
  rows.flatMap(([term, meaning]) => ['.TP', bold(term), prose(meaning)]);
const bold = (text: string): string => `\\fB${plain(text)}\\fR`;

/** Command lines, one per line and not filled. */
const literal = (lines: readonly string[]): readonly string[] => [
  '.PP',
  'Examples:',
  '.PP',
  '.nf',
  ...lines.flatMap(overLines).map(plain),
  '.fi',
];

const flagsOf = (command: Command): readonly string[] =>
  terms(
    command
      .createHelp()
      .visibleOptions(command)
      .filter(({ long }) => long !== '--help' || command.parent === null)
      .map((option) => [option.flags, command.createHelp().optionDescription(option)] as const),
  );

const commandOf = (command: Command): readonly string[] => {
  const subcommands = visibleCommands(command).filter((known) => known.name() !== 'help');
  return [
    `.SS ${plain(pathOf(command))}${command.registeredArguments.map((argument) => ` ${plain(argumentSyntax(argument))}`).join('')}`,
    prose(`${command.description()}.`.replace('?.', '?')),
    ...terms(
      command.registeredArguments
        .filter(({ description }) => description !== '')
        .map((argument) => [argumentSyntax(argument), command.createHelp().argumentDescription(argument)] as const),
    ),
    ...flagsOf(command),
    ...(subcommands.length > 0 ? subcommands.flatMap(commandOf) : literal(examplesOf(command))),
  ];
};

export const pathOf = (command: Command): string =>
  command.parent === null ? command.name() : `${pathOf(command.parent)} ${command.name()}`;

/** An argument as in a synopsis: `<id...>` if required, `[dir]` if optional. */
export const argumentSyntax = (argument: Argument): string => {
  const name = `${argument.name()}${argument.variadic ? '...' : ''}`;
  return argument.required ? `<${name}>` : `[${name}]`;
};

/** The examples at the end of a command's help: commander prints them on an event and does not store them. */
export const examplesOf = (command: Command): readonly string[] => {
  let text = '';
  command.configureOutput({ writeOut: (chunk) => (text += chunk) }).outputHelp();
  const [, after = ''] = text.split('\nExamples:\n');
  return after
    .split('\n')
    .filter((line) => line.startsWith('  $ '))
    .map((line) => line.slice(4));
};

const topicOf = ({ title, blocks, examples }: Topic): readonly string[] => [
  ...section(title.toUpperCase(), blocks.flatMap(blockOf).slice(typeof blocks[0] === 'string' ? 1 : 0)),
  ...literal(examples),
];

const blockOf = (block: Block): readonly string[] =>
  typeof block === 'string' ? paragraph(block) : terms(block.map(([term, meaning]) => [term.trim(), meaning] as const));
