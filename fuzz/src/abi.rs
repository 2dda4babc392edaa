//! The C functions that the harness calls, as C sees them.

use std::ffi::{c_char, c_int, c_uint, c_void};

#[repr(C)]
#[derive(Clone, Copy)]
pub struct Bytes {
    pub size: usize,
    pub start: *const c_char,
}

/// A `pn_atom_t`.
#[repr(C)]
pub struct Atom {
    pub kind: c_int,
    pub content: [u64; 2],
}

pub type Object = *mut c_void;

pub type LogSink = extern "C" fn(isize, c_uint, c_uint, *const c_char);

pub type Tracer = extern "C" fn(Object, *const c_char);

pub type Handle = *const c_void;

/// A `protium_sasl_lookup_t`.
pub type LookUp = unsafe extern "C" fn(
    context: *mut c_void,
    transport: Object,
    mechanism: *const c_char,
    user: *const c_char,
    authorization: *const c_char,
    kept: Object,
) -> bool;

/// A `protium_sasl_judge_t`.
pub type Judge = unsafe extern "C" fn(
    context: *mut c_void,
    transport: Object,
    mechanism: *const c_char,
    user: *const c_char,
    authorization: *const c_char,
    secret: Bytes,
) -> *const c_char;

#[cfg(feature = "protium")]
unsafe extern "C" {
    pub fn protium_sasl_set_lookup(sasl: Object, lookup: LookUp, context: *mut c_void);
    pub fn protium_sasl_set_judge(sasl: Object, judge: Judge, context: *mut c_void);
    pub fn protium_sasl_kept_password(kept: Object, password: Bytes);
    pub fn protium_sasl_kept_iterations(kept: Object, iterations: u32);
    pub fn protium_sasl_kept_keys(
        kept: Object,
        salt: Bytes,
        iterations: u32,
        stored_key: Bytes,
        server_key: Bytes,
    ) -> bool;
}

pub const ACCEPTED: u64 = 0x24;
pub const OVERFLOW: isize = -3;
/// The number of the array type.
pub const ARRAY: c_int = 23;

pub mod event {
    use super::c_uint;

    pub const CONNECTION_REMOTE_OPEN: c_uint = 9;
    pub const CONNECTION_REMOTE_CLOSE: c_uint = 11;
    pub const SESSION_REMOTE_OPEN: c_uint = 15;
    pub const SESSION_REMOTE_CLOSE: c_uint = 17;
    pub const LINK_REMOTE_OPEN: c_uint = 21;
    pub const LINK_REMOTE_CLOSE: c_uint = 23;
    pub const LINK_REMOTE_DETACH: c_uint = 25;
    pub const LINK_FLOW: c_uint = 26;
    pub const DELIVERY: c_uint = 28;
}

/// A `pn_raw_buffer_t`.
#[repr(C)]
pub struct RawBuffer {
    pub context: usize,
    pub start: *mut u8,
    pub capacity: u32,
    pub size: u32,
    pub offset: u32,
}

pub type Give = unsafe extern "C" fn(Object, *const RawBuffer, usize) -> usize;

