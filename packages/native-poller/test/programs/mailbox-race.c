/*
 * Four threads send to one mailbox while its owner, who sleeps until it is woken, takes: for the
 * sanitizers. In its first lives the mailbox is closed under the senders' hands, and each letter is
 * seen once at most and in the order of its sender; in the last everybody stays to the end, and
 * everything that was posted must be seen. Every descriptor is closed once.
 */

#include "mailbox.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define SENDERS 4
/* Of each sender: while mailboxes come and go, and to the last one. */
#define EARLY_LETTERS 20000
#define LAST_LETTERS 20000
/* Of all senders in turn, to the last mailbox, each when all before were seen: into an empty one. */
#define LONE_LETTERS 400
#define LAST_TOTAL (SENDERS * LAST_LETTERS + LONE_LETTERS)
/* Every so many letters is a descriptor. */
#define DESCRIPTOR_EVERY 50
/* Mailboxes, one after the other, before the last. */
#define LIVES 10
/* Seconds after which a wake-up counts as lost. */
#define PATIENCE 10

struct note {
  uint32_t sender;
  uint32_t number;
};

/* Of the owner: the last letter seen of each sender, and whether its numbers must have no gap. */
static int64_t last[SENDERS] = {-1, -1, -1, -1};
static bool contiguous;

static _Atomic uint64_t mailbox_id;
static atomic_uint posted;
/* Since the last life began, or the first. */
static atomic_uint seen;
static atomic_uint senders_left = SENDERS;
static sem_t woken;
/* All senders and the owner, between the last life but one and the last. */
static pthread_barrier_t last_life;

static void fail(const char *what) {
  (void)fprintf(stderr, "mailbox-race: %s\n", what);
  exit(1);
}

static void on_wake(void *context) {
  (void)context;
  if (sem_post(&woken) != 0) fail("sem_post failed");
}

/* Sleeps until a wake-up, and uses up all there are, so that none can stand in for a lost one. */
static void sleep_until_woken(void) {
  struct timespec limit;
  if (clock_gettime(CLOCK_REALTIME, &limit) != 0) fail("no clock");
  limit.tv_sec += PATIENCE;
  while (sem_timedwait(&woken, &limit) != 0) {
    if (errno != EINTR) fail("letters wait, but nobody was woken");
  }
  while (sem_trywait(&woken) == 0) continue;
}

static struct gev_letter *make(uint32_t sender, uint32_t number) {
  if (number % DESCRIPTOR_EVERY != 0) {
    struct note note = {sender, number};
    return gev_letter_of_bytes(&note, sizeof note);
  }
  static const struct gev_address nobody = {.family = AF_UNIX};
  int fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
  if (fd < 0) fail("open failed");
  return gev_letter_of_fd(fd, (int32_t)(sender << 24 | number), &nobody, "");
}

/* False: nobody took it. */
static bool send_one(uint32_t sender, uint32_t number) {
  struct gev_letter *letter = make(sender, number);
  if (letter == NULL) fail("no memory");
  enum gev_posted answer = gev_mailbox_post(atomic_load(&mailbox_id), letter);
  if (answer == GEV_POSTED) return true;
  /* Still ours. */
  if (letter->fd >= 0) (void)close(letter->fd);
  free(letter);
  return false;
}

/* Until it is taken: the mailbox may be full of descriptors. */
static void send_surely(uint32_t sender, uint32_t number) {
  while (!send_one(sender, number)) (void)sched_yield();
}

static void *send_all(void *argument) {
  uint32_t sender = (uint32_t)(uintptr_t)argument;
  uint32_t number = 0;
  while (number < EARLY_LETTERS) {
    if (send_one(sender, number++)) (void)atomic_fetch_add(&posted, 1);
  }
  (void)atomic_fetch_sub(&senders_left, 1);
  (void)pthread_barrier_wait(&last_life);
  while (number < EARLY_LETTERS + LAST_LETTERS) send_surely(sender, number++);
  for (uint32_t turn = sender; turn < LONE_LETTERS; turn += SENDERS) {
    while (atomic_load(&seen) < SENDERS * LAST_LETTERS + turn) (void)sched_yield();
    send_surely(sender, number++);
  }
  return NULL;
}

static void see(const struct gev_letter *letter) {
  struct note note = {(uint32_t)letter->tag >> 24, (uint32_t)letter->tag & 0xffffff};
  if (letter->fd < 0) {
    if (letter->size != sizeof note) fail("a letter of another size");
    memcpy(&note, letter->bytes, sizeof note);
  } else if (fcntl(letter->fd, F_GETFD) < 0) {
    fail("a descriptor that is not open");
  }
  if (note.sender >= SENDERS) fail("a letter of nobody");
  int64_t before = last[note.sender];
  if ((int64_t)note.number <= before) fail("out of order");
  if (contiguous && (int64_t)note.number != before + 1) fail("a letter was lost");
  last[note.sender] = note.number;
}

static void take(struct gev_mailbox *mailbox) {
  struct gev_letters letters = gev_mailbox_take(mailbox);
  struct gev_letter *letter;
  while ((letter = gev_letters_shift(&letters)) != NULL) {
    see(letter);
    if (letter->fd >= 0) (void)close(letter->fd);
    gev_mailbox_done(mailbox, letter);
    (void)atomic_fetch_add(&seen, 1);
  }
}

static struct gev_mailbox *open_mailbox(void) {
  struct gev_mailbox *mailbox = gev_mailbox_open(on_wake, NULL);
  if (mailbox == NULL) fail("no mailbox");
  atomic_store(&mailbox_id, gev_mailbox_id(mailbox));
  return mailbox;
}

/* Letters that wait, and those that are being sent at this moment, go with each mailbox. */
static void close_under_their_hands(void) {
  for (int life = 0; life < LIVES; life++) {
    struct gev_mailbox *mailbox = open_mailbox();
    unsigned until = atomic_load(&seen) + SENDERS * EARLY_LETTERS / LIVES / 4;
    while (atomic_load(&seen) < until && atomic_load(&senders_left) > 0) take(mailbox);
    gev_mailbox_close(mailbox);
  }
  while (atomic_load(&senders_left) > 0) (void)sched_yield();
  if (atomic_load(&seen) == 0 || atomic_load(&seen) > atomic_load(&posted)) {
    fail("letters were doubled, or none was seen");
  }
}

static void see_everything(void) {
  while (sem_trywait(&woken) == 0) continue;
  for (int i = 0; i < SENDERS; i++) last[i] = EARLY_LETTERS - 1;
  atomic_store(&seen, 0);
  contiguous = true;
  struct gev_mailbox *mailbox = open_mailbox();
  (void)pthread_barrier_wait(&last_life);
  while (atomic_load(&seen) < LAST_TOTAL) {
    sleep_until_woken();
    take(mailbox);
  }
  if (gev_mailbox_waits(mailbox)) fail("more letters than were posted");
  gev_mailbox_close(mailbox);
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
  int before = open_descriptors();
  if (sem_init(&woken, 0, 0) != 0) fail("no semaphore");
  if (pthread_barrier_init(&last_life, NULL, SENDERS + 1) != 0) fail("no barrier");
  for (uintptr_t i = 0; i < SENDERS; i++) {
    if (pthread_create(&threads[i], NULL, send_all, (void *)i) != 0) fail("no thread");
  }
  close_under_their_hands();
  see_everything();
  for (int i = 0; i < SENDERS; i++) (void)pthread_join(threads[i], NULL);
  if (open_descriptors() != before) fail("descriptors were left open");
  return 0;
}
