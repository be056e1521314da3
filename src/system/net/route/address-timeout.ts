import { setDefaultAutoSelectFamilyAttemptTimeout } from 'node:net';
import { limits } from '../../limits.ts';

/**
 * Gives each address of a server the time that a slow line needs. By default Node ends the attempt at any address but the
 * last after 250 ms, also if the last one is of a family that does not work here.
 */
export const allowSlowAddresses = (): void => setDefaultAutoSelectFamilyAttemptTimeout(limits.addressTimeout);
