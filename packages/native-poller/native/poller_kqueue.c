/*
 * kqueue(2): macOS, FreeBSD, OpenBSD, NetBSD, DragonFly; on Linux through libkqueue, for tests.
 * A filter that is not wanted is deleted, so that nothing is reported for a paused socket.
 */

#include "poller.h"

#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <sys/event.h>
#include <sys/time.h>
#include <sys/types.h>
#include <time.h>
#include <unistd.h>

const char *const gev_poller_name = "kqueue";
#ifdef __linux__
const int gev_poller_watchable = 0;
#else
const int gev_poller_watchable = 1;
#endif

#define MAX_EVENTS 512

/* A slot and its generation travel in `udata`. */
_Static_assert(sizeof(void *) == 8, "udata must hold 64 bits");

static void *tag_of(uint32_t slot, uint32_t generation) {
  return (void *)((uintptr_t)generation << 32 | slot);
}

/* One call a change: an error of one filter must not hide that of the other. */
static int change(struct gev_poller *poller, int fd, int filter, unsigned flags, void *tag) {
  struct kevent event;
  EV_SET(&event, (uintptr_t)fd, filter, flags, 0, 0, tag);
  int result;
  do {
    result = kevent(poller->fd, &event, 1, NULL, 0, NULL);
  } while (result < 0 && errno == EINTR);
  return result < 0 ? errno : 0;
}

int gev_poller_open(struct gev_poller *poller) {
  poller->wake_fd = -1;
  poller->fd = kqueue();
  if (poller->fd < 0) return errno;
  /* kqueue(2): not inherited by fork(2), but without this kept across an execve(2) of our own. */
  int error = fcntl(poller->fd, F_SETFD, FD_CLOEXEC) < 0 ? errno : gev_wakeup_open(poller);
  if (error != 0) gev_poller_close(poller);
  return error;
}

void gev_poller_close(struct gev_poller *poller) {
  gev_wakeup_close(poller);
  if (poller->fd >= 0) (void)close(poller->fd);
  poller->fd = -1;
}

int gev_poller_add(struct gev_poller *poller, int fd, uint32_t slot, uint32_t generation,
                   uint32_t interest) {
  return gev_poller_modify(poller, fd, slot, generation, 0, interest);
}

int gev_poller_modify(struct gev_poller *poller, int fd, uint32_t slot, uint32_t generation,
                      uint32_t before, uint32_t interest) {
  static const struct {
    uint32_t bit;
    int filter;
  } filters[] = {{GEV_READ, EVFILT_READ}, {GEV_WRITE, EVFILT_WRITE}};
  void *tag = tag_of(slot, generation);
  for (int i = 0; i < 2; i++) {
    uint32_t bit = filters[i].bit;
    if ((before & bit) == (interest & bit)) continue;
    int error = change(poller, fd, filters[i].filter, interest & bit ? EV_ADD : EV_DELETE, tag);
    /* ENOENT: the filter went by itself with the last end of the connection. */
    if (error != 0 && !(error == ENOENT && !(interest & bit))) return error;
  }
  return 0;
}

int gev_poller_remove(struct gev_poller *poller, int fd, uint32_t interest) {
  return gev_poller_modify(poller, fd, 0, 0, interest, 0);
}

void gev_poller_forget(struct gev_poller *poller, int fd, uint32_t interest) {
#ifdef __linux__
  /* libkqueue does not see a close(2); the next socket of that number would inherit the filter. */
  (void)gev_poller_remove(poller, fd, interest);
#else
  /* kqueue(2): close(2) removes every event that references the descriptor. */
  (void)poller, (void)fd, (void)interest;
#endif
}

static void read_event(const struct kevent *event, struct gev_ready *ready) {
  uintptr_t tag = (uintptr_t)event->udata;
  ready->slot = (uint32_t)tag;
  ready->generation = (uint32_t)(tag >> 32);
  ready->flags = event->filter == EVFILT_WRITE ? GEV_WRITE : GEV_READ;
  ready->error = 0;
  if (event->filter == EVFILT_USER) return;
  /* EV_EOF carries the socket's error in `fflags` (kqueue(2), EVFILT_READ and EVFILT_WRITE). */
  if (event->flags & EV_EOF && event->fflags != 0) ready->error = (int)event->fflags;
  if (event->flags & EV_ERROR) ready->error = (int)event->data;
  if (ready->error != 0) ready->flags |= GEV_ERROR;
}

int gev_poller_wait(struct gev_poller *poller, struct gev_ready *ready, int size, int timeout) {
  struct kevent events[MAX_EVENTS];
  struct timespec limit = {.tv_sec = timeout / 1000, .tv_nsec = timeout % 1000 * 1000000L};
  int count = kevent(poller->fd, NULL, 0, events, size < MAX_EVENTS ? size : MAX_EVENTS,
                     timeout < 0 ? NULL : &limit);
  if (count < 0) return errno == EINTR ? 0 : -errno;
  for (int i = 0; i < count; i++) read_event(&events[i], &ready[i]);
  return count;
}
