#include "options.h"

#include "fail.h"

#include <errno.h>
#include <getopt.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* More connections from one address would run short of ephemeral ports (28,000 by default). */
#define CONNECTIONS_A_SOURCE 5000
/* Closed connections keep their port in TIME_WAIT, and the next storm comes at once. */
#define CONNECTS_A_SOURCE 1000
#define MAX_SOURCES 250
#define MAX_SIZE (1 << 20)
/* Keeps the repeated pattern (see pattern.h) at a size that any machine has. */
#define MAX_IN_FLIGHT (64 << 20)

static const char USAGE[] =
    "usage: load MODE --port N [options]\n"
    "  MODE            echo: one message in flight a connection\n"
    "                  framed: --depth messages in flight, each behind its u32 length\n"
    "                  protobuf: the same with messages in gev's typed frames\n"
    "                  websocket: --depth messages in flight, binary, behind a handshake\n"
    "                  broadcast: WebSockets, one asks and the server sends its message to all\n"
    "                  hold: connections that stay idle until stdin ends or SIGTERM\n"
    "                  hold-websocket: the same behind a handshake\n"
    "                  connects: connect, have one message echoed, close; the next\n"
    "  --host A        IPv4 address of the server (127.0.0.1)\n"
    "  --connections N (100; broadcast 1,000)\n"
    "  --size N        bytes of a message; framed: of its body, protobuf: of its text\n"
    "                  (64; broadcast 1,024)\n"
    "  --concurrency N connects: connections under way at a time (512)\n"
    "  --depth N       messages in flight a connection (framed, protobuf 128, others 1)\n"
    "  --seconds S     measured window; connects: deadline (3; connects 30)\n"
    "  --warmup S      before the window (1)\n"
    "  --pid N         server process, whose CPU time in the window is reported\n"
    "  --sources N     source addresses 127.0.0.2 and on (one for each 5,000 connections;\n"
    "                  connects: for each 1,000)\n";

static _Noreturn void usage(const char *problem, const char *value) {
  (void)fprintf(stderr, "load: %s%s%s\n%s", problem, value ? ": " : "", value ? value : "", USAGE);
  exit(2);
}

static uint32_t whole(const char *name, const char *text, uint32_t least, uint32_t most) {
  char *end = NULL;
  errno = 0;
  unsigned long value = strtoul(text, &end, 10);
  if (errno == 0 && end != text && *end == '\0' && *text != '-' && value >= least && value <= most)
    return (uint32_t)value;
  char problem[96];
  (void)snprintf(problem, sizeof problem, "--%s: give a whole number from %u to %u", name, least,
                 most);
  usage(problem, text);
}

static double seconds(const char *name, const char *text) {
  char *end = NULL;
  double value = strtod(text, &end);
  if (end != text && *end == '\0' && value >= 0 && value <= 86400) return value;
  char problem[96];
  (void)snprintf(problem, sizeof problem, "--%s: give seconds from 0 to 86400", name);
  usage(problem, text);
}

static enum mode mode_of(const char *name) {
  static const char *const names[] = {"echo",     "framed",    "hold",     "connects",
                                      "protobuf", "websocket", "broadcast", "hold-websocket"};
  for (size_t i = 0; i < sizeof names / sizeof *names; i++)
    if (strcmp(name, names[i]) == 0) return (enum mode)i;
  usage("no such mode", name);
}

static void read_option(struct options *options, const char *name, const char *text) {
  if (strcmp(name, "host") == 0) options->host = text;
  else if (strcmp(name, "port") == 0) options->port = (uint16_t)whole(name, text, 1, 65535);
  else if (strcmp(name, "connections") == 0) options->connections = whole(name, text, 1, 1000000);
  else if (strcmp(name, "size") == 0) options->size = whole(name, text, 1, MAX_SIZE);
  else if (strcmp(name, "depth") == 0) options->depth = whole(name, text, 1, 65536);
  else if (strcmp(name, "concurrency") == 0)
    options->concurrency = whole(name, text, 1, 1000000);
  else if (strcmp(name, "sources") == 0) options->sources = whole(name, text, 0, MAX_SOURCES);
  else if (strcmp(name, "pid") == 0) options->pid = (pid_t)whole(name, text, 1, INT32_MAX);
  else if (strcmp(name, "seconds") == 0) options->seconds = seconds(name, text);
  else options->warmup = seconds(name, text);
}

struct options options_read(int argc, char **argv) {
  static const struct option known[] = {
      {"host", required_argument, NULL, 1},    {"port", required_argument, NULL, 1},
      {"size", required_argument, NULL, 1},    {"connections", required_argument, NULL, 1},
      {"depth", required_argument, NULL, 1},   {"sources", required_argument, NULL, 1},
      {"seconds", required_argument, NULL, 1}, {"warmup", required_argument, NULL, 1},
      {"pid", required_argument, NULL, 1},     {"concurrency", required_argument, NULL, 1},
      {NULL, 0, NULL, 0},
  };
  if (argc < 2) usage("no mode given", NULL);
  struct options options = {
      .mode = mode_of(argv[1]),
      .mode_name = argv[1],
      .host = "127.0.0.1",
      .connections = 100,
      .size = 64,
      .concurrency = 512,
      .sources = UINT32_MAX,
      .warmup = 1,
  };
  bool pipelined = options.mode == MODE_FRAMED || options.mode == MODE_PROTOBUF;
  options.depth = pipelined ? 128 : 1;
  if (options.mode == MODE_BROADCAST) {
    options.connections = 1000;
    options.size = 1024;
  }
  options.seconds = options.mode == MODE_CONNECTS ? 30 : 3;
  for (;;) {
    int index = 0;
    int found = getopt_long(argc - 1, argv + 1, "", known, &index);
    if (found == -1) break;
    if (found != 1) usage("wrong option", NULL);
    read_option(&options, known[index].name, optarg);
  }
  if (optind < argc - 1) usage("unexpected argument", argv[optind + 1]);
  if (options.port == 0) usage("--port is missing", NULL);
  if ((uint64_t)options.size * options.depth > MAX_IN_FLIGHT)
    usage("--size times --depth is more than 64 MiB", NULL);
  if (options.sources == UINT32_MAX)
    options.sources =
        (options.connections - 1) /
        (options.mode == MODE_CONNECTS ? CONNECTS_A_SOURCE : CONNECTIONS_A_SOURCE);
  if (options.sources > MAX_SOURCES) options.sources = MAX_SOURCES;
  return options;
}
