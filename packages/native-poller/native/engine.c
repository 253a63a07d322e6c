/* Opening and closing, and the life of a handle. */

#include "engine.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int gev_engine_open(struct gev_engine *engine, const struct gev_memory *memory) {
  engine->memory = *memory;
  engine->poller.fd = -1;
  engine->poller.wake_fd = -1;
  engine->spare_fd = -1;
  engine->next_order = calloc(memory->max_orders, sizeof *engine->next_order);
  engine->touched = calloc(memory->max_orders, sizeof *engine->touched);
  int error = gev_slots_open(&engine->slots, memory->max_handles);
  if (engine->next_order == NULL || engine->touched == NULL) error = ENOMEM;
  if (error == 0) error = gev_poller_open(&engine->poller);
  if (error == 0) error = gev_mail_open(engine);
  engine->open = true;
  if (error != 0) gev_engine_close(engine);
  return error;
}

void gev_engine_close(struct gev_engine *engine) {
  if (!engine->open) return;
  engine->open = false;
  /* First of all: its senders wake the poller. */
  gev_mail_close(engine);
  gev_slots_recycle(&engine->slots);
  for (uint32_t i = 0; i < engine->slots.count; i++) {
    if (gev_slots_at(&engine->slots, i)->kind != GEV_FREE) gev_engine_drop(engine, i);
  }
  gev_slots_close(&engine->slots);
  gev_poller_close(&engine->poller);
  gev_engine_close_spare(engine);
  free(engine->next_order);
  free(engine->touched);
  free(engine->deferred);
  engine->next_order = NULL;
  engine->touched = NULL;
  engine->deferred = NULL;
  engine->deferred_count = 0;
  engine->ready_count = 0;
  engine->ready_next = 0;
}

void gev_engine_open_spare(struct gev_engine *engine) {
  if (engine->spare_fd < 0) engine->spare_fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
}

void gev_engine_close_spare(struct gev_engine *engine) {
  if (engine->spare_fd >= 0) (void)close(engine->spare_fd);
  engine->spare_fd = -1;
}

int gev_engine_want(struct gev_engine *engine, uint32_t index, uint32_t interest) {
  struct gev_slot *slot = gev_slots_at(&engine->slots, index);
  bool detached = slot->flags & GEV_DETACHED;
  if (!detached && slot->interest == interest) return 0;
  int error = detached ? gev_poller_add(&engine->poller, slot->fd, index, slot->generation, interest)
                       : gev_poller_modify(&engine->poller, slot->fd, index, slot->generation,
                                           slot->interest, interest);
  if (error != 0) return error;
  slot->interest = (uint8_t)interest;
  slot->flags &= (uint16_t)~GEV_DETACHED;
  return 0;
}

void gev_engine_detach(struct gev_engine *engine, uint32_t index) {
  struct gev_slot *slot = gev_slots_at(&engine->slots, index);
  if (slot->flags & GEV_DETACHED) return;
  /* It can fail only if somebody closed the descriptor behind our back: then it is out anyway. */
  (void)gev_poller_remove(&engine->poller, slot->fd, slot->interest);
  slot->interest = 0;
  slot->flags |= GEV_DETACHED;
}

static void free_listener(struct gev_listener *listener) {
  if (listener->path[0] != '\0') (void)unlink(listener->path);
  free(listener);
}

static void close_descriptor(struct gev_engine *engine, uint32_t index) {
  struct gev_slot *slot = gev_slots_at(&engine->slots, index);
  if (slot->fd < 0) return;
  /* close(2) alone leaves a socket in the epoll set that has other descriptors (epoll(7)). */
  if (slot->flags & GEV_ADOPTED) gev_engine_detach(engine, index);
  if (!(slot->flags & GEV_DETACHED)) gev_poller_forget(&engine->poller, slot->fd, slot->interest);
  /* Not repeated on EINTR: the descriptor is gone then, too (close(2), Linux and macOS). */
  (void)close(slot->fd);
}

