#include "queue.h"

#include "socket_ops.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

struct gev_chunk {
  struct gev_chunk *next;
  size_t size;
  /* Unsent bytes are [start, end). */
  size_t start;
  size_t end;
  uint8_t bytes[];
};

/* A slow reader gets small chunks; a large remainder is kept in one, as it came. */
#define MIN_CHUNK (4096 - sizeof(struct gev_chunk))

static struct gev_chunk *make_chunk(size_t needed) {
  size_t size = needed > MIN_CHUNK ? needed : MIN_CHUNK;
  struct gev_chunk *chunk = malloc(sizeof *chunk + size);
  if (chunk == NULL) return NULL;
  chunk->next = NULL;
  chunk->size = size;
  chunk->start = 0;
  chunk->end = 0;
  return chunk;
}

static size_t total_of(const struct iovec *pieces, int count) {
  size_t total = 0;
  for (int i = 0; i < count; i++) total += pieces[i].iov_len;
  return total;
}

bool gev_queue_append(struct gev_queue *queue, const struct iovec *pieces, int count, size_t skip) {
  size_t left = total_of(pieces, count) - skip;
  size_t room = queue->tail == NULL ? 0 : queue->tail->size - queue->tail->end;
  struct gev_chunk *fresh = NULL;
  if (left > room) {
    fresh = make_chunk(left - room);
    if (fresh == NULL) return false;
  }
  struct gev_chunk *into = room > 0 ? queue->tail : fresh;
  for (int i = 0; i < count; i++) {
    const uint8_t *from = pieces[i].iov_base;
    size_t size = pieces[i].iov_len;
    size_t passed = skip < size ? skip : size;
    skip -= passed;
    from += passed;
    size -= passed;
    while (size > 0) {
      if (into->end == into->size) into = fresh;
      size_t fits = into->size - into->end < size ? into->size - into->end : size;
      memcpy(into->bytes + into->end, from, fits);
      into->end += fits;
      from += fits;
      size -= fits;
    }
  }
  if (fresh != NULL) {
    if (queue->tail == NULL) queue->head = fresh;
    else queue->tail->next = fresh;
    queue->tail = fresh;
  }
  queue->bytes += left;
  return true;
}

static void drop_sent(struct gev_queue *queue, size_t sent) {
  queue->bytes -= sent;
  while (queue->head != NULL) {
    struct gev_chunk *chunk = queue->head;
    size_t unsent = chunk->end - chunk->start;
    if (sent < unsent) {
      chunk->start += sent;
      return;
    }
    sent -= unsent;
    queue->head = chunk->next;
    free(chunk);
  }
  queue->tail = NULL;
}

ssize_t gev_queue_send(struct gev_queue *queue, int fd) {
  struct iovec pieces[GEV_MAX_IOV];
  int count = 0;
  for (struct gev_chunk *chunk = queue->head; chunk != NULL && count < GEV_MAX_IOV;
       chunk = chunk->next) {
    pieces[count].iov_base = chunk->bytes + chunk->start;
    pieces[count].iov_len = chunk->end - chunk->start;
    count++;
  }
  if (count == 0) return 0;
  ssize_t sent = gev_socket_send(fd, pieces, count);
  if (sent == -EAGAIN) return 0;
  if (sent > 0) drop_sent(queue, (size_t)sent);
  return sent;
}

size_t gev_queue_capacity(const struct gev_queue *queue) {
  size_t capacity = 0;
  for (const struct gev_chunk *chunk = queue->head; chunk != NULL; chunk = chunk->next) {
    capacity += chunk->size;
  }
  return capacity;
}

void gev_queue_clear(struct gev_queue *queue) {
  for (struct gev_chunk *chunk = queue->head; chunk != NULL;) {
    struct gev_chunk *next = chunk->next;
    free(chunk);
    chunk = next;
  }
  queue->head = NULL;
  queue->tail = NULL;
  queue->bytes = 0;
}
