import { simple } from '../protocols/resp/reply.js';

export const OK = simple('OK');
export const PONG = simple('PONG');

/** The version whose replies are given, for clients that ask. */
export const REDIS_VERSION = '7.0.15';
