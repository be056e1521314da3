import type { Reporter, TestModule } from 'vitest/node';

/** Ends a run with one plain line of counts. */
export default class Count implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const states = modules.flatMap((module) => [...module.children.allTests()].map((test) => test.result().state));
    const of = (state: string): number => states.filter((one) => one === state).length;
    const broken = modules.filter((module) => module.state() === 'failed' && module.errors().length > 0).length;
    process.stdout.write(`\n${of('passed')} passed, ${of('failed') + broken} failed, ${of('skipped')} skipped\n`);
  }
}
