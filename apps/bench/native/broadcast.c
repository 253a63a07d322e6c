/*
 * One WebSocket asks and all get the message, whoever asked among them. `depth` questions are open
 * at a time: the next leaves when the oldest has reached everybody. What is counted is deliveries.
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

/* A message on its way to everybody. */
struct round {
  uint64_t time;
  uint32_t left; /* subscribers that have not got it */
};

/* The first is the one that asks. */
struct subscriber {
  int fd;
  uint64_t received;
  uint64_t at_start; /* `received` when the window began */
};

struct broadcast {
  const struct options *options;
  struct pattern questions;
  struct pattern deliveries;
  struct subscriber *subscribers;
  struct round *rounds; /* a ring of `depth` */
  uint64_t asked;       /* rounds that have begun */
  uint64_t done;        /* rounds that have reached everybody */
  uint64_t sent;        /* bytes that the kernel took */
  bool writing;         /* EPOLLOUT is asked for: the kernel did not take everything */
  uint8_t *input;
  int epoll;
  uint32_t open;
  bool measuring;
  struct tally tally;
};

static bool has_passed(int error) {
  return error == EAGAIN || error == EWOULDBLOCK || error == EINTR;
}

static void watch(const struct broadcast *broadcast, struct subscriber *subscriber, int operation,
                  uint32_t events) {
  struct epoll_event event = {.events = events, .data.ptr = subscriber};
  if (epoll_ctl(broadcast->epoll, operation, subscriber->fd, &event) != 0)
    fail_errno("epoll_ctl");
}

/* The rounds under way do not reach everybody any more: no other begins. */
static void lose(struct broadcast *broadcast, struct subscriber *subscriber) {
  if (close(subscriber->fd) != 0) fail_errno("close");
  subscriber->fd = -1;
  broadcast->open--;
  broadcast->tally.lost++;
}

static void flush(struct broadcast *broadcast) {
  struct subscriber *asker = &broadcast->subscribers[0];
  if (asker->fd < 0) return;
  size_t size = (size_t)(broadcast->asked * broadcast->questions.message - broadcast->sent);
  const uint8_t *bytes = pattern_at(&broadcast->questions, 0, broadcast->sent);
  ssize_t taken = send(asker->fd, bytes, size, MSG_NOSIGNAL);
  if (taken < 0 && !has_passed(errno)) {
    lose(broadcast, asker);
    return;
  }
  bool writing = taken < (ssize_t)size;
  if (taken > 0) broadcast->sent += (uint64_t)taken;
  if (writing == broadcast->writing) return;
  broadcast->writing = writing;
  watch(broadcast, asker, EPOLL_CTL_MOD, EPOLLIN | (writing ? EPOLLOUT : 0));
}

static struct round *round_at(const struct broadcast *broadcast, uint64_t number) {
  return &broadcast->rounds[number % broadcast->options->depth];
}

static void ask(struct broadcast *broadcast) {
  const struct options *options = broadcast->options;
  if (broadcast->asked - broadcast->done == options->depth) return;
  uint64_t now = now_ns();
  while (broadcast->asked - broadcast->done < options->depth)
    *round_at(broadcast, broadcast->asked++) =
        (struct round){.time = now, .left = options->connections};
  flush(broadcast);
}

static void record(struct broadcast *broadcast, uint64_t first, uint64_t end) {
  uint64_t now = now_ns();
  for (uint64_t number = first; number < end; number++) {
    /* Not done, as this subscriber did not have it: so it stands in the ring. */
    struct round *round = round_at(broadcast, number);
    round->left--;
    if (broadcast->measuring) histogram_add(&broadcast->tally.latency, now - round->time, 1);
  }
  if (broadcast->measuring) broadcast->tally.messages += end - first;
  while (broadcast->done < broadcast->asked && round_at(broadcast, broadcast->done)->left == 0)
    broadcast->done++;
}

