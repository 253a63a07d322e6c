/*
 * Four threads send to one mailbox while its owner takes, closes it and opens the next: for
 * ThreadSanitizer. Ends with 0 when every letter that was taken in was seen once, in the order of its
 * sender, and every descriptor has been closed once.
 */

#include "mailbox.h"

#include <dirent.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define SENDERS 4
#define LETTERS 20000
/* Every so many letters is a descriptor. */
#define DESCRIPTOR_EVERY 50
/* Mailboxes, one after the other. */
#define LIVES 10

struct note {
  uint32_t sender;
  uint32_t number;
};

static _Atomic uint64_t mailbox_id;
static atomic_uint posted;
static atomic_uint wakes;
static atomic_uint senders_left = SENDERS;

static void fail(const char *what) {
  (void)fprintf(stderr, "mailbox-race: %s\n", what);
  exit(1);
}

static void on_wake(void *context) {
  (void)context;
  (void)atomic_fetch_add(&wakes, 1);
}

static struct gev_letter *make(uint32_t sender, uint32_t number) {
  if (number % DESCRIPTOR_EVERY != 0) {
    struct note note = {sender, number};
    return gev_letter_of_bytes(&note, sizeof note);
  }
  int fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
  if (fd < 0) fail("open failed");
  static const struct gev_address nobody = {.family = AF_UNIX};
  return gev_letter_of_fd(fd, (int32_t)(sender * LETTERS + number), &nobody, "");
}

static void *send_all(void *argument) {
  uint32_t sender = (uint32_t)(uintptr_t)argument;
  for (uint32_t number = 0; number < LETTERS; number++) {
    struct gev_letter *letter = make(sender, number);
    if (letter == NULL) fail("no memory");
    if (gev_mailbox_post(atomic_load(&mailbox_id), letter) == GEV_POSTED) {
      (void)atomic_fetch_add(&posted, 1);
      continue;
    }
    /* Refused, so it is still ours. */
    if (letter->fd >= 0) (void)close(letter->fd);
    free(letter);
  }
  (void)atomic_fetch_sub(&senders_left, 1);
  return NULL;
}

static void see(const struct gev_letter *letter, int64_t last[SENDERS]) {
  struct note note = {(uint32_t)letter->tag / LETTERS, (uint32_t)letter->tag % LETTERS};
  if (letter->fd < 0) {
    if (letter->size != sizeof note) fail("a letter of another size");
    memcpy(&note, letter->bytes, sizeof note);
  } else if (fcntl(letter->fd, F_GETFD) < 0) {
    fail("a descriptor that is not open");
  }
  if (note.sender >= SENDERS || (int64_t)note.number <= last[note.sender]) fail("out of order");
  last[note.sender] = note.number;
}

/* Takes everything that waits; gives the number of letters. */
static unsigned take(struct gev_mailbox *mailbox, int64_t last[SENDERS]) {
  unsigned seen = 0;
  struct gev_letters letters = gev_mailbox_take(mailbox);
  for (struct gev_letter *letter = letters.head; letter != NULL; letter = letter->next) {
    see(letter, last);
    seen++;
  }
  gev_letters_drop(&letters);
  return seen;
}

static int open_descriptors(void) {
  int count = 0;
  DIR *folder = opendir("/proc/self/fd");
  if (folder == NULL) fail("no /proc/self/fd");
  while (readdir(folder) != NULL) count++;
  (void)closedir(folder);
  return count;
}

int main(void) {
  pthread_t threads[SENDERS];
  int64_t last[SENDERS] = {-1, -1, -1, -1};
  unsigned seen = 0;
  int before = open_descriptors();
  for (uintptr_t i = 0; i < SENDERS; i++) {
    if (pthread_create(&threads[i], NULL, send_all, (void *)i) != 0) fail("no thread");
  }
  for (int life = 0; life < LIVES; life++) {
    struct gev_mailbox *mailbox = gev_mailbox_open(on_wake, NULL);
    if (mailbox == NULL) fail("no mailbox");
    atomic_store(&mailbox_id, gev_mailbox_id(mailbox));
    unsigned until = seen + SENDERS * LETTERS / LIVES / 2;
    while (seen < until && atomic_load(&senders_left) > 0) seen += take(mailbox, last);
    /* Letters that wait, and those that are being sent at this moment, go with it. */
    gev_mailbox_close(mailbox);
  }
  for (int i = 0; i < SENDERS; i++) (void)pthread_join(threads[i], NULL);
  if (seen == 0 || seen > atomic_load(&posted)) fail("letters were doubled");
  if (atomic_load(&wakes) == 0) fail("nobody was woken");
  if (open_descriptors() != before) fail("descriptors were left open");
  (void)printf("%u letters seen of %u taken in\n", seen, atomic_load(&posted));
  return 0;
}
