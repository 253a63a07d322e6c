/* Sockets of the load generator. */
#ifndef BENCH_NETWORK_H
#define BENCH_NETWORK_H

#include "options.h"

/* CLOCK_MONOTONIC in nanoseconds. */
uint64_t now_ns(void);

/* Raises the soft limit of descriptors as far as it goes; ends the process if that is too low. */
void network_reserve(uint32_t connections);

/*
 * Starts connection `index`, non-blocking, without Nagle's delay. The descriptor may still be
 * connecting. Returns -1 with errno when the server refuses at once.
 */
int network_start(const struct options *options, uint32_t index);

/* Connects `index` and waits until it stands; ends the process when it cannot. */
int network_connect(const struct options *options, uint32_t index);

#endif
