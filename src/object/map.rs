//! The maps of the old headers: `pn_map_t` with objects as keys, `pn_hash_t` with plain numbers.
//!
//! Both are one table of entries, found through the hash of the key's class and told apart by its comparison. An
//! entry keeps its slot until it is deleted, so that the opaque handle of an iteration is a slot number. Keys and
//! values are counted through their classes, whose functions may run a client's code: no borrow spans a call.

use std::collections::HashMap;
use std::ffi::{c_int, c_void};
use std::ptr::null_mut;

use super::call;
use super::class::{
    ClassCell, VOID, number, ordinary_class, pn_class_t, void_compare, void_hashcode, void_ignore,
};
use super::header::new_object;
use super::string::pn_string_t;

/// A map from objects to objects.
pub struct pn_map_t {
    key_class: *const pn_class_t,
    value_class: *const pn_class_t,
    entries: Vec<Option<Entry>>,
    unused: Vec<usize>,
    slots: HashMap<usize, Vec<usize>>,
}

#[derive(Clone, Copy)]
struct Entry {
    key: *mut c_void,
    value: *mut c_void,
}

/// The class of maps, those with number keys too.
pub(crate) static CLASS: ClassCell =
    ClassCell(pn_class_t { inspect: Some(inspect), ..ordinary_class::<pn_map_t>(c"pn_map", number::MAP) });

/// The class of number keys.
pub(crate) static NUMBER: ClassCell = ClassCell(pn_class_t {
    name: c"pni_uintptr".as_ptr(),
    newinst: None,
    free: Some(void_ignore),
    reify: None,
    hashcode: Some(void_hashcode),
    compare: Some(void_compare),
    inspect: None,
    ..VOID.0
});

/// Makes an empty map.
pub(crate) fn new(key_class: *const pn_class_t, value_class: *const pn_class_t) -> *mut pn_map_t {
    let map =
        pn_map_t { key_class, value_class, entries: Vec::new(), unused: Vec::new(), slots: HashMap::new() };
    new_object(&raw const CLASS.0, map)
}

impl pn_map_t {
    /// How many keys there are.
    pub(crate) fn size(&self) -> usize {
        self.entries.len() - self.unused.len()
    }

    /// The first handle after `handle`, 0 when there is none; 0 asks for the very first.
    pub(crate) fn next(&self, handle: usize) -> usize {
        let rest = self.entries.iter().enumerate().skip(handle);
        rest.filter(|(_, entry)| entry.is_some()).map(|(slot, _)| slot + 1).next().unwrap_or(0)
    }

    /// The key at a handle, null if there is none.
    pub(crate) fn key(&self, handle: usize) -> *mut c_void {
        self.entry(handle).map_or(null_mut(), |entry| entry.key)
    }

    /// The value at a handle, null if there is none.
    pub(crate) fn value(&self, handle: usize) -> *mut c_void {
        self.entry(handle).map_or(null_mut(), |entry| entry.value)
    }

    fn entry(&self, handle: usize) -> Option<Entry> {
        self.entries.get(handle.checked_sub(1)?).copied().flatten()
    }

    fn candidate(&self, hash: usize, nth: usize) -> Option<(usize, *mut c_void)> {
        let slot = *self.slots.get(&hash)?.get(nth)?;
        Some((slot, self.entries[slot]?.key))
    }

    fn insert(&mut self, hash: usize, entry: Entry) {
        let slot = self.unused.pop().unwrap_or_else(|| {
            self.entries.push(None);
            self.entries.len() - 1
        });
        self.entries[slot] = Some(entry);
        self.slots.entry(hash).or_default().push(slot);
    }

    fn take(&mut self, hash: usize, slot: usize) -> Option<Entry> {
        let entry = self.entries[slot].take()?;
        self.unused.push(slot);
        if let Some(slots) = self.slots.get_mut(&hash) {
            slots.retain(|&other| other != slot);
            if slots.is_empty() {
                self.slots.remove(&hash);
            }
        }
        Some(entry)
    }
}

impl Drop for pn_map_t {
    fn drop(&mut self) {
        for entry in std::mem::take(&mut self.entries).into_iter().flatten() {
            release(self.key_class, entry.key);
            release(self.value_class, entry.value);
        }
    }
}

fn release(class: *const pn_class_t, object: *mut c_void) {
    // SAFETY: the map took this reference through the same class.
    unsafe { call::decref(class, object) };
}