/* `queued` keeps what was left unsent until the slot is used again: that is the contract. */
static void give_up(struct gev_engine *engine, uint32_t index,
                    void (*give_back)(struct gev_slots *slots, uint32_t index)) {
  bool awaited = gev_mail_wants_slot(engine);
  gev_queue_clear(&gev_slots_at(&engine->slots, index)->queue);
  close_descriptor(engine, index);
  give_back(&engine->slots, index);
  if (awaited) (void)gev_poller_wake(&engine->poller);
}

void gev_engine_drop(struct gev_engine *engine, uint32_t index) {
  struct gev_slot *slot = gev_slots_at(&engine->slots, index);
  if (slot->kind == GEV_LISTENER) free_listener(slot->listener);
  else if (!(slot->flags & GEV_TCP)) free(slot->peer_path);
  give_up(engine, index, gev_slots_give_back);
}

void gev_engine_fail(struct gev_engine *engine, uint32_t index) {
  if (gev_slots_at(&engine->slots, index)->kind == GEV_LISTENER) gev_engine_drop(engine, index);
  else give_up(engine, index, gev_slots_fail);
}

int gev_engine_set_up(struct gev_engine *engine, uint32_t index, int fd,
                      const struct gev_address *peer, uint32_t interest) {
  struct gev_slot *slot = gev_slots_at(&engine->slots, index);
  slot->kind = GEV_CONNECTION;
  slot->fd = fd;
  slot->flags = GEV_DETACHED;
  if (peer->family != AF_UNIX) {
    slot->flags |= GEV_TCP;
    slot->peer = *peer;
  }
  gev_note_queued(engine, index, 0);
  return gev_engine_want(engine, index, interest);
}

int32_t gev_engine_add(struct gev_engine *engine, int fd, const struct gev_address *peer,
                       uint32_t interest) {
  int32_t taken = gev_slots_take(&engine->slots);
  if (taken < 0) return taken;
  int error = gev_engine_set_up(engine, (uint32_t)taken, fd, peer, interest);
  if (error == 0) return taken;
  gev_slots_give_back(&engine->slots, (uint32_t)taken);
  return -error;
}

/* Turns a listening socket into a handle; takes over `listener` and, on success, the descriptor. */
static int add_listener(struct gev_engine *engine, int fd, struct gev_listener *listener,
                        uint32_t *index) {
  struct gev_address none = {.family = AF_UNIX};
  int32_t taken = gev_engine_add(engine, fd, &none, GEV_READ);
  if (taken < 0) {
    free_listener(listener);
    return -taken;
  }
  struct gev_slot *slot = gev_slots_at(&engine->slots, (uint32_t)taken);
  slot->kind = GEV_LISTENER;
  slot->listener = listener;
  if (listener->path[0] == '\0') slot->flags |= GEV_TCP;
  gev_engine_open_spare(engine);
  *index = (uint32_t)taken;
  return 0;
}

struct gev_outcome gev_engine_listen(struct gev_engine *engine, const struct gev_endpoint *endpoint,
                                     const struct gev_listen_options *options, const char *path,
                                     uint32_t *index) {
  size_t size = strlen(path) + 1;
  struct gev_listener *listener = malloc(sizeof *listener + size);
  if (listener == NULL) return (struct gev_outcome){ENOMEM, "malloc"};
  listener->backlog = options->backlog;
  listener->no_delay = options->socket.no_delay;
  listener->keep_alive = options->socket.keep_alive;
  memcpy(listener->path, path, size);
  int fd = -1;
  struct gev_outcome outcome = gev_socket_listen(endpoint, options, &fd);
  if (outcome.error != 0) {
    free(listener);
    return outcome;
  }
  int error = add_listener(engine, fd, listener, index);
  if (error != 0) {
    (void)close(fd);
    outcome = (struct gev_outcome){error, "listen"};
  }
  return outcome;
}

/* A unix server's path is kept, a client has none. Without memory the peer stays nameless. */
static void keep_peer_path(struct gev_slot *slot, const struct gev_endpoint *peer) {
  char path[GEV_ADDRESS_TEXT];
  if (slot->flags & GEV_TCP) return;
  gev_endpoint_path(peer, path);
  if (path[0] != '\0') slot->peer_path = strdup(path);
}

