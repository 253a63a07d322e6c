/* The mailbox's place in an engine: connections given away, and what comes in. */

#include "engine.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

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

/* Makes a handle of a descriptor that came, or closes it. */
static void take_in(struct gev_engine *engine, const struct gev_letter *letter) {
  uint32_t index = 0;
  struct gev_outcome outcome = {ENOBUFS, "adopt"};
  if (!gev_slots_full(&engine->slots)) outcome = gev_engine_adopt(engine, letter->fd, &index);
  if (outcome.error != 0) {
    (void)close(letter->fd);
    int32_t *row = gev_add_row(engine, GEV_ADOPT_FAILED, 0, 0, outcome.error);
    row[GEV_OFFSET] = letter->tag;
    return;
  }
  struct gev_slot *slot = gev_slots_at(&engine->slots, index);
  /* Its sender kept no descriptor of it, so closing takes it out of the epoll set. */
  slot->flags &= (uint16_t)~GEV_ADOPTED;
  (void)gev_add_row(engine, GEV_HANDED_OVER, index, slot->generation, letter->tag);
}

void gev_mail_gather(struct gev_engine *engine) {
  gev_mail_collect(engine);
  while (!gev_rows_full(engine) && engine->arrivals.head != NULL) {
    struct gev_letter *letter = gev_letters_shift(&engine->arrivals);
    take_in(engine, letter);
    free(letter);
  }
  if (engine->mail_untold && !gev_rows_full(engine)) {
    engine->mail_untold = false;
    (void)gev_add_row(engine, GEV_MAIL, 0, 0, 0);
  }
}

bool gev_mail_waits(const struct gev_engine *engine) {
  return engine->arrivals.head != NULL || engine->mail_untold;
}

bool gev_engine_hand_over(struct gev_engine *engine, uint32_t index, uint64_t mailbox, int32_t tag) {
  struct gev_slot *slot = gev_slots_at(&engine->slots, index);
  struct gev_letter *letter = gev_letter_of_fd(slot->fd, tag);
  if (letter == NULL) return false;
  uint32_t interest = slot->interest;
  bool was_detached = slot->flags & GEV_DETACHED;
  /* Before it is sent: from then on another thread reads from it, and may close it. */
  gev_engine_detach(engine, index);
  if (gev_mailbox_post(mailbox, letter)) {
    slot->fd = -1;
    gev_engine_drop(engine, index);
    return true;
  }
  free(letter);
  int error = was_detached ? 0 : gev_engine_want(engine, index, interest);
  if (error != 0) gev_engine_defer_failure(engine, index, error);
  return false;
}