static void read_deliveries(struct broadcast *broadcast, struct subscriber *subscriber) {
  const struct pattern *pattern = &broadcast->deliveries;
  struct tally *tally = &broadcast->tally;
  ssize_t got = recv(subscriber->fd, broadcast->input, pattern->period, 0);
  if (got < 0 && has_passed(errno)) return;
  uint64_t received = subscriber->received + (uint64_t)got;
  if (got <= 0 || received > broadcast->asked * pattern->message) {
    /* More than was asked for is wrong, and the rest of this stream tells nothing. */
    if (got > 0) tally->errors++;
    lose(broadcast, subscriber);
    return;
  }
  /* The same for all: the stream of the one that asks. */
  tally->errors +=
      pattern_errors(pattern, 0, subscriber->received, broadcast->input, (size_t)got);
  uint64_t first = subscriber->received / pattern->message;
  uint64_t end = received / pattern->message;
  subscriber->received = received;
  if (first == end) return;
  record(broadcast, first, end);
  ask(broadcast);
}

/* Lets messages go out until `end`, or until no connection is left. */
static void run_until(struct broadcast *broadcast, uint64_t end) {
  struct epoll_event events[EVENTS];
  for (uint64_t now = now_ns(); now < end && broadcast->open > 0; now = now_ns()) {
    int timeout = (int)((end - now) / 1000000u) + 1;
    int ready = epoll_wait(broadcast->epoll, events, EVENTS, timeout);
    if (ready < 0 && errno != EINTR) fail_errno("epoll_wait");
    for (int i = 0; i < ready; i++) {
      struct subscriber *subscriber = events[i].data.ptr;
      if (events[i].events & EPOLLOUT) flush(broadcast);
      if (subscriber->fd >= 0 && events[i].events & ~(uint32_t)EPOLLOUT)
        read_deliveries(broadcast, subscriber);
    }
  }
}

static void connect_all(struct broadcast *broadcast) {
  const struct options *options = broadcast->options;
  broadcast->subscribers = zeroed(options->connections, sizeof *broadcast->subscribers);
  for (uint32_t i = 0; i < options->connections; i++) {
    struct subscriber *subscriber = &broadcast->subscribers[i];
    subscriber->fd = network_connect(options, i);
    websocket_open(subscriber->fd);
    watch(broadcast, subscriber, EPOLL_CTL_ADD, EPOLLIN);
    broadcast->open++;
  }
}

static uint32_t count_silent(const struct broadcast *broadcast) {
  uint32_t silent = 0;
  for (uint32_t i = 0; i < broadcast->options->connections; i++) {
    const struct subscriber *subscriber = &broadcast->subscribers[i];
    silent += subscriber->received == subscriber->at_start;
  }
  return silent;
}

int run_broadcast(const struct options *options) {
  struct broadcast *broadcast = zeroed(1, sizeof *broadcast);
  broadcast->options = options;
  broadcast->questions = pattern_make(options);
  broadcast->deliveries = pattern_of_replies(options, &broadcast->questions);
  broadcast->rounds = zeroed(options->depth, sizeof *broadcast->rounds);
  broadcast->input = zeroed(1, broadcast->deliveries.period);
  broadcast->epoll = epoll_create1(EPOLL_CLOEXEC);
  if (broadcast->epoll < 0) fail_errno("epoll_create1");
  connect_all(broadcast);
  ask(broadcast);
  run_until(broadcast, now_ns() + (uint64_t)(options->warmup * 1e9));
  for (uint32_t i = 0; i < options->connections; i++)
    broadcast->subscribers[i].at_start = broadcast->subscribers[i].received;
  broadcast->measuring = true;
  struct moment from = report_moment(options);
  run_until(broadcast, from.time + (uint64_t)(options->seconds * 1e9));
  struct moment to = report_moment(options);
  broadcast->tally.silent = count_silent(broadcast);
  /* The process ends with it, and its descriptors and memory too. */
  return report_print(options, &broadcast->tally, from, to);
}
