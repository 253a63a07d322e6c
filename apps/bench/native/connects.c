/*
 * A storm of connects: as fast as they go, `concurrency` at a time. Each connection sends one
 * message, checks its echo and closes, and the next takes its place.
 */

#include "fail.h"
#include "modes.h"
#include "network.h"
#include "pattern.h"
#include "report.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#define EVENTS 256

struct caller {
  int fd;
  uint32_t index;
  bool sent;
  size_t received;
  uint64_t started;
};

struct storm {
  const struct options *options;
  struct pattern pattern;
  struct caller *callers;
  struct histogram histogram;
  uint8_t *input;
  int epoll;
  uint32_t started;
  uint32_t waiting; /* neither served nor lost yet */
  uint32_t served;
  uint32_t errors;
};

static void watch(struct storm *storm, struct caller *caller, int operation, uint32_t events) {
  struct epoll_event event = {.events = events, .data.ptr = caller};
  if (epoll_ctl(storm->epoll, operation, caller->fd, &event) != 0) fail_errno("epoll_ctl");
}

/*
 * The caller is served, or lost. Closing takes a descriptor out of its epoll too: nobody has a
 * copy of it.
 */
static void leave(struct storm *storm, struct caller *caller) {
  if (close(caller->fd) != 0) fail_errno("close");
  caller->fd = -1;
  storm->waiting--;
}

static void send_message(struct storm *storm, struct caller *caller) {
  const uint8_t *message = pattern_at(&storm->pattern, caller->index, 0);
  /* A new socket's buffer takes a whole message of the sizes that this mode is for. */
  ssize_t taken = send(caller->fd, message, storm->pattern.message, MSG_NOSIGNAL);
  if (taken < 0 && errno == EAGAIN) return;
  if (taken != (ssize_t)storm->pattern.message) {
    leave(storm, caller);
    return;
  }
  caller->sent = true;
  watch(storm, caller, EPOLL_CTL_MOD, EPOLLIN);
}

static void read_reply(struct storm *storm, struct caller *caller) {
  size_t room = storm->pattern.message - caller->received;
  ssize_t got = recv(caller->fd, storm->input, room, 0);
  if (got < 0 && (errno == EAGAIN || errno == EINTR)) return;
  if (got <= 0) {
    leave(storm, caller);
    return;
  }
  storm->errors +=
      pattern_errors(&storm->pattern, caller->index, caller->received, storm->input, (size_t)got);
  caller->received += (size_t)got;
  if (caller->received < storm->pattern.message) return;
  histogram_add(&storm->histogram, now_ns() - caller->started, 1);
  leave(storm, caller);
  storm->served++;
}

static void turn(struct storm *storm, int timeout) {
  struct epoll_event events[EVENTS];
  int ready = epoll_wait(storm->epoll, events, EVENTS, timeout);
  if (ready < 0 && errno != EINTR) fail_errno("epoll_wait");
  for (int i = 0; i < ready; i++) {
    struct caller *caller = events[i].data.ptr;
    if (events[i].events & EPOLLERR) leave(storm, caller);
    else if (caller->sent) read_reply(storm, caller);
    else send_message(storm, caller);
  }
}

/* Starts callers until `concurrency` wait, or until all have been started. */
static void start_more(struct storm *storm) {
  const struct options *options = storm->options;
  while (storm->started < options->connections && storm->waiting < options->concurrency) {
    uint32_t index = storm->started++;
    struct caller *caller = &storm->callers[index];
    *caller = (struct caller){.index = index, .started = now_ns()};
    caller->fd = network_start(options, index);
    if (caller->fd < 0) continue;
    storm->waiting++;
    watch(storm, caller, EPOLL_CTL_ADD, EPOLLOUT);
  }
}

int run_connects(const struct options *options) {
  struct storm *storm = zeroed(1, sizeof *storm);
  storm->options = options;
  storm->pattern = pattern_make(options);
  storm->input = zeroed(1, storm->pattern.message);
  storm->callers = zeroed(options->connections, sizeof *storm->callers);
  storm->epoll = epoll_create1(EPOLL_CLOEXEC);
  if (storm->epoll < 0) fail_errno("epoll_create1");
  uint64_t start = now_ns();
  uint64_t end = start + (uint64_t)(options->seconds * 1e9);
  start_more(storm);
  for (uint64_t now = now_ns(); storm->waiting > 0 && now < end; now = now_ns()) {
    turn(storm, (int)((end - now) / 1000000u) + 1);
    start_more(storm);
  }
  double seconds = (double)(now_ns() - start) / 1e9;
  /* At the deadline, whoever was not served is lost. */
  uint32_t lost = options->connections - storm->served;
  (void)printf("{\"mode\":\"connects\",\"connections\":%u,\"concurrency\":%u,\"seconds\":%.4f,",
               options->connections, options->concurrency, seconds);
  (void)printf("\"served\":%u,", storm->served);
  (void)printf("\"lost\":%u,\"errors\":%u,\"connectsPerSecond\":%.0f,", lost, storm->errors,
               storm->served / seconds);
  histogram_print(&storm->histogram);
  (void)puts("}");
  return lost + storm->errors == 0 ? 0 : EXIT_WRONG;
}
