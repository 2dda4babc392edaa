/* SPDX-License-Identifier: Apache-2.0 */
/* Written by `cargo xtask headers`: change src/ffi or xtask/headers instead. */

#ifndef PROTON_RAW_CONNECTION_H
#define PROTON_RAW_CONNECTION_H 1

/**
 * @file
 * Raw connections: bytes over a network without AMQP, in buffers of the application's own.
 *
 * A raw connection is made with pn_raw_connection() and handed to a proactor with pn_proactor_raw_connect() or
 * pn_listener_raw_accept(). From then on it belongs to the proactor, which reports what happens to it as events. Only
 * the thread that handles its events may use it, but for pn_raw_connection_wake(), which any thread may call.
 *
 * The application lends its memory: empty buffers to read into, and full ones to write. Each comes back when it was
 * read into or written, and all of them before the raw connection ends.
 */

#include <proton/condition.h>
#include <proton/event.h>
#include <proton/import_export.h>
#include <proton/types.h>

/**
 * Memory of the application's, lent to a raw connection.
 */
typedef struct pn_raw_buffer_t pn_raw_buffer_t;

/**
 * What a raw connection is told of a buffer, and tells when it gives it back.
 */
struct pn_raw_buffer_t {
  uintptr_t context; /**< The application's own; comes back as it was given. */
  char *bytes;       /**< Where the memory is. */
  uint32_t capacity; /**< How many bytes there are. */
  uint32_t size;     /**< How many of them are data. */
  uint32_t offset;   /**< Where the data begins. */
};

struct pn_netaddr_t;

#ifdef __cplusplus
extern "C" {
#endif

/**
 * Returns the address of this end. See pn_netaddr_str() and the other functions of proton/netaddr.h.
 *
 * @param[in] connection a raw connection
 * @return the address, empty until it is known, valid as long as the raw connection; NULL for NULL
 */
PNP_EXTERN const struct pn_netaddr_t *pn_raw_connection_local_addr(pn_raw_connection_t *connection);

/**
 * Returns the address of the other end: while connecting, the one that is being tried.
 *
 * @param[in] connection a raw connection
 * @return the address, empty until it is known, valid as long as the raw connection; NULL for NULL
 */
PNP_EXTERN const struct pn_netaddr_t *pn_raw_connection_remote_addr(pn_raw_connection_t *connection);

#ifdef __cplusplus
}
#endif

