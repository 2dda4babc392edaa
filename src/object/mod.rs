//! The C object model: counted objects behind a hidden header, their classes, and the collections of old headers.
//!
//! `header` has the memory, `class` the struct and the built-in classes, `call` the order in which a class's
//! functions run. `string`, `list`, `map`, `record`, `iterator` and `collector` are objects of this room's own
//! classes; `ffi` gives them their C names. Part of the house where `unsafe` lives, because C hands us pointers.
#![allow(non_camel_case_types, reason = "C names")]

pub(crate) mod call;
pub(crate) mod class;
pub(crate) mod collector;
pub(crate) mod event_name;
pub(crate) mod header;
pub(crate) mod iterator;
pub(crate) mod list;
pub(crate) mod map;
pub(crate) mod record;
pub(crate) mod string;

use std::ffi::c_void;

pub(crate) use class::{ClassCell, class_argument, ordinary_class, pn_class_t};
pub(crate) use header::{header, new_object};

/// Adds a reference to an object through its class; null is tolerated.
///
/// # Safety
/// `object` is null or a live counted object.
pub(crate) unsafe fn incref<T>(object: *mut T) {
    // SAFETY: passed on from the caller.
    unsafe { call::incref(&raw const class::OBJECT.0, object.cast::<c_void>()) };
}

/// Takes a reference from an object through its class; null is tolerated.
///
/// # Safety
/// `object` is null or a live counted object, and the caller gives up one reference.
pub(crate) unsafe fn decref<T>(object: *mut T) {
    // SAFETY: passed on from the caller.
    unsafe { call::decref(&raw const class::OBJECT.0, object.cast::<c_void>()) };
}
