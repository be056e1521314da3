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
export type Said = Pick<Recording, 'id' | 'provider' | 'api' | 'profile' | 'kind' | 'status' | 'raw'> &
  Partial<Recording>;

/** A whole recording of what was said. Every field by name: a spread of defaults takes ten times as long. */
export const recording = (said: Said): Recording => ({
  id: said.id,
  provider: said.provider,
  api: said.api,
  profile: said.profile,
  accountId: said.accountId ?? null,
  kind: said.kind,
  status: said.status,
  providerStatus: said.providerStatus ?? null,
  createdAt: said.createdAt ?? null,
  updatedAt: said.updatedAt ?? null,
  startedAt: said.startedAt ?? null,
  endedAt: said.endedAt ?? null,
  durationSeconds: said.durationSeconds ?? null,
  from: said.from ?? null,
  to: said.to ?? null,
  callId: said.callId ?? null,
  legType: said.legType ?? null,
  conferenceId: said.conferenceId ?? null,
  conferenceName: said.conferenceName ?? null,
  roomSessionId: said.roomSessionId ?? null,
  channels: said.channels ?? null,
  track: said.track ?? null,
  formats: said.formats ?? [],
  sizeBytes: said.sizeBytes ?? null,
  price: said.price ?? null,
  currency: said.currency ?? null,
  source: said.source ?? null,
  errorCode: said.errorCode ?? null,
  encrypted: said.encrypted ?? null,
  mediaUrl: said.mediaUrl ?? null,
  raw: said.raw,
});
