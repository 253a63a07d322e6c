/* The poller's descriptor inside the loop's own: uv_poll_t (libuv's guide: "uv_poll_t"). */

#include "watch.h"

#include <errno.h>
#include <stdlib.h>
#include <uv.h>

struct uv_poll_watch {
  struct gev_watch base;
  uv_poll_t handle;
  bool stopped;
};

static void on_ready(uv_poll_t *handle, int status, int events) {
  struct uv_poll_watch *watch = handle->data;
  /* An error of the poller's own descriptor cannot be cured; waiting for more would spin. */
  if (status < 0) {
    (void)uv_poll_stop(handle);
    return;
  }
  if (!(events & UV_READABLE)) return;
  const struct gev_watcher *watcher = &watch->base.watcher;
  /* `watch` outlives the call: it is freed in a later phase of the loop (uv_close). */
  for (unsigned round = 0; !watch->stopped; round++) {
    if (!watcher->batch(watcher->context, round)) break;
  }
}

static void on_closed(uv_handle_t *handle) {
  struct uv_poll_watch *watch = handle->data;
  struct gev_watcher watcher = watch->base.watcher;
  free(watch);
  if (watcher.released != NULL) watcher.released(watcher.context);
}

static void stop(struct gev_watch *base) {
  struct uv_poll_watch *watch = (struct uv_poll_watch *)base;
  if (watch->stopped) return;
  watch->stopped = true;
  /* After uv_close the descriptor may be closed at once (uv_poll_t, "uv_poll_stop"). */
  uv_close((uv_handle_t *)&watch->handle, on_closed);
}

static void reference(struct gev_watch *base, bool alive) {
  uv_handle_t *handle = (uv_handle_t *)&((struct uv_poll_watch *)base)->handle;
  if (alive) uv_ref(handle);
  else uv_unref(handle);
}

static const struct gev_watch_type type = {stop, reference};

struct gev_watch *gev_watch_uv_poll(const struct gev_watcher *watcher, int *error) {
  uv_loop_t *loop = NULL;
  struct uv_poll_watch *watch = calloc(1, sizeof *watch);
  *error = ENOMEM;
  if (watch == NULL) return NULL;
  watch->base.type = &type;
  watch->base.watcher = *watcher;
  watch->handle.data = watch;
  int result = UV_EINVAL;
  if (napi_get_uv_event_loop(watcher->env, &loop) == napi_ok) {
    result = uv_poll_init(loop, &watch->handle, watcher->poller->fd);
  }
  if (result != 0) {
    *error = -result;
    free(watch);
    return NULL;
  }
  uv_unref((uv_handle_t *)&watch->handle);
  *error = -uv_poll_start(&watch->handle, UV_READABLE, on_ready);
  if (*error == 0) return &watch->base;
  watch->base.watcher.released = NULL;
  stop(&watch->base);
  return NULL;
}
