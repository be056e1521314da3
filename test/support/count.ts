import type { Reporter, TestModule } from 'vitest/node';

/** Prints a line of counts at the end of a run, and which command runs the tests that `npm test` omits. */
export default class Count implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const states = modules.flatMap((module) => [...module.children.allTests()].map((test) => test.result().state));
    const of = (state: string): number => states.filter((one) => one === state).length;
    const broken = modules.filter((module) => module.state() === 'failed' && module.errors().length > 0).length;
    const rest = process.env.npm_lifecycle_event === 'test' ? 'npm run test:all has the rest\n' : '';
    process.stdout.write(
      `\n${of('passed')} passed, ${of('failed') + broken} failed, ${of('skipped')} skipped\n${rest}`,
    );
  }
}
