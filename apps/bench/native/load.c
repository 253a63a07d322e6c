/* The load generator: one thread, epoll, one JSON line (see options.c for the usage). */

#include "modes.h"
#include "network.h"

#include <stdbool.h>

int main(int argc, char **argv) {
  struct options options = options_read(argc, argv);
  /* Of the connects, no more than `concurrency` are open at a time. */
  bool few = options.mode == MODE_CONNECTS && options.concurrency < options.connections;
  network_reserve(few ? options.concurrency : options.connections);
  switch (options.mode) {
    case MODE_ECHO:
    case MODE_FRAMED:
    case MODE_PROTOBUF:
    case MODE_WEBSOCKET:
      return run_exchange(&options);
    case MODE_BROADCAST:
      return run_broadcast(&options);
    case MODE_HOLD:
    case MODE_HOLD_WEBSOCKET:
      return run_hold(&options);
    case MODE_CONNECTS:
      return run_connects(&options);
  }
  return 1;
}
