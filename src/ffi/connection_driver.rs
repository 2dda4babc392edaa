//! `proton/connection_driver.h`: a connection, its transport and its collector as one unit.
use super::event::pn_collector_t;
use super::shell::{pn_connection_t, pn_transport_t};

/// Everything one connection needs.
#[repr(C)]
pub struct pn_connection_driver_t {
    /// The connection.
    pub connection: *mut pn_connection_t,
    /// Its transport.
    pub transport: *mut pn_transport_t,
    /// Its events.
    pub collector: *mut pn_collector_t,
}
