/*
 * Log-linear histogram of nanoseconds: each power of two is cut into 128 equal parts, so that a
 * value is known to 0.8 % from 1 ns to 18 minutes, in constant time and memory.
 */
#ifndef BENCH_HISTOGRAM_H
#define BENCH_HISTOGRAM_H

#include <stdint.h>

#define HISTOGRAM_PART_BITS 7
#define HISTOGRAM_PARTS (1u << HISTOGRAM_PART_BITS)
#define HISTOGRAM_MAX_BITS 40
#define HISTOGRAM_CELLS ((HISTOGRAM_MAX_BITS - HISTOGRAM_PART_BITS + 1) * HISTOGRAM_PARTS)

struct histogram {
  uint64_t cells[HISTOGRAM_CELLS];
  uint64_t count;
  uint64_t max;
};

/* Adds `count` times the value, in nanoseconds. */
void histogram_add(struct histogram *histogram, uint64_t value, uint64_t count);

/* The least value that `share` (0 to 1) of all do not exceed, in nanoseconds; 0 of none. */
uint64_t histogram_at(const struct histogram *histogram, double share);

/* Prints `"latency":{...}` in microseconds. */
void histogram_print(const struct histogram *histogram);

#endif
