import { setFlagsFromString } from 'node:v8';

/**
 * For runs that receive many bytes. V8 counts the buffers of bodies as growth of the heap, which is small beside them, so that it
 * would collect all of the heap every few megabytes, although the buffers go with the young objects. Memory stays the same.
 */
export const collectYoungFirst = (): void => setFlagsFromString('--heap-growing-percent=300');
