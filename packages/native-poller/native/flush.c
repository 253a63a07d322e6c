/*
 * The way out: orders of JavaScript to system calls. A first pass chains the orders of each
 * handle, a second carries them out, so that all writes of one handle leave in one call.
 */

#include "engine.h"

#include <errno.h>

/* What is gathered for one writev(2). */
struct outgoing {
  struct iovec pieces[GEV_MAX_IOV];
  int count;
  size_t bytes;
};

static void add_result(struct gev_engine *engine, enum gev_event kind, uint32_t index,
                       uint32_t generation, int32_t detail) {
  int32_t *row = engine->memory.results + (size_t)engine->results++ * GEV_ROW_SIZE;
  gev_write_row(row, kind, index, generation, detail);
}

/* Each gives false when the handle is gone. */

static bool fail(struct gev_engine *engine, uint32_t index, int error) {
  uint32_t generation = gev_slots_at(&engine->slots, index)->generation;
  gev_engine_drop(engine, index);
  add_result(engine, GEV_CLOSED, index, generation, error);
  return false;
}

static bool want(struct gev_engine *engine, uint32_t index, uint32_t interest) {
  int error = gev_engine_want(engine, index, interest);
  return error == 0 || fail(engine, index, error);
}

static bool keep(struct gev_engine *engine, uint32_t index, struct outgoing *out, size_t sent) {
  struct gev_slot *slot = gev_slots_at(&engine->slots, index);
  if (!gev_queue_append(&slot->queue, out->pieces, out->count, sent)) {
    return fail(engine, index, ENOMEM);
  }
  gev_note_queued(engine, index, slot->queue.bytes);
  if (slot->flags & GEV_CONNECTING) return true;
  return want(engine, index, slot->interest | GEV_WRITE);
}

static bool send_out(struct gev_engine *engine, uint32_t index, struct outgoing *out) {
  if (out->count == 0) return true;
  struct gev_slot *slot = gev_slots_at(&engine->slots, index);
  size_t sent = 0;
  if (slot->queue.bytes == 0 && !(slot->flags & GEV_CONNECTING)) {
    ssize_t result = gev_socket_send(slot->fd, out->pieces, out->count);
    if (result < 0 && result != -EAGAIN) return fail(engine, index, (int)-result);
    if (result > 0) sent = (size_t)result;
  }
  bool kept = sent == out->bytes || keep(engine, index, out, sent);
  out->count = 0;
  out->bytes = 0;
  return kept;
}

/* Gathers one write; pieces that touch in the arena become one. */
static bool add_write(struct gev_engine *engine, uint32_t index, const int32_t *order,
                      struct outgoing *out) {
  size_t offset = (uint32_t)order[GEV_OFFSET];
  size_t length = (uint32_t)order[GEV_LENGTH];
  size_t size = engine->memory.arena_size;
  /* Rows come from JavaScript: what does not lie in the arena is passed over. */
  if (length == 0 || offset > size || length > size - offset) return true;
  if (gev_slots_at(&engine->slots, index)->flags & GEV_SHUT) return true;
  uint8_t *bytes = engine->memory.arena + offset;
  struct iovec *last = out->count > 0 ? &out->pieces[out->count - 1] : NULL;
  if (last != NULL && (uint8_t *)last->iov_base + last->iov_len == bytes) {
    last->iov_len += length;
    out->bytes += length;
    return true;
  }
  if (out->count == GEV_MAX_IOV && !send_out(engine, index, out)) return false;
  out->pieces[out->count++] = (struct iovec){bytes, length};
  out->bytes += length;
  return true;
}

/* Shutdown and close: now, or when what is queued has left. */
static bool end(struct gev_engine *engine, uint32_t index, uint16_t wanted) {
  struct gev_slot *slot = gev_slots_at(&engine->slots, index);
  if (slot->flags & GEV_SHUT && wanted == GEV_SHUTDOWN_WANTED) return true;
  slot->flags |= wanted | GEV_SHUT;
  if (slot->queue.bytes > 0 || slot->flags & GEV_CONNECTING) return true;
  uint32_t generation = slot->generation;
  if (!gev_engine_finish(engine, index)) return true;
  add_result(engine, GEV_CLOSED, index, generation, 0);
  return false;
}

static bool resume(struct gev_engine *engine, uint32_t index) {
  struct gev_slot *slot = gev_slots_at(&engine->slots, index);
  slot->flags &= (uint16_t) ~(GEV_PAUSED | GEV_ASLEEP);
  if (slot->flags & (GEV_ENDED | GEV_CONNECTING)) return true;
  return want(engine, index, slot->interest | GEV_READ);
}

