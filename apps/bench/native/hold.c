/* Idle connections, to see what one costs the server. */

#include "fail.h"
#include "modes.h"
#include "network.h"
#include "report.h"
#include "websocket.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <unistd.h>

/* stdin is not read for anything but its end. */
static void wait_for_end(int signals) {
  struct pollfd wait[2] = {{.fd = STDIN_FILENO, .events = POLLIN},
                           {.fd = signals, .events = POLLIN}};
  for (;;) {
    if (poll(wait, 2, -1) < 0) {
      if (errno == EINTR) continue;
      fail_errno("poll");
    }
    if (wait[1].revents != 0) return;
    char rest[256];
    if (wait[0].revents != 0 && read(STDIN_FILENO, rest, sizeof rest) <= 0) return;
  }
}

static int catch_signals(void) {
  sigset_t set;
  if (sigemptyset(&set) != 0 || sigaddset(&set, SIGTERM) != 0 || sigaddset(&set, SIGINT) != 0)
    fail_errno("sigaddset");
  if (sigprocmask(SIG_BLOCK, &set, NULL) != 0) fail_errno("sigprocmask");
  int fd = signalfd(-1, &set, SFD_CLOEXEC);
  if (fd < 0) fail_errno("signalfd");
  return fd;
}

int run_hold(const struct options *options) {
  int signals = catch_signals();
  int *fds = zeroed(options->connections, sizeof *fds);
  for (uint32_t i = 0; i < options->connections; i++) {
    fds[i] = network_connect(options, i);
    if (options->mode == MODE_HOLD_WEBSOCKET) websocket_open(fds[i]);
  }
  (void)printf("{\"mode\":\"%s\",\"ready\":true,\"connections\":%u}\n", options->mode_name,
               options->connections);
  if (fflush(stdout) != 0) fail_errno("stdout");
  wait_for_end(signals);
  uint32_t lost = 0;
  for (uint32_t i = 0; i < options->connections; i++) {
    char byte;
    ssize_t got = recv(fds[i], &byte, 1, MSG_DONTWAIT);
    /* An idle connection that stands has nothing to read. */
    if (got >= 0 || (errno != EAGAIN && errno != EWOULDBLOCK)) lost++;
    if (close(fds[i]) != 0) fail_errno("close");
  }
  (void)printf("{\"mode\":\"%s\",\"connections\":%u,\"lost\":%u}\n", options->mode_name,
               options->connections, lost);
  return lost == 0 ? 0 : EXIT_WRONG;
}
