/* Ending the process with a reason: a benchmark that goes on after a failure measures nothing. */
#ifndef BENCH_FAIL_H
#define BENCH_FAIL_H

#include <stddef.h>

/* Prints `PROGRAM: what: strerror(errno)` and exits with 1. */
_Noreturn void fail_errno(const char *what);

/* Prints `PROGRAM: message` and exits with `code`. */
_Noreturn void fail(int code, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* calloc(3) that never returns NULL. The caller owns the memory. */
void *zeroed(size_t count, size_t size);

#endif
