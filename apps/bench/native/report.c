#include "report.h"

#include "network.h"

#include <stdio.h>

struct moment report_moment(const struct options *options) {
  struct moment moment = {.time = now_ns(), .own = own_cpu_ns()};
  if (options->pid > 0) moment.server = server_cpu(options->pid);
  return moment;
}

/* In floating point, so that a child that ended in the window shows itself as a loss. */
static double seconds_between(uint64_t from, uint64_t to) {
  return ((double)to - (double)from) / 1e9;
}

static void print_server_cpu(const struct cpu_time *from, const struct cpu_time *to,
                             uint64_t messages) {
  double total = seconds_between(from->total, to->total);
  (void)printf("\"serverCpuSeconds\":%.4f,\"serverUserSeconds\":%.2f,"
               "\"serverSystemSeconds\":%.2f,",
               total, seconds_between(from->user, to->user),
               seconds_between(from->system, to->system));
  if (messages > 0)
    (void)printf("\"serverCpuMicrosecondsPerMessage\":%.4f,", total * 1e6 / (double)messages);
}

int report_print(const struct options *options, const struct tally *tally, struct moment from,
                 struct moment to) {
  double seconds = seconds_between(from.time, to.time);
  (void)printf("{\"mode\":\"%s\",\"connections\":%u,\"size\":%u,\"depth\":%u,\"seconds\":%.4f,",
               options->mode_name, options->connections, options->size, options->depth, seconds);
  (void)printf("\"messages\":%llu,\"messagesPerSecond\":%.0f,\"errors\":%llu,\"lost\":%llu,",
               (unsigned long long)tally->messages, (double)tally->messages / seconds,
               (unsigned long long)tally->errors, (unsigned long long)tally->lost);
  (void)printf("\"silent\":%u,\"loadCpuSeconds\":%.4f,", tally->silent,
               seconds_between(from.own, to.own));
  if (options->pid > 0) print_server_cpu(&from.server, &to.server, tally->messages);
  histogram_print(&tally->latency);
  (void)puts("}");
  return tally->errors + tally->lost + tally->silent == 0 ? 0 : EXIT_WRONG;
}
