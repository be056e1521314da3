import { type Define, examples } from '../shared/context.ts';
import {
  addAccountOptions,
  addCallsOption,
  addFilterOptions,
  addLimitOption,
  addRunOptions,
  addSortOption,
} from '../shared/options.ts';
import { addOutputOptions } from '../shared/output.ts';
import { DEFAULT_LOOKBACK, type ExportOptions } from './types.ts';

export const define: Define = (command, start) => {
  addAccountOptions(command);
  addSortOption(addLimitOption(addFilterOptions(command)));
  addCallsOption(command);
  addOutputOptions(command)
    .option(
      '--out <file>',
      "output file (written atomically): calls.csv, 'calls-{year}-{month}.json.gz' (default: standard output, as JSON)",
    )
    .option('--incremental', 'continue from the last complete run')
    .option('--state <file>', 'state file for --incremental (default: <out>.state.json)')
    .option(
      '--lookback <duration>',
      `how far back to re-read before the last complete run (default: ${DEFAULT_LOOKBACK})`,
    )
    .option('--reset-state', 'discard the state and list everything again; files keep their rows');
  addRunOptions(command, 'of the same export')
    .addHelpText(
      'after',
      examples([
        'recx export --profile demo --out calls.csv',
        "recx export --profile demo --out 'calls-{year}-{month}-{day}.csv' --incremental",
        'recx export --profile demo --since 7d -o ndjson | wc -l',
      ]),
    )
    .action(async (options: ExportOptions) => {
      const context = start();
      // Loaded here, so that --help and completion are quick.
      const { runExport } = await import('./run.ts');
      return runExport(options, context);
    });
};
