#ifndef GEV_ENGINE_H
#define GEV_ENGINE_H

/*
 * A poller without JavaScript: handles, the batch's memory, and the two ways of a byte (gather.c
 * in, flush.c out). Everything runs on the owner's thread.
 */

#include "mailbox.h"
#include "poller.h"
#include "slots.h"
#include "socket_ops.h"

/* The layout of rows: `batch/layout.ts` of @gev/core. */
#define GEV_ROW_SIZE 6
enum gev_column {
  GEV_KIND,
  GEV_SLOT,
  GEV_GENERATION,
  GEV_OFFSET,
  GEV_LENGTH,
  GEV_DETAIL,
};
enum gev_event {
  GEV_ACCEPTED = 1,
  GEV_CONNECTED,
  GEV_DATA,
  GEV_END,
  GEV_CLOSED,
  GEV_BACKLOG,
  GEV_ACCEPT_FAILED,
  GEV_HANDED_OVER,
  GEV_MAIL,
  GEV_ADOPT_FAILED,
};
enum gev_order {
  GEV_ORDER_WRITE = 1,
  GEV_ORDER_SHUTDOWN,
  GEV_ORDER_CLOSE,
  GEV_ORDER_ABORT,
  GEV_ORDER_PAUSE,
  GEV_ORDER_RESUME,
};

/* Owned by JavaScript, which keeps it where it is for as long as the engine is open. */
struct gev_memory {
  uint8_t *arena;
  int32_t *events;
  int32_t *orders;
  int32_t *results;
  uint32_t *queued;
  size_t arena_size;
  size_t input_size;
  size_t read_size;
  uint32_t max_events;
  uint32_t max_orders;
  uint32_t max_handles;
  uint32_t low_watermark;
};

/* A handle that failed where no row could be written; it gets its `closed` row in the next batch. */
struct gev_deferred {
  uint32_t slot;
  uint32_t generation;
  int error;
};

/* Ready entries taken from the kernel at a time. */
#define GEV_READY_SIZE 1024

struct gev_engine {
  struct gev_memory memory;
  struct gev_poller poller;
  struct gev_slots slots;

  /* Entries of the last wait; those from `ready_next` on are still to be seen to. */
  struct gev_ready ready[GEV_READY_SIZE];
  int ready_count;
  int ready_next;

  /* What is in the batch so far. */
  uint32_t rows;
  size_t input_used;

  /* Of flush: the next order of the same slot (a row number or -1), and the slots with orders. */
  int32_t *next_order;
  uint32_t *touched;
  uint32_t results;

  struct gev_deferred *deferred;
  size_t deferred_count;
  size_t deferred_size;

  /* Open with the engine. What came out of it: descriptors without a handle, and bytes. */
  struct gev_mailbox *mailbox;
  struct gev_letters arrivals;
  struct gev_letters letters;
  /* Bytes have come since the last `mail` row. */
  bool mail_untold;
  /* Which of gather's sources goes first. */
  unsigned turn;

  /* Kept so that a listener out of descriptors can still accept and turn away; -1 when used up. */
  int spare_fd;
  bool open;
};

/* Gives 0 or a positive errno; on failure nothing is left open. */
int gev_engine_open(struct gev_engine *engine, const struct gev_memory *memory);
/* Closes every descriptor; may be called again. */
void gev_engine_close(struct gev_engine *engine);

/* Handles. On success `*index` is the slot, and the engine owns the descriptor. */
struct gev_outcome gev_engine_listen(struct gev_engine *engine, const struct gev_endpoint *endpoint,
                                     const struct gev_listen_options *options, const char *path,
                                     uint32_t *index);
struct gev_outcome gev_engine_connect(struct gev_engine *engine,
                                      const struct gev_endpoint *endpoint,
                                      const struct gev_socket_options *options, uint32_t *index);
struct gev_outcome gev_engine_adopt(struct gev_engine *engine, int fd, uint32_t *index);
/* Makes a connection of an open socket. Gives the slot, or a negative errno (the fd stays open). */
int32_t gev_engine_add(struct gev_engine *engine, int fd, const struct gev_address *peer,
                       uint32_t interest);
