import type { Protocol } from '@gev/core';
import { describe, expectTypeOf, it } from 'vitest';
import {
  createRegistry,
  type LazyMessages,
  protobufDelimited,
  protobufFrames,
  type RawMessage,
  type TypedMessage,
} from '../src/index.js';
import * as statics from './fixtures/generated/static.js';
import { proto } from './registries.js';

interface Ping {
  number: number;
}
interface Detail {
  text: string;
}
interface Messages {
  'sample.Ping': Ping;
  'sample.Ping.Detail': Detail;
}

type Union =
  | { readonly type: 'sample.Ping'; readonly message: Ping }
  | { readonly type: 'sample.Ping.Detail'; readonly message: Detail };

describe('types', () => {
  it('of a map make a union that `type` tells apart', () => {
    const frames = protobufFrames(createRegistry<Messages>({ proto }));
    expectTypeOf(frames).toEqualTypeOf<Protocol<TypedMessage<Messages>, TypedMessage<Messages>>>();
    expectTypeOf<TypedMessage<Messages>>().toEqualTypeOf<Union>();
    expectTypeOf<Extract<Union, { type: 'sample.Ping' }>['message']>().toEqualTypeOf<Ping>();
  });

  it('of a message that the registry makes are exact', () => {
    const ping = createRegistry<Messages>({ proto }).message('sample.Ping', { number: 5 });
    expectTypeOf(ping.type).toEqualTypeOf<'sample.Ping'>();
    expectTypeOf(ping).toExtend<Union>();
  });

  it('of what is received can be fewer than those of what is sent', () => {
    const registry = createRegistry<Messages>({ proto });
    const frames = protobufFrames(registry, { receive: ['sample.Ping'] });
    type In = { readonly type: 'sample.Ping'; readonly message: Ping };
    expectTypeOf(frames).toEqualTypeOf<Protocol<In, Union>>();
  });

  it('of what is received leave out those of Google, unless they are named', () => {
    type Common = { 'google.protobuf.Any': { value: Uint8Array } };
    const text = 'import "google/protobuf/any.proto"; message A {}';
    const registry = createRegistry<{ A: Ping } & Common>({ proto: `syntax = "proto3"; ${text}` });
    type In<P> = P extends Protocol<infer Message, never> ? Message : never;
    const usual = protobufFrames(registry);
    expectTypeOf<In<typeof usual>['type']>().toEqualTypeOf<'A'>();
    const named = protobufFrames(registry, { receive: ['google.protobuf.Any'] });
    expectTypeOf<In<typeof named>['type']>().toEqualTypeOf<'google.protobuf.Any'>();
  });

  it('without a map are open', () => {
    const frames = protobufFrames(createRegistry({ proto }));
    type Open = { readonly type: string; readonly message: Record<string, unknown> };
    expectTypeOf(frames).toEqualTypeOf<Protocol<Open, Open>>();
  });

  it('of static modules are those of their classes', () => {
    const frames = protobufFrames(createRegistry({ types: { ping: statics.statics.Ping } }));
    type In = typeof frames extends Protocol<infer Message, infer _> ? Message : never;
    type Out = typeof frames extends Protocol<infer _, infer Message> ? Message : never;
    expectTypeOf<In['type']>().toEqualTypeOf<'ping'>();
    expectTypeOf<In['message']['number']>().toEqualTypeOf<number>();
    expectTypeOf<{ type: 'ping'; message: { number: 5 } }>().toExtend<Out>();
    expectTypeOf<{ type: 'ping'; message: { number: 'five' } }>().not.toExtend<Out>();
  });

  it('of lazy frames are those that decode() gives', () => {
    const frames = protobufFrames(createRegistry<Messages>({ proto }), { lazy: true });
    type Out = TypedMessage<Messages> | RawMessage<keyof Messages>;
    expectTypeOf(frames).toEqualTypeOf<Protocol<LazyMessages<Messages>, Out>>();
    type Received = Extract<LazyMessages<Messages>, { type: 'sample.Ping' }>;
    expectTypeOf<ReturnType<Received['decode']>>().toEqualTypeOf<Ping>();
  });

  it('of delimited streams are the messages', () => {
    const registry = createRegistry<Messages>({ proto });
    const pings = protobufDelimited(registry, 'sample.Ping');
    expectTypeOf(pings).toEqualTypeOf<Protocol<Ping, Ping>>();
    const mixed = protobufDelimited(registry, 'sample.Ping', { replyType: 'sample.Ping.Detail' });
    expectTypeOf(mixed).toEqualTypeOf<Protocol<Ping, Detail>>();
    // @ts-expect-error there is no such type
    if (registry.has('sample.Pong')) protobufDelimited(registry, 'sample.Pong');
  });
});
