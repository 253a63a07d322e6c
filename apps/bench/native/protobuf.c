#include "protobuf.h"

#include <arpa/inet.h>
#include <string.h>

#define NAME "bench.Note"
#define NAME_SIZE (sizeof NAME - 1)
#define NUMBER_TAG 0x08
#define TEXT_TAG 0x12
/* From here to 2^32 a varint takes five bytes: every frame has the same size. */
#define FIRST_NUMBER (1u << 28)
#define NUMBER_SIZE 5

static size_t varint_size(uint32_t value) {
  size_t size = 1;
  for (; value > 0x7f; value >>= 7) size++;
  return size;
}

static uint8_t *write_varint(uint8_t *at, uint32_t value) {
  for (; value > 0x7f; value >>= 7) *at++ = (uint8_t)(value | 0x80);
  *at++ = (uint8_t)value;
  return at;
}

size_t protobuf_size(uint32_t text) {
  size_t payload = 1 + NUMBER_SIZE + 1 + varint_size(text) + text;
  return sizeof(uint32_t) + sizeof(uint16_t) + NAME_SIZE + payload;
}

void protobuf_fill(uint8_t *frame, uint32_t number, uint32_t text) {
  uint32_t length = htonl((uint32_t)(protobuf_size(text) - sizeof length));
  uint16_t name_length = htons(NAME_SIZE);
  memcpy(frame, &length, sizeof length);
  memcpy(frame + sizeof length, &name_length, sizeof name_length);
  uint8_t *at = frame + sizeof length + sizeof name_length;
  memcpy(at, NAME, NAME_SIZE);
  at += NAME_SIZE;
  *at++ = NUMBER_TAG;
  at = write_varint(at, FIRST_NUMBER + number);
  *at++ = TEXT_TAG;
  at = write_varint(at, text);
  for (uint32_t i = 0; i < text; i++) *at++ = (uint8_t)('a' + (number * 7 + i) % 26);
}
