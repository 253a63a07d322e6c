#include "socket_ops.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/stat.h>
#if defined(__linux__)
#include <sys/syscall.h>
#endif
#include <sys/un.h>
#include <unistd.h>

#ifndef MSG_NOSIGNAL
/* macOS: SO_NOSIGPIPE on the socket does it instead. */
#define MSG_NOSIGNAL 0
#endif
#if defined(TCP_KEEPIDLE)
#define KEEP_ALIVE_IDLE TCP_KEEPIDLE
#elif defined(TCP_KEEPALIVE)
#define KEEP_ALIVE_IDLE TCP_KEEPALIVE
#endif

/*
 * The two calls that a message costs. glibc's own are cancellation points, and in a process with
 * several threads (any Node) entering and leaving one takes 1 % of a small echo's CPU time;
 * nobody here cancels threads. They set errno all the same (syscall(2)).
 */
#if defined(__linux__) && defined(SYS_recvfrom) && defined(SYS_sendto)
static ssize_t receive(int fd, void *into, size_t size) {
  return syscall(SYS_recvfrom, fd, into, size, 0, NULL, NULL);
}

static ssize_t send_one(int fd, const struct iovec *piece) {
  return syscall(SYS_sendto, fd, piece->iov_base, piece->iov_len, MSG_NOSIGNAL, NULL, 0);
}
#else
static ssize_t receive(int fd, void *into, size_t size) { return recv(fd, into, size, 0); }

static ssize_t send_one(int fd, const struct iovec *piece) {
  return send(fd, piece->iov_base, piece->iov_len, MSG_NOSIGNAL);
}
#endif

static const struct gev_outcome success = {0, NULL};

static struct gev_outcome failed(const char *syscall) {
  return (struct gev_outcome){errno, syscall};
}

static bool is_tcp(const struct gev_endpoint *endpoint) {
  return endpoint->storage.ss_family != AF_UNIX;
}

static int set_flag(int fd, int level, int name, int value) {
  return setsockopt(fd, level, name, &value, sizeof value);
}

/* Non-blocking and close-on-exec, where the system cannot do it as it makes the descriptor. */
static int prepare(int fd) {
  int status = fcntl(fd, F_GETFL);
  if (status < 0) return -1;
  if (!(status & O_NONBLOCK) && fcntl(fd, F_SETFL, status | O_NONBLOCK) < 0) return -1;
  return fcntl(fd, F_SETFD, FD_CLOEXEC);
}

static void silence_sigpipe(int fd) {
#ifdef SO_NOSIGPIPE
  (void)set_flag(fd, SOL_SOCKET, SO_NOSIGPIPE, 1);
#else
  (void)fd;
#endif
}

static int open_socket(int family) {
#ifdef SOCK_NONBLOCK
  return socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
#else
  int fd = socket(family, SOCK_STREAM, 0);
  if (fd < 0 || prepare(fd) == 0) return fd;
  int error = errno;
  (void)close(fd);
  errno = error;
  return -1;
#endif
}

/* Seconds; Linux refuses more (MAX_TCP_KEEPIDLE). */
#define LONGEST_KEEP_ALIVE 32767

static int set_keep_alive(int fd, int milliseconds) {
  if (milliseconds <= 0) return 0;
  int seconds = milliseconds / 1000 + (milliseconds % 1000 >= 500 ? 1 : 0);
  if (seconds < 1) seconds = 1;
  if (seconds > LONGEST_KEEP_ALIVE) seconds = LONGEST_KEEP_ALIVE;
  if (set_flag(fd, SOL_SOCKET, SO_KEEPALIVE, 1) < 0) return -1;
#ifdef KEEP_ALIVE_IDLE
  return set_flag(fd, IPPROTO_TCP, KEEP_ALIVE_IDLE, seconds);
#else
  (void)seconds;
  return 0;
#endif
}

