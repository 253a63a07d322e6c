/*
 * The limit: the least that a single-threaded echo server on epoll can do. Level triggered, one
 * recv and one send an event, no protocol. SIGTERM ends it with 0.
 */

#include "fail.h"
#include "network.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#define EVENTS 256
#define INPUT (64 * 1024)
#define BACKLOG 4096

/* What the kernel did not take of a reply waits here; such a peer is not read meanwhile. */
struct peer {
  int fd;
  uint8_t *rest;
  size_t at;
  size_t size;
};

static void end(int signal) {
  (void)signal;
  _exit(0);
}

static int open_listener(void) {
  int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0) fail_errno("socket");
  struct sockaddr_in address = {.sin_family = AF_INET};
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  if (bind(fd, (struct sockaddr *)&address, sizeof address) != 0) fail_errno("bind");
  if (listen(fd, BACKLOG) != 0) fail_errno("listen");
  if (getsockname(fd, (struct sockaddr *)&address, &size) != 0) fail_errno("getsockname");
  (void)printf("listening tcp://127.0.0.1:%u\n", ntohs(address.sin_port));
  if (fflush(stdout) != 0) fail_errno("stdout");
  return fd;
}

static void watch(int epoll, int operation, struct peer *peer, uint32_t events) {
  struct epoll_event event = {.events = events, .data.ptr = peer};
  if (epoll_ctl(epoll, operation, peer->fd, &event) != 0) fail_errno("epoll_ctl");
}

static void accept_all(int epoll, int listener) {
  for (;;) {
    int fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (fd < 0) {
      if (errno == EAGAIN || errno == ECONNABORTED || errno == EINTR) return;
      fail_errno("accept4");
    }
    int on = 1;
    if (setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on) != 0) fail_errno("TCP_NODELAY");
    struct peer *peer = zeroed(1, sizeof *peer);
    peer->fd = fd;
    watch(epoll, EPOLL_CTL_ADD, peer, EPOLLIN);
  }
}

static void drop(struct peer *peer) {
  if (close(peer->fd) != 0) fail_errno("close");
  free(peer->rest);
  free(peer);
}

static void keep_rest(int epoll, struct peer *peer, const uint8_t *bytes, size_t size) {
  peer->rest = zeroed(1, size);
  for (size_t i = 0; i < size; i++) peer->rest[i] = bytes[i];
  peer->at = 0;
  peer->size = size;
  watch(epoll, EPOLL_CTL_MOD, peer, EPOLLOUT);
}

static void echo(int epoll, struct peer *peer) {
  static uint8_t input[INPUT];
  ssize_t got = recv(peer->fd, input, sizeof input, 0);
  if (got < 0 && (errno == EAGAIN || errno == EINTR)) return;
  if (got <= 0) {
    drop(peer);
    return;
  }
  ssize_t taken = send(peer->fd, input, (size_t)got, MSG_NOSIGNAL);
  if (taken == got) return;
  if (taken < 0 && errno != EAGAIN && errno != EINTR) {
    drop(peer);
    return;
  }
  size_t done = taken < 0 ? 0 : (size_t)taken;
  keep_rest(epoll, peer, input + done, (size_t)got - done);
}

static void send_rest(int epoll, struct peer *peer) {
  ssize_t taken = send(peer->fd, peer->rest + peer->at, peer->size - peer->at, MSG_NOSIGNAL);
  if (taken < 0) {
    if (errno != EAGAIN && errno != EINTR) drop(peer);
    return;
  }
  peer->at += (size_t)taken;
  if (peer->at < peer->size) return;
  free(peer->rest);
  peer->rest = NULL;
  watch(epoll, EPOLL_CTL_MOD, peer, EPOLLIN);
}

int main(void) {
  struct sigaction action = {.sa_handler = end};
  if (sigaction(SIGTERM, &action, NULL) != 0 || sigaction(SIGINT, &action, NULL) != 0)
    fail_errno("sigaction");
  network_reserve(0);
  int epoll = epoll_create1(EPOLL_CLOEXEC);
  if (epoll < 0) fail_errno("epoll_create1");
  struct peer listener = {.fd = open_listener()};
  watch(epoll, EPOLL_CTL_ADD, &listener, EPOLLIN);
  struct epoll_event events[EVENTS];
  for (;;) {
    int ready = epoll_wait(epoll, events, EVENTS, -1);
    if (ready < 0 && errno != EINTR) fail_errno("epoll_wait");
    for (int i = 0; i < ready; i++) {
      struct peer *peer = events[i].data.ptr;
      if (peer == &listener) accept_all(epoll, listener.fd);
      else if (peer->rest != NULL) send_rest(epoll, peer);
      else echo(epoll, peer);
    }
  }
}
