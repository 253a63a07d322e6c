#ifndef GEV_BINDING_H
#define GEV_BINDING_H

#include "lifetime.h"

/* The object with a poller's functions; NULL when it threw or the environment ends. */
napi_value gev_make_poller_object(struct gev_binding *binding);

#endif
