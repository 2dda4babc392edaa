//! `proton/proactor_ext.h`: sockets that the program has connected itself.

use std::ffi::c_int;

use super::networked::{Side, connection_of, start};
use super::proactor::pn_proactor_t;
use super::shell::{pn_connection_t, pn_transport_t};
use crate::proactor::connection::ConnectionIo;
use crate::proactor::dial::Fault;
use crate::sys::socket::Socket;

/// A socket as the system knows it.
pub type pn_socket_t = c_int;

/// Has a proactor drive a connection over a socket that is connected already. The same events follow as for
/// pn_proactor_connect2().
///
/// Thread safe. The proactor owns all three from now on, and closes the socket in the end.
///
/// @param[in] proactor a proactor
/// @param[in] connection a connection; NULL to make one
/// @param[in] transport a transport, which may have been made a server's; NULL to make one
/// @param[in] fd a stream socket that is connected
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_proactor_import_socket(
    proactor: *mut pn_proactor_t,
    connection: *mut pn_connection_t,
    transport: *mut pn_transport_t,
    fd: pn_socket_t,
) {
    // SAFETY: the caller passes null or a live proactor.
    let Some(this) = (unsafe { proactor.as_ref() }) else { return };
    // SAFETY: the caller hands the socket over.
    let io = match unsafe { Socket::adopt(fd) } {
        Ok(socket) => {
            let peer = socket.peer_address();
            ConnectionIo::over(socket, peer)
        }
        Err(error) => ConnectionIo::failed(Fault::new(&error, "on connect")),
    };
    // SAFETY: passed on from the caller.
    let task = unsafe { start(proactor, connection, transport, Side::Connects, io) };
    if let Some(imported) = connection_of(&task) {
        imported.begin(this.core(), &task);
    }
}
