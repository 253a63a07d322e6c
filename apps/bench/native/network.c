#include "network.h"

#include "fail.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

/* stdin, stdout, stderr, epoll, signalfd, /proc files. */
#define OTHER_DESCRIPTORS 16
#define CONNECT_TIMEOUT_MS 10000
#define FIRST_SOURCE 0x7f000002u

/*
 * A server that is asked for more connections than its backlog holds drops SYNs, and each costs a
 * second's wait: so it gets a moment to accept after each of these.
 */
#define CONNECT_BURST 128
#define CONNECT_PAUSE_NS 5000000

uint64_t now_ns(void) {
  struct timespec time;
  if (clock_gettime(CLOCK_MONOTONIC, &time) != 0) fail_errno("clock_gettime");
  return (uint64_t)time.tv_sec * 1000000000u + (uint64_t)time.tv_nsec;
}

void network_reserve(uint32_t connections) {
  struct rlimit limit;
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) fail_errno("getrlimit");
  limit.rlim_cur = limit.rlim_max;
  if (setrlimit(RLIMIT_NOFILE, &limit) != 0) fail_errno("setrlimit");
  if (limit.rlim_max < (rlim_t)connections + OTHER_DESCRIPTORS)
    fail(1, "%u connections need more descriptors than the hard limit of %llu", connections,
         (unsigned long long)limit.rlim_max);
}

static void take_source(int fd, const struct options *options, uint32_t index) {
  int on = 1;
  struct sockaddr_in source = {.sin_family = AF_INET};
  source.sin_addr.s_addr = htonl(FIRST_SOURCE + index % options->sources);
  /* The port is chosen by connect, where it must be unique for this server only. */
  if (setsockopt(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof on) != 0)
    fail_errno("IP_BIND_ADDRESS_NO_PORT");
  if (bind(fd, (struct sockaddr *)&source, sizeof source) != 0) fail_errno("bind");
}

int network_start(const struct options *options, uint32_t index) {
  struct sockaddr_in server = {.sin_family = AF_INET, .sin_port = htons(options->port)};
  if (inet_pton(AF_INET, options->host, &server.sin_addr) != 1)
    fail(2, "--host: '%s' is no IPv4 address", options->host);
  int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0) fail_errno("socket");
  int on = 1;
  if (setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on) != 0) fail_errno("TCP_NODELAY");
  if (options->sources > 0) take_source(fd, options, index);
  if (connect(fd, (struct sockaddr *)&server, sizeof server) == 0 || errno == EINPROGRESS)
    return fd;
  int error = errno;
  if (close(fd) != 0) fail_errno("close");
  errno = error;
  return -1;
}

static void pause_in_bursts(uint32_t index) {
  if ((index + 1) % CONNECT_BURST != 0) return;
  struct timespec time = {.tv_nsec = CONNECT_PAUSE_NS};
  if (nanosleep(&time, NULL) != 0 && errno != EINTR) fail_errno("nanosleep");
}

int network_connect(const struct options *options, uint32_t index) {
  int fd = network_start(options, index);
  if (fd < 0) fail_errno("connect");
  struct pollfd wait = {.fd = fd, .events = POLLOUT};
  int ready = poll(&wait, 1, CONNECT_TIMEOUT_MS);
  if (ready < 0) fail_errno("poll");
  if (ready == 0) fail(1, "connection %u was not accepted within 10 s", index);
  int error = 0;
  socklen_t size = sizeof error;
  if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size) != 0) fail_errno("SO_ERROR");
  errno = error;
  if (error != 0) fail_errno("connect");
  pause_in_bursts(index);
  return fd;
}
