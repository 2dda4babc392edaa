/* SPDX-License-Identifier: Apache-2.0 */
/* Written by `cargo xtask headers`: change src/ffi or xtask/headers instead. */

#ifndef PROTON_TRANSPORT_H
#define PROTON_TRANSPORT_H 1

/**
 * @file
 * Transports: the bytes of a connection, produced for and taken from the network.
 */

#include <proton/annotations.h>
#include <proton/condition.h>
#include <proton/import_export.h>
#include <proton/logger.h>
#include <proton/type_compat.h>
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/** Trace nothing. */
#define PN_TRACE_OFF 0

/** Trace bytes. */
#define PN_TRACE_RAW 1

/** Trace frames. */
#define PN_TRACE_FRM 2

/** Trace what a driver does. */
#define PN_TRACE_DRV 4

/** Trace events. */
#define PN_TRACE_EVT 8

/** What a transport traces, a sum of the PN_TRACE constants. */
typedef int pn_trace_t;

/** A program's own function for the lines of one transport's log. The message is valid during the call. */
typedef void (*pn_tracer_t)(pn_transport_t *transport, const char *message);

/**
 * Makes a transport for the side that connects; pn_transport_set_server() makes it the side that accepts.
 *
 * @return a new transport with one reference, to be freed with pn_transport_free()
 */
PN_EXTERN pn_transport_t *pn_transport(void);

/**
 * Makes a transport the side that accepts. Has to be called before any input or output.
 *
 * @param[in] transport a transport
 */
PN_EXTERN void pn_transport_set_server(pn_transport_t *transport);

/**
 * Gives up a transport. While it is bound and its connection is held, the connection keeps it.
 *
 * @param[in] transport a transport, or NULL
 */
PN_EXTERN void pn_transport_free(pn_transport_t *transport);

/**
 * Returns who the other side is, or for a client who it is itself. A server knows once the AMQP header has arrived.
 *
 * @param[in] transport a transport
 * @return the user, valid as long as the transport; NULL if not known
 */
PN_EXTERN const char *pn_transport_get_user(pn_transport_t *transport);

/**
 * Makes a server refuse clients that do not authenticate.
 *
 * @param[in] transport a transport
 * @param[in] required true to refuse them; the default is false
 */
PN_EXTERN void pn_transport_require_auth(pn_transport_t *transport, bool required);

/**
 * Tells whether the client was authenticated, or as a client, accepted.
 *
 * @param[in] transport a transport
 * @return true once SASL has succeeded
 */
PN_EXTERN bool pn_transport_is_authenticated(pn_transport_t *transport);

/**
 * Makes a server refuse clients that do not encrypt.
 *
 * @param[in] transport a transport
 * @param[in] required true to refuse them; the default is false
 */
PN_EXTERN void pn_transport_require_encryption(pn_transport_t *transport, bool required);

/**
 * Tells whether the bytes are protected on their way.
 *
 * @param[in] transport a transport
 * @return true if TLS with a cipher is in use
 */
PN_EXTERN bool pn_transport_is_encrypted(pn_transport_t *transport);

/**
 * Returns the condition that a transport failed with; it is not set while nothing went wrong.
 *
 * @param[in] transport a transport
 * @return the condition, valid as long as the transport; NULL for NULL
 */
PN_EXTERN pn_condition_t *pn_transport_condition(pn_transport_t *transport);

/**
 * Returns the error of a transport, made from its condition.
 *
 * @deprecated use pn_transport_condition()
 *
 * @param[in] transport a transport
 * @return the error, valid as long as the transport; NULL for NULL
 */
PN_EXTERN pn_error_t *pn_transport_error(pn_transport_t *transport);

/**
 * Binds a transport to a connection: what is opened there goes out with the next output, and what has arrived is read.
 *
 * @param[in] transport a transport
 * @param[in] connection a connection, which the transport holds from now on
 * @return 0, PN_STATE_ERR if either is bound already, PN_ARG_ERR for NULL
 */
