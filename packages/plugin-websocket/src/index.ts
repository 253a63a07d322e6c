export { type Connect, type ConnectWebSocketOptions, connectWebSocket } from './client.js';
export { CloseCode } from './close-codes.js';
export type { DeflateOptions } from './deflate/options.js';
export type { WebSocketCallbacks } from './endpoint.js';
export type { WebSocketErrorCode } from './error-codes.js';
export { ControlFrame } from './frame-decoder.js';
export type { Refusal } from './handshake/check-response.js';
export type { HeaderFields } from './handshake/fields.js';
export type { Headers, ResponseHead } from './handshake/head.js';
export type { HttpReply } from './handshake/response-writer.js';
export { UpgradeRequest } from './handshake/upgrade-request.js';
export { type Inbound, Opened } from './inbound.js';
export { type Outbound, OutgoingFrame, PackedBytes } from './outbound.js';
export { publish } from './publish.js';
export { type WebSocketApplication, type WebSocketOptions, webSocket } from './server.js';
export { type AcceptOptions, accept, reject, type Verdict } from './server-hooks.js';
export type { SlowConsumers } from './slow-consumers.js';
export type {
  StandardEvents,
  StandardListener,
  WebSocketCloseEvent,
  WebSocketErrorEvent,
  WebSocketMessageEvent,
} from './standard/events.js';
export type {
  BinaryType,
  StandardWebSocket,
  StandardWebSocketOptions,
} from './standard/standard-web-socket.js';
export {
  type StandardWebSocketClass,
  standardWebSocket,
} from './standard/standard-web-socket-class.js';
export {
  type MessageOptions,
  type OutgoingMessage,
  type PartsOptions,
  ReadyState,
  type WebSocket,
} from './web-socket.js';