static bool carry_out(struct gev_engine *engine, uint32_t index, int32_t kind) {
  struct gev_slot *slot = gev_slots_at(&engine->slots, index);
  switch (kind) {
    case GEV_ORDER_SHUTDOWN:
      return end(engine, index, GEV_SHUTDOWN_WANTED);
    case GEV_ORDER_CLOSE:
      return end(engine, index, GEV_CLOSE_WANTED);
    case GEV_ORDER_ABORT:
      gev_engine_drop(engine, index);
      return false;
    case GEV_ORDER_PAUSE:
      slot->flags |= GEV_PAUSED;
      return true;
    case GEV_ORDER_RESUME:
      return resume(engine, index);
    default:
      return true;
  }
}

static bool carry_out_listener(struct gev_engine *engine, uint32_t index, int32_t kind) {
  struct gev_slot *slot = gev_slots_at(&engine->slots, index);
  uint32_t generation = slot->generation;
  if (kind == GEV_ORDER_CLOSE || kind == GEV_ORDER_ABORT) {
    gev_engine_drop(engine, index);
    if (kind == GEV_ORDER_CLOSE) add_result(engine, GEV_CLOSED, index, generation, 0);
    return false;
  }
  if (kind == GEV_ORDER_PAUSE) slot->flags |= GEV_PAUSED;
  if (kind == GEV_ORDER_RESUME) slot->flags &= (uint16_t) ~(GEV_PAUSED | GEV_ASLEEP);
  if (kind == GEV_ORDER_RESUME) gev_engine_open_spare(engine);
  gev_engine_listener_interest(engine, index);
  return true;
}

/* All orders of one handle. `first` is a row number. */
static void carry_out_all(struct gev_engine *engine, uint32_t index, int32_t first) {
  struct gev_slot *slot = gev_slots_at(&engine->slots, index);
  struct outgoing out;
  out.count = 0;
  out.bytes = 0;
  bool wrote = false;
  for (int32_t i = first; i >= 0; i = engine->next_order[i]) {
    const int32_t *order = engine->memory.orders + (size_t)i * GEV_ROW_SIZE;
    int32_t kind = order[GEV_KIND];
    if (slot->kind == GEV_LISTENER) {
      if (!carry_out_listener(engine, index, kind)) return;
    } else if (slot->flags & GEV_FAILED && kind != GEV_ORDER_ABORT) {
      continue;
    } else if (kind == GEV_ORDER_WRITE) {
      if (!add_write(engine, index, order, &out)) return;
      wrote = true;
    } else if (!send_out(engine, index, &out) || !carry_out(engine, index, kind)) {
      return;
    }
  }
  if (!send_out(engine, index, &out)) return;
  if (wrote && slot->queue.bytes > 0) {
    add_result(engine, GEV_BACKLOG, index, slot->generation, 0);
  }
}

/* Chains the orders of each handle. Gives the number of handles in `touched`. */
static uint32_t sort_orders(struct gev_engine *engine, uint32_t orders) {
  uint32_t touched = 0;
  const int32_t *order = engine->memory.orders;
  for (uint32_t i = 0; i < orders; i++, order += GEV_ROW_SIZE) {
    uint32_t index = (uint32_t)order[GEV_SLOT];
    struct gev_slot *slot =
        gev_slots_find(&engine->slots, index, (uint32_t)order[GEV_GENERATION]);
    if (slot == NULL) continue;
    engine->next_order[i] = -1;
    if (slot->first_order < 0) {
      slot->first_order = (int32_t)i;
      engine->touched[touched++] = index;
    } else {
      engine->next_order[slot->last_order] = (int32_t)i;
    }
    slot->last_order = (int32_t)i;
  }
  return touched;
}

uint32_t gev_flush(struct gev_engine *engine, uint32_t orders) {
  engine->results = 0;
  uint32_t touched = sort_orders(engine, orders);
  for (uint32_t i = 0; i < touched; i++) {
    uint32_t index = engine->touched[i];
    struct gev_slot *slot = gev_slots_at(&engine->slots, index);
    int32_t first = slot->first_order;
    /* Before anything is carried out: a freed slot uses the field for its list. */
    slot->first_order = -1;
    carry_out_all(engine, index, first);
  }
  return engine->results;
}
