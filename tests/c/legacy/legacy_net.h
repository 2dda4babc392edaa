/* What programs about reactors and messengers share: ports that are free, and handlers that tell what they see. */
#ifndef LEGACY_NET_H
#define LEGACY_NET_H

#include "transcript.h"

#include <proton/connection.h>
#include <proton/delivery.h>
#include <proton/event.h>
#include <proton/handlers.h>
#include <proton/link.h>
#include <proton/message.h>
#include <proton/messenger.h>
#include <proton/reactor.h>
#include <proton/session.h>
#include <proton/transport.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

static MAYBE int port_of(int fd)
{
    struct sockaddr_in address;
    socklen_t length = sizeof address;
    if (getsockname(fd, (struct sockaddr *)&address, &length)) return 0;
    return ntohs(address.sin_port);
}

/* A port on which nobody listens, as text. The descriptor keeps it from others until it is closed. */
static MAYBE const char *free_port(void)
{
    static char text[4][8];
    static unsigned turn;
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int fd = socket(AF_INET, SOCK_STREAM, 0), on = 1;
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (bind(fd, (struct sockaddr *)&address, sizeof address)) exit(3);
    char *place = text[turn++ % 4];
    snprintf(place, sizeof *text, "%d", port_of(fd));
    close(fd);
    return place;
}

static MAYBE const char *name_of(pn_event_type_t type)
{
    return pn_event_type_name(type) + 3;
}

/* Text without what differs from run to run: the port. */
static MAYBE const char *without_port(const char *text, const char *port)
{
    static char out[256];
    const char *at = text && port && *port ? strstr(text, port) : NULL;
    if (!text) return "(null)";
    if (!at) return text;
    snprintf(out, sizeof out, "%.*sPORT%s", (int)(at - text), text, at + strlen(port));
    return out;
}

#endif
