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
export type MediaFormat = 'mp3' | 'wav' | 'mp4';

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

/** What a provider that says nothing says: the start of every adapter's row. */
export const unsaid = {
  accountId: null,
  kind: 'unknown',
  status: 'unknown',
  providerStatus: null,
  createdAt: null,
  updatedAt: null,
  startedAt: null,
  endedAt: null,
  durationSeconds: null,
  from: null,
  to: null,
  callId: null,
  legType: null,
  conferenceId: null,
  conferenceName: null,
  roomSessionId: null,
  channels: null,
  track: null,
  formats: [],
  sizeBytes: null,
  price: null,
  currency: null,
  source: null,
  errorCode: null,
  encrypted: null,
  mediaUrl: null,
} as const satisfies Partial<Recording>;
