/* The addon's face: makes pollers over memory that JavaScript made. */

#include "binding.h"
#include "convert.h"

#include <errno.h>
#include <stdlib.h>

static bool get_sizes(napi_env env, napi_value from, struct gev_memory *memory) {
  int64_t input, read, events, orders, handles, low;
  if (!gev_get_number(env, from, "inputSize", 1, INT32_MAX, &input) ||
      !gev_get_number(env, from, "readSize", 1, input, &read) ||
      !gev_get_number(env, from, "maxEvents", 1, 1 << 20, &events) ||
      !gev_get_number(env, from, "maxOrders", 1, 1 << 24, &orders) ||
      !gev_get_number(env, from, "maxHandles", 1, 1 << 22, &handles) ||
      !gev_get_number(env, from, "lowWatermark", 0, INT32_MAX, &low)) {
    return false;
  }
  memory->input_size = (size_t)input;
  memory->read_size = (size_t)read;
  memory->max_events = (uint32_t)events;
  memory->max_orders = (uint32_t)orders;
  memory->max_handles = (uint32_t)handles;
  memory->low_watermark = (uint32_t)low;
  return true;
}

/* Takes the memory over after making sure that no row and no byte can lie outside of it. */
static bool get_memory(napi_env env, napi_value from, struct gev_memory *memory,
                       napi_value arrays[GEV_ARRAYS]) {
  void *arena, *events, *orders, *results, *queued;
  size_t arena_size, events_size, orders_size, results_size, queued_size;
  if (!get_sizes(env, from, memory) ||
      !gev_get_array(env, from, "arena", napi_uint8_array, &arrays[0], &arena, &arena_size) ||
      !gev_get_array(env, from, "events", napi_int32_array, &arrays[1], &events, &events_size) ||
      !gev_get_array(env, from, "orders", napi_int32_array, &arrays[2], &orders, &orders_size) ||
      !gev_get_array(env, from, "results", napi_int32_array, &arrays[3], &results,
                     &results_size) ||
      !gev_get_array(env, from, "queued", napi_uint32_array, &arrays[4], &queued, &queued_size)) {
    return false;
  }
  size_t row = GEV_ROW_SIZE * sizeof(int32_t);
  if (arena_size < memory->input_size || arena_size > INT32_MAX ||
      events_size < memory->max_events * row || orders_size < memory->max_orders * row ||
      results_size < memory->max_orders * row ||
      queued_size < memory->max_handles * sizeof(uint32_t)) {
    gev_throw(env, GEV_ERR_INVALID, "the memory is smaller than its sizes say");
    return false;
  }
  memory->arena = arena;
  memory->events = events;
  memory->orders = orders;
  memory->results = results;
  memory->queued = queued;
  memory->arena_size = arena_size;
  return true;
}

static bool keep_arrays(struct gev_binding *binding, napi_value arrays[GEV_ARRAYS]) {
  for (int i = 0; i < GEV_ARRAYS; i++) {
    if (napi_create_reference(binding->env, arrays[i], 1, &binding->arrays[i]) != napi_ok)
      return false;
  }
  return true;
}

static napi_value open_binding(napi_env env, const struct gev_memory *memory,
                               napi_value arrays[GEV_ARRAYS], unsigned rounds, bool thread) {
  struct gev_binding *binding = calloc(1, sizeof *binding);
  if (binding == NULL) {
    gev_throw_system(env, (struct gev_outcome){ENOMEM, "malloc"});
    return NULL;
  }
  binding->env = env;
  binding->references = 1;
  binding->max_rounds = rounds;
  binding->way = thread ? GEV_WATCH_THREAD : GEV_WATCH_UV_POLL;
  int error = gev_engine_open(&binding->engine, memory);
  napi_value object = NULL;
  if (error != 0) {
    gev_throw_system(env, (struct gev_outcome){error, gev_poller_name});
  } else if (keep_arrays(binding, arrays)) {
    object = gev_make_poller_object(binding);
  }
  if (object == NULL) gev_binding_stop(binding);
  gev_binding_release(binding);
  return object;
}

/* create(memory, { maxRounds, thread }) -> the functions of a poller */
static napi_value create(napi_env env, napi_callback_info info) {
  napi_value arguments[2];
  napi_value arrays[GEV_ARRAYS];
  struct gev_memory memory = {0};
  size_t count = 2;
  int64_t rounds;
  bool thread;
  if (napi_get_cb_info(env, info, &count, arguments, NULL, NULL) != napi_ok ||
      !get_memory(env, arguments[0], &memory, arrays) ||
      !gev_get_number(env, arguments[1], "maxRounds", 1, 1 << 20, &rounds) ||
      !gev_get_flag(env, arguments[1], "thread", &thread)) {
    return NULL;
  }
  if (!thread && !gev_poller_watchable) {
    gev_throw(env, "ERR_GEV_UNSUPPORTED",
              "libkqueue's descriptor cannot be watched by libuv: give watch: 'thread'");
    return NULL;
  }
  return open_binding(env, &memory, arrays, (unsigned)rounds, thread);
}

/* Process-wide is only the directory of mailboxes, which is locked: any thread may load the addon. */
NAPI_MODULE_INIT() {
  napi_value name, watchable, function;
  if (napi_create_string_utf8(env, gev_poller_name, NAPI_AUTO_LENGTH, &name) != napi_ok ||
      napi_set_named_property(env, exports, "name", name) != napi_ok ||
      napi_get_boolean(env, gev_poller_watchable != 0, &watchable) != napi_ok ||
      napi_set_named_property(env, exports, "watchable", watchable) != napi_ok ||
      napi_create_function(env, "create", NAPI_AUTO_LENGTH, create, NULL, &function) != napi_ok ||
      napi_set_named_property(env, exports, "create", function) != napi_ok) {
    return NULL;
  }
  return exports;
}
