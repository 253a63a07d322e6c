export type { MessageCodec } from './codec.js';
export {
  type CodecsByName,
  createRegistry,
  type DecodedBy,
  type DescriptorSource,
  type EncodedBy,
  type ModuleSource,
  type ProtoSource,
  type RegistrySource,
  type RootSource,
  type TypesSource,
} from './create-registry.js';
export { type DelimitedOptions, protobufDelimited } from './delimited.js';
export type { ProtobufErrorCode } from './error.js';
export { type FrameOptions, protobufFrames } from './gev-frame.js';
export type { LazyMessage, LazyMessages } from './lazy-message.js';
export type { ProtobufOptions } from './options.js';
export type { Registry } from './registry.js';
export type {
  AnyMessages,
  RawMessage,
  Receivable,
  TypedMessage,
  TypeName,
} from './typed-message.js';
