//! Network input and output for any number of threads: connections, listeners, raw connections.
//!
//! **scheduler** hands tasks to the threads that wait: every one of them waits in the kernel's own queue. A **task** is
//! one subject of events with one atomic word that says who runs it and what it has to look at; **ready** is the queue
//! of tasks that were called other than by their socket, **registry** finds a task by its key, **timer** is the one
//! place where time is kept. An **address** is what a program calls a place in the network; **lookup** finds the
//! addresses of its name without keeping anybody waiting, and **dial** tries them in turn. **connection** moves the
//! bytes of an AMQP connection, **listener** accepts, **raw** is a connection without AMQP, **activity** knows when
//! nothing is left to do. Events and C objects belong to the boundary (spec/proactor.md; docs/architecture.md).
#![forbid(unsafe_code)]

pub(crate) mod activity;
pub(crate) mod address;
pub(crate) mod connection;
pub(crate) mod dial;
pub(crate) mod listener;
pub(crate) mod lookup;
#[cfg(all(test, loom))]
mod models;
pub(crate) mod raw;
mod ready;
mod registry;
pub(crate) mod scheduler;
mod sync;
pub(crate) mod task;
mod timer;
