/*
 * A letter that comes while the poller waits: its wake-up is handed out, and with kqueue taken back,
 * in the very batch that had looked into the mailbox before. The engine runs here on a poller that is
 * played, because no thread can be made to come at that moment. Ends with 0 when the letter is told
 * of in the next batch without any other event.
 */

#include "engine.h"

#include <stdio.h>
#include <stdlib.h>

const char *const gev_poller_name = "played";
const int gev_poller_watchable = 0;

/* Whose mailbox gets a letter during the next wait; 0: nobody's. */
static uint64_t receiver;
static bool woken;

static void fail(const char *what) {
  (void)fprintf(stderr, "late-letter: %s\n", what);
  exit(1);
}

int gev_poller_open(struct gev_poller *poller) {
  (void)poller;
  return 0;
}

void gev_poller_close(struct gev_poller *poller) { (void)poller; }

int gev_poller_add(struct gev_poller *poller, int fd, uint32_t slot, uint32_t generation,
                   uint32_t interest) {
  (void)poller, (void)fd, (void)slot, (void)generation, (void)interest;
  return 0;
}

int gev_poller_modify(struct gev_poller *poller, int fd, uint32_t slot, uint32_t generation,
                      uint32_t before, uint32_t interest) {
  (void)before;
  return gev_poller_add(poller, fd, slot, generation, interest);
}

int gev_poller_remove(struct gev_poller *poller, int fd, uint32_t interest) {
  (void)poller, (void)fd, (void)interest;
  return 0;
}

void gev_poller_forget(struct gev_poller *poller, int fd, uint32_t interest) {
  (void)gev_poller_remove(poller, fd, interest);
}

int gev_poller_wake(struct gev_poller *poller) {
  (void)poller;
  woken = true;
  return 0;
}

void gev_poller_drain_wake(struct gev_poller *poller) { (void)poller; }

int gev_poller_wait(struct gev_poller *poller, struct gev_ready *ready, int size, int timeout) {
  (void)poller, (void)size, (void)timeout;
  if (receiver != 0) {
    struct gev_letter *letter = gev_letter_of_bytes("late", 4);
    if (letter == NULL || gev_mailbox_post(receiver, letter) != GEV_POSTED) fail("not posted");
    receiver = 0;
  }
  if (!woken) return 0;
  woken = false;
  ready[0] = (struct gev_ready){.slot = GEV_WAKE_SLOT, .flags = GEV_READ};
  return 1;
}

int main(void) {
  static uint8_t arena[8192];
  static int32_t events[GEV_ROW_SIZE], orders[GEV_ROW_SIZE], results[GEV_ROW_SIZE];
  static uint32_t queued[1];
  static struct gev_engine engine;
  const struct gev_memory memory = {
      .arena = arena,
      .events = events,
      .orders = orders,
      .results = results,
      .queued = queued,
      .arena_size = sizeof arena,
      .input_size = sizeof arena,
      .read_size = sizeof arena,
      .max_events = 1,
      .max_orders = 1,
      .max_handles = 1,
  };
  if (gev_engine_open(&engine, &memory) != 0) fail("no engine");
  /* Whichever source goes first: one of these batches looks into the mailbox before it waits. */
  for (int i = 0; i < 3; i++) {
    receiver = gev_mailbox_id(engine.mailbox);
    uint32_t rows = gev_gather(&engine);
    if (rows == 0 && !woken) fail("a letter waits, and nobody will look");
    if (rows == 0) rows = gev_gather(&engine);
    if (rows != 1 || events[GEV_KIND] != GEV_MAIL) fail("a letter was not told of");
    gev_mail_collect(&engine);
    gev_mail_received(&engine);
    if (gev_gather(&engine) != 0 || woken) fail("what was received was told of again");
  }
  gev_engine_close(&engine);
  return 0;
}
