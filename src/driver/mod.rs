//! Connection and transport as one unit: what a proactor or an application's own loop drives.
//!
//! The unit itself is thin: a transport bound to its connection. Event delivery belongs to the boundary.
#![forbid(unsafe_code)]

use crate::engine::Connection;
use crate::transport::Transport;

/// Room for input, and how to fill it.
pub(crate) struct Driver<'a> {
    pub(crate) transport: &'a mut Transport,
    pub(crate) connection: Option<&'a mut Connection>,
}
