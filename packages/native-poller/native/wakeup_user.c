/* A wake-up through EVFILT_USER, for kqueue (kqueue(2)). */

#include "poller.h"

#include <errno.h>
#include <stddef.h>
#include <sys/event.h>
#include <sys/types.h>

static int change(struct gev_poller *poller, unsigned flags, unsigned fflags) {
  struct kevent event;
  EV_SET(&event, 0, EVFILT_USER, flags, fflags, 0, (void *)(uintptr_t)GEV_WAKE_SLOT);
  int result;
  do {
    result = kevent(poller->fd, &event, 1, NULL, 0, NULL);
  } while (result < 0 && errno == EINTR);
  return result < 0 ? errno : 0;
}

int gev_wakeup_open(struct gev_poller *poller) {
  poller->wake_fd = -1;
  /* EV_CLEAR: handing the event out takes the wake back. */
  return change(poller, EV_ADD | EV_CLEAR, 0);
}

void gev_wakeup_close(struct gev_poller *poller) {
  /* It lives in the kqueue and goes with it. */
  (void)poller;
}

int gev_poller_wake(struct gev_poller *poller) { return change(poller, 0, NOTE_TRIGGER); }

void gev_poller_drain_wake(struct gev_poller *poller) { (void)poller; }
