import { createHash, type Hash } from 'node:crypto';
import type { Readable } from 'node:stream';
import { HEAD_BYTES } from '../../core/download/media-type.ts';
import { StallError } from '../errors.ts';
import type { PartFile, ResumeInfo } from '../files/part-file.ts';
import { limits } from '../limits.ts';

/** Where the bytes of a transfer go: a part file, or a place from which nothing comes back. */
export type Target = Pick<PartFile, 'size' | 'resumable' | 'contents' | 'append' | 'restart'>;

export interface ReceiverSettings {
  /** Milliseconds without a byte that are borne. */
  readonly timeout: number;
  /** Told of the bytes as they come, and of those that have to come again, as a negative number. */
  onBytes(count: number): void;
}

/** Bytes that are gathered before they are written: few calls for large files, one for small ones. */
const BUFFER_BYTES = 256 * 1024;
/** Milliseconds after which what has come is written all the same, so that a killed run leaves something to go on with. */
const FLUSH_INTERVAL = 250;

/** The bytes of one file as they come, hashed once, over however many attempts. */
export class BodyReceiver {
  readonly #target: Target;
  readonly #settings: ReceiverSettings;
  #hash: Hash = createHash('sha256');
  #head = Buffer.alloc(0);
  #waiting: Buffer[] = [];
  #waitingBytes = 0;
  #size = 0;
  #writing: Promise<void> | undefined;
  /** A write that failed, whether or not somebody was waiting for it. */
  #failed: { readonly error: unknown } | undefined;
  /** How the server would go on from here. */
  resumption: ResumeInfo | undefined;

  constructor(target: Target, settings: ReceiverSettings) {
    this.#target = target;
    this.#settings = settings;
  }

  /** Bytes so far. */
  get size(): number {
    return this.#size;
  }

  get head(): Uint8Array {
    return this.#head;
  }

  /** Takes up what an interrupted run left. */
  async loadPartial(): Promise<void> {
    if (this.#target.resumable === undefined) return;
    for await (const chunk of this.#target.contents()) this.#note(chunk);
    this.resumption = this.#target.resumable;
  }

  /** Forgets every byte. */
  async restart(): Promise<void> {
    await this.#settled();
    this.#settings.onBytes(-this.#size);
    this.#hash = createHash('sha256');
    this.#head = Buffer.alloc(0);
    this.#waiting = [];
    this.#waitingBytes = 0;
    this.#size = 0;
    this.resumption = undefined;
    if (this.#target.size > 0) await this.#target.restart();
  }

  /** Reads a body to its end; `check` looks at the first bytes before any is written, and throws when they are wrong. */
  receive(body: Readable, check: () => void): Promise<void> {
    return new Promise<void>((resolve, reject) => {
      const settle = (error?: unknown): void => {
        clearInterval(ticking);
        clearTimeout(idle);
        body.removeAllListeners('data');
        if (error !== undefined) body.destroy();
        if (error === undefined) resolve();
        else reject(error);
      };
      const pump = (): void => {
        this.#writing = this.#flush().then(
          () => {
            this.#writing = undefined;
            if (this.#waitingBytes >= BUFFER_BYTES) pump();
            if (body.isPaused()) body.resume();
          },
          (error: unknown) => {
            this.#writing = undefined;
            this.#failed = { error };
            settle(error);
          },
        );
      };
      const slow = (): void => settle(new StallError(`nothing came for ${this.#settings.timeout / 1000} s`));
      const idle = setTimeout(() => (body.isPaused() ? idle.refresh() : slow()), this.#settings.timeout);
      const rate = { at: performance.now(), size: this.#size };
      const ticking = setInterval(() => {
        if (this.#writing === undefined && this.#waitingBytes > 0 && this.#head.length >= HEAD_BYTES) pump();
        if (performance.now() - rate.at < limits.mediaLeastTime) return;
        if (this.#size - rate.size < limits.mediaLeastBytes)
          settle(new StallError('less than 1 KiB/s came for a minute'));
        Object.assign(rate, { at: performance.now(), size: this.#size });
      }, FLUSH_INTERVAL);

      let checked = false;
      body.on('data', (chunk: Buffer) => {
        idle.refresh();
        this.#note(chunk);
        this.#waiting.push(chunk);
        this.#waitingBytes += chunk.length;
        this.#settings.onBytes(chunk.length);
        try {
          if (!checked && this.#head.length >= HEAD_BYTES) check();
          checked ||= this.#head.length >= HEAD_BYTES;
        } catch (error) {
          settle(error);
          return;
        }
        if (this.#waitingBytes < BUFFER_BYTES) return;
        if (this.#writing === undefined) pump();
        else body.pause();
      });
      body.on('error', settle);
      let ended = false;
      body.on('end', () => {
        ended = true;
        settle();
      });
      const brokeOff = (): void => {
        if (!ended) settle(body.errored ?? new StallError('the connection broke off'));
      };
      body.on('close', brokeOff);
      // It may have ended badly before anyone was listening.
      if (body.destroyed) brokeOff();
    });
  }

  /** Writes what is left; of a file that is not whole, with what it takes to go on. */
  async finish(whole: boolean): Promise<void> {
    await this.#settled();
    if (whole) this.resumption = undefined;
    await this.#flush();
  }

  async #settled(): Promise<void> {
    await this.#writing;
    if (this.#failed !== undefined) throw this.#failed.error;
  }

  sha256(): string {
    return this.#hash.digest('hex');
  }

  #note(chunk: Buffer): void {
    this.#hash.update(chunk);
    this.#size += chunk.length;
    if (this.#head.length < HEAD_BYTES)
      this.#head = Buffer.concat([this.#head, chunk.subarray(0, HEAD_BYTES - this.#head.length)]);
  }

  async #flush(): Promise<void> {
    if (this.#waitingBytes === 0) return;
    const chunks = this.#waiting;
    this.#waiting = [];
    this.#waitingBytes = 0;
    await this.#target.append(chunks, this.resumption);
  }
}
