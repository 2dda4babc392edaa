//! OpenSSL's errors as texts, in the form that programs know from it: `error:0A000086:SSL routines::certificate verify
//! failed`, without the file and line that the crate `openssl` adds.

use std::sync::LazyLock;

use openssl::error::{Error, ErrorStack};

use crate::tls::Fault;

/// The first error is what happened, the others are what it came from.
impl From<ErrorStack> for Fault {
    fn from(stack: ErrorStack) -> Self {
        Self::from(&stack)
    }
}

impl From<&ErrorStack> for Fault {
    fn from(stack: &ErrorStack) -> Self {
        let mut texts = stack.errors().iter().map(text);
        let text = texts.next().unwrap_or_else(|| UNKNOWN.to_owned());
        Self { text, details: texts.collect() }
    }
}

/// The peer's stream was cut off: what OpenSSL of this version says, which cannot see the end of our buffers itself.
pub(super) fn cut_off() -> Fault {
    Fault::new(if *MODERN { CUT_OFF } else { UNKNOWN })
}

/// What the operating system refused, as OpenSSL would tell it.
pub(super) fn of_system(error: &std::io::Error) -> Fault {
    match error.raw_os_error() {
        Some(number) => Fault::new(format!(
            "error:{:08X}:system library::{}",
            SYSTEM | number.unsigned_abs(),
            reason(error)
        )),
        None => Fault::new(error.to_string()),
    }
}

/// Takes errors out of the queue of this thread that somebody else has left, so that they are not taken for ours.
pub(super) fn clear() {
    drop(ErrorStack::get());
}

fn text(error: &Error) -> String {
    let library = error.library().map_or_else(|| format!("lib({})", error.library_code()), str::to_owned);
    let function = if *MODERN { "" } else { error.function().unwrap_or_default() };
    let reason = error.reason().map_or_else(|| unnamed_reason(error), str::to_owned);
    format!("error:{:08X}:{library}:{function}:{reason}", error.code())
}

/// Errors of the operating system have their names there.
fn unnamed_reason(error: &Error) -> String {
    let number = u32::try_from(error.code()).ok().filter(|code| *MODERN && code & SYSTEM != 0);
    match number.and_then(|code| i32::try_from(code ^ SYSTEM).ok()) {
        Some(number) => reason(&std::io::Error::from_raw_os_error(number)),
        None => format!("reason({})", error.reason_code()),
    }
}

/// Without the number that Rust adds.
fn reason(error: &std::io::Error) -> String {
    let text = error.to_string();
    text.split(" (os error").next().unwrap_or_default().to_owned()
}

/// Marks the errors of the operating system among those of OpenSSL 3.
const SYSTEM: u32 = 0x8000_0000;

/// OpenSSL 3 or newer: errors name no functions, and a stream that is cut off has an error of its own.
static MODERN: LazyLock<bool> = LazyLock::new(|| openssl::version::number() >= 0x3000_0000);

const CUT_OFF: &str = "error:0A000126:SSL routines::unexpected eof while reading";

/// What a failure is called that OpenSSL gives no reason for.
pub(super) const UNKNOWN: &str = "Unknown error";
