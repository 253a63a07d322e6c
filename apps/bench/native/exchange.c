/*
 * Echo, framed, protobuf and websocket. Every connection keeps `depth` messages in flight: what has
 * come back whole in one read is replaced with one write. A closed loop: the server's pace sets the
 * pace.
 */

#include "fail.h"
#include "modes.h"
#include "network.h"
#include "pattern.h"
#include "report.h"
#include "websocket.h"

#include <errno.h>
#include <stdbool.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#define EVENTS 256

/* Messages that were sent together. */
struct burst {
  uint64_t time;
  uint32_t count;
};

struct connection {
  int fd;
  uint32_t index;
  bool writing;       /* EPOLLOUT is asked for: the kernel did not take everything */
  uint64_t sent;      /* bytes that the kernel took */
  uint64_t wanted;    /* bytes that it is to take */
  uint64_t received;  /* bytes that came back */
  uint64_t at_start;  /* `received` when the window began */
  struct burst *bursts; /* a ring of `depth`: each burst has at least one message */
  uint32_t first;
  uint32_t bursts_in_flight;
};

struct exchange {
  const struct options *options;
  struct pattern requests;
  struct pattern replies;
  struct connection *connections;
  uint8_t *input; /* one period: whatever is to come on a connection fits in one read */
  int epoll;
  uint32_t open;
  bool measuring;
  struct tally tally;
};

static void watch(struct exchange *exchange, struct connection *connection, int operation) {
  struct epoll_event event = {.events = EPOLLIN | (connection->writing ? EPOLLOUT : 0)};
  event.data.ptr = connection;
  if (epoll_ctl(exchange->epoll, operation, connection->fd, &event) != 0) fail_errno("epoll_ctl");
}

static void lose(struct exchange *exchange, struct connection *connection) {
  if (close(connection->fd) != 0) fail_errno("close");
  connection->fd = -1;
  exchange->open--;
  exchange->tally.lost++;
}

static bool has_passed(int error) {
  return error == EAGAIN || error == EWOULDBLOCK || error == EINTR;
}

static void flush(struct exchange *exchange, struct connection *connection) {
  size_t size = (size_t)(connection->wanted - connection->sent);
  const uint8_t *bytes = pattern_at(&exchange->requests, connection->index, connection->sent);
  ssize_t taken = send(connection->fd, bytes, size, MSG_NOSIGNAL);
  if (taken < 0 && !has_passed(errno)) {
    lose(exchange, connection);
    return;
  }
  if (taken > 0) connection->sent += (uint64_t)taken;
  bool writing = connection->sent < connection->wanted;
  if (writing == connection->writing) return;
  connection->writing = writing;
  watch(exchange, connection, EPOLL_CTL_MOD);
}

static void order(struct exchange *exchange, struct connection *connection, uint32_t count,
                  uint64_t now) {
  uint32_t last = (connection->first + connection->bursts_in_flight) % exchange->options->depth;
  connection->bursts[last] = (struct burst){.time = now, .count = count};
  connection->bursts_in_flight++;
  connection->wanted += count * exchange->requests.message;
  flush(exchange, connection);
}

static void record(struct exchange *exchange, struct connection *connection, uint32_t count,
                   uint64_t now) {
  while (count > 0) {
    struct burst *burst = &connection->bursts[connection->first];
    uint32_t part = burst->count < count ? burst->count : count;
    if (exchange->measuring) histogram_add(&exchange->tally.latency, now - burst->time, part);
    burst->count -= part;
    count -= part;
    if (burst->count > 0) return;
    connection->first = (connection->first + 1) % exchange->options->depth;
    connection->bursts_in_flight--;
  }
}

/* The most bytes that may have come back: a WebSocket answers whole messages, an echo any byte. */
static uint64_t answerable(const struct exchange *exchange, const struct connection *connection) {
  if (exchange->options->mode != MODE_WEBSOCKET) return connection->sent;
  return connection->sent / exchange->requests.message * exchange->replies.message;
}