/* Set on a listener they hold for what it accepts: tcp(7), socket(7). */
static int set_options(int fd, bool tcp, const struct gev_socket_options *options) {
  silence_sigpipe(fd);
  if (options->send_buffer > 0 && set_flag(fd, SOL_SOCKET, SO_SNDBUF, options->send_buffer) < 0)
    return -1;
  if (options->receive_buffer > 0 &&
      set_flag(fd, SOL_SOCKET, SO_RCVBUF, options->receive_buffer) < 0)
    return -1;
  if (!tcp) return 0;
  if (options->no_delay && set_flag(fd, IPPROTO_TCP, TCP_NODELAY, 1) < 0) return -1;
  return set_keep_alive(fd, options->keep_alive);
}

static int set_listen_options(int fd, int family, const struct gev_listen_options *options) {
  if (family == AF_UNIX) return 0;
  if (set_flag(fd, SOL_SOCKET, SO_REUSEADDR, 1) < 0) return -1;
#ifdef SO_REUSEPORT
  if (options->reuse_port && set_flag(fd, SOL_SOCKET, SO_REUSEPORT, 1) < 0) return -1;
#endif
  if (family != AF_INET6) return 0;
  return set_flag(fd, IPPROTO_IPV6, IPV6_V6ONLY, options->ipv6_only ? 1 : 0);
}

/* A path that nobody listens on any more refuses connections (unix(7)): then it is unlinked. */
static bool unlink_stale(const struct gev_endpoint *endpoint) {
  const struct sockaddr_un *name = (const struct sockaddr_un *)&endpoint->storage;
  struct stat status;
  if (lstat(name->sun_path, &status) < 0 || !S_ISSOCK(status.st_mode)) return false;
  int probe = open_socket(AF_UNIX);
  if (probe < 0) return false;
  int result = connect(probe, (const struct sockaddr *)name, endpoint->length);
  bool stale = result < 0 && errno == ECONNREFUSED;
  (void)close(probe);
  return stale && unlink(name->sun_path) == 0;
}

static int bind_endpoint(int fd, const struct gev_endpoint *endpoint) {
  const struct sockaddr *name = (const struct sockaddr *)&endpoint->storage;
  if (bind(fd, name, endpoint->length) == 0) return 0;
  if (errno != EADDRINUSE || is_tcp(endpoint)) return -1;
  if (!unlink_stale(endpoint)) {
    errno = EADDRINUSE;
    return -1;
  }
  return bind(fd, name, endpoint->length);
}

struct gev_outcome gev_socket_listen(const struct gev_endpoint *endpoint,
                                     const struct gev_listen_options *options, int *fd) {
  int family = endpoint->storage.ss_family;
  int opened = open_socket(family);
  if (opened < 0) return failed("socket");
  struct gev_outcome outcome = success;
  if (set_listen_options(opened, family, options) < 0 ||
      set_options(opened, is_tcp(endpoint), &options->socket) < 0) {
    outcome = failed("setsockopt");
  } else if (bind_endpoint(opened, endpoint) < 0) {
    outcome = failed("bind");
  } else if (listen(opened, options->backlog) < 0) {
    outcome = failed("listen");
  }
  if (outcome.error == 0) *fd = opened;
  else (void)close(opened);
  return outcome;
}

/* What connect(2) says of an address that no network could ever reach. */
static bool is_unusable(int error) {
  return error == EINVAL || error == EAFNOSUPPORT || error == EFAULT || error == EPROTOTYPE;
}

struct gev_outcome gev_socket_connect(const struct gev_endpoint *endpoint,
                                      const struct gev_socket_options *options, int *fd,
                                      int *refused) {
  *refused = 0;
  int opened = open_socket(endpoint->storage.ss_family);
  if (opened < 0) return failed("socket");
  struct gev_outcome outcome = success;
  if (set_options(opened, is_tcp(endpoint), options) < 0) {
    outcome = failed("setsockopt");
  } else if (connect(opened, (const struct sockaddr *)&endpoint->storage, endpoint->length) < 0 &&
             errno != EINPROGRESS && errno != EINTR) {
    /* EINTR: it goes on by itself (connect(2) by POSIX), as after EINPROGRESS. */
    if (is_unusable(errno)) outcome = failed("connect");
    else *refused = errno;
  }
  if (outcome.error == 0) *fd = opened;
  else (void)close(opened);
  return outcome;
}

