//! Compiles the C shim that gives Rust its variadic functions, and looks which OpenSSL there is.

const SHIM: &str = "src/ffi/varargs.c";

fn main() {
    println!("cargo:rustc-check-cfg=cfg(ossl300)");
    let openssl = std::env::var("DEP_OPENSSL_VERSION_NUMBER").ok();
    if openssl
        .and_then(|version| u64::from_str_radix(&version, 16).ok())
        .is_some_and(|version| version >= 0x3000_0000)
    {
        println!("cargo:rustc-cfg=ossl300");
    }
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
