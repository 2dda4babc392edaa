/* SPDX-License-Identifier: Apache-2.0 */
/* Written by `cargo xtask headers`: change src/ffi or xtask/headers instead. */

#ifndef PROTON_CONNECTION_DRIVER_H
#define PROTON_CONNECTION_DRIVER_H 1

/**
 * @file
 * One connection with its transport and events, for programs that do their own input and output.
 */

#include <proton/annotations.h>
#include <proton/event.h>
#include <proton/import_export.h>
#include <proton/types.h>
#include <stdarg.h>

/**
 * The event that says that the driver takes no more bytes from the network.
 */
#define PN_TRANSPORT_READ_CLOSED PN_TRANSPORT_TAIL_CLOSED

/**
 * The event that says that the driver has no more bytes for the network.
 */
#define PN_TRANSPORT_WRITE_CLOSED PN_TRANSPORT_HEAD_CLOSED

#ifdef __cplusplus
extern "C" {
#endif

/** Everything one connection needs. The members may be read; only the functions here change them. */
typedef struct pn_connection_driver_t {
  /** The connection, NULL once it was released. */
  pn_connection_t *connection;
  /** Its transport. */
  pn_transport_t *transport;
  /** Its events. */
  pn_collector_t *collector;
} pn_connection_driver_t;

/**
 * Sets up a driver. Its connection and transport belong to it from then on.
 *
 * @param[out] driver the driver, in any state
 * @param[in] connection a connection, NULL to make one
 * @param[in] transport a transport, NULL to make one
 * @return 0, PN_ARG_ERR for NULL
 */
PN_EXTERN int pn_connection_driver_init(pn_connection_driver_t *driver,
                                        pn_connection_t *connection,
                                        pn_transport_t *transport);

/**
 * Binds the transport to the connection, which otherwise happens when the first event has been handled.
 *
 * @param[in] driver a driver
 * @return 0, PN_STATE_ERR if it is bound already
 */
PN_EXTERN int pn_connection_driver_bind(pn_connection_driver_t *driver);

/**
 * Frees everything a driver holds. Safe to repeat.
 *
 * @param[in] driver a driver
 */
PN_EXTERN void pn_connection_driver_destroy(pn_connection_driver_t *driver);

/**
 * Returns room for bytes that arrive.
 *
 * @param[in] driver a driver
 * @return the room, valid until the next call on the driver; none if reading is over or has to wait
 */
PN_EXTERN pn_rwbytes_t pn_connection_driver_read_buffer(pn_connection_driver_t *driver);

/**
 * As pn_connection_driver_read_buffer(), with a wish for its size, granted up to the largest frame.
 *
 * @param[in] driver a driver
 * @param[in] n bytes wished for
 * @return the room, valid until the next call on the driver; none if reading is over or has to wait
 */
PN_EXTERN pn_rwbytes_t pn_connection_driver_read_buffer_sized(pn_connection_driver_t *driver, size_t n);

/**
 * Says that bytes were read into the room.
 *
 * @param[in] driver a driver
 * @param[in] n how many
 */
PN_EXTERN void pn_connection_driver_read_done(pn_connection_driver_t *driver, size_t n);

/**
 * Says that nothing more will be read.
 *
 * @param[in] driver a driver
 */
PN_EXTERN void pn_connection_driver_read_close(pn_connection_driver_t *driver);

/**
 * Tells whether reading is over.
 *
 * @param[in] driver a driver
 * @return true if nothing more will be taken in
 */
PN_EXTERN bool pn_connection_driver_read_closed(pn_connection_driver_t *driver);

/**
 * Returns bytes to be sent.
 *
 * @param[in] driver a driver
 * @return the bytes, valid until the next call on the driver; none if there is nothing to say
 */
PN_EXTERN pn_bytes_t pn_connection_driver_write_buffer(pn_connection_driver_t *driver);

/**
 * Says that bytes were sent.
 *
 * @param[in] driver a driver
 * @param[in] n how many
 * @return what still waits, valid until the next call on the driver
 */
PN_EXTERN pn_bytes_t pn_connection_driver_write_done(pn_connection_driver_t *driver, size_t n);

/**
 * Says that nothing more can be sent.
 *
 * @param[in] driver a driver
 */
PN_EXTERN void pn_connection_driver_write_close(pn_connection_driver_t *driver);

/**
 * Tells whether writing is over.
 *
 * @param[in] driver a driver
 * @return true if nothing more will be sent
 */
PN_EXTERN bool pn_connection_driver_write_closed(pn_connection_driver_t *driver);

/**
 * Ends both directions.
 *
 * @param[in] driver a driver
 */
PN_EXTERN void pn_connection_driver_close(pn_connection_driver_t *driver);

/**
 * Returns the next event.
 *
 * @param[in] driver a driver
 * @return the event, valid until the next call of this function; NULL if there is none
 */
PN_EXTERN pn_event_t *pn_connection_driver_next_event(pn_connection_driver_t *driver);

/**
 * Tells whether an event waits.
 *
 * @param[in] driver a driver
 * @return true if pn_connection_driver_next_event() has something to return
 */
PN_EXTERN bool pn_connection_driver_has_event(pn_connection_driver_t *driver);

/**
 * Tells whether a driver has nothing more to do: both directions have ended and no event waits.
 *
 * @param[in] driver a driver
 * @return true if so
 */
PN_EXTERN bool pn_connection_driver_finished(pn_connection_driver_t *driver);

/**
 * Sets the condition that the transport ends with, the description by a format as for printf. Nothing else
 * happens; close the driver to end it.
 *
 * @param[in] driver a driver
 * @param[in] name the name of the condition
 * @param[in] fmt the format, followed by its arguments
 */
PN_EXTERN void pn_connection_driver_errorf(pn_connection_driver_t *driver,
                                           const char *name,
                                           const char *fmt,
                                           ...)
  PN_PRINTF_FORMAT_ATTR(3, 4);

/**
 * As pn_connection_driver_errorf(), with the arguments as a va_list.
 *
 * @param[in] driver a driver
 * @param[in] name the name of the condition
 * @param[in] fmt the format
 * @param[in] ap its arguments
 */
PN_EXTERN void pn_connection_driver_verrorf(pn_connection_driver_t *driver,
                                            const char *name,
                                            const char *fmt,
                                            va_list ap)
  PN_PRINTF_FORMAT_ATTR(3, 0);

/**
 * As pn_connection_driver_log(), with the line made by a format as for printf.
 *
 * @param[in] driver a driver
 * @param[in] fmt the format, followed by its arguments
 */
PN_EXTERN void pn_connection_driver_logf(pn_connection_driver_t *driver, const char *fmt, ...)
  PN_PRINTF_FORMAT_ATTR(2, 3);

/**
 * As pn_connection_driver_logf(), with the arguments as a va_list.
 *
 * @param[in] driver a driver
 * @param[in] fmt the format
 * @param[in] ap its arguments
 */
PN_EXTERN void pn_connection_driver_vlogf(pn_connection_driver_t *driver, const char *fmt, va_list ap)
  PN_PRINTF_FORMAT_ATTR(2, 0);

/**
 * Writes a line to the log of a driver's transport, whatever its filter says.
 *
 * @param[in] driver a driver
 * @param[in] msg the line
 */
PN_EXTERN void pn_connection_driver_log(pn_connection_driver_t *driver, const char *msg);

/**
 * Takes the connection out of a driver, as new: its transport is closed and unbound, and no event follows.
 *
 * @param[in] driver a driver
 * @return the connection, which the caller owns now; NULL if there is none
 */
PN_EXTERN pn_connection_t *pn_connection_driver_release_connection(pn_connection_driver_t *driver);

/**
 * Returns a place on a connection where whoever drives it may keep its driver.
 *
 * @param[in] connection a connection
 * @return the place, NULL at first, valid as long as the connection; NULL for NULL
 */
PN_EXTERN pn_connection_driver_t **pn_connection_driver_ptr(pn_connection_t *connection);

#ifdef __cplusplus
}
#endif

#endif /* PROTON_CONNECTION_DRIVER_H */
