/* A wake-up through eventfd(2), for epoll. */

#include "poller.h"

#include <errno.h>
#include <sys/eventfd.h>
#include <unistd.h>

int gev_wakeup_open(struct gev_poller *poller) {
  poller->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  if (poller->wake_fd < 0) return errno;
  return gev_poller_add(poller, poller->wake_fd, GEV_WAKE_SLOT, 0, GEV_READ);
}

void gev_wakeup_close(struct gev_poller *poller) {
  if (poller->wake_fd >= 0) (void)close(poller->wake_fd);
  poller->wake_fd = -1;
}

int gev_poller_wake(struct gev_poller *poller) {
  uint64_t one = 1;
  ssize_t written;
  do {
    written = write(poller->wake_fd, &one, sizeof one);
  } while (written < 0 && errno == EINTR);
  /* EAGAIN: the counter is at its limit, so it is readable already. */
  return written < 0 && errno != EAGAIN ? errno : 0;
}

void gev_poller_drain_wake(struct gev_poller *poller) {
  uint64_t count;
  ssize_t got;
  do {
    got = read(poller->wake_fd, &count, sizeof count);
  } while (got < 0 && errno == EINTR);
  /* EAGAIN: nothing was left to take back, which is as good. */
}
