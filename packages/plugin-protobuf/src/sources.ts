import { messageOf, printable } from '@gev/core';
import protobuf from 'protobufjs';
import type { MessageCodec } from './codec.js';
import { invalidOption } from './error.js';
import { checkCodec, isCodec } from './own-copy.js';

/** Types with their full names. */
export type NamedCodecs = readonly (readonly [name: string, codec: MessageCodec])[];

/** All types of message in a root of protobufjs, nested ones too. */
export function codecsOfRoot(root: protobuf.Root): NamedCodecs {
  if (!(root instanceof protobuf.Root)) {
    throw invalidOption('root is no Root of the protobufjs that this package uses');
  }
  try {
    root.resolveAll();
  } catch (error) {
    throw invalidOption(`a type of the root cannot be resolved: ${messageOf(error)}`, error);
  }
  const found: [string, MessageCodec][] = [];
  collectTypes(root, found);
  return found;
}

function collectTypes(namespace: protobuf.NamespaceBase, found: [string, MessageCodec][]): void {
  for (const nested of namespace.nestedArray) {
    if (nested instanceof protobuf.Type) {
      // Without the dot that it begins with.
      const name = nested.fullName.slice(1);
      found.push([name, checkCodec(name, nested)]);
    }
    if (nested instanceof protobuf.Namespace) collectTypes(nested, found);
  }
}

/**
 * Parses .proto text. Imports of `google/protobuf` that protobufjs brings along are resolved;
 * others need files, and files are for `protobuf.loadSync`.
 */
export function rootOfText(text: string, keepCase: boolean): protobuf.Root {
  const root = new protobuf.Root();
  try {
    const { imports = [] } = protobuf.parse(text, root, { keepCase });
    for (const file of imports) {
      const nested = protobuf.common.get(file)?.nested;
      if (nested === undefined) {
        throw new Error(`it imports ${file}: load files with protobufjs and give the root`);
      }
      root.addJSON(nested);
    }
  } catch (error) {
    throw invalidOption(`the .proto text cannot be used: ${messageOf(error)}`, error);
  }
  return root;
}

/** Reads a descriptor as protobufjs writes it (`pbjs -t json`, `root.toJSON()`). */
export function rootOfDescriptor(descriptor: protobuf.INamespace): protobuf.Root {
  try {
    return protobuf.Root.fromJSON(descriptor);
  } catch (error) {
    throw invalidOption(`the descriptor cannot be used: ${messageOf(error)}`, error);
  }
}

/** The types that are named one by one. */
export function codecsOfTypes(types: object): NamedCodecs {
  if (!isPlain(types)) throw noObject('types', types);
  return Object.entries(types).map(([name, codec]) => [name, checkCodec(name, codec)]);
}

/** All classes in a static module, named by the way to them. */
export function codecsOfModule(module: object): NamedCodecs {
  if (!isPlain(module) && !isCodec(module)) throw noObject('module', module);
  const found: [string, MessageCodec][] = [];
  collectClasses(module, '', found, new Set());
  return found;
}

function collectClasses(
  scope: object,
  prefix: string,
  found: [string, MessageCodec][],
  seen: Set<object>,
): void {
  if (seen.has(scope)) return;
  seen.add(scope);
  for (const [key, value] of Object.entries(scope) as [string, unknown][]) {
    const isClass = isCodec(value);
    // The default export of such a module is its root, in which everything stands once more.
    if (key === 'default' || !(isClass || isPlain(value))) continue;
    if (isClass) found.push([prefix + key, checkCodec(prefix + key, value)]);
    collectClasses(value, `${prefix}${key}.`, found, seen);
  }
}

function noObject(name: string, value: unknown): Error {
  return invalidOption(`${name} is ${printable(value)}: give an object with the types in it`);
}

function isPlain(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
