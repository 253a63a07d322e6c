#include "lifetime.h"

#include <errno.h>
#include <stdlib.h>

void gev_binding_retain(struct gev_binding *binding) { binding->references++; }

static void drop_reference(struct gev_binding *binding, napi_ref *reference) {
  if (*reference != NULL) (void)napi_delete_reference(binding->env, *reference);
  *reference = NULL;
}

static void let_sink_go(struct gev_binding *binding) {
  drop_reference(binding, &binding->sink);
  if (binding->async != NULL) (void)napi_async_destroy(binding->env, binding->async);
  binding->async = NULL;
}

/* Everything but the watch; may be called again. */
static void close_all(struct gev_binding *binding) {
  gev_engine_close(&binding->engine);
  let_sink_go(binding);
  for (int i = 0; i < GEV_ARRAYS; i++) drop_reference(binding, &binding->arrays[i]);
}

void gev_binding_release(struct gev_binding *binding) {
  if (--binding->references > 0) return;
  /* Never started, or stopped before: a watch would hold a reference. */
  close_all(binding);
  free(binding);
}

/* Calls the sink. False: the environment is ending, or the poller was stopped. */
static bool deliver(struct gev_binding *binding, uint32_t rows) {
  napi_env env = binding->env;
  napi_value receiver, sink, argument, error;
  if (napi_get_reference_value(env, binding->sink, &sink) != napi_ok ||
      napi_get_global(env, &receiver) != napi_ok ||
      napi_create_uint32(env, rows, &argument) != napi_ok) {
    return false;
  }
  napi_status status =
      napi_make_callback(env, binding->async, receiver, sink, 1, &argument, NULL);
  if (status == napi_ok) return true;
  bool pending = false;
  if (napi_is_exception_pending(env, &pending) != napi_ok || !pending) return false;
  if (napi_get_and_clear_last_exception(env, &error) != napi_ok) return false;
  /* As for any callback: 'uncaughtException', which ends the process unless somebody handles it. */
  return napi_fatal_exception(env, error) == napi_ok;
}

static bool run_batch(struct gev_binding *binding) {
  uint32_t rows = gev_gather(&binding->engine);
  bool more = binding->engine.ready_count > 0;
  if (rows > 0) {
    napi_handle_scope scope;
    if (napi_open_handle_scope(binding->env, &scope) != napi_ok) return false;
    bool delivered = deliver(binding, rows);
    if (napi_close_handle_scope(binding->env, scope) != napi_ok) delivered = false;
    if (!delivered) return false;
  }
  return more;
}

static bool on_batch(void *context, unsigned round) {
  struct gev_binding *binding = context;
  /* A loop that is run inside a batch (by another addon) must not deliver a batch in a batch. */
  if (binding->stopped || binding->delivering) return false;
  binding->delivering = true;
  bool more = run_batch(binding);
  binding->delivering = false;
  if (binding->stopped) return false;
  gev_binding_update(binding);
  return more && round + 1 < binding->max_rounds;
}

static void on_failed(void *context, const struct gev_ready *entry) {
  struct gev_engine *engine = &((struct gev_binding *)context)->engine;
  if (!engine->open || gev_slots_find(&engine->slots, entry->slot, entry->generation) == NULL)
    return;
  gev_engine_defer_failure(engine, entry->slot, entry->error);
}

static void on_released(void *context) {
  struct gev_binding *binding = context;
  if (binding->hook != NULL) (void)napi_remove_async_cleanup_hook(binding->hook);
  binding->hook = NULL;
  gev_binding_release(binding);
}

/* The environment ends (process, worker): Node waits until the hook is removed in on_released. */
static void on_cleanup(napi_async_cleanup_hook_handle hook, void *context) {
  (void)hook;
  gev_binding_stop(context);
}

static int keep_sink(struct gev_binding *binding, napi_value sink) {
  napi_env env = binding->env;
  napi_value name;
  if (napi_create_string_utf8(env, "gev:poller", NAPI_AUTO_LENGTH, &name) != napi_ok ||
      napi_create_reference(env, sink, 1, &binding->sink) != napi_ok ||
      napi_async_init(env, NULL, name, &binding->async) != napi_ok) {
    return ENOMEM;
  }
  return 0;
}

int gev_binding_start(struct gev_binding *binding, napi_value sink) {
  struct gev_watcher watcher = {binding->env, &binding->engine.poller, binding,
                                on_batch,     on_failed,               on_released};
  int error = keep_sink(binding, sink);
  if (error == 0) {
    binding->watch = binding->way == GEV_WATCH_THREAD ? gev_watch_thread(&watcher, &error)
                                                      : gev_watch_uv_poll(&watcher, &error);
  }
  if (binding->watch == NULL) {
    let_sink_go(binding);
    return error;
  }
  binding->started = true;
  gev_binding_retain(binding);
  if (napi_add_async_cleanup_hook(binding->env, on_cleanup, binding, &binding->hook) != napi_ok) {
    gev_binding_stop(binding);
    return ENOMEM;
  }
  gev_binding_update(binding);
  return 0;
}

void gev_binding_stop(struct gev_binding *binding) {
  if (binding->stopped) return;
  binding->stopped = true;
  /* A watch that is released at once must not free what is still used below. */
  gev_binding_retain(binding);
  struct gev_watch *watch = binding->watch;
  binding->watch = NULL;
  if (watch != NULL) gev_watch_stop(watch);
  close_all(binding);
  gev_binding_release(binding);
}

void gev_binding_update(struct gev_binding *binding) {
  bool alive = binding->engine.slots.used > 0;
  if (binding->watch == NULL || binding->referenced == alive) return;
  binding->referenced = alive;
  gev_watch_reference(binding->watch, alive);
}
