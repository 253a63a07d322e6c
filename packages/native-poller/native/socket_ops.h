#ifndef GEV_SOCKET_OPS_H
#define GEV_SOCKET_OPS_H

/* The socket system calls, with the differences of the systems inside. */

#include "address.h"

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>
#include <sys/uio.h>

/* Which call failed, and how. `error` 0 is success. */
struct gev_outcome {
  int error;
  const char *syscall;
};

struct gev_socket_options {
  bool no_delay;
  /* Milliseconds; 0 is off. */
  int keep_alive;
  /* Bytes; 0 is the kernel's own choice. */
  int send_buffer;
  int receive_buffer;
};

struct gev_listen_options {
  struct gev_socket_options socket;
  int backlog;
  bool reuse_port;
  bool ipv6_only;
};

/* Opens a non-blocking listener; on success `*fd` is the caller's. */
struct gev_outcome gev_socket_listen(const struct gev_endpoint *endpoint,
                                     const struct gev_listen_options *options, int *fd);
/*
 * Begins to connect; on success `*fd` is the caller's. `*refused` is the errno of a connect(2)
 * that failed at once for a reason that is the peer's or the network's, else 0.
 */
struct gev_outcome gev_socket_connect(const struct gev_endpoint *endpoint,
                                      const struct gev_socket_options *options, int *fd,
                                      int *refused);
/* Accepts one, non-blocking and close-on-exec. Gives the descriptor or a negative errno. */
int gev_socket_accept(int listener, struct gev_address *peer);
/* What accepted sockets do not inherit from their listener on this system. */
void gev_socket_accepted(int fd, bool tcp, bool no_delay, int keep_alive);
/* Makes a foreign connected socket fit for a poller, and tells its peer. */
struct gev_outcome gev_socket_adopt(int fd, struct gev_endpoint *peer);

/* Sends pieces. Gives the bytes taken or a negative errno; EAGAIN stands for EWOULDBLOCK too. */
ssize_t gev_socket_send(int fd, const struct iovec *pieces, int count);
ssize_t gev_socket_receive(int fd, void *into, size_t size);
/* Takes the pending error (SO_ERROR), or 0. */
int gev_socket_error(int fd);
/* This side's name. Gives 0 or a positive errno. */
int gev_socket_name(int fd, struct gev_endpoint *endpoint);

#endif
