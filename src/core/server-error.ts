import { Failure } from './failure.ts';

/** A recording that could not be had because of its server rather than of itself: too many in a row end the run. */
export class ServerError extends Failure {
  /** The server answered at all. */
  readonly answered: boolean;

  constructor(message: string, answered: boolean, cause?: unknown) {
    super('partial', message, { cause });
    this.answered = answered;
  }
}
