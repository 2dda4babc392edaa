//! The variable arguments of `pn_data_fill` and `pn_data_scan`, fetched from C one by one.
//!
//! The C shim keeps the `va_list` and lends it as an opaque [`Args`]. The format says which types come; that the
//! arguments have these types is the caller's promise and the reason for every `unsafe` here.

use std::ffi::{c_char, c_int, c_void};

use super::codec::{pn_atom_t, pn_data_t};
use super::data_object::{atom_value, cloned, lent, on_data, slice, status, text, value_atom, with_data_out};
use super::error::PN_ARG_ERR;
use super::logger::names::{pn_log_level_t as Level, pn_log_subsystem_t as Subsystem};
use super::logger::{default_logger, log};
use super::types::pn_bytes_t;
use crate::codec::Data;
use crate::codec::data::{Arguments, EachString, Fault, FaultKind, Outputs, Tree, Value};

/// A `va_list` in the keeping of the shim.
pub(crate) enum Args {}

unsafe extern "C" {
    fn protium_shim_va_int(args: *mut Args) -> c_int;
    fn protium_shim_va_u64(args: *mut Args) -> u64;
    fn protium_shim_va_size(args: *mut Args) -> usize;
    fn protium_shim_va_double(args: *mut Args) -> f64;
    fn protium_shim_va_pointer(args: *mut Args) -> *mut c_void;
}

/// The next arguments of the running call.
struct CArguments {
    args: *mut Args,
    /// The data object that is being filled or scanned.
    target: *mut pn_data_t,
}

impl CArguments {
    fn pointer<T>(&mut self) -> *mut T {
        // SAFETY: the caller passed what the format says; here a pointer.
        unsafe { protium_shim_va_pointer(self.args) }.cast()
    }

    fn next_int(&mut self) -> c_int {
        // SAFETY: the caller passed what the format says; here an int.
        unsafe { protium_shim_va_int(self.args) }
    }

    fn next_u64(&mut self) -> u64 {
        // SAFETY: the caller passed what the format says; here a 64-bit integer.
        unsafe { protium_shim_va_u64(self.args) }
    }
}

impl Arguments for CArguments {
    fn int(&mut self) -> i32 {
        self.next_int()
    }

    fn uint(&mut self) -> u32 {
        self.next_int().cast_unsigned()
    }

    fn long(&mut self) -> i64 {
        self.next_u64().cast_signed()
    }

    fn ulong(&mut self) -> u64 {
        self.next_u64()
    }

    fn double(&mut self) -> f64 {
        // SAFETY: the caller passed what the format says; here a double.
        unsafe { protium_shim_va_double(self.args) }
    }

    fn sized_bytes(&mut self) -> Option<&[u8]> {
        // SAFETY: the caller passed what the format says; here a size.
        let size = unsafe { protium_shim_va_size(self.args) };
        let start: *mut c_char = self.pointer();
        // SAFETY: the caller passed a pointer to that many bytes.
        (!start.is_null()).then(|| unsafe { slice(start, size) })
    }

    fn string(&mut self) -> Option<&[u8]> {
        let start = self.pointer();
        // SAFETY: the caller passed null or a string.
        unsafe { text(start) }
    }

    fn strings(&mut self, each: &mut EachString<'_>) -> Result<(), Fault> {
        let count = usize::try_from(self.next_int()).unwrap_or(0);
        let array: *mut *const c_char = self.pointer();
        for i in 0..count {
            if array.is_null() {
                break;
            }
            // SAFETY: the caller passed an array of `count` strings.
            let entry = unsafe { array.add(i) };
            // SAFETY: as above.
            let start = unsafe { entry.read() };
            // SAFETY: the caller passed null or a string in each place.
            each(unsafe { text(start) })?;
        }
        Ok(())
    }

    fn atom(&mut self) -> Option<Value<'_>> {
        let atom: *mut pn_atom_t = self.pointer();
        // SAFETY: the caller passed null or an atom.
        let atom = unsafe { atom.as_ref() }?;
        // SAFETY: the caller filled the atom as its type says.
        Some(unsafe { atom_value(atom) })
    }

    fn tree(&mut self) -> Tree {
        let source: *mut pn_data_t = self.pointer();
        if source == self.target {
            return Tree::Same;
        }
        // SAFETY: the caller passed null or a live data object; the target's tree is not borrowed from its object.
        unsafe { cloned(source) }.map_or(Tree::Absent, Tree::Other)
    }
}