/* Makes a slot that was just taken a connection. 0 or a positive errno; then it is gev_engine_fail's. */
int gev_engine_set_up(struct gev_engine *engine, uint32_t index, int fd,
                      const struct gev_address *peer, uint32_t interest);
/*
 * Gives a connection to the engine with that mailbox; unless posted, all is as before. 0 or a
 * positive errno.
 */
int gev_engine_hand_over(struct gev_engine *engine, uint32_t index, uint64_t mailbox, int32_t tag,
                         enum gev_posted *posted);
/* Gives the descriptor of a connection away. It must have nothing unsent. */
int gev_engine_release(struct gev_engine *engine, uint32_t index);

/* Changes what a handle waits for; only a difference costs a system call. 0 or a positive errno. */
int gev_engine_want(struct gev_engine *engine, uint32_t index, uint32_t interest);
/* Takes a handle out of the poller until gev_engine_want. */
void gev_engine_detach(struct gev_engine *engine, uint32_t index);
/* Closes the descriptor and frees the slot. */
void gev_engine_drop(struct gev_engine *engine, uint32_t index);
/* The same for what a row of the batch tells to have failed: a connection's peer stays known. */
void gev_engine_fail(struct gev_engine *engine, uint32_t index);
/* Has a `closed` row with `error` written in the next batch. */
void gev_engine_defer_failure(struct gev_engine *engine, uint32_t index, int error);
/* Carries out what waited for the queue to empty. True: the handle was closed by it. */
bool gev_engine_finish(struct gev_engine *engine, uint32_t index);
/* Accepts (again), or stops; for pause and resume of a listener. */
void gev_engine_listener_interest(struct gev_engine *engine, uint32_t index);
void gev_engine_open_spare(struct gev_engine *engine);
void gev_engine_close_spare(struct gev_engine *engine);

/* The mailbox (mail.c). Gives 0 or a positive errno. */
int gev_mail_open(struct gev_engine *engine);
void gev_mail_close(struct gev_engine *engine);
/* Takes out of the mailbox what has come. */
void gev_mail_collect(struct gev_engine *engine);
/* JavaScript has what `letters` holds. */
void gev_mail_received(struct gev_engine *engine);
/* Makes handles of descriptors that came, and tells of bytes: as far as there is room. */
void gev_mail_gather_fds(struct gev_engine *engine);
void gev_mail_gather_bytes(struct gev_engine *engine);
/* True when the next batch has something to tell: descriptors without a slot wait for one. */
bool gev_mail_waits(const struct gev_engine *engine);
/* True when a descriptor waits for a slot, and none rests that will be free by itself. */
bool gev_mail_wants_slot(const struct gev_engine *engine);

/* Fills the next batch. Gives its rows; the number seen to stands in `ready_count`. */
uint32_t gev_gather(struct gev_engine *engine);
/* True when all of the entry was seen to; false: the batch is full, it comes first in the next. */
bool gev_gather_accept(struct gev_engine *engine, uint32_t index);
/* Carries out order rows. Gives the number of result rows. */
uint32_t gev_flush(struct gev_engine *engine, uint32_t orders);

/* Keeps `queued` true. */
static inline void gev_note_queued(struct gev_engine *engine, uint32_t index, size_t bytes) {
  engine->memory.queued[index] = bytes > UINT32_MAX ? UINT32_MAX : (uint32_t)bytes;
}

static inline void gev_write_row(int32_t *row, enum gev_event kind, uint32_t slot,
                                 uint32_t generation, int32_t detail) {
  row[GEV_KIND] = kind;
  row[GEV_SLOT] = (int32_t)slot;
  row[GEV_GENERATION] = (int32_t)generation;
  row[GEV_OFFSET] = 0;
  row[GEV_LENGTH] = 0;
  row[GEV_DETAIL] = detail;
}

/* Appends to the batch; there must be room. */
static inline int32_t *gev_add_row(struct gev_engine *engine, enum gev_event kind, uint32_t slot,
                                   uint32_t generation, int32_t detail) {
  int32_t *row = engine->memory.events + (size_t)engine->rows++ * GEV_ROW_SIZE;
  gev_write_row(row, kind, slot, generation, detail);
  return row;
}

static inline bool gev_rows_full(const struct gev_engine *engine) {
  return engine->rows == engine->memory.max_events;
}

#endif
