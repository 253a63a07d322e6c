/* Accepting, and what to do when the process is out of descriptors, memory or slots. */

#include "engine.h"

#include <errno.h>
#include <unistd.h>

/* Connections taken from one listener in one batch, so that a storm leaves the others their turn. */
#define ACCEPT_BUDGET 64

/* Clients turned away at once: a flood must not keep the loop for as long as it lasts. */
#define SHED_BUDGET 4096

/* Shortages that pass when somebody closes something (accept(2)). */
static bool is_shortage(int error) {
  return error == EMFILE || error == ENFILE || error == ENOBUFS || error == ENOMEM;
}

/*
 * Failures of the one connection that was next, or of the network under it: accept(2) says to go
 * on as after EAGAIN.
 */
static bool is_passing(int error) {
  switch (error) {
    case EINTR:
    case ECONNABORTED:
    case EPROTO:
    case EPERM:
    case ENETDOWN:
    case ENOPROTOOPT:
    case EHOSTDOWN:
    case EHOSTUNREACH:
    case ENETUNREACH:
    case ETIMEDOUT:
#ifdef ENONET
    case ENONET:
#endif
      return true;
    default:
      return false;
  }
}

/*
 * Turns away everyone in the backlog with the help of the spare descriptor, so that a long
 * shortage gives clients a clear answer instead of a silent wait.
 */
static void shed(struct gev_engine *engine, const struct gev_slot *slot) {
  gev_engine_close_spare(engine);
  for (int i = 0; i < slot->listener->backlog && i < SHED_BUDGET; i++) {
    struct gev_address peer;
    int fd = gev_socket_accept(slot->fd, &peer);
    if (fd >= 0) (void)close(fd);
    else if (!is_passing(-fd)) break;
  }
  gev_engine_open_spare(engine);
}

/* Tells of it and stops listening until `resume`; the second time in a row it sheds. */
static void fall_asleep(struct gev_engine *engine, uint32_t index, int error) {
  struct gev_slot *slot = gev_slots_at(&engine->slots, index);
  if (slot->flags & GEV_STARVED && is_shortage(error)) shed(engine, slot);
  slot->flags |= GEV_ASLEEP | GEV_STARVED;
  (void)gev_add_row(engine, GEV_ACCEPT_FAILED, index, slot->generation, error);
  gev_engine_listener_interest(engine, index);
}

/* Gives the errno of an accepted socket that could not become a handle, else 0. */
static int admit(struct gev_engine *engine, uint32_t listener, int fd,
                 const struct gev_address *peer) {
  struct gev_slot *slot = gev_slots_at(&engine->slots, listener);
  gev_socket_accepted(fd, slot->flags & GEV_TCP, slot->listener->no_delay,
                      slot->listener->keep_alive);
  int32_t taken = gev_engine_add(engine, fd, peer, GEV_READ);
  if (taken < 0) {
    (void)close(fd);
    return -taken;
  }
  slot->flags &= (uint16_t)~GEV_STARVED;
  uint32_t generation = gev_slots_at(&engine->slots, (uint32_t)taken)->generation;
  (void)gev_add_row(engine, GEV_ACCEPTED, (uint32_t)taken, generation, (int32_t)listener);
  return 0;
}

bool gev_gather_accept(struct gev_engine *engine, uint32_t index) {
  struct gev_slot *slot = gev_slots_at(&engine->slots, index);
  if (slot->flags & (GEV_PAUSED | GEV_ASLEEP)) return true;
  for (int i = 0; i < ACCEPT_BUDGET; i++) {
    if (gev_rows_full(engine)) return false;
    struct gev_address peer;
    /* Asked before accepting, so that a connection without a slot waits in the backlog. Only the
     * first time round it is sure that somebody waits, and with slots at rest he waits a batch. */
    bool full = gev_slots_full(&engine->slots);
    if (full && (i > 0 || engine->slots.resting >= 0)) return true;
    int fd = full ? -ENOBUFS : gev_socket_accept(slot->fd, &peer);
    if (fd == -EAGAIN) return true;
    if (fd < 0 && is_passing(-fd)) continue;
    int error = fd < 0 ? -fd : admit(engine, index, fd, &peer);
    if (error != 0) {
      fall_asleep(engine, index, error);
      return true;
    }
  }
  return true;
}
