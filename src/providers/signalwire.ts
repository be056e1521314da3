import { isRow, type Row } from '../core/decode.ts';
import { Failure } from '../core/failure.ts';
import { originOf } from '../core/origin.ts';
import type { ProtectedMedia, Vendor } from '../core/provider.ts';
import { uuidForm } from '../core/text/same-id.ts';

/** What SignalWire's APIs share. */
export const vendor: Vendor = {
  name: 'signalwire',
  title: 'SignalWire',
  fields: [
    {
      key: 'space',
      label: 'Space',
      hint: 'the name before .signalwire.com',
      variable: 'SIGNALWIRE_SPACE',
      secret: false,
    },
    {
      key: 'project_id',
      label: 'Project ID',
      hint: '8-4-4-4-12 hexadecimal digits, from the SignalWire dashboard, under API',
      form: uuidForm,
      variable: 'SIGNALWIRE_PROJECT_ID',
      secret: false,
    },
    {
      key: 'token',
      label: 'API token',
      hint: 'from the SignalWire dashboard, under API',
      variable: 'SIGNALWIRE_API_TOKEN',
      secret: true,
    },
  ],
  authMethods: [['space', 'project_id', 'token']],
  origin: ({ space = '' }) => spaceOrigin(space),
  accountId: ({ project_id: project = '' }) => project,
  basicAuth: ({ project_id: project = '', token = '' }) => [project, token],
};

/** For projects that protect their media. The docs describe Basic; files.signalwire.com was seen to require Bearer. */
export const protectedMedia: ProtectedMedia = {
  hosts: ['signalwire.com', '.signalwire.com'],
  authSchemes: ['basic', 'bearer'],
};

/** The link to the next page of SignalWire's own lists; false for `links` of any other shape, which is rejected later. */
export const nextLink = ({ links }: Row): unknown => (isRow(links) ? links.next : links == null ? undefined : false);

/** `example`, `example.signalwire.com` or a full address. */
const spaceOrigin = (space: string): string => {
  if (/^[a-z0-9][a-z0-9-]{0,62}$/i.test(space)) return `https://${space.toLowerCase()}.signalwire.com`;
  if (/^[a-z0-9][a-z0-9.-]{0,252}$/i.test(space)) return originOf(`https://${space}`, 'space');
  if (space.includes('://')) return originOf(space, 'space');
  throw new Failure('usage', 'space is not the name of a SignalWire space', {
    hint: 'Use example, example.signalwire.com or https://example.signalwire.com',
  });
};