/// The classes of keys and values.
unsafe fn classes(map: *mut pn_map_t) -> (*const pn_class_t, *const pn_class_t) {
    // SAFETY: callers pass a live map, borrowed for this one step.
    let map = unsafe { &*map };
    (map.key_class, map.value_class)
}

/// The hash of a key and the slot that has it.
unsafe fn find(map: *mut pn_map_t, key: *mut c_void) -> (usize, Option<usize>) {
    // SAFETY: callers pass a live map.
    let (class, _) = unsafe { classes(map) };
    // SAFETY: callers pass a key of the map's class.
    let hash = unsafe { call::hashcode(class, key) };
    let mut nth = 0;
    // SAFETY: callers pass a live map.
    while let Some((slot, other)) = unsafe { (*map).candidate(hash, nth) } {
        // SAFETY: both keys are of the map's class.
        if unsafe { call::compare(class, other, key) } == 0 {
            return (hash, Some(slot));
        }
        nth += 1;
    }
    (hash, None)
}

/// Sets the value of a key. A key that is there already stays the object it is.
///
/// # Safety
/// `map` is live, `key` and `value` are objects of its classes; the same goes for the functions below.
pub(crate) unsafe fn put(map: *mut pn_map_t, key: *mut c_void, value: *mut c_void) {
    // SAFETY: passed on from the caller.
    let (key_class, value_class) = unsafe { classes(map) };
    // SAFETY: passed on from the caller.
    let (hash, slot) = unsafe { find(map, key) };
    // SAFETY: passed on from the caller.
    unsafe { call::incref(value_class, value) };
    if slot.is_none() {
        // SAFETY: passed on from the caller.
        unsafe { call::incref(key_class, key) };
    }
    // SAFETY: passed on from the caller; this borrow ends before the next class function runs.
    let this = unsafe { &mut *map };
    let known = slot.and_then(|slot| this.entries.get_mut(slot)?.as_mut());
    match known {
        Some(entry) => release(value_class, std::mem::replace(&mut entry.value, value)),
        None => this.insert(hash, Entry { key, value }),
    }
}

/// The value of a key, null if it has none.
///
/// # Safety
/// See [`put`].
pub(crate) unsafe fn get(map: *mut pn_map_t, key: *mut c_void) -> *mut c_void {
    // SAFETY: passed on from the caller.
    let (_, slot) = unsafe { find(map, key) };
    // SAFETY: passed on from the caller.
    slot.map_or(null_mut(), |slot| unsafe { (*map).value(slot + 1) })
}

/// Deletes a key, if it is there.
///
/// # Safety
/// See [`put`].
pub(crate) unsafe fn delete(map: *mut pn_map_t, key: *mut c_void) {
    // SAFETY: passed on from the caller.
    let (key_class, value_class) = unsafe { classes(map) };
    // SAFETY: passed on from the caller.
    let (hash, slot) = unsafe { find(map, key) };
    // SAFETY: passed on from the caller.
    let entry = slot.and_then(|slot| unsafe { (*map).take(hash, slot) });
    if let Some(entry) = entry {
        release(key_class, entry.key);
        release(value_class, entry.value);
    }
}

unsafe extern "C" fn inspect(object: *mut c_void, dst: *mut pn_string_t) -> c_int {
    let map = object.cast::<pn_map_t>();
    // SAFETY: the slot belongs to maps.
    let (key_class, value_class) = unsafe { classes(map) };
    // SAFETY: the caller lends the string.
    let append = |text: &[u8]| unsafe { (*dst).append(text) };
    append(b"{");
    let mut first = true;
    // SAFETY: the slot belongs to maps.
    let step = |handle| unsafe { (*map).next(handle) };
    let mut handle = step(0);
    while handle != 0 {
        if !std::mem::take(&mut first) {
            append(b", ");
        }
        // SAFETY: the slot belongs to maps.
        let (key, value) = (unsafe { (*map).key(handle) }, unsafe { (*map).value(handle) });
        // SAFETY: the key is of the map's class; the string is passed on.
        let mut result = unsafe { call::inspect(key_class, key, dst) };
        if result == 0 {
            append(b": ");
            // SAFETY: the value is of the map's class; the string is passed on.
            result = unsafe { call::inspect(value_class, value, dst) };
        }
        if result != 0 {
            return result;
        }
        handle = step(handle);
    }
    append(b"}");
    0
}