#ifdef __cplusplus
extern "C" {
#endif

/**
 * Makes a raw connection.
 *
 * It can be set up and given buffers right away. Once handed to a proactor it belongs to that, and lives until
 * PN_RAW_CONNECTION_DISCONNECTED has been handled.
 *
 * @return a new raw connection, for pn_proactor_raw_connect() or pn_listener_raw_accept()
 */
PNP_EXTERN pn_raw_connection_t *pn_raw_connection(void);

/**
 * Closes both directions. What was given to be written is still written.
 *
 * @param[in] connection a raw connection
 */
PNP_EXTERN void pn_raw_connection_close(pn_raw_connection_t *connection);

/**
 * Closes the reading direction: nothing more will be read, and no more buffers are taken for it.
 *
 * @param[in] connection a raw connection
 */
PNP_EXTERN void pn_raw_connection_read_close(pn_raw_connection_t *connection);

/**
 * Closes the writing direction: no more buffers are taken for it. Those given before are still written, and then the
 * peer is told that no more will come.
 *
 * @param[in] connection a raw connection
 */
PNP_EXTERN void pn_raw_connection_write_close(pn_raw_connection_t *connection);

/**
 * Tells how many buffers pn_raw_connection_give_read_buffers() would take.
 *
 * @param[in] connection a raw connection
 * @return how many, 0 if the direction is closed
 */
PNP_EXTERN size_t pn_raw_connection_read_buffers_capacity(pn_raw_connection_t *connection);

/**
 * Tells how many buffers pn_raw_connection_write_buffers() would take.
 *
 * @param[in] connection a raw connection
 * @return how many, 0 if the direction is closed
 */
PNP_EXTERN size_t pn_raw_connection_write_buffers_capacity(pn_raw_connection_t *connection);

/**
 * Lends empty buffers to read into, from their offset to their capacity. They must not be touched before they have
 * been taken back.
 *
 * A buffer without room comes back at once, with nothing in it.
 *
 * @param[in] connection a raw connection
 * @param[in] buffers the buffers, copied
 * @param[in] num how many there are
 * @return how many were taken, from the front: as many as there is capacity for
 */
PNP_EXTERN size_t pn_raw_connection_give_read_buffers(pn_raw_connection_t *connection,
                                                      const pn_raw_buffer_t *buffers,
                                                      size_t num);

/**
 * Takes back buffers that were read into, in the order of their data. Their size tells how much was read; none at all
 * says that the peer has ended its direction.
 *
 * @param[in] connection a raw connection
 * @param[out] buffers room for the buffers
 * @param[in] num how many there is room for
 * @return how many were put there, 0 when there are no more at the moment
 */
PNP_EXTERN size_t pn_raw_connection_take_read_buffers(pn_raw_connection_t *connection,
                                                      pn_raw_buffer_t *buffers,
                                                      size_t num);

/**
 * Lends full buffers to be written, as many bytes as their size from their offset on. They must not be changed before
 * they have been taken back.
 *
 * @param[in] connection a raw connection
 * @param[in] buffers the buffers, copied
 * @param[in] num how many there are
 * @return how many were taken, from the front: as many as there is capacity for
 */
PNP_EXTERN size_t pn_raw_connection_write_buffers(pn_raw_connection_t *connection,
                                                  const pn_raw_buffer_t *buffers,
                                                  size_t num);

/**
 * Takes back buffers that were written, in the order in which they were given and as they were.
 *
 * @param[in] connection a raw connection
 * @param[out] buffers room for the buffers
 * @param[in] num how many there is room for
 * @return how many were put there, 0 when there are no more at the moment
 */
PNP_EXTERN size_t pn_raw_connection_take_written_buffers(pn_raw_connection_t *connection,
                                                         pn_raw_buffer_t *buffers,
                                                         size_t num);

/**
 * Tells whether nothing more will be read, because either side said so.
 *
 * @param[in] connection a raw connection
 * @return true if so, also for NULL
 */
PNP_EXTERN bool pn_raw_connection_is_read_closed(pn_raw_connection_t *connection);

/**
 * Tells whether no more buffers will be taken to be written.
 *
 * @param[in] connection a raw connection
 * @return true if so, also for NULL
 */
PNP_EXTERN bool pn_raw_connection_is_write_closed(pn_raw_connection_t *connection);

/**
 * Has PN_RAW_CONNECTION_WAKE reported. Any thread may call this.
 *
 * Several calls may be reported by one event. Until the raw connection is handed to a proactor, and after
 * PN_RAW_CONNECTION_DISCONNECTED, nothing happens; once that event has been handled the raw connection is gone.
 *
 * @param[in] connection a raw connection, or NULL
 */
PNP_EXTERN void pn_raw_connection_wake(pn_raw_connection_t *connection);

/**
 * Returns the condition that tells why a raw connection ended, not set if it ended as planned.
 *
 * @param[in] connection a raw connection
 * @return the condition, valid as long as the raw connection; NULL only for NULL
 */
PNP_EXTERN pn_condition_t *pn_raw_connection_condition(pn_raw_connection_t *connection);

/**
 * Returns the application's pointer on a raw connection.
 *
 * @param[in] connection a raw connection, or NULL
 * @return what pn_raw_connection_set_context() stored, NULL if nothing
 */
PNP_EXTERN void *pn_raw_connection_get_context(pn_raw_connection_t *connection);

/**
 * Stores a pointer of the application's on a raw connection.
 *
 * @param[in] connection a raw connection
 * @param[in] context any pointer; it is never followed
 */
PNP_EXTERN void pn_raw_connection_set_context(pn_raw_connection_t *connection, void *context);

/**
 * Returns the record in which anything can be attached to a raw connection.
 *
 * @param[in] connection a raw connection, or NULL
 * @return the record, valid as long as the raw connection; NULL for NULL
 */
PNP_EXTERN pn_record_t *pn_raw_connection_attachments(pn_raw_connection_t *connection);

/**
 * Gives the raw connection an event is about.
 *
 * @param[in] event an event, or NULL
 * @return the raw connection; NULL if the event is not about one
 */
PNP_EXTERN pn_raw_connection_t *pn_event_raw_connection(pn_event_t *event);

/**
 * Tells whether a batch is about a raw connection.
 *
 * @param[in] batch a batch
 * @return the raw connection; NULL if the batch is about something else
 */
PNP_EXTERN pn_raw_connection_t *pn_event_batch_raw_connection(pn_event_batch_t *batch);

#ifdef __cplusplus
}
#endif

#endif /* PROTON_RAW_CONNECTION_H */
