#ifndef GEV_SLOTS_H
#define GEV_SLOTS_H

/*
 * The table of handles. A slot's number is used again, a slot with its generation never, so what
 * the kernel or JavaScript still says of a closed handle is told apart. Slots live in pages that
 * never move: pointers stay good until the slot is freed.
 */

#include "address.h"
#include "queue.h"

#include <stdbool.h>
#include <stdint.h>

enum gev_slot_kind {
  GEV_FREE,
  GEV_LISTENER,
  GEV_CONNECTION,
  /* At rest: a connection that failed, whose peer is known until its rows have been read. */
  GEV_FAILED_CONNECTION,
};

enum gev_slot_flag {
  /* No data, ended or accepted wanted. */
  GEV_PAUSED = 1 << 0,
  /* `ended` was delivered. */
  GEV_ENDED = 1 << 1,
  /* connect(2) is under way. */
  GEV_CONNECTING = 1 << 2,
  /* To be carried out when the queue is empty. */
  GEV_SHUTDOWN_WANTED = 1 << 3,
  GEV_CLOSE_WANTED = 1 << 4,
  /* Nothing more may be written. */
  GEV_SHUT = 1 << 5,
  /* Not registered with the poller, so that an unmaskable condition cannot spin. */
  GEV_DETACHED = 1 << 6,
  /* Stands in the list of deferred failures. */
  GEV_FAILED = 1 << 7,
  /* A listener that could not accept and waits for `resume`. */
  GEV_ASLEEP = 1 << 8,
  /* A listener that has accepted nothing since it could not. */
  GEV_STARVED = 1 << 9,
  /* A TCP socket, not a unix one. */
  GEV_TCP = 1 << 10,
  /* Came by `adopt`, if by way of other pollers: others may hold descriptors of the same socket. */
  GEV_ADOPTED = 1 << 11,
};

/* What only a listener needs. Owned by its slot. */
struct gev_listener {
  int backlog;
  /* For systems whose accepted sockets inherit nothing. */
  bool no_delay;
  int keep_alive;
  /* The unix path to unlink, or "". */
  char path[];
};

struct gev_slot {
  int fd;
  uint32_t generation;
  uint8_t kind;
  uint8_t interest;
  uint16_t flags;
  /* Chain of the orders of the flush under way, -1 when there are none. In a free slot
   * `first_order` is the next free slot. */
  int32_t first_order;
  int32_t last_order;
  struct gev_queue queue;
  union {
    /* A TCP connection's peer. */
    struct gev_address peer;
    /* A unix connection's peer, owned; NULL when it has no name. */
    char *peer_path;
    struct gev_listener *listener;
  };
};

#define GEV_PAGE_BITS 9
#define GEV_PAGE_SLOTS (1u << GEV_PAGE_BITS)
/* The last generation; a slot that reached it is not used again. */
#define GEV_MAX_GENERATION ((1u << 28) - 1)

struct gev_slots {
  struct gev_slot **pages;
  /* Slots that were ever taken. */
  uint32_t count;
  uint32_t limit;
  uint32_t used;
  int32_t free;
  /* Given back, but still named by rows that JavaScript has not read: not to be used again yet. */
  int32_t resting;
};

/* Gives 0 or a positive errno. */
int gev_slots_open(struct gev_slots *slots, uint32_t limit);
void gev_slots_close(struct gev_slots *slots);

/* Takes a slot with a new generation. Gives its number, or a negative errno (ENOBUFS: all taken). */
int32_t gev_slots_take(struct gev_slots *slots);
/* The slot rests until gev_slots_recycle. */
void gev_slots_give_back(struct gev_slots *slots, uint32_t index);
/* The same for a connection whose rows are still to be read: its peer stays known while it rests. */
void gev_slots_fail(struct gev_slots *slots, uint32_t index);
/* The rows were read: what was given back may be used again. */
void gev_slots_recycle(struct gev_slots *slots);

static inline bool gev_slots_full(const struct gev_slots *slots) {
  return slots->free < 0 && slots->count == slots->limit;
}

/* Full, and with none at rest. */
static inline bool gev_slots_exhausted(const struct gev_slots *slots) {
  return gev_slots_full(slots) && slots->resting < 0;
}

static inline struct gev_slot *gev_slots_at(const struct gev_slots *slots, uint32_t index) {
  return &slots->pages[index >> GEV_PAGE_BITS][index & (GEV_PAGE_SLOTS - 1)];
}

/* The slot, or NULL when it is no longer of that generation; it may be that of a failed connection. */
static inline struct gev_slot *gev_slots_find_told(const struct gev_slots *slots, uint32_t index,
                                                   uint32_t generation) {
  if (index >= slots->count) return NULL;
  struct gev_slot *slot = gev_slots_at(slots, index);
  return slot->generation == generation && slot->kind != GEV_FREE ? slot : NULL;
}

/* The slot, or NULL when its handle is gone. */
static inline struct gev_slot *gev_slots_find(const struct gev_slots *slots, uint32_t index,
                                              uint32_t generation) {
  struct gev_slot *slot = gev_slots_find_told(slots, index, generation);
  return slot != NULL && slot->kind != GEV_FAILED_CONNECTION ? slot : NULL;
}

#endif
