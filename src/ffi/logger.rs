//! `proton/logger.h`: who wants to read which messages, and where they go.
//!
//! Every transport owns a logger that begins as a copy of the default logger. A logger is two masks and a sink. Until
//! a program sets a sink, messages go to stderr, marked with the address of the logger. All parts are atomic, so
//! that the default logger may be changed from any thread. The environment adds to the masks of the default logger;
//! it is read once, when the library is loaded.

use std::ffi::{CStr, CString, c_char, c_uint, c_void};
use std::io::Write;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicIsize, AtomicPtr, AtomicU16, Ordering};

/// cbindgen:ignore
pub type pn_log_subsystem_t = c_uint;

/// cbindgen:ignore
pub type pn_log_level_t = c_uint;

/// The enumerations as C sees them.
pub mod names {
    /// The part of the library a message comes from: a bit mask.
    #[repr(C)]
    pub enum pn_log_subsystem_t {
        /// No subsystem.
        PN_SUBSYSTEM_NONE = 0,
        /// Memory.
        PN_SUBSYSTEM_MEMORY = 1,
        /// Bytes in and out.
        PN_SUBSYSTEM_IO = 2,
        /// Events.
        PN_SUBSYSTEM_EVENT = 4,
        /// The AMQP protocol.
        PN_SUBSYSTEM_AMQP = 8,
        /// The TLS layer.
        PN_SUBSYSTEM_SSL = 16,
        /// The SASL layer.
        PN_SUBSYSTEM_SASL = 32,
        /// Language bindings.
        PN_SUBSYSTEM_BINDING = 64,
        /// All subsystems.
        PN_SUBSYSTEM_ALL = 65535,
    }

    /// How serious or detailed a message is: a bit mask.
    #[repr(C)]
    pub enum pn_log_level_t {
        /// No level.
        PN_LEVEL_NONE = 0,
        /// The process cannot go on as it should. Never filtered.
        PN_LEVEL_CRITICAL = 1,
        /// Something failed.
        PN_LEVEL_ERROR = 2,
        /// Something looks wrong.
        PN_LEVEL_WARNING = 4,
        /// Something worth knowing.
        PN_LEVEL_INFO = 8,
        /// For finding errors.
        PN_LEVEL_DEBUG = 16,
        /// For following what happens.
        PN_LEVEL_TRACE = 32,
        /// Every AMQP frame, as text.
        PN_LEVEL_FRAME = 64,
        /// Every byte, in hexadecimal.
        PN_LEVEL_RAW = 128,
        /// All levels.
        PN_LEVEL_ALL = 65535,
    }
}

use names::{pn_log_level_t as Level, pn_log_subsystem_t as Subsystem};

/// Where messages go.
///
/// @param[in] sink_context the number given with the sink
/// @param[in] subsystem where the message comes from
/// @param[in] severity how serious it is
/// @param[in] message the text, valid during the call
pub type pn_log_sink_t = Option<
    unsafe extern "C" fn(
        sink_context: isize,
        subsystem: pn_log_subsystem_t,
        severity: pn_log_level_t,
        message: *const c_char,
    ),
>;

/// A filter for messages with a place where they go.
pub struct pn_logger_t {
    /// The function, null for stderr.
    sink: AtomicPtr<c_void>,
    context: AtomicIsize,
    subsystems: AtomicU16,
    levels: AtomicU16,
}

static DEFAULT: OnceLock<pn_logger_t> = OnceLock::new();

/// Reads the environment when the library is loaded, so that later changes to it mean nothing.
#[used]
#[cfg(not(miri))]
#[unsafe(link_section = ".init_array")]
static AT_LOAD: extern "C" fn() = {
    extern "C" fn at_load() {
        default_logger();
        environment_switch(c"PN_TRACE_LOG");
    }
    at_load
};

/// The logger of everything that has no transport.
pub(crate) fn default_logger() -> *mut pn_logger_t {
    let logger =
        DEFAULT.get_or_init(|| pn_logger_t::new(Level::PN_LEVEL_CRITICAL as u16 | asked_for(&environment)));
    std::ptr::from_ref(logger).cast_mut()
}

