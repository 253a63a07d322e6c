#include "histogram.h"

#include <stdio.h>

static uint32_t cell_of(uint64_t value) {
  if (value < HISTOGRAM_PARTS) return (uint32_t)value;
  if (value >> HISTOGRAM_MAX_BITS) return HISTOGRAM_CELLS - 1;
  uint32_t shift = 63 - (uint32_t)__builtin_clzll(value) - HISTOGRAM_PART_BITS;
  /* value >> shift lies in [PARTS, 2 * PARTS), so the row of its power of two starts at PARTS. */
  return shift * HISTOGRAM_PARTS + (uint32_t)(value >> shift);
}

static uint64_t top_of(uint32_t cell) {
  if (cell < 2 * HISTOGRAM_PARTS) return cell;
  uint32_t shift = cell / HISTOGRAM_PARTS - 1;
  uint64_t part = cell % HISTOGRAM_PARTS + HISTOGRAM_PARTS;
  return ((part + 1) << shift) - 1;
}

void histogram_add(struct histogram *histogram, uint64_t value, uint64_t count) {
  histogram->cells[cell_of(value)] += count;
  histogram->count += count;
  if (value > histogram->max) histogram->max = value;
}

uint64_t histogram_at(const struct histogram *histogram, double share) {
  uint64_t wanted = (uint64_t)(share * (double)histogram->count);
  if (wanted < 1) wanted = 1;
  uint64_t seen = 0;
  for (uint32_t cell = 0; cell < HISTOGRAM_CELLS; cell++) {
    seen += histogram->cells[cell];
    if (seen >= wanted) return top_of(cell) < histogram->max ? top_of(cell) : histogram->max;
  }
  return histogram->max;
}

void histogram_print(const struct histogram *histogram) {
  (void)printf("\"latency\":{\"p50\":%.1f,\"p99\":%.1f,\"p999\":%.1f,\"max\":%.1f}",
               (double)histogram_at(histogram, 0.50) / 1e3,
               (double)histogram_at(histogram, 0.99) / 1e3,
               (double)histogram_at(histogram, 0.999) / 1e3, (double)histogram->max / 1e3);
}
