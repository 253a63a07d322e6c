/* epoll(7), Linux. */

#include "poller.h"

#include <errno.h>
#include <sys/epoll.h>
#include <unistd.h>

const char *const gev_poller_name = "epoll";
const int gev_poller_watchable = 1;

/* Entries taken by one epoll_wait: bounds the stack, more is had by the next call. */
#define MAX_EVENTS 1024

static struct epoll_event event_of(uint32_t slot, uint32_t generation, uint32_t interest) {
  struct epoll_event event = {.events = 0};
  /* EPOLLERR and EPOLLHUP are always reported (epoll_ctl(2)), so they are not asked for. */
  if (interest & GEV_READ) event.events |= EPOLLIN;
  if (interest & GEV_WRITE) event.events |= EPOLLOUT;
  event.data.u64 = (uint64_t)generation << 32 | slot;
  return event;
}

static int control(struct gev_poller *poller, int operation, int fd, struct epoll_event *event) {
  return epoll_ctl(poller->fd, operation, fd, event) == 0 ? 0 : errno;
}

int gev_poller_open(struct gev_poller *poller) {
  poller->wake_fd = -1;
  poller->fd = epoll_create1(EPOLL_CLOEXEC);
  if (poller->fd < 0) return errno;
  int error = gev_wakeup_open(poller);
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
  struct epoll_event event = event_of(slot, generation, interest);
  return control(poller, EPOLL_CTL_ADD, fd, &event);
}

int gev_poller_modify(struct gev_poller *poller, int fd, uint32_t slot, uint32_t generation,
                      uint32_t before, uint32_t interest) {
  (void)before;
  struct epoll_event event = event_of(slot, generation, interest);
  return control(poller, EPOLL_CTL_MOD, fd, &event);
}

int gev_poller_remove(struct gev_poller *poller, int fd, uint32_t interest) {
  (void)interest;
  return control(poller, EPOLL_CTL_DEL, fd, NULL);
}

void gev_poller_forget(struct gev_poller *poller, int fd, uint32_t interest) {
  /* close(2) takes the descriptor out of the set (epoll(7), question 6): a system call saved. */
  (void)poller, (void)fd, (void)interest;
}

int gev_poller_wait(struct gev_poller *poller, struct gev_ready *ready, int size, int timeout) {
  struct epoll_event events[MAX_EVENTS];
  int count = epoll_wait(poller->fd, events, size < MAX_EVENTS ? size : MAX_EVENTS, timeout);
  if (count < 0) return errno == EINTR ? 0 : -errno;
  for (int i = 0; i < count; i++) {
    uint32_t seen = events[i].events;
    ready[i].slot = (uint32_t)events[i].data.u64;
    ready[i].generation = (uint32_t)(events[i].data.u64 >> 32);
    ready[i].flags = (seen & EPOLLIN ? GEV_READ : 0) | (seen & EPOLLOUT ? GEV_WRITE : 0) |
                     (seen & EPOLLERR ? GEV_ERROR : 0) | (seen & EPOLLHUP ? GEV_HANGUP : 0);
    ready[i].error = 0;
  }
  return count;
}
