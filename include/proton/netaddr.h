/* SPDX-License-Identifier: Apache-2.0 */
/* Written by `cargo xtask headers`: change src/ffi or xtask/headers instead. */

#ifndef PROTON_NETADDR_H
#define PROTON_NETADDR_H 1

/**
 * @file
 * Where sockets are: the addresses of both ends of a connection, and of listeners.
 */

#include <proton/import_export.h>
#include <proton/types.h>

/**
 * The address of a socket. It belongs to what it is the address of.
 */
typedef struct pn_netaddr_t pn_netaddr_t;

struct sockaddr;

#ifdef __cplusplus
extern "C" {
#endif

/**
 * Writes an address in numbers, "HOST:PORT", an IPv6 host without brackets.
 *
 * @param[in] addr an address, or NULL
 * @param[out] buf room for the text, cut off where it does not fit; ends in NUL
 * @param[in] size the size of `buf`; PN_MAX_ADDR is always enough
 * @return the length of the whole text without NUL; 0 and no text for an address that is not known
 */
PNP_EXTERN int pn_netaddr_str(const pn_netaddr_t *addr, char *buf, size_t size);

/**
 * Writes the parts of an address in numbers.
 *
 * @param[in] na an address, or NULL
 * @param[out] host room for the host, or NULL
 * @param[in] hlen the size of `host`
 * @param[out] port room for the port, or NULL
 * @param[in] plen the size of `port`
 * @return 0, or an error as of getnameinfo(): the address is not known or does not fit
 */
PNP_EXTERN int pn_netaddr_host_port(const pn_netaddr_t *na, char *host, size_t hlen, char *port, size_t plen);

/**
 * Returns an address as the operating system has it.
 *
 * @param[in] na an address, or NULL
 * @return the address, valid as long as `na`; NULL for NULL
 */
PNP_EXTERN const struct sockaddr *pn_netaddr_sockaddr(const pn_netaddr_t *na);

/**
 * Returns the size of what pn_netaddr_sockaddr() returns.
 *
 * @param[in] na an address, or NULL
 * @return bytes, 0 for NULL
 */
PNP_EXTERN size_t pn_netaddr_socklen(const pn_netaddr_t *na);

/**
 * Returns the next address of a listener, which has one for each socket it listens with.
 *
 * @param[in] na an address, or NULL
 * @return the next one; NULL after the last and for any other address
 */
PNP_EXTERN const pn_netaddr_t *pn_netaddr_next(const pn_netaddr_t *na);

/**
 * Returns the address of this end of a connection.
 *
 * @param[in] t a transport, or NULL
 * @return the address, empty until there is a socket, valid until PN_TRANSPORT_CLOSED has been handled; NULL if no
 *   proactor drives the transport
 */
PNP_EXTERN const pn_netaddr_t *pn_transport_local_addr(pn_transport_t *t);

/**
 * Returns the address of the peer's end of a connection.
 *
 * @param[in] t a transport, or NULL
 * @return the address, empty until the connection is made, valid until PN_TRANSPORT_CLOSED has been handled; NULL if
 *   no proactor drives the transport
 */
PNP_EXTERN const pn_netaddr_t *pn_transport_remote_addr(pn_transport_t *t);

/**
 * Returns the address of this end of a connection.
 *
 * @param[in] t a transport, or NULL
 * @return what pn_transport_local_addr() returns
 * @deprecated use pn_transport_local_addr()
 */
PN_DEPRECATED("use pn_transport_local_addr()")
PNP_EXTERN const pn_netaddr_t *pn_netaddr_local(pn_transport_t *t);

/**
 * Returns the address of the peer's end of a connection.
 *
 * @param[in] t a transport, or NULL
 * @return what pn_transport_remote_addr() returns
 * @deprecated use pn_transport_remote_addr()
 */
PN_DEPRECATED("use pn_transport_remote_addr()")
PNP_EXTERN const pn_netaddr_t *pn_netaddr_remote(pn_transport_t *t);

/**
 * Returns the addresses that a listener listens at.
 *
 * @param[in] l a listener, or NULL
 * @return the first address; pn_netaddr_next() gives the others. NULL before pn_proactor_listen(), and if there is no
 *   address that could be listened at
 */
PNP_EXTERN const pn_netaddr_t *pn_listener_addr(pn_listener_t *l);

/**
 * Returns the addresses that a listener listens at.
 *
 * @param[in] l a listener, or NULL
 * @return what pn_listener_addr() returns
 * @deprecated use pn_listener_addr()
 */
PN_DEPRECATED("use pn_listener_addr()")
PNP_EXTERN const pn_netaddr_t *pn_netaddr_listening(pn_listener_t *l);

#ifdef __cplusplus
}
#endif

#endif /* PROTON_NETADDR_H */
