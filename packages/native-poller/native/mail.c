/* The mailbox's place in an engine: connections given away, and what comes in. */

#include "engine.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Descriptors taken in in one batch, so that a storm leaves the others their turn. */
#define ADOPT_BUDGET 64

static void wake(void *poller) { (void)gev_poller_wake(poller); }

int gev_mail_open(struct gev_engine *engine) {
  engine->mailbox = gev_mailbox_open(wake, &engine->poller);
  return engine->mailbox == NULL ? ENOMEM : 0;
}

void gev_mail_close(struct gev_engine *engine) {
  if (engine->mailbox != NULL) gev_mailbox_close(engine->mailbox);
  engine->mailbox = NULL;
  gev_letters_drop(&engine->arrivals);
  gev_letters_drop(&engine->letters);
}

void gev_mail_collect(struct gev_engine *engine) {
  struct gev_letters taken = gev_mailbox_take(engine->mailbox);
  struct gev_letter *letter;
  while ((letter = gev_letters_shift(&taken)) != NULL) {
    if (letter->fd >= 0) {
      gev_letters_add(&engine->arrivals, letter);
    } else {
      gev_letters_add(&engine->letters, letter);
      engine->mail_untold = true;
    }
  }
}

void gev_mail_received(struct gev_engine *engine) {
  struct gev_letter *letter;
  while ((letter = gev_letters_shift(&engine->letters)) != NULL) {
    gev_mailbox_done(engine->mailbox, letter);
  }
  engine->mail_untold = false;
}

/* Of a unix server; a client has none. Without memory the peer stays nameless. */
static void keep_path(struct gev_slot *slot, const struct gev_letter *letter) {
  if (letter->size > 0) slot->peer_path = strndup((const char *)letter->bytes, letter->size);
}

/* Gives 0 or a positive errno; then `*index` is that of a slot at rest, or 0 where `*generation` is. */
static int take_in(struct gev_engine *engine, const struct gev_letter *letter, uint32_t *index,
                   uint32_t *generation) {
  int32_t taken = gev_slots_take(&engine->slots);
  if (taken < 0) {
    (void)close(letter->fd);
    return -taken;
  }
  *index = (uint32_t)taken;
  struct gev_slot *slot = gev_slots_at(&engine->slots, *index);
  *generation = slot->generation;
  int error = gev_engine_set_up(engine, *index, letter->fd, &letter->peer, GEV_READ);
  keep_path(slot, letter);
  if (letter->shared) slot->flags |= GEV_ADOPTED;
  if (error != 0) gev_engine_fail(engine, *index);
  return error;
}

void gev_mail_gather_fds(struct gev_engine *engine) {
  gev_mail_collect(engine);
  for (int i = 0; i < ADOPT_BUDGET && engine->arrivals.head != NULL; i++) {
    if (gev_rows_full(engine) || gev_slots_full(&engine->slots)) return;
    struct gev_letter *letter = gev_letters_shift(&engine->arrivals);
    uint32_t index = 0, generation = 0;
    int error = take_in(engine, letter, &index, &generation);
    if (error == 0) {
      (void)gev_add_row(engine, GEV_HANDED_OVER, index, generation, letter->tag);
    } else {
      gev_add_row(engine, GEV_ADOPT_FAILED, index, generation, error)[GEV_OFFSET] = letter->tag;
    }
    gev_mailbox_done(engine->mailbox, letter);
  }
}

void gev_mail_gather_bytes(struct gev_engine *engine) {
  gev_mail_collect(engine);
  if (!engine->mail_untold || gev_rows_full(engine)) return;
  engine->mail_untold = false;
  (void)gev_add_row(engine, GEV_MAIL, 0, 0, 0);
}

bool gev_mail_wants_slot(const struct gev_engine *engine) {
  return engine->arrivals.head != NULL && gev_slots_exhausted(&engine->slots);
}

bool gev_mail_waits(const struct gev_engine *engine) {
  bool arrived = engine->arrivals.head != NULL && !gev_mail_wants_slot(engine);
  return arrived || engine->mail_untold || gev_mailbox_waits(engine->mailbox);
}

static struct gev_letter *letter_of(const struct gev_slot *slot, int32_t tag) {
  static const struct gev_address unix_end = {.family = AF_UNIX};
  bool tcp = slot->flags & GEV_TCP;
  const char *path = tcp || slot->peer_path == NULL ? "" : slot->peer_path;
  struct gev_letter *letter =
      gev_letter_of_fd(slot->fd, tag, tcp ? &slot->peer : &unix_end, path);
  if (letter != NULL) letter->shared = slot->flags & GEV_ADOPTED;
  return letter;
}

int gev_engine_hand_over(struct gev_engine *engine, uint32_t index, uint64_t mailbox, int32_t tag,
                         enum gev_posted *posted) {
  struct gev_slot *slot = gev_slots_at(&engine->slots, index);
  struct gev_letter *letter = letter_of(slot, tag);
  if (letter == NULL) return ENOMEM;
  uint32_t interest = slot->interest;
  bool was_detached = slot->flags & GEV_DETACHED;
  /* Before it is sent: from then on another thread reads from it, and may close it. */
  gev_engine_detach(engine, index);
  *posted = gev_mailbox_post(mailbox, letter);
  if (*posted == GEV_POSTED) {
    slot->fd = -1;
    gev_engine_drop(engine, index);
    return 0;
  }
  free(letter);
  int error = was_detached ? 0 : gev_engine_want(engine, index, interest);
  if (error != 0) gev_engine_defer_failure(engine, index, error);
  return 0;
}
