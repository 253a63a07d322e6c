/*
 * A thread that blocks in the poller and calls the loop's thread through a thread-safe function:
 * for systems on which a kqueue inside a kqueue never fires (libuv's documentation of uv_poll_t),
 * and for Bun, which has no uv_poll_t.
 *
 * The thread takes one entry at a time. Interest is level-triggered, so that taking consumes
 * nothing; then it sleeps until the loop's thread has been through its batches.
 */

#include "watch.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>

struct thread_watch {
  struct gev_watch base;
  napi_threadsafe_function function;
  pthread_t thread;
  pthread_mutex_t mutex;
  pthread_cond_t handled;
  /* Under `mutex`. */
  bool busy;
  bool stopping;
  /* Written by the thread while not busy, read by the loop's while busy. */
  struct gev_ready seen;
  /* Of the loop's thread. */
  bool stopped;
  unsigned round;
};

/* Waits for readiness. False: stop. */
static bool wait_ready(struct thread_watch *watch) {
  for (;;) {
    int count = gev_poller_wait(watch->base.watcher.poller, &watch->seen, 1, -1);
    (void)pthread_mutex_lock(&watch->mutex);
    bool stopping = watch->stopping;
    if (!stopping && count > 0) watch->busy = true;
    (void)pthread_mutex_unlock(&watch->mutex);
    if (stopping || count < 0) return false;
    if (count > 0) return true;
  }
}

/* Waits until the loop's thread is through. False: stop. */
static bool wait_handled(struct thread_watch *watch) {
  (void)pthread_mutex_lock(&watch->mutex);
  while (watch->busy && !watch->stopping) {
    (void)pthread_cond_wait(&watch->handled, &watch->mutex);
  }
  bool stopping = watch->stopping;
  (void)pthread_mutex_unlock(&watch->mutex);
  return !stopping;
}

static void *run(void *argument) {
  struct thread_watch *watch = argument;
  while (wait_ready(watch)) {
    /* Fails when the environment is being torn down; then the loop's thread joins this one. */
    if (napi_call_threadsafe_function(watch->function, NULL, napi_tsfn_nonblocking) != napi_ok) {
      break;
    }
    if (!wait_handled(watch)) break;
  }
  return NULL;
}

static void signal_handled(struct thread_watch *watch, bool stopping) {
  (void)pthread_mutex_lock(&watch->mutex);
  watch->busy = false;
  if (stopping) watch->stopping = true;
  (void)pthread_cond_signal(&watch->handled);
  (void)pthread_mutex_unlock(&watch->mutex);
}

/*
 * One batch a call: Node runs microtasks when the call returns, and they belong after each batch.
 * So further batches come by calling itself again, while the thread goes on sleeping.
 */
static void on_call(napi_env env, napi_value function, void *context, void *data) {
  (void)function, (void)data;
  struct thread_watch *watch = context;
  if (env == NULL || watch->stopped) return;
  const struct gev_watcher *watcher = &watch->base.watcher;
  if (watch->round == 0 && watch->seen.error != 0) {
    watcher->failed(watcher->context, &watch->seen);
  }
  bool more = watcher->batch(watcher->context, watch->round);
  /* `watch` is freed by on_finalized only, which never runs inside this call. */
  if (watch->stopped) return;
  watch->round++;
  if (more && napi_call_threadsafe_function(watch->function, NULL, napi_tsfn_nonblocking) == napi_ok)
    return;
  watch->round = 0;
  signal_handled(watch, false);
}

static void on_finalized(napi_env env, void *data, void *context) {
  (void)env, (void)data;
  struct thread_watch *watch = context;
  struct gev_watcher watcher = watch->base.watcher;
  (void)pthread_cond_destroy(&watch->handled);
  (void)pthread_mutex_destroy(&watch->mutex);
  free(watch);
  if (watcher.released != NULL) watcher.released(watcher.context);
}

static void stop(struct gev_watch *base) {
  struct thread_watch *watch = (struct thread_watch *)base;
  if (watch->stopped) return;
  watch->stopped = true;
  signal_handled(watch, true);
  (void)gev_poller_wake(watch->base.watcher.poller);
  /* Short: the thread is in a wait that was just ended, or on its way to one. */
  (void)pthread_join(watch->thread, NULL);
  (void)napi_release_threadsafe_function(watch->function, napi_tsfn_abort);
}

static void reference(struct gev_watch *base, bool alive) {
  struct thread_watch *watch = (struct thread_watch *)base;
  napi_env env = watch->base.watcher.env;
  if (alive) (void)napi_ref_threadsafe_function(env, watch->function);
  else (void)napi_unref_threadsafe_function(env, watch->function);
}

static const struct gev_watch_type type = {stop, reference};

static napi_status make_function(struct thread_watch *watch) {
  napi_env env = watch->base.watcher.env;
  napi_value name;
  napi_status status = napi_create_string_utf8(env, "gev:watch", NAPI_AUTO_LENGTH, &name);
  if (status != napi_ok) return status;
  status = napi_create_threadsafe_function(env, NULL, NULL, name, 0, 1, NULL, on_finalized, watch,
                                           on_call, &watch->function);
  if (status != napi_ok) return status;
  return napi_unref_threadsafe_function(env, watch->function);
}

/* Signals belong to the process's own threads. */
static int start_thread(struct thread_watch *watch) {
  sigset_t all;
  sigset_t before;
  (void)sigfillset(&all);
  int error = pthread_sigmask(SIG_SETMASK, &all, &before);
  if (error != 0) return error;
  error = pthread_create(&watch->thread, NULL, run, watch);
  (void)pthread_sigmask(SIG_SETMASK, &before, NULL);
  return error;
}

struct gev_watch *gev_watch_thread(const struct gev_watcher *watcher, int *error) {
  struct thread_watch *watch = calloc(1, sizeof *watch);
  *error = ENOMEM;
  if (watch == NULL) return NULL;
  watch->base.type = &type;
  watch->base.watcher = *watcher;
  (void)pthread_mutex_init(&watch->mutex, NULL);
  (void)pthread_cond_init(&watch->handled, NULL);
  if (make_function(watch) != napi_ok) {
    free(watch);
    return NULL;
  }
  *error = start_thread(watch);
  if (*error == 0) return &watch->base;
  /* on_finalized frees the watch. */
  watch->base.watcher.released = NULL;
  watch->stopped = true;
  (void)napi_release_threadsafe_function(watch->function, napi_tsfn_abort);
  return NULL;
}
