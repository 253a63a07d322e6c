#ifndef GEV_POLLER_H
#define GEV_POLLER_H

/*
 * Readiness of descriptors: the one interface behind which the systems differ. Exactly one of
 * poller_epoll.c and poller_kqueue.c is part of a build. Interest is level-triggered.
 *
 * Threads: everything on the owner's thread, but for gev_poller_wait with a single entry and
 * gev_poller_wake, which another thread may call beside it.
 */

#include <stdint.h>

enum gev_interest {
  GEV_READ = 1,
  GEV_WRITE = 2,
};

/* What gev_ready.flags may hold besides GEV_READ and GEV_WRITE. */
enum gev_condition {
  /* The socket has a pending error. */
  GEV_ERROR = 4,
  /* Both directions are shut; some systems cannot mask this. */
  GEV_HANGUP = 8,
};

/* The slot that stands for gev_poller_wake. */
#define GEV_WAKE_SLOT UINT32_MAX

struct gev_ready {
  uint32_t slot;
  uint32_t generation;
  uint32_t flags;
  /* The pending error where the system hands it over with the event (kqueue), else 0. */
  int error;
};

struct gev_poller {
  /* Owned. Readable while something is ready, unless GEV_POLLER_WATCHABLE is 0. */
  int fd;
  /* Owned by the wake-up; -1 where it needs no descriptor. */
  int wake_fd;
};

/* `epoll` or `kqueue`. */
extern const char *const gev_poller_name;

/*
 * Whether the descriptor can be watched by libuv: libkqueue (kqueue on Linux, for tests) hands
 * out the writing end of a pipe, which says nothing of readiness.
 */
extern const int gev_poller_watchable;

/* All that return int give 0 or a positive errno, unless said otherwise. */
int gev_poller_open(struct gev_poller *poller);
void gev_poller_close(struct gev_poller *poller);

int gev_poller_add(struct gev_poller *poller, int fd, uint32_t slot, uint32_t generation,
                   uint32_t interest);
int gev_poller_modify(struct gev_poller *poller, int fd, uint32_t slot, uint32_t generation,
                      uint32_t before, uint32_t interest);
int gev_poller_remove(struct gev_poller *poller, int fd, uint32_t interest);
/* Called before close(2) of a registered descriptor, for systems that do not notice by themselves. */
void gev_poller_forget(struct gev_poller *poller, int fd, uint32_t interest);

/* Waits up to `timeout` ms (-1: for ever). Returns the number of entries, or a negative errno. */
int gev_poller_wait(struct gev_poller *poller, struct gev_ready *ready, int size, int timeout);

/* Makes the next or the present wait return an entry with GEV_WAKE_SLOT. */
int gev_poller_wake(struct gev_poller *poller);
/* Takes a wake back, when its entry was seen. */
void gev_poller_drain_wake(struct gev_poller *poller);

/* The parts of a wake-up that poller_*.c calls (wakeup_*.c). */
int gev_wakeup_open(struct gev_poller *poller);
void gev_wakeup_close(struct gev_poller *poller);

#endif
