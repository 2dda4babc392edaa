//! Compiles the C shim that gives Rust its variadic functions.

const SHIM: &str = "src/ffi/varargs.c";

fn main() {
    println!("cargo:rerun-if-changed={SHIM}");
    if std::path::Path::new(SHIM).exists() {
        cc::Build::new()
            .file(SHIM)
            .std("c99")
            .pic(true)
            .warnings(true)
            .extra_warnings(true)
            .flag("-fvisibility=hidden")
            .compile("protium_varargs");
    }
}
