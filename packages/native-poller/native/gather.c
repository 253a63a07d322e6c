/*
 * The way in: from what the kernel says is ready to rows of the batch. Each step that may write a
 * row first makes sure that there is room; if not, the entry waits for the next batch.
 */

#include "engine.h"

#include <errno.h>

/* Below this much free input it is better to deliver than to read on in small pieces. */
#define SMALLEST_READ 4096

static void fail(struct gev_engine *engine, uint32_t index, int error) {
  uint32_t generation = gev_slots_at(&engine->slots, index)->generation;
  /* A row before this one may be the first that JavaScript hears of it. */
  gev_engine_fail(engine, index);
  (void)gev_add_row(engine, GEV_CLOSED, index, generation, error);
}

/* Changes interest where a failure may be told in the next batch only. */
static void want(struct gev_engine *engine, uint32_t index, uint32_t interest) {
  int error = gev_engine_want(engine, index, interest);
  if (error != 0) gev_engine_defer_failure(engine, index, error);
}

/* Failures that no row could be written for when they happened. */
static void gather_deferred(struct gev_engine *engine) {
  while (engine->deferred_count > 0 && !gev_rows_full(engine)) {
    struct gev_deferred last = engine->deferred[--engine->deferred_count];
    if (gev_slots_find(&engine->slots, last.slot, last.generation) == NULL) continue;
    fail(engine, last.slot, last.error);
  }
}

static void finish_connect(struct gev_engine *engine, uint32_t index, const struct gev_ready *entry) {
  struct gev_slot *slot = gev_slots_at(&engine->slots, index);
  int error = entry->error != 0 ? entry->error : gev_socket_error(slot->fd);
  if (error != 0) {
    fail(engine, index, error);
    return;
  }
  if (!(entry->flags & GEV_WRITE)) return;
  slot->flags &= (uint16_t)~GEV_CONNECTING;
  (void)gev_add_row(engine, GEV_CONNECTED, index, slot->generation, 0);
  /* Orders given meanwhile are carried out on the next writability. */
  bool waiting = slot->queue.bytes > 0 || slot->flags & (GEV_SHUTDOWN_WANTED | GEV_CLOSE_WANTED);
  uint32_t reading = slot->flags & GEV_PAUSED ? 0 : GEV_READ;
  want(engine, index, reading | (waiting ? GEV_WRITE : 0));
}

/* Sends what waits. False: the handle is gone. */
static bool drain(struct gev_engine *engine, uint32_t index) {
  struct gev_slot *slot = gev_slots_at(&engine->slots, index);
  uint32_t generation = slot->generation;
  size_t before = slot->queue.bytes;
  ssize_t sent = gev_queue_send(&slot->queue, slot->fd);
  if (sent < 0) {
    fail(engine, index, (int)-sent);
    return false;
  }
  size_t after = slot->queue.bytes;
  gev_note_queued(engine, index, after);
  if (after == 0) {
    if (gev_engine_finish(engine, index)) {
      (void)gev_add_row(engine, GEV_CLOSED, index, generation, 0);
      return false;
    }
    want(engine, index, slot->interest & ~(uint32_t)GEV_WRITE);
  }
  size_t low = engine->memory.low_watermark;
  if ((before > low && after <= low) || (before > 0 && after == 0)) {
    int32_t *row = gev_add_row(engine, GEV_BACKLOG, index, generation, 0);
    row[GEV_LENGTH] = after > INT32_MAX ? INT32_MAX : (int32_t)after;
  }
  return true;
}

/*
 * Readable, but nobody wants to hear of it: paused, or its end was told. Reading is disarmed only
 * now that it fires, so that a pause which is soon undone costs no system call.
 */
static void quieten(struct gev_engine *engine, uint32_t index, uint32_t flags) {
  struct gev_slot *slot = gev_slots_at(&engine->slots, index);
  if (flags & GEV_ERROR) {
    int error = gev_socket_error(slot->fd);
    if (error != 0) {
      fail(engine, index, error);
      return;
    }
  }
  /* EPOLLHUP cannot be masked (epoll_ctl(2)), so a socket with both ends shut has to leave. */
  if (flags & GEV_HANGUP) gev_engine_detach(engine, index);
  else want(engine, index, slot->interest & ~(uint32_t)GEV_READ);
}

