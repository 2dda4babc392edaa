/* SPDX-License-Identifier: Apache-2.0 */
/* Written by `cargo xtask headers`: change src/ffi or xtask/headers instead. */

#ifndef PROTON_CID_H
#define PROTON_CID_H 1

/**
 * @file
 * The numbers of the library's own classes, as `pn_class_id()` returns them.
 */

#ifdef __cplusplus
extern "C" {
#endif

/** The number of a class, see pn_class_id(). */
typedef enum pn_cid_t {
  /** A counted object of a class of the program. */
  CID_pn_object = 1,
  /** A plain pointer. */
  CID_pn_void = 2,
  /** A counted object, held without a reference. */
  CID_pn_weakref = 3,
  /** The class of pn_string_t objects. */
  CID_pn_string = 4,
  /** The class of pn_list_t objects. */
  CID_pn_list = 5,
  /** The class of pn_map_t objects. */
  CID_pn_map = 6,
  /** The class of pn_hash_t objects. */
  CID_pn_hash = 7,
  /** The class of pn_record_t objects. */
  CID_pn_record = 8,
  /** The class of pn_collector_t objects. */
  CID_pn_collector = 9,
  /** The class of pn_event_t objects. */
  CID_pn_event = 10,
  /** The class of pn_buffer_t objects. */
  CID_pn_buffer = 11,
  /** The class of pn_error_t objects. */
  CID_pn_error = 12,
  /** The class of pn_data_t objects. */
  CID_pn_data = 13,
  /** The class of pn_connection_t objects. */
  CID_pn_connection = 14,
  /** The class of pn_session_t objects. */
  CID_pn_session = 15,
  /** The class of pn_link_t objects. */
  CID_pn_link = 16,
  /** The class of pn_delivery_t objects. */
  CID_pn_delivery = 17,
  /** The class of pn_transport_t objects. */
  CID_pn_transport = 18,
  /** The class of pn_message_t objects. */
  CID_pn_message = 19,
  /** The class of pn_reactor_t objects. */
  CID_pn_reactor = 20,
  /** The class of pn_handler_t objects. */
  CID_pn_handler = 21,
  /** The class of pn_timer_t objects. */
  CID_pn_timer = 22,
  /** The class of pn_task_t objects. */
  CID_pn_task = 23,
  /** The class of pn_io_t objects. */
  CID_pn_io = 24,
  /** The class of pn_selector_t objects. */
  CID_pn_selector = 25,
  /** The class of pn_selectable_t objects. */
  CID_pn_selectable = 26,
  /** The class of pn_url_t objects. */
  CID_pn_url = 27,
  /** The class of pn_strdup_t objects. */
  CID_pn_strdup = 28,
  /** The class of pn_listener_t objects. */
  CID_pn_listener = 29,
  /** The class of pn_proactor_t objects. */
  CID_pn_proactor = 30,
  /** The class of pn_listener_socket_t objects. */
  CID_pn_listener_socket = 31,
  /** The class of pn_raw_connection_t objects. */
  CID_pn_raw_connection = 32,
} pn_cid_t;

#ifdef __cplusplus
}
#endif

#endif /* PROTON_CID_H */
