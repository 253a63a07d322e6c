#include "address.h"

#include <arpa/inet.h>
#include <errno.h>
#include <net/if.h>
#include <netdb.h>
#include <stdio.h>
#include <string.h>
#include <sys/un.h>

/* A zone is understood by getaddrinfo(3) alone; AI_NUMERICHOST keeps it from asking the network. */
static int parse_scoped(struct gev_endpoint *endpoint, const char *host, uint16_t port) {
  struct addrinfo hints = {.ai_flags = AI_NUMERICHOST, .ai_family = AF_INET6};
  struct addrinfo *found = NULL;
  hints.ai_socktype = SOCK_STREAM;
  if (getaddrinfo(host, NULL, &hints, &found) != 0) return EINVAL;
  memcpy(&endpoint->storage, found->ai_addr, found->ai_addrlen);
  endpoint->length = found->ai_addrlen;
  ((struct sockaddr_in6 *)&endpoint->storage)->sin6_port = htons(port);
  freeaddrinfo(found);
  return 0;
}

int gev_endpoint_tcp(struct gev_endpoint *endpoint, const char *host, uint16_t port) {
  memset(endpoint, 0, sizeof *endpoint);
  struct sockaddr_in *v4 = (struct sockaddr_in *)&endpoint->storage;
  if (inet_pton(AF_INET, host, &v4->sin_addr) == 1) {
    v4->sin_family = AF_INET;
    v4->sin_port = htons(port);
    endpoint->length = sizeof *v4;
    return 0;
  }
  memset(endpoint, 0, sizeof *endpoint);
  struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)&endpoint->storage;
  if (inet_pton(AF_INET6, host, &v6->sin6_addr) == 1) {
    v6->sin6_family = AF_INET6;
    v6->sin6_port = htons(port);
    endpoint->length = sizeof *v6;
    return 0;
  }
  return parse_scoped(endpoint, host, port);
}

int gev_endpoint_unix(struct gev_endpoint *endpoint, const char *path) {
  memset(endpoint, 0, sizeof *endpoint);
  struct sockaddr_un *name = (struct sockaddr_un *)&endpoint->storage;
  size_t size = strlen(path) + 1;
  if (size == 1) return EINVAL;
  if (size > sizeof name->sun_path) return ENAMETOOLONG;
  name->sun_family = AF_UNIX;
  memcpy(name->sun_path, path, size);
  endpoint->length = sizeof *name;
  return 0;
}

void gev_endpoint_path(const struct gev_endpoint *endpoint, char text[GEV_ADDRESS_TEXT]) {
  const struct sockaddr_un *name = (const struct sockaddr_un *)&endpoint->storage;
  size_t start = offsetof(struct sockaddr_un, sun_path);
  text[0] = '\0';
  if (endpoint->storage.ss_family != AF_UNIX || endpoint->length <= start) return;
  /* unix(7): the path need not end with a zero. */
  size_t size = endpoint->length - start;
  (void)snprintf(text, GEV_ADDRESS_TEXT, "%.*s", (int)size, name->sun_path);
}

void gev_address_from(struct gev_address *address, const struct sockaddr *name, socklen_t length) {
  memset(address, 0, sizeof *address);
  /* A unix client has no name; some systems then give no family either (unix(4)). */
  address->family = length >= sizeof(sa_family_t) ? name->sa_family : AF_UNIX;
  if (address->family == AF_INET) {
    const struct sockaddr_in *v4 = (const struct sockaddr_in *)name;
    address->port = ntohs(v4->sin_port);
    memcpy(address->bytes, &v4->sin_addr, sizeof v4->sin_addr);
  } else if (address->family == AF_INET6) {
    const struct sockaddr_in6 *v6 = (const struct sockaddr_in6 *)name;
    address->port = ntohs(v6->sin6_port);
    address->scope = v6->sin6_scope_id;
    memcpy(address->bytes, &v6->sin6_addr, sizeof v6->sin6_addr);
  }
}

void gev_address_host(const struct gev_address *address, char text[GEV_ADDRESS_TEXT]) {
  text[0] = '\0';
  if (address->family != AF_INET && address->family != AF_INET6) return;
  if (inet_ntop(address->family, address->bytes, text, GEV_ADDRESS_TEXT) == NULL) text[0] = '\0';
  if (address->scope == 0) return;
  char zone[IF_NAMESIZE];
  size_t used = strlen(text);
  if (if_indextoname(address->scope, zone) != NULL) {
    (void)snprintf(text + used, GEV_ADDRESS_TEXT - used, "%%%s", zone);
  } else {
    (void)snprintf(text + used, GEV_ADDRESS_TEXT - used, "%%%u", address->scope);
  }
}
