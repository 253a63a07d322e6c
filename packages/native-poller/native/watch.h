#ifndef GEV_WATCH_H
#define GEV_WATCH_H

/*
 * How the thread's libuv loop learns that the poller's descriptor is ready: two ways, one file
 * each. A watch lives from its start until, after gev_watch_stop, it calls `released`; it frees
 * itself. All functions on the loop's thread.
 */

#include "poller.h"

#include <node_api.h>
#include <stdbool.h>

struct gev_watch;

/* Who is told. Must live until `released`. */
struct gev_watcher {
  napi_env env;
  struct gev_poller *poller;
  void *context;
  /*
   * One batch, `round` 0 for the first after the kernel's word. True: more may be waiting. The
   * watch may be stopped inside.
   */
  bool (*batch)(void *context, unsigned round);
  /* The watch took an error out of the system (libkqueue clears SO_ERROR as it reports it). */
  void (*failed)(void *context, const struct gev_ready *entry);
  /* The watch is gone, with everything it had of the loop and the poller. */
  void (*released)(void *context);
};

struct gev_watch_type {
  void (*stop)(struct gev_watch *watch);
  void (*reference)(struct gev_watch *watch, bool alive);
};

struct gev_watch {
  const struct gev_watch_type *type;
  struct gev_watcher watcher;
};

/*
 * Each starts a watch that does not keep the loop alive. NULL on failure, with the errno; then
 * `released` is never called.
 */
struct gev_watch *gev_watch_uv_poll(const struct gev_watcher *watcher, int *error);
struct gev_watch *gev_watch_thread(const struct gev_watcher *watcher, int *error);

/* Watches no more, from now on; `released` follows, at once or later. */
static inline void gev_watch_stop(struct gev_watch *watch) { watch->type->stop(watch); }

/* Whether the watch keeps the loop (and the process) alive. */
static inline void gev_watch_reference(struct gev_watch *watch, bool alive) {
  watch->type->reference(watch, alive);
}

#endif
