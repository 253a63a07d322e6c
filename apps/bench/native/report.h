/* What a mode that runs for a time prints: one JSON line on its window. */
#ifndef BENCH_REPORT_H
#define BENCH_REPORT_H

#include "histogram.h"
#include "options.h"
#include "server-cpu.h"

/* Exit code when the load ran to its end but replies were wrong or connections were lost. */
#define EXIT_WRONG 3

/* Clock and CPU at one end of the window. */
struct moment {
  uint64_t time;
  uint64_t own;
  struct cpu_time server;
};

/* What happened in the window; errors and losses before it count too. */
struct tally {
  uint64_t messages; /* whole, as they came back */
  uint64_t errors;   /* messages that were not what is expected */
  uint64_t lost;     /* connections that ended */
  uint32_t silent;   /* connections on which nothing came in the whole window */
  struct histogram latency;
};

struct moment report_moment(const struct options *options);

/* Prints the line; returns the exit code. */
int report_print(const struct options *options, const struct tally *tally, struct moment from,
                 struct moment to);

#endif
