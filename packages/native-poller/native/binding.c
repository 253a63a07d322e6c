/* The functions of a poller: they convert arguments and results, and nothing else. */

#include "binding.h"

#include "convert.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* A handle number: `batch/layout.ts` of @gev/core. */
#define HANDLE_SLOT_BITS 24

static napi_value undefined(napi_env env) {
  napi_value value = NULL;
  (void)napi_get_undefined(env, &value);
  return value;
}

static napi_value boolean(napi_env env, bool of) {
  napi_value value = NULL;
  (void)napi_get_boolean(env, of, &value);
  return value;
}

static napi_value text(napi_env env, const char *of) {
  napi_value value = NULL;
  (void)napi_create_string_utf8(env, of, NAPI_AUTO_LENGTH, &value);
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

/* Reads a handle number. False: it can be none. */
static bool read_handle(struct gev_binding *binding, napi_value handle, uint32_t *index,
                        uint32_t *generation) {
  int64_t value = 0;
  if (binding->stopped) return false;
  if (napi_get_value_int64(binding->env, handle, &value) != napi_ok || value < 0) return false;
  if (value >> HANDLE_SLOT_BITS > GEV_MAX_GENERATION) return false;
  *index = (uint32_t)(value & ((1 << HANDLE_SLOT_BITS) - 1));
  *generation = (uint32_t)(value >> HANDLE_SLOT_BITS);
  return true;
}

/* Finds the handle that a number names. NULL: it is gone. */
static struct gev_slot *find(struct gev_binding *binding, napi_value handle, uint32_t *index) {
  uint32_t generation = 0;
  if (!read_handle(binding, handle, index, &generation)) return NULL;
  return gev_slots_find(&binding->engine.slots, *index, generation);
}

/* Finds a connection, inside a batch also one that its rows tell to have failed. */
static struct gev_slot *find_connection(struct gev_binding *binding, napi_value handle) {
  uint32_t index = 0, generation = 0;
  struct gev_slots *slots = &binding->engine.slots;
  if (!read_handle(binding, handle, &index, &generation)) return NULL;
  struct gev_slot *slot = binding->delivering ? gev_slots_find_told(slots, index, generation)
                                              : gev_slots_find(slots, index, generation);
  return slot != NULL && slot->kind != GEV_LISTENER ? slot : NULL;
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

/* False: it threw, because no handle can be made. */
static bool require_slot(struct gev_binding *binding) {
  struct gev_slots *slots = &binding->engine.slots;
  /* Not inside a batch: rows that JavaScript has yet to read may name a resting slot. */
  if (gev_slots_full(slots) && !binding->delivering) gev_slots_recycle(slots);
  if (!gev_slots_full(slots)) return true;
  gev_throw(binding->env, GEV_ERR_STATE,
            "all handles are in use: raise maxHandles or close some");
  return false;
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
  if (binding == NULL || !require_slot(binding) || !gev_get_endpoint(env, arguments[0], &endpoint, path) ||
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
  if (binding == NULL || !require_slot(binding) || !gev_get_endpoint(env, arguments[0], &endpoint, path) ||
      !gev_get_socket_options(env, arguments[1], &options)) {
    return NULL;
  }
  struct gev_outcome outcome = gev_engine_connect(&binding->engine, &endpoint, &options, &index);
  return give_handle(binding, outcome, index);
}

static napi_value binding_adopt(napi_env env, napi_callback_info info) {
  napi_value arguments[2];
  double fd = -1;
  uint32_t index = 0;
  struct gev_binding *binding = enter(env, info, arguments);
  if (binding == NULL || !require_slot(binding)) return NULL;
  if (napi_get_value_double(env, arguments[0], &fd) != napi_ok || !(fd >= 0 && fd <= INT32_MAX) ||
      fd != (double)(int)fd) {
    gev_throw(env, GEV_ERR_INVALID, "the descriptor must be a whole number, 0 or more");
    return NULL;
  }
  struct gev_outcome outcome = gev_engine_adopt(&binding->engine, (int)fd, &index);
  return give_handle(binding, outcome, index);
}

/* The connection, if it can go to another poller. NULL: it threw. */
static struct gev_slot *find_movable(struct gev_binding *binding, napi_value handle,
                                     uint32_t *index) {
  struct gev_slot *slot = find(binding, handle, index);
  if (slot == NULL) {
    gev_throw(binding->env, GEV_ERR_CLOSED, "the handle is closed");
    return NULL;
  }
  if (slot->kind == GEV_CONNECTION && slot->queue.bytes == 0 &&
      !(slot->flags & (GEV_CONNECTING | GEV_FAILED))) {
    return slot;
  }
  gev_throw(binding->env, GEV_ERR_STATE,
            "only an established connection with nothing unsent can be given away");
  return NULL;
}

static napi_value binding_release(napi_env env, napi_callback_info info) {
  napi_value arguments[2];
  uint32_t index = 0;
  struct gev_binding *binding = enter(env, info, arguments);
  if (binding == NULL || find_movable(binding, arguments[0], &index) == NULL) return NULL;
  int fd = gev_engine_release(&binding->engine, index);
  gev_binding_update(binding);
  return number(env, fd);
}

static napi_value binding_hand_over(napi_env env, napi_callback_info info) {
  napi_value arguments[3];
  size_t count = 3;
  void *data = NULL;
  uint32_t index = 0;
  int64_t mailbox = 0;
  int32_t tag = 0;
  if (napi_get_cb_info(env, info, &count, arguments, NULL, &data) != napi_ok) return NULL;
  struct gev_binding *binding = data;
  if (binding->stopped) {
    gev_throw(env, GEV_ERR_STATE, "the poller was stopped");
    return NULL;
  }
  if (napi_get_value_int64(env, arguments[1], &mailbox) != napi_ok ||
      napi_get_value_int32(env, arguments[2], &tag) != napi_ok) {
    gev_throw(env, GEV_ERR_INVALID, "the mailbox and the tag must be numbers");
    return NULL;
  }
  if (find_movable(binding, arguments[0], &index) == NULL) return NULL;
  static const char *const answers[] = {
      [GEV_POSTED] = "taken", [GEV_POST_FULL] = "full", [GEV_POST_GONE] = "gone"};
  enum gev_posted posted = GEV_POST_GONE;
  int error = gev_engine_hand_over(&binding->engine, index, (uint64_t)mailbox, tag, &posted);
  if (error != 0) {
    gev_throw_system(env, (struct gev_outcome){error, "malloc"});
    return NULL;
  }
  gev_binding_update(binding);
  return text(env, answers[posted]);
}

static napi_value binding_post(napi_env env, napi_callback_info info) {
  napi_value arguments[2];
  int64_t mailbox = 0;
  void *bytes = NULL;
  size_t size = 0;
  napi_typedarray_type type;
  bool is_array = false;
  /* Also when this poller was stopped: only the other one counts. */
  if (look_up(env, info, arguments) == NULL) return NULL;
  if (napi_get_value_int64(env, arguments[0], &mailbox) != napi_ok ||
      napi_is_typedarray(env, arguments[1], &is_array) != napi_ok || !is_array ||
      napi_get_typedarray_info(env, arguments[1], &type, &size, &bytes, NULL, NULL) != napi_ok ||
      type != napi_uint8_array) {
    gev_throw(env, GEV_ERR_INVALID, "a number and a Uint8Array are needed");
    return NULL;
  }
  struct gev_letter *letter = gev_letter_of_bytes(bytes, size);
  if (letter == NULL) {
    gev_throw_system(env, (struct gev_outcome){ENOMEM, "malloc"});
    return NULL;
  }
  bool posted = gev_mailbox_post((uint64_t)mailbox, letter) == GEV_POSTED;
  if (!posted) free(letter);
  return boolean(env, posted);
}

/* A Uint8Array with a copy of the letter. NULL: it threw, or the environment is ending. */
static napi_value copy_letter(napi_env env, const struct gev_letter *letter) {
  napi_value buffer, array;
  void *bytes = NULL;
  if (napi_create_arraybuffer(env, letter->size, &bytes, &buffer) != napi_ok) return NULL;
  if (letter->size > 0) memcpy(bytes, letter->bytes, letter->size);
  if (napi_create_typedarray(env, napi_uint8_array, letter->size, buffer, 0, &array) != napi_ok) {
    return NULL;
  }
  return array;
}

/* Adds copies of all letters to the list. False: it threw, or the environment is ending. */
static bool copy_letters(napi_env env, const struct gev_letters *letters, napi_value list) {
  uint32_t count = 0;
  for (const struct gev_letter *letter = letters->head; letter != NULL; letter = letter->next) {
    napi_value copy = copy_letter(env, letter);
    if (copy == NULL || napi_set_element(env, list, count++, copy) != napi_ok) return false;
  }
  return true;
}

static napi_value binding_receive(napi_env env, napi_callback_info info) {
  napi_value arguments[2];
  napi_value list = NULL;
  struct gev_binding *binding = look_up(env, info, arguments);
  if (binding == NULL || napi_create_array(env, &list) != napi_ok) return NULL;
  if (binding->stopped) return list;
  struct gev_engine *engine = &binding->engine;
  gev_mail_collect(engine);
  if (!copy_letters(env, &engine->letters, list)) {
    /* All stay, and are told of again. */
    engine->mail_untold = engine->letters.head != NULL;
    (void)gev_poller_wake(&engine->poller);
    return NULL;
  }
  gev_mail_received(engine);
  return list;
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
  struct gev_binding *binding = look_up(env, info, arguments);
  if (binding == NULL) return NULL;
  struct gev_slot *slot = find_connection(binding, arguments[0]);
  if (slot == NULL) return undefined(env);
  static const struct gev_address unix_end = {.family = AF_UNIX};
  bool tcp = slot->flags & GEV_TCP;
  const char *path = tcp || slot->peer_path == NULL ? "" : slot->peer_path;
  return gev_make_address(env, tcp ? &slot->peer : &unix_end, path);
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

static napi_value binding_queue_capacity(napi_env env, napi_callback_info info) {
  napi_value arguments[2];
  struct gev_binding *binding = look_up(env, info, arguments);
  if (binding == NULL) return NULL;
  struct gev_slot *slot = find_connection(binding, arguments[0]);
  return number(env, slot == NULL ? 0 : (double)gev_queue_capacity(&slot->queue));
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

napi_value gev_make_poller_object(struct gev_binding *binding) {
  static const struct {
    const char *name;
    napi_callback callback;
  } functions[] = {
      {"start", binding_start},
      {"listen", binding_listen},
      {"connect", binding_connect},
      {"adopt", binding_adopt},
      {"release", binding_release},
      {"handOver", binding_hand_over},
      {"post", binding_post},
      {"receive", binding_receive},
      {"flush", binding_flush},
      {"remoteAddress", binding_remote_address},
      {"localAddress", binding_local_address},
      {"queueCapacity", binding_queue_capacity},
      {"stop", binding_stop},
  };
  napi_value object;
  if (napi_create_object(binding->env, &object) != napi_ok) return NULL;
  for (size_t i = 0; i < sizeof functions / sizeof functions[0]; i++) {
    if (!add_function(binding, object, functions[i].name, functions[i].callback)) return NULL;
  }
  napi_value mailbox = number(binding->env, (double)gev_mailbox_id(binding->engine.mailbox));
  if (napi_set_named_property(binding->env, object, "mailbox", mailbox) != napi_ok) return NULL;
  return object;
}