int gev_socket_accept(int listener, struct gev_address *peer) {
  struct sockaddr_storage storage;
  struct sockaddr *name = (struct sockaddr *)&storage;
  socklen_t length = sizeof storage;
#ifdef SOCK_NONBLOCK
  int fd = accept4(listener, name, &length, SOCK_NONBLOCK | SOCK_CLOEXEC);
  if (fd < 0) return errno == EWOULDBLOCK ? -EAGAIN : -errno;
#else
  int fd = accept(listener, name, &length);
  if (fd < 0) return errno == EWOULDBLOCK ? -EAGAIN : -errno;
  if (prepare(fd) < 0) {
    /* Gone between the two calls, as far as anybody can tell. */
    (void)close(fd);
    return -ECONNABORTED;
  }
#endif
  gev_address_from(peer, name, length);
  return fd;
}

void gev_socket_accepted(int fd, bool tcp, bool no_delay, int keep_alive) {
#ifdef __linux__
  /* Inherited from the listener: one system call an option and connection saved. */
  (void)fd, (void)tcp, (void)no_delay, (void)keep_alive;
#else
  /* A failure (EINVAL: the peer has gone) shows itself at the first read. */
  silence_sigpipe(fd);
  if (tcp && no_delay) (void)set_flag(fd, IPPROTO_TCP, TCP_NODELAY, 1);
  if (tcp) (void)set_keep_alive(fd, keep_alive);
#endif
}

/* An unknown peer is of the socket's own family, at the address of all zeros. */
static void forget_port_and_host(struct gev_endpoint *endpoint) {
  sa_family_t family = endpoint->storage.ss_family;
  memset(&endpoint->storage, 0, sizeof endpoint->storage);
  endpoint->storage.ss_family = family;
}

struct gev_outcome gev_socket_adopt(int fd, struct gev_endpoint *peer) {
  struct sockaddr *name = (struct sockaddr *)&peer->storage;
  memset(peer, 0, sizeof *peer);
  peer->length = sizeof peer->storage;
  if (getpeername(fd, name, &peer->length) < 0) {
    /* A connection that was reset meanwhile is adopted all the same, and reported closed. */
    if (errno != ENOTCONN && errno != EINVAL) return failed("getpeername");
    peer->length = sizeof peer->storage;
    if (getsockname(fd, name, &peer->length) < 0) return failed("getsockname");
    forget_port_and_host(peer);
  }
  if (prepare(fd) < 0) return failed("fcntl");
  silence_sigpipe(fd);
  return success;
}

ssize_t gev_socket_send(int fd, const struct iovec *pieces, int count) {
  struct msghdr message = {.msg_iov = (struct iovec *)pieces};
  message.msg_iovlen = count;
  for (;;) {
    ssize_t sent = count == 1 ? send_one(fd, pieces) : sendmsg(fd, &message, MSG_NOSIGNAL);
    if (sent >= 0) return sent;
    if (errno == EINTR) continue;
    /* ENOBUFS (BSD): the interface's queue is full, which passes like EAGAIN. */
    return errno == EWOULDBLOCK || errno == ENOBUFS ? -EAGAIN : -errno;
  }
}

ssize_t gev_socket_receive(int fd, void *into, size_t size) {
  for (;;) {
    ssize_t got = receive(fd, into, size);
    if (got >= 0) return got;
    if (errno == EINTR) continue;
    return errno == EWOULDBLOCK ? -EAGAIN : -errno;
  }
}

int gev_socket_error(int fd) {
  int error = 0;
  socklen_t length = sizeof error;
  return getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &length) < 0 ? errno : error;
}

int gev_socket_name(int fd, struct gev_endpoint *endpoint) {
  endpoint->length = sizeof endpoint->storage;
  return getsockname(fd, (struct sockaddr *)&endpoint->storage, &endpoint->length) < 0 ? errno : 0;
}