struct gev_outcome gev_engine_connect(struct gev_engine *engine,
                                      const struct gev_endpoint *endpoint,
                                      const struct gev_socket_options *options, uint32_t *index) {
  int fd = -1;
  int refused = 0;
  struct gev_outcome outcome = gev_socket_connect(endpoint, options, &fd, &refused);
  if (outcome.error != 0) return outcome;
  struct gev_address peer;
  gev_address_from(&peer, (const struct sockaddr *)&endpoint->storage, endpoint->length);
  /* Registered after connect(2): a socket that never tried is "hung up" (tcp(7), poll). */
  int32_t taken = gev_engine_add(engine, fd, &peer, refused == 0 ? GEV_WRITE : 0);
  if (taken < 0) {
    (void)close(fd);
    return (struct gev_outcome){-taken, "connect"};
  }
  *index = (uint32_t)taken;
  struct gev_slot *slot = gev_slots_at(&engine->slots, *index);
  slot->flags |= GEV_CONNECTING;
  keep_peer_path(slot, endpoint);
  if (refused != 0) gev_engine_defer_failure(engine, *index, refused);
  return outcome;
}

struct gev_outcome gev_engine_adopt(struct gev_engine *engine, int fd, uint32_t *index) {
  struct gev_address peer;
  struct gev_endpoint name;
  struct gev_outcome outcome = gev_socket_adopt(fd, &name);
  if (outcome.error != 0) return outcome;
  gev_address_from(&peer, (const struct sockaddr *)&name.storage, name.length);
  int32_t taken = gev_engine_add(engine, fd, &peer, GEV_READ);
  if (taken < 0) return (struct gev_outcome){-taken, "adopt"};
  *index = (uint32_t)taken;
  gev_slots_at(&engine->slots, *index)->flags |= GEV_ADOPTED;
  keep_peer_path(gev_slots_at(&engine->slots, *index), &name);
  return outcome;
}

int gev_engine_release(struct gev_engine *engine, uint32_t index) {
  struct gev_slot *slot = gev_slots_at(&engine->slots, index);
  int fd = slot->fd;
  gev_engine_detach(engine, index);
  slot->fd = -1;
  gev_engine_drop(engine, index);
  return fd;
}

static bool grow_deferred(struct gev_engine *engine) {
  if (engine->deferred_count < engine->deferred_size) return true;
  size_t size = engine->deferred_size == 0 ? 16 : engine->deferred_size * 2;
  struct gev_deferred *grown = realloc(engine->deferred, size * sizeof *grown);
  if (grown == NULL) return false;
  engine->deferred = grown;
  engine->deferred_size = size;
  return true;
}

void gev_engine_defer_failure(struct gev_engine *engine, uint32_t index, int error) {
  struct gev_slot *slot = gev_slots_at(&engine->slots, index);
  if (slot->flags & GEV_FAILED) return;
  slot->flags |= GEV_FAILED;
  gev_engine_detach(engine, index);
  /* Without memory even for this the handle stays mute until it is aborted. */
  if (!grow_deferred(engine)) return;
  engine->deferred[engine->deferred_count++] =
      (struct gev_deferred){index, slot->generation, error};
  (void)gev_poller_wake(&engine->poller);
}

bool gev_engine_finish(struct gev_engine *engine, uint32_t index) {
  struct gev_slot *slot = gev_slots_at(&engine->slots, index);
  if (slot->flags & GEV_SHUTDOWN_WANTED) {
    slot->flags &= (uint16_t)~GEV_SHUTDOWN_WANTED;
    /* ENOTCONN: the peer has reset it meanwhile, which is reported by itself. */
    (void)shutdown(slot->fd, SHUT_WR);
  }
  if (!(slot->flags & GEV_CLOSE_WANTED)) return false;
  gev_engine_drop(engine, index);
  return true;
}

void gev_engine_listener_interest(struct gev_engine *engine, uint32_t index) {
  struct gev_slot *slot = gev_slots_at(&engine->slots, index);
  bool idle = slot->flags & (GEV_PAUSED | GEV_ASLEEP);
  int error = gev_engine_want(engine, index, idle ? 0 : GEV_READ);
  if (error != 0) gev_engine_defer_failure(engine, index, error);
}