unsafe extern "C" {
    pub fn pn_collector() -> Object;
    pub fn pn_collector_free(collector: Object);
    pub fn pn_collector_peek(collector: Object) -> Object;
    pub fn pn_collector_pop(collector: Object) -> bool;
    pub fn pn_event_type(event: Object) -> c_uint;
    pub fn pn_event_transport(event: Object) -> Object;
    pub fn pn_event_connection(event: Object) -> Object;
    pub fn pn_event_session(event: Object) -> Object;
    pub fn pn_event_link(event: Object) -> Object;
    pub fn pn_event_delivery(event: Object) -> Object;

    pub fn pn_connection() -> Object;
    pub fn pn_connection_free(connection: Object);
    pub fn pn_connection_collect(connection: Object, collector: Object);
    pub fn pn_connection_open(connection: Object);
    pub fn pn_connection_close(connection: Object);
    pub fn pn_connection_set_container(connection: Object, name: *const c_char);
    pub fn pn_connection_remote_properties(connection: Object) -> Object;
    pub fn pn_connection_remote_condition(connection: Object) -> Object;

    pub fn pn_session(connection: Object) -> Object;
    pub fn pn_session_open(session: Object);
    pub fn pn_session_close(session: Object);
    pub fn pn_session_free(session: Object);
    pub fn pn_session_set_incoming_capacity(session: Object, capacity: usize);

    pub fn pn_sender(session: Object, name: *const c_char) -> Object;
    pub fn pn_receiver(session: Object, name: *const c_char) -> Object;
    pub fn pn_link_open(link: Object);
    pub fn pn_link_close(link: Object);
    pub fn pn_link_detach(link: Object);
    pub fn pn_link_free(link: Object);
    pub fn pn_link_flow(link: Object, credit: c_int);
    pub fn pn_link_drained(link: Object) -> c_int;
    pub fn pn_link_credit(link: Object) -> c_int;
    pub fn pn_link_is_sender(link: Object) -> bool;
    pub fn pn_link_get_drain(link: Object) -> bool;
    pub fn pn_link_advance(link: Object) -> bool;
    pub fn pn_link_send(link: Object, bytes: *const c_char, size: usize) -> isize;
    pub fn pn_link_recv(link: Object, bytes: *mut c_char, size: usize) -> isize;
    pub fn pn_link_source(link: Object) -> Object;
    pub fn pn_link_target(link: Object) -> Object;
    pub fn pn_link_remote_source(link: Object) -> Object;
    pub fn pn_link_remote_target(link: Object) -> Object;
    pub fn pn_link_remote_properties(link: Object) -> Object;
    pub fn pn_terminus_copy(terminus: Object, source: Object) -> c_int;
    pub fn pn_terminus_set_address(terminus: Object, address: *const c_char) -> c_int;
    pub fn pn_terminus_filter(terminus: Object) -> Object;

    pub fn pn_delivery(link: Object, tag: Bytes) -> Object;
    pub fn pn_delivery_readable(delivery: Object) -> bool;
    pub fn pn_delivery_partial(delivery: Object) -> bool;
    pub fn pn_delivery_updated(delivery: Object) -> bool;
    pub fn pn_delivery_settled(delivery: Object) -> bool;
    pub fn pn_delivery_update(delivery: Object, state: u64);
    pub fn pn_delivery_settle(delivery: Object);
    pub fn pn_delivery_clear(delivery: Object);
    pub fn pn_delivery_remote(delivery: Object) -> Object;
    pub fn pn_disposition_type(disposition: Object) -> u64;
    pub fn pn_disposition_condition(disposition: Object) -> Object;
    pub fn pn_disposition_data(disposition: Object) -> Object;
    pub fn pn_disposition_annotations(disposition: Object) -> Object;
    pub fn pn_condition_get_name(condition: Object) -> *const c_char;
    pub fn pn_condition_get_description(condition: Object) -> *const c_char;
    pub fn pn_condition_info(condition: Object) -> Object;

    pub fn pn_transport() -> Object;
    pub fn pn_transport_free(transport: Object);
    pub fn pn_transport_set_server(transport: Object);
    pub fn pn_transport_set_max_frame(transport: Object, size: u32);
    pub fn pn_transport_set_idle_timeout(transport: Object, timeout: u32);
    pub fn pn_transport_bind(transport: Object, connection: Object) -> c_int;
    pub fn pn_transport_unbind(transport: Object) -> c_int;
    pub fn pn_transport_capacity(transport: Object) -> isize;
    pub fn pn_transport_push(transport: Object, bytes: *const c_char, size: usize) -> isize;
    pub fn pn_transport_pending(transport: Object) -> isize;
    pub fn pn_transport_head(transport: Object) -> *const c_char;
    pub fn pn_transport_pop(transport: Object, size: usize);
    pub fn pn_transport_close_tail(transport: Object) -> c_int;
    pub fn pn_transport_close_head(transport: Object) -> c_int;
    pub fn pn_transport_tick(transport: Object, now: i64) -> i64;
    pub fn pn_transport_condition(transport: Object) -> Object;
    pub fn pn_sasl(transport: Object) -> Object;
    pub fn pn_sasl_allowed_mechs(sasl: Object, mechanisms: *const c_char);

    pub fn pn_sasl_set_allow_insecure_mechs(sasl: Object, insecure: bool);
    pub fn pn_sasl_outcome(sasl: Object) -> c_int;
    pub fn pn_sasl_done(sasl: Object, outcome: c_int);
    pub fn pn_sasl_get_mech(sasl: Object) -> *const c_char;
    pub fn pn_sasl_get_user(sasl: Object) -> *const c_char;
    pub fn pn_sasl_get_authorization(sasl: Object) -> *const c_char;
    pub fn pn_connection_set_user(connection: Object, user: *const c_char);
    pub fn pn_connection_set_password(connection: Object, password: *const c_char);
    pub fn pn_connection_set_authorization(connection: Object, authorization: *const c_char);
    pub fn pn_connection_state(connection: Object) -> c_int;
    pub fn pn_transport_require_auth(transport: Object, required: bool);
    pub fn pn_transport_is_authenticated(transport: Object) -> bool;
    pub fn pn_transport_get_user(transport: Object) -> *const c_char;
    pub fn pn_transport_trace(transport: Object, trace: c_int);
    pub fn pn_transport_set_tracer(transport: Object, tracer: Tracer);
    pub fn pn_transport_set_max_buffered_delivery_bytes(transport: Object, limit: usize);

    pub fn pn_collector_release(collector: Object);
    pub fn pn_connection_release(connection: Object);
    pub fn pn_work_head(connection: Object) -> Object;
    pub fn pn_work_next(delivery: Object) -> Object;
    pub fn pn_unsettled_head(link: Object) -> Object;
    pub fn pn_unsettled_next(delivery: Object) -> Object;
    pub fn pn_session_head(connection: Object, state: c_int) -> Object;
    pub fn pn_session_next(session: Object, state: c_int) -> Object;
    pub fn pn_session_set_incoming_window_and_lwm(session: Object, window: u32, low: u32) -> c_int;
    pub fn pn_session_set_outgoing_window(session: Object, window: usize);
    pub fn pn_link_head(connection: Object, state: c_int) -> Object;
    pub fn pn_link_set_drain(link: Object, drain: bool);
    pub fn pn_link_drain(link: Object, credit: c_int);
    pub fn pn_link_offered(link: Object, credit: c_int);
    pub fn pn_link_current(link: Object) -> Object;
    pub fn pn_link_set_snd_settle_mode(link: Object, mode: c_int);
    pub fn pn_link_set_rcv_settle_mode(link: Object, mode: c_int);
    pub fn pn_link_set_max_message_size(link: Object, size: u64);
    pub fn pn_delivery_abort(delivery: Object);
    pub fn pn_delivery_link(delivery: Object) -> Object;
    pub fn pn_delivery_current(delivery: Object) -> bool;
    pub fn pn_delivery_local(delivery: Object) -> Object;
    pub fn pn_disposition_set_failed(disposition: Object, failed: bool);

    pub fn pn_data(capacity: usize) -> Object;
    pub fn pn_data_free(data: Object);
    pub fn pn_data_clear(data: Object);
    pub fn pn_data_rewind(data: Object);
    pub fn pn_data_next(data: Object) -> bool;
    pub fn pn_data_enter(data: Object) -> bool;
    pub fn pn_data_exit(data: Object) -> bool;
    pub fn pn_data_prev(data: Object) -> bool;
    pub fn pn_data_size(data: Object) -> usize;
    pub fn pn_data_errno(data: Object) -> c_int;
    pub fn pn_data_type(data: Object) -> c_int;
    pub fn pn_data_narrow(data: Object);
    pub fn pn_data_widen(data: Object);
    pub fn pn_url_parse(text: *const c_char) -> Object;
    pub fn pn_url_free(url: Object);
    pub fn pn_url_str(url: Object) -> *const c_char;
    pub fn pn_url_get_scheme(url: Object) -> *const c_char;
    pub fn pn_url_set_scheme(url: Object, text: *const c_char);
    pub fn pn_url_get_username(url: Object) -> *const c_char;
    pub fn pn_url_set_username(url: Object, text: *const c_char);
    pub fn pn_url_get_password(url: Object) -> *const c_char;
    pub fn pn_url_set_password(url: Object, text: *const c_char);
    pub fn pn_url_get_host(url: Object) -> *const c_char;
    pub fn pn_url_set_host(url: Object, text: *const c_char);
    pub fn pn_url_get_port(url: Object) -> *const c_char;
    pub fn pn_url_set_port(url: Object, text: *const c_char);
    pub fn pn_url_get_path(url: Object) -> *const c_char;
    pub fn pn_url_set_path(url: Object, text: *const c_char);
    pub fn pn_data_point(data: Object) -> Handle;
    pub fn pn_data_restore(data: Object, point: Handle) -> bool;
    pub fn pn_data_get_list(data: Object) -> usize;
    pub fn pn_data_get_map(data: Object) -> usize;
    pub fn pn_data_get_array(data: Object) -> usize;
    pub fn pn_data_get_array_type(data: Object) -> c_int;
    pub fn pn_data_get_ulong(data: Object) -> u64;
    pub fn pn_data_is_array_described(data: Object) -> bool;
    pub fn pn_data_is_described(data: Object) -> bool;
    pub fn pn_data_put_binary(data: Object, bytes: Bytes) -> c_int;
    pub fn pn_data_put_string(data: Object, bytes: Bytes) -> c_int;
    pub fn pn_data_put_list(data: Object) -> c_int;
    pub fn pn_data_append(data: Object, source: Object) -> c_int;
    pub fn pn_data_appendn(data: Object, source: Object, limit: c_int) -> c_int;
    pub fn pn_data_get_bytes(data: Object) -> Bytes;
    pub fn pn_data_lookup(data: Object, name: *const c_char) -> bool;
    pub fn pn_data_copy(data: Object, source: Object) -> c_int;
    pub fn pn_data_decode(data: Object, bytes: *const c_char, size: usize) -> isize;
    pub fn pn_data_encode(data: Object, bytes: *mut c_char, size: usize) -> isize;
    pub fn pn_data_encoded_size(data: Object) -> isize;
    pub fn pn_data_format(data: Object, bytes: *mut c_char, size: *mut usize) -> c_int;
    pub fn pn_data_fill(data: Object, format: *const c_char, ...) -> c_int;
    pub fn pn_data_scan(data: Object, format: *const c_char, ...) -> c_int;

    pub fn pn_message() -> Object;
    pub fn pn_message_free(message: Object);
    pub fn pn_message_decode(message: Object, bytes: *const c_char, size: usize) -> c_int;
    pub fn pn_message_encode(message: Object, bytes: *mut c_char, size: *mut usize) -> c_int;
    pub fn pn_message_body(message: Object) -> Object;
    pub fn pn_message_properties(message: Object) -> Object;
    pub fn pn_message_annotations(message: Object) -> Object;
    pub fn pn_message_instructions(message: Object) -> Object;
    pub fn pn_message_id(message: Object) -> Object;
    pub fn pn_message_correlation_id(message: Object) -> Object;
    pub fn pn_message_errno(message: Object) -> c_int;
    pub fn pn_message_clear(message: Object);
    pub fn pn_message_get_address(message: Object) -> *const c_char;
    pub fn pn_message_get_group_id(message: Object) -> *const c_char;
    pub fn pn_message_get_reply_to(message: Object) -> *const c_char;
    pub fn pn_message_get_user_id(message: Object) -> Bytes;
    pub fn pn_message_get_subject(message: Object) -> *const c_char;
    pub fn pn_message_set_address(message: Object, address: *const c_char) -> c_int;
    pub fn pn_message_set_subject(message: Object, subject: *const c_char) -> c_int;
    pub fn pn_message_set_durable(message: Object, durable: bool) -> c_int;
    pub fn pn_message_set_inferred(message: Object, inferred: bool) -> c_int;

    pub fn pn_tostring(object: Object) -> *mut c_char;
    pub fn pn_default_logger() -> Object;
    pub fn pn_logger_set_log_sink(logger: Object, sink: LogSink, context: isize);
    pub fn pn_inspect(object: Object, string: Object) -> c_int;
    pub fn pn_string(text: *const c_char) -> Object;
    pub fn pn_stringn(text: *const c_char, size: usize) -> Object;
    pub fn pn_string_get(string: Object) -> *const c_char;
    pub fn pn_string_size(string: Object) -> usize;
    pub fn pn_string_set(string: Object, text: *const c_char) -> c_int;
    pub fn pn_string_setn(string: Object, text: *const c_char, size: usize) -> c_int;
    pub fn pn_string_addf(string: Object, format: *const c_char, ...) -> c_int;
    pub fn pn_string_format(string: Object, format: *const c_char, ...) -> c_int;
    pub fn pn_string_copy(string: Object, source: Object) -> c_int;
    pub fn pn_string_grow(string: Object, capacity: usize) -> c_int;
    pub fn pn_string_clear(string: Object);
    pub fn pn_incref(object: Object) -> Object;
    pub fn pn_decref(object: Object) -> c_int;

    #[link_name = "free"]
    pub fn libc_free(block: Object);
}

