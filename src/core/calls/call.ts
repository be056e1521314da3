import type { Page } from '../provider.ts';
import type { Direction, Instant } from '../recording.ts';

/** An entry of a list of calls, conferences or room sessions, as far as the provider reports it: nothing is guessed. */
export interface Call {
  readonly id: string;
  /** The time by which its list is ordered and searched: the start of the call, else when the entry was made. */
  readonly createdAt: Instant | null;
  /** The call that dialled this one: this one is a leg of it. */
  readonly parentId: string | null;
  /** E.164, SIP URI or another address, as given. */
  readonly from: string | null;
  readonly to: string | null;
  readonly direction: Direction | null;
  /** The provider's word. */
  readonly status: string | null;
  readonly startedAt: Instant | null;
  readonly endedAt: Instant | null;
  /** Seconds, up to 3 decimals. */
  readonly durationSeconds: number | null;
  readonly answeredBy: string | null;
  readonly callerName: string | null;
  readonly forwardedFrom: string | null;
  /** The name of a conference or room. */
  readonly name: string | null;
  /** It has ended, so that it changes no more. */
  readonly isFinal: boolean;
}

/** The fields an adapter has read from an entry; a missing one is null. */
export type CallFields = Pick<Call, 'id' | 'isFinal'> & Partial<Call>;

/** A complete entry. */
export const call = (fields: CallFields): Call => ({
  id: fields.id,
  createdAt: fields.createdAt ?? null,
  parentId: fields.parentId ?? null,
  from: fields.from ?? null,
  to: fields.to ?? null,
  direction: fields.direction ?? null,
  status: fields.status ?? null,
  startedAt: fields.startedAt ?? null,
  endedAt: fields.endedAt ?? null,
  durationSeconds: fields.durationSeconds ?? null,
  answeredBy: fields.answeredBy ?? null,
  callerName: fields.callerName ?? null,
  forwardedFrom: fields.forwardedFrom ?? null,
  name: fields.name ?? null,
  isFinal: fields.isFinal,
});

/** Which entries of a list are wanted; an absent condition means all. The server may return more, never fewer. */
export interface CallRequest {
  /** Entries whose `createdAt` is in `[since, until)`. */
  readonly since?: Instant;
  readonly until?: Instant;
  /** Calls of one number, in this spelling; only where `filters` has it. */
  readonly from?: string;
  readonly to?: string;
  /** The legs of one call; only where `filters` has it. */
  readonly parent?: string;
  /** Called with the new entries of each page of a list, in its order; true if the caller needs no further page. */
  isEnough?(entries: readonly Call[]): boolean;
}

/** A list of calls, conferences or room sessions of an account, from which recordings are completed. */
export interface CallList {
  /** What its entries are, for messages: `calls`, `conferences`, `room sessions`. */
  readonly title: string;
  /** The field of a recording that has the id of an entry. */
  readonly key: 'callId' | 'conferenceId' | 'roomSessionId';
  /** Requests that the server answers by a parameter of its own. */
  readonly filters: readonly ('from' | 'to' | 'parent')[];
  /** The most entries on a page. */
  readonly pageSize: number;
  /** Milliseconds for which the provider keeps entries; undefined if not limited. */
  readonly keptFor?: number;
  /** Pages as the API serves them, newest first if it has an order, complete as far as the server lets. Throws failures. */
  pages(request: CallRequest): AsyncIterable<Page<Call>>;
  /** One entry, undefined if it is not found; absent where the API has no such request. Throws failures. */
  find?(id: string): Promise<Call | undefined>;
}