impl pn_logger_t {
    const fn new(levels: u16) -> Self {
        Self {
            sink: AtomicPtr::new(std::ptr::null_mut()),
            context: AtomicIsize::new(0),
            subsystems: AtomicU16::new(Subsystem::PN_SUBSYSTEM_ALL as u16),
            levels: AtomicU16::new(levels),
        }
    }

    /// A copy of the default logger, for a new transport. A sink of the program keeps its context.
    pub(crate) fn inherit() -> Self {
        // SAFETY: the default logger lives for ever and is only changed atomically.
        let default = unsafe { &*default_logger() };
        Self {
            sink: AtomicPtr::new(default.sink.load(Ordering::Acquire)),
            context: AtomicIsize::new(default.context.load(Ordering::Relaxed)),
            subsystems: AtomicU16::new(default.subsystems.load(Ordering::Relaxed)),
            levels: AtomicU16::new(default.levels.load(Ordering::Relaxed)),
        }
    }

    fn set_sink(&self, sink: pn_log_sink_t, context: isize) {
        let sink = sink.map_or(std::ptr::null_mut(), |sink| sink as *mut c_void);
        self.context.store(context, Ordering::Relaxed);
        self.sink.store(sink, Ordering::Release);
    }

    /// The sink, with its context.
    fn sink(&self) -> (pn_log_sink_t, isize) {
        let sink = self.sink.load(Ordering::Acquire);
        if sink.is_null() {
            return (Some(to_stderr), std::ptr::from_ref(self).addr().cast_signed());
        }
        // SAFETY: only `set_sink` stores here, always such a function.
        let sink = unsafe { std::mem::transmute::<*mut c_void, pn_log_sink_t>(sink) };
        (sink, self.context.load(Ordering::Relaxed))
    }

    fn wants(&self, subsystem: pn_log_subsystem_t, level: pn_log_level_t) -> bool {
        let (subsystems, levels) =
            (self.subsystems.load(Ordering::Relaxed), self.levels.load(Ordering::Relaxed));
        level & Level::PN_LEVEL_CRITICAL as c_uint != 0
            || (c_uint::from(subsystems) & subsystem != 0 && c_uint::from(levels) & level != 0)
    }

    /// Clears all level bits and sets these instead.
    pub(crate) fn set_levels(&self, levels: u16) {
        self.levels.store(levels, Ordering::Relaxed);
    }
}

/// Whether a message would pass the filter of a logger; null means the default logger.
///
/// # Safety
/// `logger` is null or live.
pub(crate) unsafe fn wants(
    logger: *mut pn_logger_t,
    subsystem: pn_log_subsystem_t,
    severity: pn_log_level_t,
) -> bool {
    // SAFETY: passed on from the caller.
    unsafe { or_default(logger) }.wants(subsystem, severity)
}

/// Gives a message to the sink of a logger, without filtering; null means the default logger.
///
/// # Safety
/// `logger` is null or live.
pub(crate) unsafe fn log(
    logger: *mut pn_logger_t,
    subsystem: pn_log_subsystem_t,
    severity: pn_log_level_t,
    text: &str,
) {
    let end = text.find('\0').unwrap_or(text.len());
    let text = CString::new(&text[..end]).unwrap_or_default();
    // SAFETY: passed on from the caller.
    unsafe { log_text(logger, subsystem, severity, &text) };
}

/// As [`log`], with a text that C made.
///
/// # Safety
/// `logger` is null or live.
pub(crate) unsafe fn log_text(
    logger: *mut pn_logger_t,
    subsystem: pn_log_subsystem_t,
    severity: pn_log_level_t,
    text: &CStr,
) {
    // SAFETY: passed on from the caller.
    if let (Some(sink), context) = unsafe { or_default(logger) }.sink() {
        // SAFETY: the program keeps its sink callable as long as the logger has it.
        unsafe { sink(context, subsystem, severity, text.as_ptr()) };
    }
}

/// # Safety
/// `logger` is null or live for `'a`.
unsafe fn or_default<'a>(logger: *mut pn_logger_t) -> &'a pn_logger_t {
    let logger = if logger.is_null() { default_logger() } else { logger };
    // SAFETY: the default logger lives for ever, any other as the caller says; both only change atomically.
    unsafe { &*logger }
}

