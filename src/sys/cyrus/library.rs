//! libsasl2 itself: found when it is first asked for, told about our locks, started once for each side.
//!
//! The library is never closed again, because its plug-ins stay. That it cannot be had, and that it would not start, is
//! remembered for as long as the process lives.

use std::ffi::{CStr, c_char, c_int, c_uint, c_void};
use std::ptr;
use std::sync::{Mutex, OnceLock, PoisonError};

use super::Fault;
use super::callbacks::Callback;
use super::locks;

/// A connection as libsasl2 sees it.
pub(super) type Handle = c_void;

/// What a step brings: where the bytes are and how many.
pub(super) type Out = *mut *const c_char;

macro_rules! library {
    ($($(#[$note:meta])* $name:ident: fn($($argument:ty),* $(,)?) $(-> $result:ty)?;)*) => {
        /// Its functions, as its public header declares them.
        pub(super) struct Library {
            $($(#[$note])* pub(super) $name: unsafe extern "C" fn($($argument),*) $(-> $result)?,)*
        }

        impl Library {
            /// Finds all functions, or none.
            fn look_up(object: Object) -> Option<Self> {
                Some(Self { $($name: {
                    let address = object.symbol(concat!("sasl_", stringify!($name), "\0"))?;
                    // SAFETY: libsasl2 is known by its file name, which stands for this interface: under this name it
                    // has a function of this type.
                    unsafe {
                        std::mem::transmute::<*mut c_void, unsafe extern "C" fn($($argument),*) $(-> $result)?>(address)
                    }
                },)* })
            }
        }
    };
}

library! {
    set_mutex: fn(locks::Make, locks::Turn, locks::Turn, locks::Unmake);
    set_path: fn(c_int, *mut c_char) -> c_int;
    client_init: fn(*const Callback) -> c_int;
    server_init: fn(*const Callback, *const c_char) -> c_int;
    errstring: fn(c_int, *const c_char, *mut *const c_char) -> *const c_char;
    errdetail: fn(*mut Handle) -> *const c_char;
    client_new: fn(
        *const c_char, *const c_char, *const c_char, *const c_char, *const Callback, c_uint, *mut *mut Handle
    ) -> c_int;
    server_new: fn(
        *const c_char, *const c_char, *const c_char, *const c_char, *const c_char, *const Callback, c_uint,
        *mut *mut Handle
    ) -> c_int;
    dispose: fn(*mut *mut Handle);
    setprop: fn(*mut Handle, c_int, *const c_void) -> c_int;
    getprop: fn(*mut Handle, c_int, *mut *const c_void) -> c_int;
    listmech: fn(
        *mut Handle, *const c_char, *const c_char, *const c_char, *const c_char, Out, *mut c_uint, *mut c_int
    ) -> c_int;
    client_start: fn(*mut Handle, *const c_char, *mut *mut c_void, Out, *mut c_uint, Out) -> c_int;
    client_step: fn(*mut Handle, *const c_char, c_uint, *mut *mut c_void, Out, *mut c_uint) -> c_int;
    server_start: fn(*mut Handle, *const c_char, *const c_char, c_uint, Out, *mut c_uint) -> c_int;
    server_step: fn(*mut Handle, *const c_char, c_uint, Out, *mut c_uint) -> c_int;
    encode: fn(*mut Handle, *const c_char, c_uint, Out, *mut c_uint) -> c_int;
    decode: fn(*mut Handle, *const c_char, c_uint, Out, *mut c_uint) -> c_int;
}

/// Its file names: of all releases since 2.1, and of distributions that count differently.
const FILES: [&CStr; 2] = [c"libsasl2.so.2", c"libsasl2.so.3"];

/// Which path [`Library::set_path`] sets: the folders with configurations.
const PATH_OF_CONFIGURATION: c_int = 1;

const OK: c_int = 0;

impl Library {
    /// The library, if this system has it.
    pub(super) fn get() -> Option<&'static Self> {
        static LIBRARY: OnceLock<Option<Library>> = OnceLock::new();
        // Miri opens no libraries.
        if cfg!(miri) {
            return None;
        }
        LIBRARY.get_or_init(|| FILES.iter().find_map(|file| Self::look_up(Object::open(file)?))).as_ref()
    }

    /// Starts the client's side, unless that was done or has failed before.
    pub(super) fn client() -> Result<&'static Self, Fault> {
        static STARTED: OnceLock<Result<(), Fault>> = OnceLock::new();
        let library = Self::get().ok_or_else(Fault::absent)?;
        let start = || {
            let _turn = library.begin();
            // SAFETY: no callbacks for all connections; `begin` has set up what comes before this.
            library.started(unsafe { (library.client_init)(ptr::null()) })
        };
        STARTED.get_or_init(start).clone().map(|()| library)
    }

    /// Starts the server's side, unless that was done or has failed before: with the configuration of this name, in
    /// these folders or in the usual ones.
    pub(super) fn server(name: &CStr, folders: Option<&CStr>) -> Result<&'static Self, Fault> {
        static STARTED: OnceLock<Result<(), Fault>> = OnceLock::new();
        let library = Self::get().ok_or_else(Fault::absent)?;
        let start = || {
            let _turn = library.begin();
            if let Some(folders) = folders {
                // SAFETY: libsasl2 copies the string, and does not write to it.
                let code = unsafe { (library.set_path)(PATH_OF_CONFIGURATION, folders.as_ptr().cast_mut()) };
                library.started(code)?;
            }
            // It keeps the pointer to the name, so the name stays.
            let name: &'static CStr = Box::leak(name.to_owned().into_boxed_c_str());
            // SAFETY: no callbacks for all connections; the name lives for ever.
            library.started(unsafe { (library.server_init)(ptr::null(), name.as_ptr()) })
        };
        STARTED.get_or_init(start).clone().map(|()| library)
    }

    /// Both sides share what they start with, so they take turns.
    fn begin(&self) -> impl Drop {
        static TURN: Mutex<()> = Mutex::new(());
        let turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
        // SAFETY: the four functions do what the interface asks for; libsasl2 ignores them once it is started.
        unsafe { (self.set_mutex)(locks::make, locks::lock, locks::unlock, locks::unmake) };
        turn
    }

    fn started(&self, code: c_int) -> Result<(), Fault> {
        if code == OK { Ok(()) } else { Err(self.fault(code)) }
    }

    /// What a code means where no connection can tell more.
    pub(super) fn fault(&self, code: c_int) -> Fault {
        // SAFETY: any number may be asked for; the second and third argument may be null.
        let text = unsafe { (self.errstring)(code, ptr::null(), ptr::null_mut()) };
        // SAFETY: it is null or a string that lives as long as the library.
        let text = unsafe { super::text_at(text) };
        Fault { code, text: format!("SASL({code}): {}", text.unwrap_or_default()) }
    }
}

/// A shared object in this process, which stays.
#[derive(Clone, Copy)]
struct Object(ptr::NonNull<c_void>);

impl Object {
    fn open(file: &CStr) -> Option<Self> {
        // SAFETY: a string; what the object runs when it is loaded is libsasl2's, which the system's owner installed.
        let object = unsafe { libc::dlopen(file.as_ptr(), libc::RTLD_NOW | libc::RTLD_LOCAL) };
        ptr::NonNull::new(object).map(Self)
    }

    /// Where something is; `name` ends in NUL.
    fn symbol(self, name: &'static str) -> Option<*mut c_void> {
        let name = CStr::from_bytes_with_nul(name.as_bytes()).ok()?;
        // SAFETY: the object is open and stays so.
        let address = unsafe { libc::dlsym(self.0.as_ptr(), name.as_ptr()) };
        (!address.is_null()).then_some(address)
    }
}
