#include "fail.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void fail_errno(const char *what) {
  fail(1, "%s: %s", what, strerror(errno));
}

void fail(int code, const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  (void)fprintf(stderr, "%s: ", program_invocation_short_name);
  (void)vfprintf(stderr, format, arguments);
  (void)fputc('\n', stderr);
  va_end(arguments);
  exit(code);
}

void *zeroed(size_t count, size_t size) {
  void *memory = calloc(count, size);
  if (memory == NULL) fail_errno("calloc");
  return memory;
}