/// The sink of loggers that were given none: one line to stderr, in one write.
unsafe extern "C" fn to_stderr(context: isize, subsystem: c_uint, severity: c_uint, message: *const c_char) {
    // SAFETY: `log_text` passes a C string.
    let message = unsafe { CStr::from_ptr(message) };
    let line = stderr_line(context, subsystem, severity, message.to_bytes());
    // Nobody is left to tell when stderr cannot be written.
    let _ = std::io::stderr().write_all(&line);
}

fn stderr_line(context: isize, subsystem: c_uint, severity: c_uint, message: &[u8]) -> Vec<u8> {
    let address = if context == 0 { "(nil)".to_owned() } else { format!("{context:#x}") };
    let (from, level) = (subsystem_name(subsystem), level_name(severity));
    let mut line =
        format!("[{address}]:{:>5}:{:>5}:", from.to_string_lossy(), level.to_string_lossy()).into_bytes();
    line.extend_from_slice(message);
    line.push(b'\n');
    line
}

fn level_name(level: pn_log_level_t) -> &'static CStr {
    const NAMES: [&CStr; 8] =
        [c"CRITICAL", c"ERROR", c"WARNING", c"INFO", c"DEBUG", c"TRACE", c"FRAME", c"RAW"];
    bit_name(level, Level::PN_LEVEL_ALL as c_uint, &NAMES)
}

fn subsystem_name(subsystem: pn_log_subsystem_t) -> &'static CStr {
    const NAMES: [&CStr; 7] = [c"MEMORY", c"IO", c"EVENT", c"AMQP", c"SSL", c"SASL", c"BINDING"];
    bit_name(subsystem, Subsystem::PN_SUBSYSTEM_ALL as c_uint, &NAMES)
}

