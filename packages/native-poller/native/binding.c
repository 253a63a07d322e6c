/* The addon's face: converts arguments and results, and nothing else. */

#include "convert.h"
#include "lifetime.h"

#include <errno.h>
#include <stdlib.h>

/* A handle number: `batch/layout.ts` of @gev/core. */
#define HANDLE_SLOT_BITS 24

static napi_value undefined(napi_env env) {
  napi_value value = NULL;
  (void)napi_get_undefined(env, &value);
  return value;
}

static napi_value number(napi_env env, double of) {
  napi_value value = NULL;
  (void)napi_create_double(env, of, &value);
  return value;
}

/* The poller behind a call, with up to two arguments. */
static struct gev_binding *look_up(napi_env env, napi_callback_info info, napi_value arguments[2]) {
  size_t count = 2;
  void *data = NULL;
  if (napi_get_cb_info(env, info, &count, arguments, NULL, &data) != napi_ok) return NULL;
  return data;
}

/* The same for calls that need it to be open. NULL: it threw. */
static struct gev_binding *enter(napi_env env, napi_callback_info info, napi_value arguments[2]) {
  struct gev_binding *binding = look_up(env, info, arguments);
  if (binding == NULL || !binding->stopped) return binding;
  gev_throw(env, GEV_ERR_STATE, "the poller was stopped");
  return NULL;
}

/* Finds the handle that a number names. NULL: it is gone. */
static struct gev_slot *find(struct gev_binding *binding, napi_value handle, uint32_t *index) {
  int64_t value = 0;
  if (binding->stopped) return NULL;
  if (napi_get_value_int64(binding->env, handle, &value) != napi_ok || value < 0) return NULL;
  *index = (uint32_t)(value & ((1 << HANDLE_SLOT_BITS) - 1));
  int64_t generation = value >> HANDLE_SLOT_BITS;
  if (generation > GEV_MAX_GENERATION) return NULL;
  return gev_slots_find(&binding->engine.slots, *index, (uint32_t)generation);
}

static napi_value give_handle(struct gev_binding *binding, struct gev_outcome outcome,
                              uint32_t index) {
  if (outcome.error != 0) {
    gev_throw_system(binding->env, outcome);
    return NULL;
  }
  gev_binding_update(binding);
  uint32_t generation = gev_slots_at(&binding->engine.slots, index)->generation;
  return number(binding->env, (double)generation * (1 << HANDLE_SLOT_BITS) + index);
}

static napi_value binding_start(napi_env env, napi_callback_info info) {
  napi_value arguments[2];
  struct gev_binding *binding = enter(env, info, arguments);
  if (binding == NULL) return NULL;
  napi_valuetype type;
  if (napi_typeof(env, arguments[0], &type) != napi_ok || type != napi_function) {
    gev_throw(env, GEV_ERR_INVALID, "the sink must be a function");
    return NULL;
  }
  if (binding->started) {
    gev_throw(env, GEV_ERR_STATE, "the poller was started before");
    return NULL;
  }
  int error = gev_binding_start(binding, arguments[0]);
  if (error == 0) return undefined(env);
  gev_throw_system(env, (struct gev_outcome){error, "watch"});
  return NULL;
}

static napi_value binding_listen(napi_env env, napi_callback_info info) {
  napi_value arguments[2];
  struct gev_endpoint endpoint;
  struct gev_listen_options options;
  char path[GEV_ADDRESS_TEXT];
  uint32_t index = 0;
  struct gev_binding *binding = enter(env, info, arguments);
  if (binding == NULL || !gev_get_endpoint(env, arguments[0], &endpoint, path) ||
      !gev_get_listen_options(env, arguments[1], &options)) {
    return NULL;
  }
  struct gev_outcome outcome =
      gev_engine_listen(&binding->engine, &endpoint, &options, path, &index);
  return give_handle(binding, outcome, index);
}

static napi_value binding_connect(napi_env env, napi_callback_info info) {
  napi_value arguments[2];
  struct gev_endpoint endpoint;
  struct gev_socket_options options;
  char path[GEV_ADDRESS_TEXT];
  uint32_t index = 0;
  struct gev_binding *binding = enter(env, info, arguments);
  if (binding == NULL || !gev_get_endpoint(env, arguments[0], &endpoint, path) ||
      !gev_get_socket_options(env, arguments[1], &options)) {
    return NULL;
  }
  struct gev_outcome outcome = gev_engine_connect(&binding->engine, &endpoint, &options, &index);
  return give_handle(binding, outcome, index);
}

static napi_value binding_adopt(napi_env env, napi_callback_info info) {
  napi_value arguments[2];
  int32_t fd = -1;
  uint32_t index = 0;
  struct gev_binding *binding = enter(env, info, arguments);
  if (binding == NULL) return NULL;
  if (napi_get_value_int32(env, arguments[0], &fd) != napi_ok || fd < 0) {
    gev_throw(env, GEV_ERR_INVALID, "the descriptor must be a whole number, 0 or more");
    return NULL;
  }
  struct gev_outcome outcome = gev_engine_adopt(&binding->engine, fd, &index);
  return give_handle(binding, outcome, index);
}

