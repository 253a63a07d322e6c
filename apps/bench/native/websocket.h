/*
 * A client of WebSocket (RFC 6455), as much of it as measures a server: the opening handshake, and
 * binary frames that are a whole message each.
 */
#ifndef BENCH_WEBSOCKET_H
#define BENCH_WEBSOCKET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Bytes of a frame with `size` bytes in it. Masked is what a client sends, unmasked a server. */
size_t websocket_size(uint32_t size, bool masked);

/*
 * Writes frame number `number`. Its bytes and its mask differ from number to number; with and
 * without the mask it is the same message.
 */
void websocket_fill(uint8_t *frame, uint32_t number, uint32_t size, bool masked);

/*
 * The opening handshake on a non-blocking socket that is connected; waits for it. Ends the process
 * when the server refuses, or says anything before it is asked.
 */
void websocket_open(int fd);

#endif
