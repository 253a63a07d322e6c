/*
 * What is sent: an endless stream of messages that repeats after `period` bytes. Every connection
 * starts at another message of it, so that a byte lost, doubled, changed or sent to the wrong
 * connection differs from what is expected; one memcmp checks a whole read.
 */
#ifndef BENCH_PATTERN_H
#define BENCH_PATTERN_H

#include "options.h"

#include <stddef.h>

struct pattern {
  uint8_t *bytes; /* twice the period, so that any `period` bytes of it lie in one piece */
  size_t message; /* bytes of one message, whole frames where there are frames */
  size_t period;  /* at least what one connection has in flight */
};

/* What the client sends. */
struct pattern pattern_make(const struct options *options);

/* What comes back for it: the same bytes, for WebSocket the same messages without a mask. */
struct pattern pattern_of_replies(const struct options *options, const struct pattern *sent);

/* The stream of connection `index` from its byte `offset`; `period` bytes are there. */
const uint8_t *pattern_at(const struct pattern *pattern, uint32_t index, uint64_t offset);

/* How many of the messages that `size` received bytes belong to are not what is expected. */
uint32_t pattern_errors(const struct pattern *pattern, uint32_t index, uint64_t offset,
                        const uint8_t *bytes, size_t size);

#endif