static napi_value binding_release(napi_env env, napi_callback_info info) {
  napi_value arguments[2];
  uint32_t index = 0;
  struct gev_binding *binding = enter(env, info, arguments);
  if (binding == NULL) return NULL;
  struct gev_slot *slot = find(binding, arguments[0], &index);
  if (slot == NULL) {
    gev_throw(env, GEV_ERR_CLOSED, "the handle is closed");
    return NULL;
  }
  if (slot->kind != GEV_CONNECTION || slot->queue.bytes > 0 ||
      slot->flags & (GEV_CONNECTING | GEV_FAILED)) {
    gev_throw(env, GEV_ERR_STATE,
              "only an established connection with nothing unsent can be released");
    return NULL;
  }
  int fd = gev_engine_release(&binding->engine, index);
  gev_binding_update(binding);
  return number(env, fd);
}

/* The hot one: gives the number of result rows, -1 when stopped, -2 for a bad number of orders. */
static napi_value binding_flush(napi_env env, napi_callback_info info) {
  napi_value argument;
  napi_value result = NULL;
  size_t count = 1;
  void *data = NULL;
  uint32_t orders = UINT32_MAX;
  if (napi_get_cb_info(env, info, &count, &argument, NULL, &data) != napi_ok) return NULL;
  struct gev_binding *binding = data;
  bool is_number = napi_get_value_uint32(env, argument, &orders) == napi_ok;
  int32_t answer = -1;
  if (!binding->stopped) {
    answer = -2;
    if (is_number && orders <= binding->engine.memory.max_orders) {
      answer = (int32_t)gev_flush(&binding->engine, orders);
      gev_binding_update(binding);
    }
  }
  (void)napi_create_int32(env, answer, &result);
  return result;
}

static napi_value binding_remote_address(napi_env env, napi_callback_info info) {
  napi_value arguments[2];
  uint32_t index = 0;
  struct gev_binding *binding = look_up(env, info, arguments);
  if (binding == NULL) return NULL;
  struct gev_slot *slot = find(binding, arguments[0], &index);
  if (slot == NULL || slot->kind != GEV_CONNECTION) return undefined(env);
  return gev_make_address(env, &slot->peer, "");
}

static napi_value binding_local_address(napi_env env, napi_callback_info info) {
  napi_value arguments[2];
  struct gev_address address;
  struct gev_endpoint endpoint;
  uint32_t index = 0;
  struct gev_binding *binding = look_up(env, info, arguments);
  if (binding == NULL) return NULL;
  struct gev_slot *slot = find(binding, arguments[0], &index);
  if (slot == NULL || slot->fd < 0 || gev_socket_name(slot->fd, &endpoint) != 0) {
    return undefined(env);
  }
  char path[GEV_ADDRESS_TEXT];
  gev_endpoint_path(&endpoint, path);
  gev_address_from(&address, (const struct sockaddr *)&endpoint.storage, endpoint.length);
  return gev_make_address(env, &address, path);
}

static napi_value binding_stop(napi_env env, napi_callback_info info) {
  void *data = NULL;
  if (napi_get_cb_info(env, info, NULL, NULL, NULL, &data) != napi_ok) return NULL;
  gev_binding_stop(data);
  return undefined(env);
}

static void finalize_function(napi_env env, void *data, void *hint) {
  (void)env, (void)hint;
  gev_binding_release(data);
}

/* Adds one function to the poller's object; it holds a reference for as long as it lives. */
static bool add_function(struct gev_binding *binding, napi_value object, const char *name,
                         napi_callback callback) {
  napi_env env = binding->env;
  napi_value function;
  if (napi_create_function(env, name, NAPI_AUTO_LENGTH, callback, binding, &function) != napi_ok ||
      napi_add_finalizer(env, function, binding, finalize_function, NULL, NULL) != napi_ok) {
    return false;
  }
  gev_binding_retain(binding);
  return napi_set_named_property(env, object, name, function) == napi_ok;
}

static napi_value make_object(struct gev_binding *binding) {
  static const struct {
    const char *name;
    napi_callback callback;
  } functions[] = {
      {"start", binding_start},
      {"listen", binding_listen},
      {"connect", binding_connect},
      {"adopt", binding_adopt},
      {"release", binding_release},
      {"flush", binding_flush},
      {"remoteAddress", binding_remote_address},
      {"localAddress", binding_local_address},
      {"stop", binding_stop},
  };
  napi_value object;
  if (napi_create_object(binding->env, &object) != napi_ok) return NULL;
  for (size_t i = 0; i < sizeof functions / sizeof functions[0]; i++) {
    if (!add_function(binding, object, functions[i].name, functions[i].callback)) return NULL;
  }
  return object;
}

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
    object = make_object(binding);
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

/* Nothing here is process-wide, so any number of threads may load the addon. */
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
