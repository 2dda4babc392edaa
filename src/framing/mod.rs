//! Frame headers, protocol headers and their detection.
#![forbid(unsafe_code)]
