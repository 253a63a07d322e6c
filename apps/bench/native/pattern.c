#include "pattern.h"

#include "fail.h"
#include "protobuf.h"
#include "websocket.h"

#include <arpa/inet.h>
#include <stdbool.h>
#include <string.h>

#define LEAST_MESSAGES 64
#define LENGTH_SIZE 4

/* Has a frame of one form for each direction. */
static bool is_websocket(const struct options *options) {
  return options->mode == MODE_WEBSOCKET || options->mode == MODE_BROADCAST;
}

static size_t size_of_message(const struct options *options, bool reply) {
  if (is_websocket(options)) return websocket_size(options->size, !reply);
  if (options->mode == MODE_PROTOBUF) return protobuf_size(options->size);
  return options->size + (options->mode == MODE_FRAMED ? LENGTH_SIZE : 0);
}

static void fill(uint8_t *message, uint32_t number, const struct options *options, bool reply) {
  if (is_websocket(options)) {
    websocket_fill(message, number, options->size, !reply);
    return;
  }
  if (options->mode == MODE_PROTOBUF) {
    protobuf_fill(message, number, options->size);
    return;
  }
  if (options->mode == MODE_FRAMED) {
    uint32_t length = htonl(options->size);
    memcpy(message, &length, sizeof length);
    message += LENGTH_SIZE;
  }
  for (uint32_t i = 0; i < options->size; i++) message[i] = (uint8_t)(number * 7 + i);
}

static struct pattern make(const struct options *options, bool reply) {
  size_t messages = options->depth < LEAST_MESSAGES ? LEAST_MESSAGES : options->depth;
  struct pattern pattern = {0};
  pattern.message = size_of_message(options, reply);
  pattern.period = messages * pattern.message;
  pattern.bytes = zeroed(2, pattern.period);
  for (uint32_t i = 0; i < messages; i++)
    fill(pattern.bytes + i * pattern.message, i, options, reply);
  memcpy(pattern.bytes + pattern.period, pattern.bytes, pattern.period);
  return pattern;
}

struct pattern pattern_make(const struct options *options) {
  return make(options, false);
}

struct pattern pattern_of_replies(const struct options *options, const struct pattern *sent) {
  return is_websocket(options) ? make(options, true) : *sent;
}

const uint8_t *pattern_at(const struct pattern *pattern, uint32_t index, uint64_t offset) {
  return pattern->bytes + (index * pattern->message + offset) % pattern->period;
}

uint32_t pattern_errors(const struct pattern *pattern, uint32_t index, uint64_t offset,
                        const uint8_t *bytes, size_t size) {
  const uint8_t *wanted = pattern_at(pattern, index, offset);
  if (memcmp(bytes, wanted, size) == 0) return 0;
  uint32_t errors = 0;
  for (size_t at = 0; at < size;) {
    size_t part = pattern->message - (size_t)((offset + at) % pattern->message);
    if (part > size - at) part = size - at;
    errors += memcmp(bytes + at, wanted + at, part) != 0;
    at += part;
  }
  return errors;
}
