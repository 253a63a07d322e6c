#include "random.h"

#ifdef __linux__
#include <sys/random.h>
#include <time.h>
#else
#include <stdlib.h>
#endif

static uint64_t draw(void) {
#ifdef __linux__
  uint64_t bits = 0;
  /* GRND_NONBLOCK: early in the boot of a machine it would wait for entropy (getrandom(2)). */
  if (getrandom(&bits, sizeof bits, GRND_NONBLOCK) == (ssize_t)sizeof bits) return bits;
  /* Then, and before Linux 3.17: not secret, but other than that of a binary loaded at another time
   * or to another place, which is all that is needed. */
  struct timespec now = {0};
  (void)clock_gettime(CLOCK_MONOTONIC, &now);
  uint64_t time = (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
  return (time ^ (uint64_t)(uintptr_t)&draw) * 0x9e3779b97f4a7c15u >> 8;
#else
  return (uint64_t)arc4random() << 32 | arc4random();
#endif
}

uint64_t gev_random_start(void) { return (draw() & ((UINT64_C(1) << 52) - 1)) + 1; }
