export { DEFAULT_LIMITS } from '../protocols/resp/limits.js';
export { failure, type Reply } from '../protocols/resp/reply.js';
export { writeReply } from '../protocols/resp/reply-writer.js';
export { RequestParser } from '../protocols/resp/request-parser.js';
export { Redis } from './redis.js';
export { Session } from './session.js';