PN_EXTERN int pn_transport_bind(pn_transport_t *transport,
                                pn_connection_t *connection);

/**
 * Takes a transport off its connection, which can then be bound to another one.
 *
 * @param[in] transport a transport
 * @return 0
 */
PN_EXTERN int pn_transport_unbind(pn_transport_t *transport);

/**
 * Returns the logger of a transport, a copy of the default logger made with the transport.
 *
 * @param[in] transport a transport
 * @return the logger, valid as long as the transport; NULL for NULL
 */
PN_EXTERN pn_logger_t *pn_transport_logger(pn_transport_t *transport);

/**
 * Chooses what a transport traces; everything else it logged by level is switched off.
 *
 * @param[in] transport a transport
 * @param[in] trace a sum of the PN_TRACE constants
 */
PN_EXTERN void pn_transport_trace(pn_transport_t *transport, pn_trace_t trace);

/**
 * Gives the lines of a transport's log to a function, each with its level in front.
 *
 * @param[in] transport a transport
 * @param[in] tracer the function; NULL for the log sink again
 */
PN_EXTERN void pn_transport_set_tracer(pn_transport_t *transport, pn_tracer_t tracer);

/**
 * Returns the function that gets the lines of a transport's log.
 *
 * @param[in] transport a transport
 * @return the function, NULL if none was set
 */
PN_EXTERN pn_tracer_t pn_transport_get_tracer(pn_transport_t *transport);

/**
 * Returns the application's pointer on a transport.
 *
 * @param[in] transport a transport
 * @return what pn_transport_set_context() stored, NULL if nothing
 */
PN_EXTERN void *pn_transport_get_context(pn_transport_t *transport);

/**
 * Stores a pointer of the application's on a transport.
 *
 * @param[in] transport a transport
 * @param[in] context any pointer; it is never followed
 */
PN_EXTERN void pn_transport_set_context(pn_transport_t *transport, void *context);

/**
 * Returns the record in which anything can be attached to a transport.
 *
 * @param[in] transport a transport
 * @return the record, valid as long as the transport; NULL for NULL
 */
PN_EXTERN pn_record_t *pn_transport_attachments(pn_transport_t *transport);

/**
 * Writes a line to a transport's log, whatever its filter says.
 *
 * @param[in] transport a transport
 * @param[in] message the line
 */
PN_EXTERN void pn_transport_log(pn_transport_t *transport, const char *message);

/**
 * As pn_transport_log(), with the line made by a format as for printf.
 *
 * @param[in] transport a transport
 * @param[in] fmt the format, followed by its arguments
 */
PN_EXTERN void pn_transport_logf(pn_transport_t *transport, const char *fmt, ...)
  PN_PRINTF_FORMAT_ATTR(2, 3);

/**
 * As pn_transport_logf(), with the arguments as a va_list.
 *
 * @param[in] transport a transport
 * @param[in] fmt the format
 * @param[in] ap its arguments
 */
PN_EXTERN void pn_transport_vlogf(pn_transport_t *transport, const char *fmt, va_list ap)
  PN_PRINTF_FORMAT_ATTR(2, 0);

/**
 * Returns the highest channel number that both sides allow, as far as known.
 *
 * @param[in] transport a transport
 * @return the number
 */
PN_EXTERN uint16_t pn_transport_get_channel_max(pn_transport_t *transport);

/**
 * Sets the highest channel number that this side allows.
 *
 * @param[in] transport a transport
 * @param[in] channel_max the number, taken as 32767 if above
 * @return 0, PN_STATE_ERR once the open was sent
 */
PN_EXTERN int pn_transport_set_channel_max(pn_transport_t *transport, uint16_t channel_max);

/**
 * Returns the highest channel number that the peer allows.
 *
 * @param[in] transport a transport
 * @return the number; 65535 until the open has arrived, or if it named none
 */
PN_EXTERN uint16_t pn_transport_remote_channel_max(pn_transport_t *transport);

/**
 * Returns the size of the largest frame that this side takes.
 *
 * @param[in] transport a transport
 * @return bytes; 0 for no limit
 */
