#include "mailbox.h"

#include "random.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct gev_mailbox {
  uint64_t id;
  void (*wake)(void *context);
  void *context;
  /* The next open mailbox; under `directory`. */
  struct gev_mailbox *next;
  pthread_mutex_t mutex;
  /* Under `mutex`. */
  struct gev_letters letters;
  /* Not done with yet. Raised under `mutex`, so that no two senders share the last room; lowered by
   * the owner without. */
  atomic_size_t bytes;
  atomic_uint fds;
  /* Whether there are letters; written under `mutex`, read by the owner without. */
  atomic_bool full;
};

/*
 * The open mailboxes of the process: threads find each other by number. Who wants a mailbox locks it
 * before letting go of the directory, so that it cannot be freed under its hands.
 */
static pthread_mutex_t directory = PTHREAD_MUTEX_INITIALIZER;
static struct gev_mailbox *first;
/* 0: none was given yet. */
static uint64_t last_id;

/* These fail only for mutexes that are not initialized or not held (pthread_mutex_lock(3p)). */
static void lock(pthread_mutex_t *mutex) { (void)pthread_mutex_lock(mutex); }
static void unlock(pthread_mutex_t *mutex) { (void)pthread_mutex_unlock(mutex); }

struct gev_letter *gev_letter_of_bytes(const void *bytes, size_t size) {
  struct gev_letter *letter = malloc(sizeof *letter + size);
  if (letter == NULL) return NULL;
  *letter = (struct gev_letter){.fd = -1, .size = size};
  if (size > 0) memcpy(letter->bytes, bytes, size);
  return letter;
}

struct gev_letter *gev_letter_of_fd(int fd, int32_t tag, const struct gev_address *peer,
                                    const char *path) {
  struct gev_letter *letter = gev_letter_of_bytes(path, strlen(path));
  if (letter == NULL) return NULL;
  letter->fd = fd;
  letter->tag = tag;
  letter->peer = *peer;
  return letter;
}

void gev_letters_add(struct gev_letters *letters, struct gev_letter *letter) {
  letter->next = NULL;
  if (letters->head == NULL) letters->head = letter;
  else letters->tail->next = letter;
  letters->tail = letter;
}

struct gev_letter *gev_letters_shift(struct gev_letters *letters) {
  struct gev_letter *letter = letters->head;
  if (letter != NULL) letters->head = letter->next;
  return letter;
}

void gev_letters_drop(struct gev_letters *letters) {
  struct gev_letter *letter;
  while ((letter = gev_letters_shift(letters)) != NULL) {
    /* Not repeated on EINTR: the descriptor is gone then, too (close(2)). */
    if (letter->fd >= 0) (void)close(letter->fd);
    free(letter);
  }
}

struct gev_mailbox *gev_mailbox_open(void (*wake)(void *context), void *context) {
  struct gev_mailbox *mailbox = calloc(1, sizeof *mailbox);
  if (mailbox == NULL) return NULL;
  if (pthread_mutex_init(&mailbox->mutex, NULL) != 0) {
    free(mailbox);
    return NULL;
  }
  mailbox->wake = wake;
  mailbox->context = context;
  atomic_init(&mailbox->bytes, 0);
  atomic_init(&mailbox->fds, 0);
  atomic_init(&mailbox->full, false);
  lock(&directory);
  last_id = last_id == 0 ? gev_random_start() : last_id + 1;
  mailbox->id = last_id;
  mailbox->next = first;
  first = mailbox;
  unlock(&directory);
  return mailbox;
}

uint64_t gev_mailbox_id(const struct gev_mailbox *mailbox) { return mailbox->id; }

/* Finds a mailbox and locks it. NULL: nobody is there. */
static struct gev_mailbox *enter(uint64_t id) {
  lock(&directory);
  struct gev_mailbox *mailbox = first;
  while (mailbox != NULL && mailbox->id != id) mailbox = mailbox->next;
  if (mailbox != NULL) lock(&mailbox->mutex);
  unlock(&directory);
  return mailbox;
}

static size_t bytes_of(const struct gev_letter *letter) { return sizeof *letter + letter->size; }

static bool has_room(struct gev_mailbox *mailbox, const struct gev_letter *letter) {
  if (letter->fd >= 0) return atomic_load(&mailbox->fds) < GEV_MAILBOX_MOST_FDS;
  size_t bytes = bytes_of(letter);
  return bytes <= GEV_MAILBOX_MOST_BYTES &&
         atomic_load(&mailbox->bytes) <= GEV_MAILBOX_MOST_BYTES - bytes;
}

static void add(struct gev_mailbox *mailbox, struct gev_letter *letter) {
  bool was_empty = mailbox->letters.head == NULL;
  if (letter->fd >= 0) (void)atomic_fetch_add(&mailbox->fds, 1);
  else (void)atomic_fetch_add(&mailbox->bytes, bytes_of(letter));
  gev_letters_add(&mailbox->letters, letter);
  atomic_store_explicit(&mailbox->full, true, memory_order_release);
  /* Under the lock: the owner cannot close what is woken meanwhile. */
  if (was_empty) mailbox->wake(mailbox->context);
}

enum gev_posted gev_mailbox_post(uint64_t id, struct gev_letter *letter) {
  struct gev_mailbox *mailbox = enter(id);
  if (mailbox == NULL) return GEV_POST_GONE;
  bool room = has_room(mailbox, letter);
  if (room) add(mailbox, letter);
  unlock(&mailbox->mutex);
  return room ? GEV_POSTED : GEV_POST_FULL;
}

bool gev_mailbox_waits(const struct gev_mailbox *mailbox) {
  return atomic_load_explicit(&mailbox->full, memory_order_acquire);
}

void gev_mailbox_done(struct gev_mailbox *mailbox, struct gev_letter *letter) {
  if (letter->fd >= 0) (void)atomic_fetch_sub(&mailbox->fds, 1);
  else (void)atomic_fetch_sub(&mailbox->bytes, bytes_of(letter));
  free(letter);
}

struct gev_letters gev_mailbox_take(struct gev_mailbox *mailbox) {
  struct gev_letters taken = {NULL, NULL};
  if (!gev_mailbox_waits(mailbox)) return taken;
  lock(&mailbox->mutex);
  taken = mailbox->letters;
  mailbox->letters = (struct gev_letters){NULL, NULL};
  atomic_store_explicit(&mailbox->full, false, memory_order_release);
  unlock(&mailbox->mutex);
  return taken;
}

static void leave_directory(struct gev_mailbox *mailbox) {
  lock(&directory);
  struct gev_mailbox **link = &first;
  while (*link != mailbox) link = &(*link)->next;
  *link = mailbox->next;
  unlock(&directory);
}

void gev_mailbox_close(struct gev_mailbox *mailbox) {
  leave_directory(mailbox);
  /* Who found it before is still inside; nobody comes after. */
  lock(&mailbox->mutex);
  unlock(&mailbox->mutex);
  gev_letters_drop(&mailbox->letters);
  (void)pthread_mutex_destroy(&mailbox->mutex);
  free(mailbox);
}
