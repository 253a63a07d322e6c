/* CPU time of another process: all its threads, and its children with theirs. */
#ifndef BENCH_SERVER_CPU_H
#define BENCH_SERVER_CPU_H

#include <stdint.h>
#include <sys/types.h>

/* Nanoseconds that a process has run. */
struct cpu_time {
  uint64_t total;  /* exact, see server_cpu */
  uint64_t user;   /* from /proc/PID/stat, whose ticks are 10 ms: good for a split, not for more */
  uint64_t system;
};

/*
 * `total` is the sum over all threads of /proc/PID/task/T/schedstat, or user + system on a kernel
 * without it. Ends the process when there is no such process; a child that has ended meanwhile
 * counts for nothing.
 */
struct cpu_time server_cpu(pid_t pid);

/* Nanoseconds that this process has run. */
uint64_t own_cpu_ns(void);

#endif
