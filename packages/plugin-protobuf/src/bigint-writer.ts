import protobuf from 'protobufjs';

type Exact = Parameters<protobuf.Writer['int64']>[0];

const SINGLE = ['int64', 'uint64', 'sint64', 'fixed64', 'sfixed64'] as const;
const PACKED = ['int64s', 'uint64s', 'sint64s', 'fixed64s', 'sfixed64s'] as const;

/** A writer that takes a bigint for 64-bit integers, too: that of protobufjs writes it as 0. */
export class BigIntWriter extends protobuf.BufferWriter {}

const { prototype } = BigIntWriter;

for (const name of SINGLE) {
  const write = prototype[name];
  prototype[name] = function (value) {
    return write.call(this, exact(value));
  };
}

for (const name of PACKED) {
  const write = prototype[name];
  prototype[name] = function (values) {
    return write.call(this, values.some(isBigInt) ? values.map(exact) : values);
  };
}

function isBigInt(value: unknown): value is bigint {
  return typeof value === 'bigint';
}

/** By way of a string, which protobufjs reads without loss. */
function exact(value: Exact | bigint): Exact {
  return isBigInt(value) ? value.toString() : value;
}
