import { Failure } from './failure.ts';

/** A recording that failed because of its server rather than because of itself: too many in a row end the run. */
export class ServerError extends Failure {
  /** Whether the server responded at all. */
  readonly answered: boolean;

  constructor(message: string, answered: boolean, cause?: unknown) {
    super('partial', message, { cause });
    this.answered = answered;
  }
}