PN_EXTERN uint32_t pn_transport_get_max_frame(pn_transport_t *transport);

/**
 * Sets the size of the largest frame that this side takes. Without effect once the open was sent.
 *
 * @param[in] transport a transport
 * @param[in] size bytes, taken as 512 if below; 0 for no limit
 */
PN_EXTERN void pn_transport_set_max_frame(pn_transport_t *transport, uint32_t size);

/**
 * Returns the size of the largest frame that the peer takes.
 *
 * @param[in] transport a transport
 * @return bytes; 0 for no limit, 4294967295 if the peer has named none
 */
PN_EXTERN uint32_t pn_transport_get_remote_max_frame(pn_transport_t *transport);

/**
 * Returns how long the peer may be silent.
 *
 * @param[in] transport a transport
 * @return milliseconds; 0 for ever
 */
PN_EXTERN pn_millis_t pn_transport_get_idle_timeout(pn_transport_t *transport);

/**
 * Sets how long the peer may be silent before the transport fails; the peer is told half of it. pn_transport_tick() has to be called for it to work.
 *
 * @param[in] transport a transport
 * @param[in] timeout milliseconds; 0 for ever
 */
PN_EXTERN void pn_transport_set_idle_timeout(pn_transport_t *transport,
                                             pn_millis_t timeout);

/**
 * Returns how long the peer lets this side be silent.
 *
 * @param[in] transport a transport
 * @return milliseconds; 0 for ever, or until the open has arrived
 */
PN_EXTERN pn_millis_t pn_transport_get_remote_idle_timeout(pn_transport_t *transport);

/**
 * Returns the limit on bytes of messages received and not read.
 *
 * @param[in] transport a transport
 * @return bytes, over all links; 0 for no limit
 */
PN_EXTERN size_t pn_transport_get_max_buffered_delivery_bytes(pn_transport_t *transport);

/**
 * Limits the bytes of messages received and not read. A peer that sends more is cut off with `amqp:resource-limit-exceeded`.
 *
 * @param[in] transport a transport
 * @param[in] limit bytes, over all links; 0 for no limit
 */
PN_EXTERN void pn_transport_set_max_buffered_delivery_bytes(pn_transport_t *transport,
                                                            size_t limit);

/**
 * Takes in bytes; none at all close the tail.
 *
 * @deprecated use pn_transport_push() and pn_transport_close_tail()
 *
 * @param[in] transport a transport
 * @param[in] bytes the bytes
 * @param[in] available how many
 * @return how many were taken, or a negative code
 */
PN_EXTERN ssize_t pn_transport_input(pn_transport_t *transport, const char *bytes, size_t available);

/**
 * Gives out bytes and forgets them.
 *
 * @deprecated use pn_transport_peek() and pn_transport_pop()
 *
 * @param[in] transport a transport
 * @param[in] bytes where to put them
 * @param[in] size how many fit
 * @return how many were given, or PN_EOS when there will be no more
 */
PN_EXTERN ssize_t pn_transport_output(pn_transport_t *transport, char *bytes, size_t size);

/**
 * Tells how many bytes fit at pn_transport_tail().
 *
 * @param[in] transport a transport
 * @return the number, which may be 0; PN_EOS once the tail is closed
 */
PN_EXTERN ssize_t pn_transport_capacity(pn_transport_t *transport);

/**
 * Returns where input goes: write up to pn_transport_capacity() bytes there, then call pn_transport_process().
 *
 * @param[in] transport a transport
 * @return the place, valid until the next call on the transport; NULL if there is no room
 */
PN_EXTERN char *pn_transport_tail(pn_transport_t *transport);

/**
 * Takes in as many bytes as fit.
 *
 * @param[in] transport a transport
 * @param[in] src the bytes
 * @param[in] size how many
 * @return how many were taken; PN_EOS once the tail is closed
 */
PN_EXTERN ssize_t pn_transport_push(pn_transport_t *transport, const char *src, size_t size);

