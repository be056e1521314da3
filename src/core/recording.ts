export const kinds = ['call', 'conference', 'room', 'unknown'] as const;
export type Kind = (typeof kinds)[number];

export const statuses = [
  'in_progress',
  'paused',
  'processing',
  'completed',
  'absent',
  'failed',
  'deleted',
  'unknown',
] as const;
export type Status = (typeof statuses)[number];

/** Whether a recording with this status changes no more. */
export const isFinal = (status: Status): boolean => finalStatuses.includes(status);
const finalStatuses: readonly Status[] = ['completed', 'absent', 'failed', 'deleted'];

export const directions = ['inbound', 'outbound'] as const;
export type Direction = (typeof directions)[number];

export type LegType = 'pstn' | 'sip' | 'webrtc';
export const mediaFormats = ['mp3', 'wav', 'mp4'] as const;
export type MediaFormat = (typeof mediaFormats)[number];

/** A time in RFC 3339, UTC, with milliseconds and `Z`. Always the same length, so text order is time order. */
export type Instant = string;

/**
 * One recording of any provider. Only `id`, `provider`, `api` and `profile` are guaranteed; everything else is null if it
 * is not reported by the provider, never a guess.
 */
export interface Recording {
  readonly id: string;
  readonly provider: string;
  readonly api: string;
  readonly profile: string;
  readonly accountId: string | null;
  readonly kind: Kind;
  readonly status: Status;
  /** The status as reported by the provider. */
  readonly providerStatus: string | null;
  readonly createdAt: Instant | null;
  readonly updatedAt: Instant | null;
  readonly startedAt: Instant | null;
  readonly endedAt: Instant | null;
  /** Seconds, up to 3 decimals. */
  readonly durationSeconds: number | null;
  /** E.164 or SIP URI, as given. */
  readonly from: string | null;
  readonly to: string | null;
  readonly callId: string | null;
  readonly legType: LegType | null;
  readonly conferenceId: string | null;
  readonly conferenceName: string | null;
  readonly roomSessionId: string | null;
  readonly channels: 1 | 2 | null;
  readonly track: string | null;
  /** Formats in which the media can be downloaded, the native one first. */
  readonly formats: readonly MediaFormat[];
  /** Bytes of the media in its native format. */
  readonly sizeBytes: number | null;
  /** Decimal digits, positive. */
  readonly price: string | null;
  /** ISO 4217. */
  readonly currency: string | null;
  readonly source: string | null;
  readonly errorCode: string | null;
  /** The media is encrypted. */
  readonly encrypted: boolean | null;
  /** What its call says, or its room session; null if that was not asked for, or may not be read. */
  readonly call: CallDetails | null;
  /** The link to the media; often a bearer secret, so shown only on request. */
  readonly mediaUrl: string | null;
  /** The provider's object as received. */
  readonly raw: unknown;
  /** The fields that the server compared with a filter when it returned the row; a null one matches that filter. */
  readonly serverCompared: readonly ComparedField[];
}

/** What the call of a recording says; null where the provider does not. */
export interface CallDetails {
  /** Whether the call was found; the provider may not list it yet, or no more; `failed` if it could not be read. */
  readonly answer: 'found' | 'absent' | 'failed';
  readonly direction: Direction | null;
  /** The provider's word. */
  readonly status: string | null;
  readonly startedAt: Instant | null;
  readonly endedAt: Instant | null;
  /** Seconds, up to 3 decimals. */
  readonly durationSeconds: number | null;
  readonly parentId: string | null;
  /** The numbers that the call dialled, each once; null if unknown. */
  readonly dialedTo: readonly string[] | null;
  readonly answeredBy: string | null;
  readonly callerName: string | null;
  readonly forwardedFrom: string | null;
  /** The call has ended, so that it changes no more, or it is so old that the provider no longer has it: a later run says the same. */
  readonly isFinal: boolean;
}

/** A field that servers compare with a filter. */
export type ComparedField =
  | 'callId'
  | 'conferenceId'
  | 'conferenceName'
  | 'roomSessionId'
  | 'from'
  | 'to'
  | 'accountId';

/** What identifies a recording: its id is unique only within its account. */
export type RecordingIdentity = Pick<Recording, 'provider' | 'accountId' | 'id'>;

/** The key of a recording, unique across providers and accounts. */
export const recordingKey = ({ provider, accountId, id }: RecordingIdentity): string =>
  `${provider}\0${accountId ?? ''}\0${id}`;

/** The fields an adapter has read from a row; a missing one is null. */
export type RecordingFields = Pick<Recording, 'id' | 'provider' | 'api' | 'profile' | 'kind' | 'status' | 'raw'> &
  Partial<Omit<Recording, 'serverCompared'>> & { readonly serverCompared?: readonly ComparedField[] | undefined };

const nothingCompared: readonly ComparedField[] = [];

/** A complete recording. Each field is assigned by name: spreading an object of defaults takes ten times as long. */
export const recording = (fields: RecordingFields): Recording => ({
  id: fields.id,
  provider: fields.provider,
  api: fields.api,
  profile: fields.profile,
  accountId: fields.accountId ?? null,
  kind: fields.kind,
  status: fields.status,
  providerStatus: fields.providerStatus ?? null,
  createdAt: fields.createdAt ?? null,
  updatedAt: fields.updatedAt ?? null,
  startedAt: fields.startedAt ?? null,
  endedAt: fields.endedAt ?? null,
  durationSeconds: fields.durationSeconds ?? null,
  from: fields.from ?? null,
  to: fields.to ?? null,
  callId: fields.callId ?? null,
  legType: fields.legType ?? null,
  conferenceId: fields.conferenceId ?? null,
  conferenceName: fields.conferenceName ?? null,
  roomSessionId: fields.roomSessionId ?? null,
  channels: fields.channels ?? null,
  track: fields.track ?? null,
  formats: fields.formats ?? [],
  sizeBytes: fields.sizeBytes ?? null,
  price: fields.price ?? null,
  currency: fields.currency ?? null,
  source: fields.source ?? null,
  errorCode: fields.errorCode ?? null,
  encrypted: fields.encrypted ?? null,
  call: fields.call ?? null,
  mediaUrl: fields.mediaUrl ?? null,
  raw: fields.raw,
  serverCompared: fields.serverCompared ?? nothingCompared,
});

/** An entry of a list of calls, conferences or room sessions, as far as the provider reports it: nothing is guessed. */
export interface Call {
  readonly id: string;
  /** The time by which its list is ordered and searched: of its start or its end, else when the entry was made. */
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
