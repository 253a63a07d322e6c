#ifndef GEV_MAILBOX_H
#define GEV_MAILBOX_H

/*
 * What other threads of the process send to a poller: descriptors and bytes. A mailbox is found by
 * its number, so that no thread ever holds another's pointer.
 *
 * Threads: gev_mailbox_post from any; everything else on the owner's.
 */

#include "address.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * What may wait in one mailbox, until gev_mailbox_done: bytes, those of the letters' own structs
 * among them so that empty ones count too, and descriptors.
 */
#define GEV_MAILBOX_MOST_BYTES ((size_t)64 << 20)
#define GEV_MAILBOX_MOST_FDS 1024

/*
 * One thing sent: a descriptor, or bytes. It belongs to its maker until gev_mailbox_post takes it
 * over, then to the mailbox, and from gev_mailbox_take on to the mailbox's owner; so does the
 * descriptor in it.
 */
struct gev_letter {
  struct gev_letter *next;
  /* -1 for bytes. */
  int fd;
  int32_t tag;
  /* Of a descriptor: its peer, which a socket that was reset no longer tells. */
  struct gev_address peer;
  /* Of a descriptor: others may hold descriptors of the same socket. */
  bool shared;
  /* What was sent; of a descriptor the path of its unix peer, not ended by a zero. */
  size_t size;
  unsigned char bytes[];
};

/* Letters in the order of their arrival. */
struct gev_letters {
  struct gev_letter *head;
  struct gev_letter *tail;
};

struct gev_mailbox;

/* NULL: no memory. */
struct gev_letter *gev_letter_of_fd(int fd, int32_t tag, const struct gev_address *peer,
                                    const char *path);
struct gev_letter *gev_letter_of_bytes(const void *bytes, size_t size);

void gev_letters_add(struct gev_letters *letters, struct gev_letter *letter);
/* Takes the first out. NULL: there is none. */
struct gev_letter *gev_letters_shift(struct gev_letters *letters);
/* Closes the descriptors and frees everything. */
void gev_letters_drop(struct gev_letters *letters);

/*
 * Opens a mailbox; NULL: no memory. `wake` is called on the sender's thread when the mailbox was
 * empty, and never after gev_mailbox_close has returned.
 */
struct gev_mailbox *gev_mailbox_open(void (*wake)(void *context), void *context);
/* Its number, never given again in this process. */
uint64_t gev_mailbox_id(const struct gev_mailbox *mailbox);
/* Whether something has come. One load. */
bool gev_mailbox_waits(const struct gev_mailbox *mailbox);
/* Everything that has come. Costs one load when there is nothing. */
struct gev_letters gev_mailbox_take(struct gev_mailbox *mailbox);
/* Frees a letter that was taken, and its room in the mailbox; not the descriptor. */
void gev_mailbox_done(struct gev_mailbox *mailbox, struct gev_letter *letter);
/* Nothing more is taken in; what waits is dropped, and the mailbox freed. */
void gev_mailbox_close(struct gev_mailbox *mailbox);

enum gev_posted {
  GEV_POSTED,
  /* No room for one more of its kind. */
  GEV_POST_FULL,
  /* Nobody is there. */
  GEV_POST_GONE,
};

/* Gives a letter to the mailbox with that number; unless posted, it stays the caller's. */
enum gev_posted gev_mailbox_post(uint64_t id, struct gev_letter *letter);

#endif
