#ifndef GEV_CONVERT_H
#define GEV_CONVERT_H

/* Values of JavaScript to values of C. Each gives false when it threw. */

#include "address.h"
#include "socket_ops.h"

#include <node_api.h>

/* Throws an Error with a `code`. */
void gev_throw(napi_env env, const char *code, const char *message);
/* Throws an Error with `errno` (positive) and `syscall`. */
void gev_throw_system(napi_env env, struct gev_outcome outcome);

#define GEV_ERR_INVALID "ERR_GEV_INVALID_OPTION"
#define GEV_ERR_STATE "ERR_GEV_POLLER_STATE"
#define GEV_ERR_CLOSED "ERR_GEV_CLOSED"

/* A property that is a whole number from `least` to `most`. */
bool gev_get_number(napi_env env, napi_value object, const char *name, int64_t least, int64_t most,
                    int64_t *value);
bool gev_get_flag(napi_env env, napi_value object, const char *name, bool *value);
/* A property that is a string of less than `size` bytes. */
bool gev_get_text(napi_env env, napi_value object, const char *name, char *text, size_t size);
/* A property that is a typed array of that type; gives its bytes and their number. */
bool gev_get_array(napi_env env, napi_value object, const char *name, napi_typedarray_type type,
                   napi_value *array, void **data, size_t *size);

/* `{ path }` or `{ host, port }`. `path` gets the unix path or "". */
bool gev_get_endpoint(napi_env env, napi_value object, struct gev_endpoint *endpoint,
                      char path[GEV_ADDRESS_TEXT]);
bool gev_get_socket_options(napi_env env, napi_value object, struct gev_socket_options *options);
bool gev_get_listen_options(napi_env env, napi_value object, struct gev_listen_options *options);

/* `{ transport: 'tcp', host, port }` or `{ transport: 'unix', path }`; NULL when it threw. */
napi_value gev_make_address(napi_env env, const struct gev_address *address, const char *path);

#endif