static void read_replies(struct exchange *exchange, struct connection *connection) {
  const struct pattern *pattern = &exchange->replies;
  ssize_t got = recv(connection->fd, exchange->input, pattern->period, 0);
  if (got < 0 && has_passed(errno)) return;
  uint64_t received = connection->received + (uint64_t)got;
  if (got <= 0 || received > answerable(exchange, connection)) {
    /* More than was sent is a wrong reply, and the rest of this stream tells nothing. */
    if (got > 0) exchange->tally.errors++;
    lose(exchange, connection);
    return;
  }
  exchange->tally.errors += pattern_errors(pattern, connection->index, connection->received,
                                           exchange->input, (size_t)got);
  uint32_t whole =
      (uint32_t)(received / pattern->message - connection->received / pattern->message);
  connection->received = received;
  if (whole == 0) return;
  uint64_t now = now_ns();
  record(exchange, connection, whole, now);
  if (exchange->measuring) exchange->tally.messages += whole;
  order(exchange, connection, whole, now);
}

/* Lets messages go round until `end`, or until no connection is left. */
static void run_until(struct exchange *exchange, uint64_t end) {
  struct epoll_event events[EVENTS];
  for (uint64_t now = now_ns(); now < end && exchange->open > 0; now = now_ns()) {
    int timeout = (int)((end - now) / 1000000u) + 1;
    int ready = epoll_wait(exchange->epoll, events, EVENTS, timeout);
    if (ready < 0 && errno != EINTR) fail_errno("epoll_wait");
    for (int i = 0; i < ready; i++) {
      struct connection *connection = events[i].data.ptr;
      if (events[i].events & EPOLLOUT) flush(exchange, connection);
      if (connection->fd >= 0 && events[i].events & ~(uint32_t)EPOLLOUT)
        read_replies(exchange, connection);
    }
  }
}

static void connect_all(struct exchange *exchange) {
  const struct options *options = exchange->options;
  exchange->connections = zeroed(options->connections, sizeof *exchange->connections);
  struct burst *bursts = zeroed((size_t)options->connections * options->depth, sizeof *bursts);
  for (uint32_t i = 0; i < options->connections; i++) {
    struct connection *connection = &exchange->connections[i];
    connection->fd = network_connect(options, i);
    if (options->mode == MODE_WEBSOCKET) websocket_open(connection->fd);
    connection->index = i;
    connection->bursts = bursts + (size_t)i * options->depth;
    watch(exchange, connection, EPOLL_CTL_ADD);
    exchange->open++;
  }
  for (uint32_t i = 0; i < options->connections; i++)
    order(exchange, &exchange->connections[i], options->depth, now_ns());
}

static uint32_t count_silent(const struct exchange *exchange) {
  uint32_t silent = 0;
  for (uint32_t i = 0; i < exchange->options->connections; i++) {
    const struct connection *connection = &exchange->connections[i];
    silent += connection->received == connection->at_start;
  }
  return silent;
}

int run_exchange(const struct options *options) {
  struct exchange *exchange = zeroed(1, sizeof *exchange);
  exchange->options = options;
  exchange->requests = pattern_make(options);
  exchange->replies = pattern_of_replies(options, &exchange->requests);
  exchange->input = zeroed(1, exchange->replies.period);
  exchange->epoll = epoll_create1(EPOLL_CLOEXEC);
  if (exchange->epoll < 0) fail_errno("epoll_create1");
  connect_all(exchange);
  run_until(exchange, now_ns() + (uint64_t)(options->warmup * 1e9));
  for (uint32_t i = 0; i < options->connections; i++)
    exchange->connections[i].at_start = exchange->connections[i].received;
  exchange->measuring = true;
  struct moment from = report_moment(options);
  run_until(exchange, from.time + (uint64_t)(options->seconds * 1e9));
  struct moment to = report_moment(options);
  exchange->tally.silent = count_silent(exchange);
  /* The process ends with it, and its descriptors and memory too. */
  return report_print(options, &exchange->tally, from, to);
}
