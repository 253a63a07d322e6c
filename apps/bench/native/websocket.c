#include "websocket.h"

#include "fail.h"

#include <arpa/inet.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

/* RFC 6455, section 5.2. */
#define FINAL_BINARY 0x82
#define MASKED 0x80
#define LENGTH_16 126
#define LENGTH_64 127
#define MASK_SIZE 4
/* An odd multiplier: no two numbers have the same mask. */
#define MASK_STEP 2654435761u

#define ANSWER_TIMEOUT_MS 10000

/* Key and answer are the example of RFC 6455, section 1.3: so nothing here needs SHA-1. */
static const char REQUEST[] = "GET / HTTP/1.1\r\n"
                              "Host: 127.0.0.1\r\n"
                              "Upgrade: websocket\r\n"
                              "Connection: Upgrade\r\n"
                              "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
                              "Sec-WebSocket-Version: 13\r\n\r\n";
static const char STATUS[] = "HTTP/1.1 101 ";
static const char ACCEPT[] = "\r\nsec-websocket-accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n";
static const char END[] = "\r\n\r\n";

static size_t length_size(uint32_t size) {
  if (size < LENGTH_16) return 1;
  return size <= UINT16_MAX ? 1 + sizeof(uint16_t) : 1 + sizeof(uint64_t);
}

size_t websocket_size(uint32_t size, bool masked) {
  return 1 + length_size(size) + (masked ? MASK_SIZE : 0) + size;
}

static uint8_t *write_length(uint8_t *at, uint32_t size, uint8_t masked) {
  if (size < LENGTH_16) {
    *at++ = (uint8_t)(masked | size);
    return at;
  }
  if (size <= UINT16_MAX) {
    uint16_t length = htons((uint16_t)size);
    *at++ = masked | LENGTH_16;
    memcpy(at, &length, sizeof length);
    return at + sizeof length;
  }
  uint32_t length[2] = {0, htonl(size)};
  *at++ = masked | LENGTH_64;
  memcpy(at, length, sizeof length);
  return at + sizeof length;
}

void websocket_fill(uint8_t *frame, uint32_t number, uint32_t size, bool masked) {
  uint8_t mask[MASK_SIZE] = {0};
  uint8_t *at = frame;
  *at++ = FINAL_BINARY;
  at = write_length(at, size, masked ? MASKED : 0);
  if (masked) {
    uint32_t key = (number + 1) * MASK_STEP;
    memcpy(mask, &key, sizeof mask);
    memcpy(at, mask, sizeof mask);
    at += sizeof mask;
  }
  for (uint32_t i = 0; i < size; i++) at[i] = (uint8_t)(number * 7 + i) ^ mask[i % MASK_SIZE];
}

/* Appends what comes next to the text; returns its new length. */
static size_t receive_more(int fd, char *text, size_t length, size_t room) {
  struct pollfd wait = {.fd = fd, .events = POLLIN};
  int ready = poll(&wait, 1, ANSWER_TIMEOUT_MS);
  if (ready < 0) fail_errno("poll");
  if (ready == 0) fail(1, "handshake: no answer within 10 s");
  ssize_t got = recv(fd, text + length, room - length - 1, 0);
  if (got < 0) fail_errno("handshake");
  if (got == 0) fail(1, "handshake: closed after '%s'", text);
  text[length + (size_t)got] = '\0';
  return length + (size_t)got;
}

void websocket_open(int fd) {
  char answer[2048] = "";
  /* A new socket's buffer takes it whole. */
  if (send(fd, REQUEST, sizeof REQUEST - 1, MSG_NOSIGNAL) != (ssize_t)sizeof REQUEST - 1)
    fail_errno("handshake");
  size_t length = 0;
  const char *end = NULL;
  while (end == NULL && length < sizeof answer - 1) {
    length = receive_more(fd, answer, length, sizeof answer);
    end = strstr(answer, END);
  }
  if (end == NULL || end + sizeof END - 1 != answer + length ||
      strncmp(answer, STATUS, sizeof STATUS - 1) != 0 || strcasestr(answer, ACCEPT) == NULL)
    fail(1, "handshake: the server answers '%s'", answer);
}
