/* What the load generator does; each prints one JSON line and returns the exit code. */
#ifndef BENCH_MODES_H
#define BENCH_MODES_H

#include "options.h"

/* Messages go round for a time: echo, framed, protobuf and websocket. */
int run_exchange(const struct options *options);

/* One WebSocket's messages go to all, for a time. */
int run_broadcast(const struct options *options);

/* Idle connections, TCP or WebSockets, until stdin ends or SIGTERM; prints a line `{"ready":true...}` when they stand. */
int run_hold(const struct options *options);

/* A storm of connects, each with one message echoed. */
int run_connects(const struct options *options);

#endif