/// Fills `data` for the shim.
#[unsafe(no_mangle)]
pub(crate) unsafe extern "C" fn protium_shim_data_fill(
    data: *mut pn_data_t,
    fmt: *const c_char,
    args: *mut Args,
) -> c_int {
    // SAFETY: the caller passes null or a string.
    let Some(format) = (unsafe { text(fmt) }) else { return PN_ARG_ERR };
    let mut arguments = CArguments { args, target: data };
    let fill = |tree: &mut Data| {
        // Arguments may point to bytes of the tree as it was; these stay until all arguments are read.
        let result = tree.with_text_kept(|tree| tree.fill(format, &mut arguments));
        if let Err(fault) = &result {
            report(fault);
        }
        status(result)
    };
    // SAFETY: the caller passes null or a live data object.
    unsafe { with_data_out(data, PN_ARG_ERR, fill) }
}

/// A letter that does not exist is a mistake in the program; the log says so, the data object's error does not.
fn report(fault: &Fault) {
    if fault.kind == FaultKind::Argument {
        let (amqp, critical) = (Subsystem::PN_SUBSYSTEM_AMQP as _, Level::PN_LEVEL_CRITICAL as _);
        // SAFETY: the default logger lives for ever.
        unsafe { log(default_logger(), amqp, critical, &fault.text) };
    }
}

/// The places that a scan writes to.
struct COutputs {
    arguments: CArguments,
    flag: *mut bool,
    /// Copies for other data objects, which get them when the scan is over and no tree is borrowed.
    trees: Vec<(*mut pn_data_t, Data)>,
}

impl COutputs {
    fn store<T>(&mut self, value: T) {
        let place: *mut T = self.arguments.pointer();
        if !place.is_null() {
            // SAFETY: the caller passed a place for what the format says.
            unsafe { place.write(value) };
        }
    }
}

impl Outputs for COutputs {
    fn flag(&mut self) {
        self.flag = self.arguments.pointer();
    }

    fn set_flag(&mut self, found: bool) {
        if !self.flag.is_null() {
            // SAFETY: the caller passed a place for a bool.
            unsafe { self.flag.write(found) };
        }
    }

    fn bool(&mut self, value: bool) {
        self.store(value);
    }

    fn ubyte(&mut self, value: u8) {
        self.store(value);
    }

    fn byte(&mut self, value: i8) {
        self.store(value);
    }

    fn ushort(&mut self, value: u16) {
        self.store(value);
    }

    fn short(&mut self, value: i16) {
        self.store(value);
    }

    fn uint(&mut self, value: u32) {
        self.store(value);
    }

    fn int(&mut self, value: i32) {
        self.store(value);
    }

    fn char(&mut self, value: u32) {
        self.store(value);
    }

    fn ulong(&mut self, value: u64) {
        self.store(value);
    }

    fn long(&mut self, value: i64) {
        self.store(value);
    }

    fn timestamp(&mut self, value: i64) {
        self.store(value);
    }

    fn float(&mut self, value: f32) {
        self.store(value);
    }

    fn double(&mut self, value: f64) {
        self.store(value);
    }

    fn bytes(&mut self, value: Option<&[u8]>) {
        self.store::<pn_bytes_t>(lent(value));
    }

    fn atom(&mut self, value: Option<Value<'_>>) {
        self.store::<pn_atom_t>(value_atom(value.unwrap_or(Value::Null)));
    }

    fn tree(&mut self, value: Option<Data>) {
        let destination = self.arguments.pointer();
        if let Some(value) = value {
            self.trees.push((destination, value));
        }
    }
}

/// Scans `data` for the shim.
#[unsafe(no_mangle)]
pub(crate) unsafe extern "C" fn protium_shim_data_scan(
    data: *mut pn_data_t,
    fmt: *const c_char,
    args: *mut Args,
) -> c_int {
    // SAFETY: the caller passes null or a string.
    let Some(format) = (unsafe { text(fmt) }) else { return PN_ARG_ERR };
    let arguments = CArguments { args, target: data };
    let mut outputs = COutputs { arguments, flag: std::ptr::null_mut(), trees: Vec::new() };
    // SAFETY: the caller passes null or a live data object.
    let mut result = unsafe { on_data(data, PN_ARG_ERR, |tree| status(tree.scan(format, &mut outputs))) };
    for (destination, tree) in outputs.trees {
        // SAFETY: the caller passed null or a live data object; no tree is borrowed any more.
        let appended = unsafe { on_data(destination, 0, |place| status(place.append(&tree, None))) };
        if result == 0 {
            result = appended;
        }
    }
    result
}
