import { Failure } from './failure.ts';

/** A download that failed because of the server, not the recording. Too many consecutive ones stop the run. */
export class ServerError extends Failure {
  /** Whether the server responded at all. */
  readonly responded: boolean;

  constructor(message: string, responded: boolean, cause?: unknown) {
    super('partial', message, { cause });
    this.responded = responded;
  }
}
