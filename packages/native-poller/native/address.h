#ifndef GEV_ADDRESS_H
#define GEV_ADDRESS_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

/* A socket's end in 24 bytes; a unix end is its family alone. */
struct gev_address {
  uint16_t family;
  uint16_t port;
  uint32_t scope;
  uint8_t bytes[16];
};

/* Room for an IPv6 literal with a zone, or for a unix path, and the closing zero. */
#define GEV_ADDRESS_TEXT 160

struct gev_endpoint {
  struct sockaddr_storage storage;
  socklen_t length;
};

/* An IP literal (with a zone, such as fe80::1%eth0). Gives 0 or a positive errno. */
int gev_endpoint_tcp(struct gev_endpoint *endpoint, const char *host, uint16_t port);
int gev_endpoint_unix(struct gev_endpoint *endpoint, const char *path);
/* Writes the path of a unix end, "" for an unnamed one and for every other kind. */
void gev_endpoint_path(const struct gev_endpoint *endpoint, char text[GEV_ADDRESS_TEXT]);

void gev_address_from(struct gev_address *address, const struct sockaddr *name, socklen_t length);
/* Writes the host (or "" for a unix end). */
void gev_address_host(const struct gev_address *address, char text[GEV_ADDRESS_TEXT]);

#endif