unsafe extern "C" {
    pub fn pn_ssl(transport: Object) -> Object;
    pub fn pn_ssl_init(ssl: Object, domain: Object, session: *const c_char) -> c_int;
    pub fn pn_ssl_domain(mode: c_uint) -> Object;
    pub fn pn_ssl_domain_set_protocols(domain: Object, protocols: *const c_char) -> c_int;
    pub fn pn_ssl_domain_set_peer_authentication(
        domain: Object,
        mode: c_uint,
        announced: *const c_char,
    ) -> c_int;
    pub fn pn_ssl_domain_set_credentials(
        domain: Object,
        certificate: *const c_char,
        key: *const c_char,
        password: *const c_char,
    ) -> c_int;
}

// What the installed libqpid-proton has in no library.
#[cfg(feature = "protium")]
unsafe extern "C" {
    pub fn pn_tls_config(mode: c_uint) -> Object;
    pub fn pn_tls_config_set_credentials(
        config: Object,
        certificate: *const c_char,
        key: *const c_char,
        password: *const c_char,
    ) -> c_int;
    pub fn pn_tls_config_set_peer_authentication(
        config: Object,
        mode: c_uint,
        announced: *const c_char,
    ) -> c_int;
    pub fn pn_tls(config: Object) -> Object;
    pub fn pn_tls_free(tls: Object);
    pub fn pn_tls_start(tls: Object) -> c_int;
    pub fn pn_tls_stop(tls: Object) -> c_int;
    pub fn pn_tls_process(tls: Object) -> c_int;
    pub fn pn_tls_close_output(tls: Object);
    pub fn pn_tls_is_secure(tls: Object) -> bool;
    pub fn pn_tls_is_input_closed(tls: Object) -> bool;
    pub fn pn_tls_get_session_error(tls: Object) -> c_int;
    pub fn pn_tls_get_session_error_string(tls: Object, buffer: *mut c_char, size: usize) -> usize;
    pub fn pn_tls_get_remote_subject(tls: Object) -> *const c_char;
    pub fn pn_tls_need_encrypt_output_buffers(tls: Object) -> bool;
    pub fn pn_tls_need_decrypt_output_buffers(tls: Object) -> bool;
    pub fn pn_tls_give_encrypt_input_buffers(tls: Object, buffers: *const RawBuffer, count: usize) -> usize;
    pub fn pn_tls_take_encrypt_input_buffers(tls: Object, buffers: *mut RawBuffer, count: usize) -> usize;
    pub fn pn_tls_give_encrypt_output_buffers(tls: Object, buffers: *const RawBuffer, count: usize) -> usize;
    pub fn pn_tls_take_encrypt_output_buffers(tls: Object, buffers: *mut RawBuffer, count: usize) -> usize;
    pub fn pn_tls_give_decrypt_input_buffers(tls: Object, buffers: *const RawBuffer, count: usize) -> usize;
    pub fn pn_tls_take_decrypt_input_buffers(tls: Object, buffers: *mut RawBuffer, count: usize) -> usize;
    pub fn pn_tls_give_decrypt_output_buffers(tls: Object, buffers: *const RawBuffer, count: usize) -> usize;
    pub fn pn_tls_take_decrypt_output_buffers(tls: Object, buffers: *mut RawBuffer, count: usize) -> usize;
}
