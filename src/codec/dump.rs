//! The text of encoded values in a frame trace.
