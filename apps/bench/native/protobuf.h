/*
 * A message of the type `bench.Note` in gev's frame: u32 length of the rest, u16 length of the type
 * name, the name, and as protobufjs encodes it
 *
 *   message Note { uint32 number = 1; string text = 2; }
 *
 * so that a server which decodes and encodes again returns the same bytes.
 */
#ifndef BENCH_PROTOBUF_H
#define BENCH_PROTOBUF_H

#include <stddef.h>
#include <stdint.h>

/* Bytes of the whole frame when the text has `text` bytes; the same for every number. */
size_t protobuf_size(uint32_t text);

/* Writes frame number `number`, at most 2^31. Its text differs from number to number. */
void protobuf_fill(uint8_t *frame, uint32_t number, uint32_t text);

#endif
