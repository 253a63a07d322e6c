#ifndef GEV_QUEUE_H
#define GEV_QUEUE_H

/* The bytes of one connection that the kernel has not taken yet, in order. */

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>
#include <sys/uio.h>

/* Pieces handed to one writev(2). */
#define GEV_MAX_IOV 64

struct gev_chunk;

struct gev_queue {
  struct gev_chunk *head;
  struct gev_chunk *tail;
  size_t bytes;
};

/* Copies what follows the first `skip` bytes of the pieces. False: no memory, nothing changed. */
bool gev_queue_append(struct gev_queue *queue, const struct iovec *pieces, int count, size_t skip);
/* One send. Gives the bytes that left, 0 when the kernel takes none, or a negative errno. */
ssize_t gev_queue_send(struct gev_queue *queue, int fd);
/* Bytes of memory that the unsent ones are kept in. */
size_t gev_queue_capacity(const struct gev_queue *queue);
/* Frees everything. */
void gev_queue_clear(struct gev_queue *queue);

#endif
