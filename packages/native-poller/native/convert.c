#include "convert.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/un.h>

void gev_throw(napi_env env, const char *code, const char *message) {
  /* Fails only when an exception is pending or the environment ends: either way JS is left. */
  (void)napi_throw_error(env, code, message);
}

void gev_throw_system(napi_env env, struct gev_outcome outcome) {
  napi_value message, error, number, syscall;
  if (napi_create_string_utf8(env, outcome.syscall, NAPI_AUTO_LENGTH, &syscall) != napi_ok ||
      napi_create_string_utf8(env, strerror(outcome.error), NAPI_AUTO_LENGTH, &message) !=
          napi_ok ||
      napi_create_int32(env, outcome.error, &number) != napi_ok ||
      napi_create_error(env, NULL, message, &error) != napi_ok ||
      napi_set_named_property(env, error, "errno", number) != napi_ok ||
      napi_set_named_property(env, error, "syscall", syscall) != napi_ok) {
    gev_throw(env, GEV_ERR_STATE, "the environment is being torn down");
    return;
  }
  (void)napi_throw(env, error);
}

static bool invalid(napi_env env, const char *name, const char *expected) {
  char message[128];
  (void)snprintf(message, sizeof message, "%s must be %s", name, expected);
  gev_throw(env, GEV_ERR_INVALID, message);
  return false;
}

static bool get_property(napi_env env, napi_value object, const char *name, napi_value *value) {
  napi_valuetype type;
  if (napi_typeof(env, object, &type) != napi_ok || type != napi_object) {
    return invalid(env, "the argument", "an object");
  }
  if (napi_get_named_property(env, object, name, value) == napi_ok) return true;
  return invalid(env, name, "readable");
}

bool gev_get_number(napi_env env, napi_value object, const char *name, int64_t least, int64_t most,
                    int64_t *value) {
  napi_value property;
  double number;
  if (!get_property(env, object, name, &property)) return false;
  if (napi_get_value_double(env, property, &number) != napi_ok || !(number >= (double)least) ||
      !(number <= (double)most) || number != (double)(int64_t)number) {
    return invalid(env, name, "a whole number in its range");
  }
  *value = (int64_t)number;
  return true;
}

bool gev_get_flag(napi_env env, napi_value object, const char *name, bool *value) {
  napi_value property;
  if (!get_property(env, object, name, &property)) return false;
  if (napi_get_value_bool(env, property, value) == napi_ok) return true;
  return invalid(env, name, "true or false");
}

bool gev_get_text(napi_env env, napi_value object, const char *name, char *text, size_t size) {
  napi_value property;
  size_t length = 0;
  if (!get_property(env, object, name, &property)) return false;
  if (napi_get_value_string_utf8(env, property, text, size, &length) != napi_ok) {
    return invalid(env, name, "a string");
  }
  /* A text that fills the room was cut; one with a zero inside would be read short. */
  if (length + 1 < size && strlen(text) == length) return true;
  return invalid(env, name, "shorter and without a zero byte");
}

bool gev_get_array(napi_env env, napi_value object, const char *name, napi_typedarray_type type,
                   napi_value *array, void **data, size_t *size) {
  napi_typedarray_type actual;
  size_t length;
  size_t width = type == napi_uint8_array ? 1 : 4;
  bool is_array = false;
  if (!get_property(env, object, name, array)) return false;
  if (napi_is_typedarray(env, *array, &is_array) != napi_ok || !is_array ||
      napi_get_typedarray_info(env, *array, &actual, &length, data, NULL, NULL) != napi_ok ||
      actual != type || *data == NULL) {
    return invalid(env, name, "a typed array of its type");
  }
  *size = length * width;
  return true;
}

bool gev_get_endpoint(napi_env env, napi_value object, struct gev_endpoint *endpoint,
                      char path[GEV_ADDRESS_TEXT]) {
  char host[GEV_ADDRESS_TEXT];
  int64_t port = 0;
  if (!gev_get_text(env, object, "path", path, GEV_ADDRESS_TEXT) ||
      !gev_get_text(env, object, "host", host, sizeof host) ||
      !gev_get_number(env, object, "port", 0, UINT16_MAX, &port)) {
    return false;
  }
  int error = path[0] != '\0' ? gev_endpoint_unix(endpoint, path)
                              : gev_endpoint_tcp(endpoint, host, (uint16_t)port);
  if (error == 0) return true;
  gev_throw_system(env, (struct gev_outcome){error, path[0] != '\0' ? "bind" : "inet_pton"});
  return false;
}

bool gev_get_socket_options(napi_env env, napi_value object, struct gev_socket_options *options) {
  int64_t keep_alive, send_buffer, receive_buffer;
  if (!gev_get_flag(env, object, "noDelay", &options->no_delay) ||
      !gev_get_number(env, object, "keepAlive", 0, INT32_MAX, &keep_alive) ||
      !gev_get_number(env, object, "sendBufferSize", 0, INT32_MAX, &send_buffer) ||
      !gev_get_number(env, object, "receiveBufferSize", 0, INT32_MAX, &receive_buffer)) {
    return false;
  }
  options->keep_alive = (int)keep_alive;
  options->send_buffer = (int)send_buffer;
  options->receive_buffer = (int)receive_buffer;
  return true;
}

bool gev_get_listen_options(napi_env env, napi_value object, struct gev_listen_options *options) {
  int64_t backlog;
  if (!gev_get_socket_options(env, object, &options->socket) ||
      !gev_get_number(env, object, "backlog", 1, INT32_MAX, &backlog) ||
      !gev_get_flag(env, object, "reusePort", &options->reuse_port) ||
      !gev_get_flag(env, object, "ipv6Only", &options->ipv6_only)) {
    return false;
  }
  options->backlog = (int)backlog;
  return true;
}

static bool set_text(napi_env env, napi_value object, const char *name, const char *text) {
  napi_value value;
  return napi_create_string_utf8(env, text, NAPI_AUTO_LENGTH, &value) == napi_ok &&
         napi_set_named_property(env, object, name, value) == napi_ok;
}

napi_value gev_make_address(napi_env env, const struct gev_address *address, const char *path) {
  char host[GEV_ADDRESS_TEXT];
  napi_value object, port;
  if (napi_create_object(env, &object) != napi_ok) return NULL;
  if (address->family == AF_UNIX) {
    bool set = set_text(env, object, "transport", "unix") && set_text(env, object, "path", path);
    return set ? object : NULL;
  }
  gev_address_host(address, host);
  bool set = set_text(env, object, "transport", "tcp") && set_text(env, object, "host", host) &&
             napi_create_uint32(env, address->port, &port) == napi_ok &&
             napi_set_named_property(env, object, "port", port) == napi_ok;
  return set ? object : NULL;
}
