//! Message sections (part 3).
#![forbid(unsafe_code)]
