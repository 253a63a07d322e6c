#ifndef GEV_RANDOM_H
#define GEV_RANDOM_H

#include <stdint.h>

/*
 * Where the numbers of mailboxes begin: at random, from 1 to 2^52, so that each binary of this addon
 * in a process (two versions, or kqueue beside epoll) has a range of its own. A number is then still
 * exact in JavaScript after 2^52 more.
 */
uint64_t gev_random_start(void);

#endif