/**
 * Takes in the bytes that were written at pn_transport_tail().
 *
 * @param[in] transport a transport
 * @param[in] size how many
 * @return 0, PN_ARG_ERR for NULL
 */
PN_EXTERN int pn_transport_process(pn_transport_t *transport, size_t size);

/**
 * Says that the peer will send nothing more.
 *
 * @param[in] transport a transport
 * @return 0, PN_ARG_ERR for NULL
 */
PN_EXTERN int pn_transport_close_tail(pn_transport_t *transport);

/**
 * Makes output and tells how many bytes of it wait.
 *
 * @param[in] transport a transport
 * @return the number, 0 if there is nothing to say; PN_EOS when there will be no more
 */
PN_EXTERN ssize_t pn_transport_pending(pn_transport_t *transport);

/**
 * Returns the bytes that wait to be sent, pn_transport_pending() of them.
 *
 * @param[in] transport a transport
 * @return the bytes, valid until the next call on the transport; NULL if there are none
 */
PN_EXTERN const char *pn_transport_head(pn_transport_t *transport);

/**
 * Copies bytes that wait to be sent.
 *
 * @param[in] transport a transport
 * @param[in] dst where to put them
 * @param[in] size how many fit
 * @return how many were copied; PN_EOS when there will be no more
 */
PN_EXTERN ssize_t pn_transport_peek(pn_transport_t *transport, char *dst, size_t size);

/**
 * Says that bytes have been sent. Once none are left, more output is made.
 *
 * @param[in] transport a transport
 * @param[in] size how many, no more than wait
 */
PN_EXTERN void pn_transport_pop(pn_transport_t *transport, size_t size);

/**
 * Says that nothing more can be sent; what waits is dropped.
 *
 * @param[in] transport a transport
 * @return 0, PN_ARG_ERR for NULL
 */
PN_EXTERN int pn_transport_close_head(pn_transport_t *transport);

/**
 * Tells whether nothing waits to be sent.
 *
 * @param[in] transport a transport
 * @return true if so, or if there will be no more; true for NULL
 */
PN_EXTERN bool pn_transport_quiesced(pn_transport_t *transport);

/**
 * Tells whether nothing more will be sent.
 *
 * @param[in] transport a transport
 * @return true once the head is closed
 */
PN_EXTERN bool pn_transport_head_closed(pn_transport_t *transport);

/**
 * Tells whether nothing more will be taken in.
 *
 * @param[in] transport a transport
 * @return true once the tail is closed
 */
PN_EXTERN bool pn_transport_tail_closed(pn_transport_t *transport);

/**
 * Tells whether both directions have ended.
 *
 * @param[in] transport a transport
 * @return true once head and tail are closed
 */
PN_EXTERN bool pn_transport_closed(pn_transport_t *transport);

/**
 * Acts on the passing of time: fails if the peer was silent too long, and keeps this side from being silent too long.
 *
 * @param[in] transport a transport
 * @param[in] now milliseconds on any clock that does not go back
 * @return when to call next, on the same clock; 0 for no need
 */
PN_EXTERN int64_t pn_transport_tick(pn_transport_t *transport,
                                    int64_t now);

/**
 * Counts the frames sent, empty ones and those of SASL included.
 *
 * @param[in] transport a transport, or NULL
 * @return the number, 0 for NULL
 */
PN_EXTERN uint64_t pn_transport_get_frames_output(const pn_transport_t *transport);

/**
 * Counts the frames received, empty ones and those of SASL included.
 *
 * @param[in] transport a transport, or NULL
 * @return the number, 0 for NULL
 */
PN_EXTERN uint64_t pn_transport_get_frames_input(const pn_transport_t *transport);

/**
 * Returns the connection that a transport is bound to.
 *
 * @param[in] transport a transport
 * @return the connection, NULL if none
 */
PN_EXTERN pn_connection_t *pn_transport_connection(pn_transport_t *transport);

#ifdef __cplusplus
}
#endif

#endif /* PROTON_TRANSPORT_H */
