import { Failure } from './failure.ts';

/** Whether a host name is this machine itself. */
export const isLoopback = (hostname: string): boolean =>
  hostname === 'localhost' || hostname === '[::1]' || /^127(?:\.\d{1,3}){3}$/.test(hostname);

/**
 * The origin of an address a user gave: scheme, host and port and nothing else; https, or http on loopback. Throws a
 * usage failure for anything else, and `unsafe` for plain http to another machine.
 */
export const originOf = (address: string, name: string): string => {
  const url = URL.canParse(address) ? new URL(address) : undefined;
  const bare = url !== undefined && url.pathname === '/' && url.search === '' && url.hash === '';
  if (!bare || url.username !== '' || url.password !== '' || !/^https?:$/.test(url.protocol)) {
    throw new Failure('usage', `${name} is not an address of the form https://host or https://host:port`);
  }
  if (url.protocol === 'http:' && !isLoopback(url.hostname)) {
    throw new Failure('unsafe', `${name}: plain http would send the credentials readably to ${url.host}`, {
      hint: 'Use https; plain http is only for this machine itself (localhost, 127.0.0.1)',
    });
  }
  return url.origin;
};

/** Throws `unsafe` for a URL of another origin than the credentials', or one with credentials of its own. */
export const assertSameOrigin = (url: URL, home: string): void => {
  // blob: and its like borrow the origin of the URL inside them.
  const plain = /^https?:$/.test(url.protocol) && url.username === '' && url.password === '';
  if (url.origin === home && plain) return;
  throw new Failure('unsafe', `an answer of ${home} leads to ${url.protocol}//${url.host}, which was not followed`, {
    hint: `The credentials belong to ${home} alone`,
  });
};
