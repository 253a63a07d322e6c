/* CPU time of another process, all threads. */
#ifndef BENCH_SERVER_CPU_H
#define BENCH_SERVER_CPU_H

#include <stdint.h>
#include <sys/types.h>

/*
 * Nanoseconds that the process has run: the sum over its threads of /proc/PID/task/T/schedstat, or
 * utime + stime of /proc/PID/stat (ticks of 10 ms) on a kernel without it. Ends the process when
 * there is no such process.
 */
uint64_t server_cpu_ns(pid_t pid);

/* Nanoseconds that this process has run. */
uint64_t own_cpu_ns(void);

#endif
