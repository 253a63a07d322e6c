#ifndef GEV_LIFETIME_H
#define GEV_LIFETIME_H

/*
 * An engine inside a JavaScript environment: what keeps it alive, who ends it and when. Its memory
 * is freed with the last reference: each of its functions holds one, and so does the watch.
 */

#include "engine.h"
#include "watch.h"

#include <node_api.h>

#define GEV_ARRAYS 5

enum gev_watch_way { GEV_WATCH_UV_POLL, GEV_WATCH_THREAD };

struct gev_binding {
  struct gev_engine engine;
  napi_env env;
  unsigned references;
  bool started;
  bool stopped;
  /* A batch is on the stack. */
  bool delivering;
  unsigned max_rounds;
  enum gev_watch_way way;

  /* The shared memory, kept where it is. */
  napi_ref arrays[GEV_ARRAYS];
  /* From start to stop. */
  napi_ref sink;
  napi_async_context async;
  struct gev_watch *watch;
  /* Until the watch is released: Node waits for it before it ends the environment. */
  napi_async_cleanup_hook_handle hook;
  bool referenced;
};

void gev_binding_retain(struct gev_binding *binding);
/* Frees it with the last reference. */
void gev_binding_release(struct gev_binding *binding);

/* Starts to deliver batches to the function. Gives 0 or a positive errno. */
int gev_binding_start(struct gev_binding *binding, napi_value sink);
/* Closes everything; may be called again, and inside a batch. */
void gev_binding_stop(struct gev_binding *binding);
/* Keeps the process alive while there are handles: called when their number may have changed. */
void gev_binding_update(struct gev_binding *binding);

#endif
