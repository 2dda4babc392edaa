//! Compiles the C shim that gives Rust its variadic functions.
fn main() {}
