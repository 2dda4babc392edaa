//! The C ABI: one file per public header.
#![allow(non_camel_case_types, reason = "C names")]
#![allow(improper_ctypes, reason = "C holds most objects by pointer only and never sees their layout")]
#![allow(clippy::missing_safety_doc, reason = "the manual text of each function says what C must pass")]
mod boundary;
pub mod cid;
pub mod codec;
pub mod collections;
pub mod condition;
pub mod connection;
pub mod connection_driver;
mod data_arguments;
mod data_object;
pub mod delivery;
pub mod disposition;
mod disposition_view;
pub mod error;
pub mod event;
pub mod link;
pub mod listener;
pub mod log;
pub mod logger;
pub mod message;
mod message_object;
pub mod netaddr;
mod networked;
mod networked_raw;
pub mod object;
pub mod object_legacy;
pub mod proactor;
pub mod proactor_address;
pub mod proactor_ext;
pub mod protium;
pub mod protium_sasl;
pub mod raw_connection;
mod raw_io;
pub mod sasl;
pub mod sasl_plugin;
pub mod session;
mod settle;
mod shell;
pub mod ssl;
mod subject;
pub mod terminus;
pub mod transport;
pub mod types;
pub mod url;
pub mod value_dump;
pub mod version;