/* One read, so that a firehose cannot starve its neighbours. */
static void receive(struct gev_engine *engine, uint32_t index, uint32_t flags) {
  struct gev_slot *slot = gev_slots_at(&engine->slots, index);
  struct gev_memory *memory = &engine->memory;
  size_t room = memory->input_size - engine->input_used;
  size_t size = memory->read_size < room ? memory->read_size : room;
  ssize_t got = gev_socket_receive(slot->fd, memory->arena + engine->input_used, size);
  if (got > 0) {
    int32_t *row = gev_add_row(engine, GEV_DATA, index, slot->generation, 0);
    row[GEV_OFFSET] = (int32_t)engine->input_used;
    row[GEV_LENGTH] = (int32_t)got;
    engine->input_used += (size_t)got;
  } else if (got == 0) {
    slot->flags |= GEV_ENDED;
    (void)gev_add_row(engine, GEV_END, index, slot->generation, 0);
  } else if (got != -EAGAIN) {
    fail(engine, index, (int)-got);
  } else if (flags & GEV_ERROR) {
    int error = gev_socket_error(slot->fd);
    if (error != 0) fail(engine, index, error);
  }
}

static bool input_full(const struct gev_engine *engine) {
  size_t least = engine->memory.read_size < SMALLEST_READ ? engine->memory.read_size : SMALLEST_READ;
  return engine->memory.input_size - engine->input_used < least;
}

/* True when all of the entry was seen to. */
static bool gather_connection(struct gev_engine *engine, struct gev_ready *entry) {
  uint32_t index = entry->slot;
  struct gev_slot *slot = gev_slots_at(&engine->slots, index);
  if (slot->flags & GEV_CONNECTING) {
    finish_connect(engine, index, entry);
    return true;
  }
  if (entry->error != 0) {
    fail(engine, index, entry->error);
    return true;
  }
  if (slot->interest & GEV_WRITE && entry->flags & ~(uint32_t)GEV_READ) {
    if (!drain(engine, index)) return true;
    entry->flags &= ~(uint32_t)GEV_WRITE;
    if (slot->flags & GEV_FAILED) return true;
  }
  if (!(entry->flags & (GEV_READ | GEV_ERROR | GEV_HANGUP))) return true;
  if (gev_rows_full(engine)) return false;
  if (slot->flags & (GEV_PAUSED | GEV_ENDED)) {
    quieten(engine, index, entry->flags);
    return true;
  }
  if (input_full(engine)) return false;
  receive(engine, index, entry->flags);
  return true;
}

static bool gather_entry(struct gev_engine *engine, struct gev_ready *entry) {
  if (entry->slot == GEV_WAKE_SLOT) {
    /* What it was for, gev_gather does in every batch. */
    gev_poller_drain_wake(&engine->poller);
    return true;
  }
  struct gev_slot *slot = gev_slots_find(&engine->slots, entry->slot, entry->generation);
  if (slot == NULL || slot->flags & (GEV_FAILED | GEV_DETACHED)) return true;
  if (slot->kind == GEV_LISTENER) return gev_gather_accept(engine, entry->slot);
  return gather_connection(engine, entry);
}

static void gather_ready(struct gev_engine *engine) {
  if (engine->ready_next == engine->ready_count) {
    int count = gev_poller_wait(&engine->poller, engine->ready, GEV_READY_SIZE, 0);
    /* An error can only be that of a closed descriptor; then nothing is ever ready again. */
    engine->ready_count = count > 0 ? count : 0;
    engine->ready_next = 0;
  }
  while (engine->ready_next < engine->ready_count && !gev_rows_full(engine)) {
    if (!gather_entry(engine, &engine->ready[engine->ready_next])) break;
    engine->ready_next++;
  }
}

uint32_t gev_gather(struct gev_engine *engine) {
  static void (*const sources[])(struct gev_engine *engine) = {
      gev_mail_gather_fds,
      gev_mail_gather_bytes,
      gather_ready,
  };
  const unsigned count = sizeof sources / sizeof sources[0];
  engine->rows = 0;
  engine->input_used = 0;
  gev_slots_recycle(&engine->slots);
  gather_deferred(engine);
  /* Each goes first in its turn, so that none starves the others where the rows are few. */
  for (unsigned i = 0; i < count; i++) sources[(engine->turn + i) % count](engine);
  engine->turn = (engine->turn + 1) % count;
  /* The mail's wake-up may have been taken back above, or by the watch, before the letter was seen. */
  if (engine->deferred_count > 0 || gev_mail_waits(engine)) (void)gev_poller_wake(&engine->poller);
  return engine->rows;
}
