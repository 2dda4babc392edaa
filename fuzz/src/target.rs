//! The targets: what is done with an input. A target returns normally whatever the input is, or has found something.

#[cfg(feature = "protium")]
pub mod certificates;
pub mod formats;
pub mod message;
pub mod sasl;
#[cfg(feature = "protium")]
pub mod tls;
pub mod transport;
pub mod urls;
pub mod values;

/// A target by name.
pub struct Target {
    pub name: &'static str,
    pub run: fn(&[u8]),
}

pub const TARGETS: &[Target] = &[
    Target { name: "transport", run: transport::transport },
    Target { name: "data_decode", run: values::data_decode },
    Target { name: "message_decode", run: message::message_decode },
    Target { name: "sasl", run: sasl::sasl },
    Target { name: "formats", run: formats::formats },
    Target { name: "urls", run: urls::urls },
    #[cfg(feature = "protium")]
    Target { name: "tls_records", run: tls::tls_records },
    #[cfg(feature = "protium")]
    Target { name: "certificates", run: certificates::certificates },
];
