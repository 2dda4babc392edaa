//! The record: what an object keeps its attachments in, keys to values, each value counted through its class.
//!
//! Keys are addresses or any other bit pattern of that size; there are rarely more than three, so they are walked.
//! Every record has the null key from the start, for the old "context" of an object, and few have another. Taking or dropping a
//! reference may run a client's code, which may use the same record: no borrow of the fields outlives a step.

use std::ffi::c_void;
use std::ptr::null_mut;

use super::call;
use super::class::{ClassCell, number, ordinary_class, pn_class_t};
use super::header::new_object;

/// A record of attachments.
pub struct pn_record_t {
    /// The value of the null key, which is not counted.
    context: *mut c_void,
    fields: Vec<Field>,
}

struct Field {
    key: *const c_void,
    class: *const pn_class_t,
    value: *mut c_void,
}

impl Field {
    fn drop_reference(self) {
        // SAFETY: the field took this reference through the same class when the value was set.
        unsafe { call::decref(self.class, self.value) };
    }
}

/// The class of records.
pub(crate) static CLASS: ClassCell = ClassCell(ordinary_class::<pn_record_t>(c"pn_record", number::RECORD));

/// Makes a record with nothing but the empty context.
pub(crate) fn new() -> *mut pn_record_t {
    new_object(&raw const CLASS.0, pn_record_t { context: null_mut(), fields: Vec::new() })
}

impl pn_record_t {
    fn find(&mut self, key: *const c_void) -> Option<&mut Field> {
        self.fields.iter_mut().find(|field| field.key == key)
    }

    /// Defines a key, with no value; a key that exists keeps class and value.
    pub(crate) fn define(&mut self, key: *const c_void, class: *const pn_class_t) {
        if !self.has(key) {
            self.fields.push(Field { key, class, value: null_mut() });
        }
    }

    /// Whether a key is defined.
    pub(crate) fn has(&self, key: *const c_void) -> bool {
        key.is_null() || self.fields.iter().any(|field| field.key == key)
    }

    /// The value of a key, null if it has none.
    pub(crate) fn get(&self, key: *const c_void) -> *mut c_void {
        if key.is_null() {
            return self.context;
        }
        self.fields.iter().find(|field| field.key == key).map_or(null_mut(), |field| field.value)
    }
}

impl Drop for pn_record_t {
    fn drop(&mut self) {
        std::mem::take(&mut self.fields).into_iter().for_each(Field::drop_reference);
    }
}

/// Sets the value of a defined key; an undefined one is ignored.
///
/// # Safety
/// `record` is live, and `value` null or an object of the key's class.
pub(crate) unsafe fn set(record: *mut pn_record_t, key: *const c_void, value: *mut c_void) {
    if key.is_null() {
        // SAFETY: the caller passes a live record.
        unsafe { (*record).context = value };
        return;
    }
    // SAFETY: the caller passes a live record; this borrow ends before any class function runs.
    let Some(field) = (unsafe { (*record).find(key) }) else { return };
    let class = field.class;
    let old = std::mem::replace(&mut field.value, value);
    // SAFETY: the caller passes an object of the key's class.
    unsafe { call::incref(class, value) };
    // SAFETY: the field held this reference.
    unsafe { call::decref(class, old) };
}

/// Back to nothing but the empty context; values are released in the order their keys were defined.
///
/// # Safety
/// `record` is live.
pub(crate) unsafe fn clear(record: *mut pn_record_t) {
    // SAFETY: the caller passes a live record; this borrow ends before any class function runs.
    let this = unsafe { &mut *record };
    this.context = null_mut();
    std::mem::take(&mut this.fields).into_iter().for_each(Field::drop_reference);
}

#[cfg(test)]
mod tests {
    #![allow(
        clippy::multiple_unsafe_ops_per_block,
        clippy::undocumented_unsafe_blocks,
        reason = "a test owns every object it uses"
    )]

    use std::ptr::{null, without_provenance};

    use super::super::class::OBJECT;
    use super::super::{decref, header, string::pn_string_t};
    use super::*;

    const KEY: *const c_void = without_provenance(8);

    fn count<T>(object: *mut T) -> i32 {
        // SAFETY: tests pass live objects.
        let header = unsafe { header(object.cast()) };
        // SAFETY: as above.
        unsafe { (*header).count }
    }

    #[test]
    fn a_new_and_a_cleared_record_have_exactly_the_context() {
        let record = new();
        // SAFETY: the record is live.
        unsafe {
            (*record).define(KEY, &raw const OBJECT.0);
            set(record, null(), record.cast());
            assert!((*record).has(KEY));
            clear(record);
            assert!((*record).has(null()) && (*record).get(null()).is_null());
            assert!(!(*record).has(KEY));
            decref(record);
        }
    }

    #[test]
    fn a_value_is_held_until_it_is_replaced_and_setting_it_again_is_safe() {
        let (record, value) = (new(), pn_string_t::new(None).into_object());
        // SAFETY: the objects are live.
        unsafe {
            set(record, KEY, value.cast());
            assert_eq!(count(value), 1, "an undefined key is ignored");
            (*record).define(KEY, &raw const OBJECT.0);
            set(record, KEY, value.cast());
            set(record, KEY, value.cast());
            assert_eq!(count(value), 2);
            decref(value);
            set(record, KEY, value.cast());
            assert_eq!(count(value), 1, "setting the only holder's own value keeps it alive");
            (*record).define(KEY, &raw const OBJECT.0);
            assert_eq!((*record).get(KEY), value.cast(), "defining again keeps the value");
            decref(record);
        }
    }
}
