import { Failure } from '../../core/failure.ts';
import { isLoopback } from '../../core/origin.ts';
import { resolveLocation } from './location.ts';

/** The URL of a media link as an API returned it. Plain http, which old recordings still have, becomes https. */
export const mediaUrl = (link: string, accountOrigin: string): URL => {
  const url = URL.canParse(link) ? new URL(link) : undefined;
  if (url === undefined || !isWebUrl(url)) throw new Failure('partial', 'the media link is not a web address');
  return allowsPlainHttp(url, new URL(accountOrigin)) ? url : toHttps(url);
};

/** The URL that a redirect leads to. Throws `unsafe` for plain http to another machine, or after https. */
export const redirectedMediaUrl = (location: string, from: URL): URL => {
  const url = resolveLocation(location, from);
  if (url === undefined || !isWebUrl(url)) {
    throw new Failure('partial', `${from.host} redirected to something that is not a web address`);
  }
  if (url.protocol === 'https:' || allowsPlainHttp(url, from)) return url;
  throw new Failure(
    'unsafe',
    `refused to follow a redirect from ${from.protocol}//${from.host} to plain http at ${url.host}`,
  );
};

const toHttps = (url: URL): URL => {
  if (url.protocol === 'https:') return url;
  const secure = new URL(url);
  secure.protocol = 'https:';
  return secure;
};

const isWebUrl = ({ protocol, username, password }: URL): boolean =>
  /^https?:$/.test(protocol) && username === '' && password === '';

/** Plain http only on loopback and not after https. */
const allowsPlainHttp = (url: URL, from: URL): boolean =>
  url.protocol === 'http:' && from.protocol === 'http:' && isLoopback(url.hostname) && isLoopback(from.hostname);
