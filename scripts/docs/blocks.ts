import { callFacts } from '../../src/commands/help/topics/calls.ts';
import { environment } from '../../src/commands/help/topics/environment.ts';
import { time } from '../../src/commands/help/topics/time.ts';
import { providerColumns } from '../../src/commands/providers.ts';
import { callColumns } from '../../src/core/call-columns.ts';
import { columns, mediaUrlColumn, type RecordingColumn, rawColumn } from '../../src/core/columns.ts';
import { errorKinds, isRetryable } from '../../src/core/failure.ts';
import { logEvents } from '../../src/core/log-events.ts';
import { filterKeys, filters } from '../../src/core/query.ts';
import { plainText } from '../../src/core/view.ts';
import { formatHelp, formatNames } from '../../src/formats/index.ts';
import { definitions } from '../../src/providers/index.ts';
import { openSession, type Session } from '../../test/support/session.ts';
import { commandReference } from './commands.ts';
import { code, codeWords, escaped, table, topicBody } from './markdown.ts';
import { fieldMatrix, listSamples, reportedTable } from './reported-fields.ts';

/** The contents between `<!-- begin:name -->` and `<!-- end:name -->` in the pages, by name. */
export const renderBlocks = async (): Promise<ReadonlyMap<string, string>> => {
  const session = openSession();
  try {
    const samples = await listSamples(session);
    return new Map([
      ['help', await helpBlock(session)],
      ['commands', commandReference(await session.described())],
      ['providers', providersTable()],
      ['reported', reportedTable(samples)],
      ['reported-fields', fieldMatrix(samples)],
      ['scopes', scopesTable()],
      ['filters', filtersTable()],
      ['time', topicBody(time, ['Value', 'Meaning'])],
      ['fields', fieldsTable([...columns, mediaUrlColumn, rawColumn])],
      ['call-fields', fieldsTable(callColumns)],
      ['calls', callsTable()],
      ['formats', formatsTable()],
      ['exit-codes', exitCodesTable()],
      ['log-events', logEventsTable()],
      ['environment', topicBody(environment, ['Name', 'Meaning'])],
    ]);
  } finally {
    session.close();
  }
};

const helpBlock = async (session: Session): Promise<string> => {
  session.columns = 100;
  return `\`\`\`text\n${await session.type(['--help'])}\`\`\``;
};

const providersTable = (): string =>
  table(
    providerColumns.map(({ title }) => title),
    definitions.map((definition) =>
      providerColumns.map(({ key, value }) => {
        const text = plainText(value(definition));
        return key === 'limits' || key === 'page_size' ? escaped(text) : codeWords(text);
      }),
    ),
  );

/** Credential names and required scope of each API. */
const scopesTable = (): string =>
  table(
    ['Provider', 'API', 'Scope', 'Credentials', 'Environment'],
    definitions.map(({ vendor, api, scope = '-' }) => [
      vendor.title,
      code(api),
      scope,
      vendor.authMethods.map((keys) => keys.map(code).join(' ')).join(' or '),
      vendor.fields.map(({ variable }) => code(variable)).join(' '),
    ]),
  );

const filtersTable = (): string =>
  table(
    ['Flag', 'Matches'],
    filterKeys.map((key) => [code(`${filters[key].flag} <${filters[key].value}>`), escaped(filters[key].help)]),
  );

/** What is read from the calls of each API. */
const callsTable = (): string =>
  table(
    ['API', 'Read', 'Filters on calls', 'Permission, beside that for recordings'],
    callFacts.map(({ name, flags, what, permission }) => [
      code(name),
      escaped(what),
      flags.map(code).join(' ') || '-',
      escaped(permission),
    ]),
  );

const logEventsTable = (): string =>
  table(
    ['Event', 'Meaning'],
    logEvents.map(({ event, meaning }) => [code(event), escaped(meaning)]),
  );

/** The help of the columns is Markdown already. */
const fieldsTable = (shown: readonly RecordingColumn[]): string =>
  table(
    ['Field', 'Value'],
    shown.map(({ key, help }) => [code(key), help]),
  );

const formatsTable = (): string =>
  table(
    ['`-o`', 'Output'],
    formatNames.map((name) => [code(name), formatHelp[name]]),
  );

const exitCodesTable = (): string =>
  table(
    ['Code', 'Meaning', 'Retry'],
    errorKinds.map(({ code: number, kind, meaning }) => [
      String(number),
      escaped(meaning),
      isRetryable(kind) ? 'yes' : '',
    ]),
  );
