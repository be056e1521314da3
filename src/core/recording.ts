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

export type LegType = 'pstn' | 'sip' | 'webrtc';
export const mediaFormats = ['mp3', 'wav', 'mp4'] as const;
export type MediaFormat = (typeof mediaFormats)[number];

/** A moment as RFC 3339 in UTC with milliseconds and `Z`; of one length, so that text order is time order. */
export type Instant = string;

/**
 * One recording of any provider. Only `id`, `provider`, `api` and `profile` are certain; everything else is null when
 * the provider does not say, never a guess.
 */
export interface Recording {
  readonly id: string;
  readonly provider: string;
  readonly api: string;
  readonly profile: string;
  readonly accountId: string | null;
  readonly kind: Kind;
  readonly status: Status;
  /** The provider's own word for the status. */
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
  /** Media that can be downloaded, the native one first. */
  readonly formats: readonly MediaFormat[];
  readonly sizeBytes: number | null;
  /** Decimal digits, positive. */
  readonly price: string | null;
  /** ISO 4217. */
  readonly currency: string | null;
  readonly source: string | null;
  readonly errorCode: string | null;
  /** The bytes of the media are ciphertext. */
  readonly encrypted: boolean | null;
  /** Where the media is; often a bearer secret, so shown only when asked for. */
  readonly mediaUrl: string | null;
  /** The provider's object as received. */
  readonly raw: unknown;
}

/** What an adapter has read of a row; what it leaves out is null. */
export type RecordingFields = Pick<Recording, 'id' | 'provider' | 'api' | 'profile' | 'kind' | 'status' | 'raw'> &
  Partial<Recording>;

/** A whole recording of what was said. Every field by name: a spread of defaults takes ten times as long. */
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
  mediaUrl: fields.mediaUrl ?? null,
  raw: fields.raw,
});
