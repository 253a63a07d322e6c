/* The command line of the load generator. */
#ifndef BENCH_OPTIONS_H
#define BENCH_OPTIONS_H

#include <stdint.h>
#include <sys/types.h>

enum mode {
  MODE_ECHO,
  MODE_FRAMED,
  MODE_HOLD,
  MODE_CONNECTS,
  MODE_PROTOBUF,
  MODE_WEBSOCKET,
  MODE_BROADCAST,
  MODE_HOLD_WEBSOCKET,
};

struct options {
  enum mode mode;
  const char *mode_name;
  const char *host; /* IPv4, in dots */
  uint16_t port;
  uint32_t connections;
  uint32_t size;    /* bytes of a message; framed: of the body, protobuf: of the text in it */
  uint32_t depth;   /* messages in flight on each connection; broadcast: in all */
  uint32_t concurrency; /* connects: connections under way at a time */
  uint32_t sources; /* source addresses 127.0.0.2 and on; 0: whatever the kernel takes */
  double seconds;   /* the measured window; connects: the deadline */
  double warmup;    /* seconds before the window */
  pid_t pid;        /* the server, whose CPU time is read; 0: nobody's */
};

/* Reads the command line; ends the process with 2 and the usage when it is wrong. */
struct options options_read(int argc, char **argv);

#endif