/// The name of the lowest bit that has one.
fn bit_name(bits: c_uint, all: c_uint, names: &[&'static CStr]) -> &'static CStr {
    if bits == all {
        return c"*ALL*";
    }
    names.get(bits.trailing_zeros() as usize).copied().unwrap_or(c"UNKNOWN")
}

fn environment(name: &CStr) -> Option<Vec<u8>> {
    use std::os::unix::ffi::{OsStrExt, OsStringExt};
    std::env::var_os(std::ffi::OsStr::from_bytes(name.to_bytes())).map(OsStringExt::into_vec)
}

/// Whether an environment variable was set to "on" when the library was loaded. Only used with one name.
pub(crate) fn environment_switch(name: &CStr) -> bool {
    static READ: OnceLock<bool> = OnceLock::new();
    *READ.get_or_init(|| environment(name).is_some_and(|value| is_true(&value)))
}

fn is_true(value: &[u8]) -> bool {
    [&b"1"[..], b"true", b"yes", b"on"].iter().any(|word| value.eq_ignore_ascii_case(word))
}

/// The level bits that the environment asks for.
fn asked_for(lookup: &dyn Fn(&CStr) -> Option<Vec<u8>>) -> u16 {
    let switches = [
        (c"PN_TRACE_FRM", Level::PN_LEVEL_FRAME as u16),
        (c"PN_TRACE_RAW", Level::PN_LEVEL_RAW as u16),
        (c"PN_TRACE_DRV", Level::PN_LEVEL_TRACE as u16 | Level::PN_LEVEL_DEBUG as u16),
        (c"PN_TRACE_EVT", Level::PN_LEVEL_DEBUG as u16),
    ];
    let mut levels = 0;
    for (name, bits) in switches {
        if lookup(name).is_some_and(|value| is_true(&value)) {
            levels |= bits;
        }
    }
    levels | lookup(c"PN_LOG").map_or(0, |text| words(&text))
}

/// The level bits for the words in a text, wherever they stand. A `+` after a word adds all more serious levels.
fn words(text: &[u8]) -> u16 {
    const WORDS: [(&[u8], u16, bool); 8] = [
        (b"ERROR", Level::PN_LEVEL_ERROR as u16, true),
        (b"WARNING", Level::PN_LEVEL_WARNING as u16, true),
        (b"INFO", Level::PN_LEVEL_INFO as u16, true),
        (b"DEBUG", Level::PN_LEVEL_DEBUG as u16, true),
        (b"TRACE", Level::PN_LEVEL_TRACE as u16, true),
        (b"ALL", Level::PN_LEVEL_ALL as u16, false),
        (b"FRAME", Level::PN_LEVEL_FRAME as u16, false),
        (b"RAW", Level::PN_LEVEL_RAW as u16, false),
    ];
    let mut levels = 0;
    for start in 0..text.len() {
        for (word, bit, graded) in WORDS {
            let end = start + word.len();
            if text.get(start..end).is_some_and(|part| part.eq_ignore_ascii_case(word)) {
                let more_serious = graded && text.get(end) == Some(&b'+');
                levels |= if more_serious { bit | (bit - 1) } else { bit };
            }
        }
    }
    levels
}

/// Gives the logger of everything that has no transport. New transports begin with a copy of it.
///
/// @return the logger, which lives for ever
#[unsafe(no_mangle)]
pub extern "C" fn pn_default_logger() -> *mut pn_logger_t {
    default_logger()
}

/// Gives the name of a level.
///
/// @param[in] level a level
/// @return constant text: "*ALL*" for all levels, the name of the most serious level in the mask, or "UNKNOWN"
#[unsafe(no_mangle)]
pub extern "C" fn pn_logger_level_name(level: pn_log_level_t) -> *const c_char {
    level_name(level).as_ptr()
}

/// Gives the name of a subsystem.
///
/// @param[in] subsystem a subsystem
/// @return constant text: "*ALL*" for all subsystems, the name of the first one in the mask, or "UNKNOWN"
#[unsafe(no_mangle)]
pub extern "C" fn pn_logger_subsystem_name(subsystem: pn_log_subsystem_t) -> *const c_char {
    subsystem_name(subsystem).as_ptr()
}

/// Lets more messages through.
///
/// @param[in] logger a logger, or NULL
/// @param[in] subsystem the subsystems to add
/// @param[in] level the levels to add
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_logger_set_mask(logger: *mut pn_logger_t, subsystem: u16, level: u16) {
    // SAFETY: the caller passes null or a live logger.
    if let Some(logger) = unsafe { logger.as_ref() } {
        logger.subsystems.fetch_or(subsystem, Ordering::Relaxed);
        logger.levels.fetch_or(level, Ordering::Relaxed);
    }
}

/// Lets fewer messages through. Critical ones always pass.
///
/// @param[in] logger a logger, or NULL
/// @param[in] subsystem the subsystems to take away
/// @param[in] level the levels to take away
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_logger_reset_mask(logger: *mut pn_logger_t, subsystem: u16, level: u16) {
    // SAFETY: the caller passes null or a live logger.
    if let Some(logger) = unsafe { logger.as_ref() } {
        logger.subsystems.fetch_and(!subsystem, Ordering::Relaxed);
        logger.levels.fetch_and(!level, Ordering::Relaxed);
    }
}

/// Sets where the messages of a logger go.
///
/// @param[in] logger a logger, or NULL
/// @param[in] sink called with every message that passes; NULL means stderr
/// @param[in] sink_context given to the sink each time
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_logger_set_log_sink(
    logger: *mut pn_logger_t,
    sink: pn_log_sink_t,
    sink_context: isize,
) {
    // SAFETY: the caller passes null or a live logger.
    if let Some(logger) = unsafe { logger.as_ref() } {
        logger.set_sink(sink, sink_context);
    }
}

/// Tells where the messages of a logger go.
///
/// @param[in] logger a logger, or NULL
/// @return the sink, also if it is the one for stderr; NULL for NULL
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_logger_get_log_sink(logger: *mut pn_logger_t) -> pn_log_sink_t {
    // SAFETY: the caller passes null or a live logger.
    unsafe { logger.as_ref() }?.sink().0
}

/// Tells what the sink of a logger is called with.
///
/// @param[in] logger a logger, or NULL
/// @return the context; the address of the logger for the stderr sink, 0 for NULL
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_logger_get_log_sink_context(logger: *mut pn_logger_t) -> isize {
    // SAFETY: the caller passes null or a live logger.
    unsafe { logger.as_ref() }.map_or(0, |logger| logger.sink().1)
}

/// What the variadic shim calls with the text of a message.
///
/// cbindgen:ignore
#[unsafe(no_mangle)]
pub unsafe extern "C" fn protium_shim_logger_log(
    logger: *mut pn_logger_t,
    subsystem: pn_log_subsystem_t,
    level: pn_log_level_t,
    text: *const c_char,
) {
    if !text.is_null() {
        // SAFETY: the shim passes a C string of its own.
        let text = unsafe { CStr::from_ptr(text) };
        // SAFETY: the caller passes null or a live logger.
        unsafe { log_text(logger, subsystem, level, text) };
    }
}

unsafe extern "C" {
    /// Logs a message made as by printf. It goes to the sink whatever the masks of the logger say.
    ///
    /// @param[in] logger a logger; NULL means the default logger
    /// @param[in] subsystem where the message comes from
    /// @param[in] level how serious it is
    /// @param[in] fmt a printf format, followed by its arguments
    pub fn pn_logger_logf(
        logger: *mut pn_logger_t,
        subsystem: pn_log_subsystem_t,
        level: pn_log_level_t,
        fmt: *const c_char,
        ...
    );
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(variables: &[(&CStr, &str)]) -> u16 {
        asked_for(&|name| {
            variables.iter().find(|(key, _)| *key == name).map(|(_, value)| value.as_bytes().to_vec())
        })
    }

    #[test]
    fn only_four_words_switch_a_trace_on() {
        for on in ["1", "true", "YES", "On"] {
            assert_eq!(asked(&[(c"PN_TRACE_FRM", on)]), 64);
        }
        for off in ["", "0", "2", "truely", " 1"] {
            assert_eq!(asked(&[(c"PN_TRACE_FRM", off)]), 0, "{off:?}");
        }
        assert_eq!(
            asked(&[(c"PN_TRACE_RAW", "1"), (c"PN_TRACE_DRV", "1"), (c"PN_TRACE_EVT", "0")]),
            128 | 48
        );
    }

    #[test]
    fn pn_log_finds_its_words_anywhere() {
        let log = |text| asked(&[(c"PN_LOG", text)]);
        assert_eq!(log("xxFRAMEyy"), 64);
        assert_eq!(log("info, raw"), 8 | 128);
        assert_eq!(log("Warning+"), 4 | 2 | 1);
        assert_eq!(log("frame+"), 64, "a plus adds nothing there");
        assert_eq!(log("all"), 0xffff);
        assert_eq!(log("nothing of use"), 0);
    }

    #[test]
    fn names_are_those_of_the_lowest_bit() {
        assert_eq!((level_name(0xffff), level_name(0)), (c"*ALL*", c"UNKNOWN"));
        assert_eq!((level_name(1), level_name(0x60), level_name(0x100)), (c"CRITICAL", c"TRACE", c"UNKNOWN"));
        assert_eq!((subsystem_name(0xffff), subsystem_name(2 | 8)), (c"*ALL*", c"IO"));
    }

    #[test]
    fn a_line_names_the_logger_and_right_justifies() {
        assert_eq!(stderr_line(0x10, 8, 8, b"text"), b"[0x10]: AMQP: INFO:text\n");
        assert_eq!(stderr_line(0, 0xffff, 32, b""), b"[(nil)]:*ALL*:TRACE:\n");
    }

    #[test]
    fn critical_messages_pass_every_filter() {
        let logger = pn_logger_t::new(1);
        assert!(logger.wants(8, 1) && !logger.wants(8, 2));
        logger.set_levels(0);
        assert!(logger.wants(8, 1));
        logger.set_levels(64);
        assert!(logger.wants(8, 64) && !logger.wants(0, 64));
    }

    #[test]
    fn a_sink_gets_its_own_context_and_without_one_the_logger_marks_its_lines() {
        unsafe extern "C" fn sink(context: isize, _: c_uint, level: c_uint, message: *const c_char) {
            // SAFETY: the test passes the address of this vector as the context.
            let seen = unsafe {
                &mut *std::ptr::with_exposed_provenance_mut::<Vec<(c_uint, CString)>>(context as usize)
            };
            // SAFETY: messages are C strings.
            seen.push((level, unsafe { CStr::from_ptr(message) }.to_owned()));
        }
        let mut seen: Vec<(c_uint, CString)> = Vec::new();
        let mut logger = pn_logger_t::new(1);
        assert_eq!(logger.sink().1, (&raw const logger).addr() as isize);
        logger.set_sink(Some(sink), (&raw mut seen).expose_provenance() as isize);
        // SAFETY: the logger is live.
        unsafe { log(&raw mut logger, 8, 64, "one\0two") };
        assert_eq!(seen, [(64, c"one".to_owned())]);
    }
}
