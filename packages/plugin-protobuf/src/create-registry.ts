import { printable } from '@gev/core';
import type { INamespace, Root } from 'protobufjs';
import type { MessageCodec } from './codec.js';
import { invalidOption } from './error.js';
import { Registry } from './registry.js';
import {
  codecsOfModule,
  codecsOfRoot,
  codecsOfTypes,
  type NamedCodecs,
  rootOfDescriptor,
  rootOfText,
} from './sources.js';
import type { AnyMessages } from './typed-message.js';

/** .proto text, as it stands in a file. */
export interface ProtoSource {
  readonly proto: string;
  /** Keeps `field_names` as they are; by default they become `fieldNames`. */
  readonly keepCase?: boolean;
}

/** A root that protobufjs has loaded (`protobuf.loadSync`) or that was built by hand. */
export interface RootSource {
  readonly root: Root;
}

/** A descriptor as JSON, as `pbjs -t json` writes it. */
export interface DescriptorSource {
  readonly descriptor: INamespace;
}

/** A static module (`import * as module` of what `pbjs -t static-module` wrote), or a part of it. */
export interface ModuleSource {
  readonly module: object;
}

/** Classes of a static module or types of a root, by the names that frames carry. */
export interface TypesSource<Types extends CodecsByName = CodecsByName> {
  readonly types: Types;
}

export type RegistrySource =
  | ProtoSource
  | RootSource
  | DescriptorSource
  | ModuleSource
  | TypesSource;

export type CodecsByName = Readonly<Record<string, MessageCodec>>;

/** What the codecs of a map decode. */
export type DecodedBy<Types extends CodecsByName> = {
  [Name in keyof Types]: Types[Name] extends MessageCodec<infer In, never> ? In : never;
};

/** What the codecs of a map encode. */
export type EncodedBy<Types extends CodecsByName> = {
  [Name in keyof Types]: Types[Name] extends { encode(message: infer Out): unknown } ? Out : never;
};

/**
 * Makes a registry of the types of message that a protocol knows.
 *
 * With `types` the messages have the types of their codecs. Otherwise give a map, from which
 * `{ type, message }` becomes a union: `createRegistry<{ 'users.User': User }>({ proto })`.
 *
 * @throws GevError `ERR_GEV_INVALID_OPTION` when the source cannot be parsed or resolved, has no
 * type of message, or is of another copy of protobufjs
 */
export function createRegistry<Types extends CodecsByName>(
  source: TypesSource<Types>,
): Registry<DecodedBy<Types>, EncodedBy<Types>>;
export function createRegistry<In extends object = AnyMessages, Out extends object = In>(
  source: RegistrySource,
): Registry<In, Out>;
export function createRegistry(source: RegistrySource): unknown {
  return new Registry(codecsOf(source));
}

const SOURCES: readonly string[] = ['proto', 'root', 'descriptor', 'module', 'types'];

function codecsOf(source: RegistrySource): NamedCodecs {
  checkSource(source);
  if ('types' in source) return codecsOfTypes(source.types);
  if ('module' in source) return codecsOfModule(source.module);
  if ('root' in source) return codecsOfRoot(source.root);
  if ('descriptor' in source) return codecsOfRoot(rootOfDescriptor(source.descriptor));
  const { proto, keepCase = false } = source;
  if (typeof keepCase !== 'boolean') {
    throw invalidOption(`keepCase is ${printable(keepCase)}: give true or false`);
  }
  return codecsOfRoot(rootOfText(proto, keepCase));
}

/** One of two sources would be passed over without a word, and so would a name that does not exist. */
function checkSource(source: unknown): void {
  if (typeof source !== 'object' || source === null) throw noSource(printable(source));
  const names = Object.keys(source);
  const isOption = (name: string) => name === 'keepCase' && 'proto' in source;
  const given = names.filter((name) => !isOption(name));
  if (given.length === 1 && SOURCES.includes(given[0]!)) return;
  throw noSource(`an object with ${names.join(', ') || 'nothing in it'}`);
}

function noSource(given: string): Error {
  return invalidOption(
    `a registry is made of one of: ${SOURCES.join(', ')}; with proto goes keepCase; given is ${given}`,
  );
}
