/* SPDX-License-Identifier: Apache-2.0 */
/* Written by `cargo xtask headers`: change src/ffi or xtask/headers instead. */

#ifndef PROTON_TYPES_H
#define PROTON_TYPES_H 1

/**
 * @file
 * The types that several parts of the interface share.
 */

#include <proton/import_export.h>
#include <proton/type_compat.h>
#include <stddef.h>

/**
 * Describes how objects of one kind are made, counted, compared and destroyed; see `pn_class_create()`.
 */
typedef struct pn_class_t pn_class_t;

/**
 * An AMQP connection: the local end of the outermost endpoint.
 */
typedef struct pn_connection_t pn_connection_t;

/**
 * An AMQP session: an ordered conversation within a connection, with a window of its own.
 */
typedef struct pn_session_t pn_session_t;

/**
 * An AMQP link: a one-way path for messages within a session.
 */
typedef struct pn_link_t pn_link_t;

/**
 * The transfer of one message over a link, and the state of its settlement.
 */
typedef struct pn_delivery_t pn_delivery_t;

/**
 * Gathers the events of connections and their endpoints.
 */
typedef struct pn_collector_t pn_collector_t;

/**
 * Turns a connection into bytes for a peer and back.
 */
typedef struct pn_transport_t pn_transport_t;

/**
 * Holds values that an application attaches to an object, each under a handle.
 */
typedef struct pn_record_t pn_record_t;

/**
 * Serves the network traffic of many connections and reports it as events.
 */
typedef struct pn_proactor_t pn_proactor_t;

/**
 * Waits for incoming connections on an address.
 */
typedef struct pn_listener_t pn_listener_t;

/**
 * A network connection that carries bytes of any protocol.
 */
typedef struct pn_raw_connection_t pn_raw_connection_t;

/**
 * Events that belong together and are handled by one thread.
 */
typedef struct pn_event_batch_t pn_event_batch_t;

/**
 * Receives the events of a reactor.
 */
typedef struct pn_handler_t pn_handler_t;

#ifdef __cplusplus
extern "C" {
#endif

/** The longest span a pn_millis_t can hold. */
#define PN_MILLIS_MAX UINT32_MAX

/** Bytes that belong to somebody else and are only read. */
typedef struct pn_bytes_t {
  /** How many. */
  size_t size;
  /** Where; may be NULL if there are none. */
  const char *start;
} pn_bytes_t;

/** Bytes that belong to somebody else and may be written. */
typedef struct pn_rwbytes_t {
  /** How many. */
  size_t size;
  /** Where; may be NULL if there are none. */
  char *start;
} pn_rwbytes_t;

/** A Unicode character, UTF-32. */
typedef uint32_t pn_char_t;

/** An IEEE 754 decimal128, as its bytes in network order. */
typedef struct pn_decimal128_t {
  /** The bytes. */
  char bytes[16];
} pn_decimal128_t;

/** An IEEE 754 decimal32, as its bits. */
typedef uint32_t pn_decimal32_t;

/** An IEEE 754 decimal64, as its bits. */
typedef uint64_t pn_decimal64_t;

/** A number of frames. */
typedef uint32_t pn_frame_count_t;

/** A handle: the address of something unique, used as a key. See PN_HANDLE. */
typedef const void *pn_handle_t;

/** A span of time in milliseconds. */
typedef uint32_t pn_millis_t;

/** A span of time in seconds. */
typedef uint32_t pn_seconds_t;

/** A wrapping 32-bit number, as the sequence numbers of AMQP are. */
typedef uint32_t pn_sequence_t;

/** The state of an endpoint: one PN_LOCAL_ bit and one PN_REMOTE_ bit. */
typedef int pn_state_t;

/** A point in time: milliseconds since 1970-01-01 00:00 UTC. */
typedef int64_t pn_timestamp_t;

/** A universally unique identifier. */
typedef struct pn_uuid_t {
  /** The bytes, in the order they are written. */
  char bytes[16];
} pn_uuid_t;

/**
 * Puts a size and an address together. Nothing is copied.
 *
 * @param[in] size how many bytes
 * @param[in] start where they are
 * @return the pair, good for as long as the bytes are
 */
#if defined(__cplusplus) || \
  (defined(__STDC_VERSION__) && __STDC_VERSION__ >= 199901L && !defined(__GNUC_GNU_INLINE__))
inline pn_bytes_t pn_bytes(size_t size, const char *start)
{
  pn_bytes_t bytes;
  bytes.size = size;
  bytes.start = start;
  return bytes;
}
#else
PN_EXTERN pn_bytes_t pn_bytes(size_t size, const char *start);
#endif

/**
 * Puts a size and an address of writable bytes together. Nothing is copied.
 *
 * @param[in] size how many bytes
 * @param[in] start where they are
 * @return the pair, good for as long as the bytes are
 */
#if defined(__cplusplus) || \
  (defined(__STDC_VERSION__) && __STDC_VERSION__ >= 199901L && !defined(__GNUC_GNU_INLINE__))
inline pn_rwbytes_t pn_rwbytes(size_t size, char *start)
{
  pn_rwbytes_t bytes;
  bytes.size = size;
  bytes.start = start;
  return bytes;
}
#else
PN_EXTERN pn_rwbytes_t pn_rwbytes(size_t size, char *start);
#endif

/**
 * No bytes: the size is 0 and the start NULL.
 */
PN_EXTERN extern const pn_bytes_t pn_bytes_null;

/**
 * No writable bytes: the size is 0 and the start NULL.
 */
PN_EXTERN extern const pn_rwbytes_t pn_rwbytes_null;

#ifdef __cplusplus
}
#endif

#endif /* PROTON_TYPES_H */
