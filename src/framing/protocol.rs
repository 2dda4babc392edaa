//! Protocol headers, and recognising what a peer speaks from its first bytes (spec/transport.md section 3).

/// The protocols that AMQP headers announce.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Protocol {
    Amqp,
    Tls,
    Sasl,
}

/// What the first bytes of a stream are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Detected {
    /// Too few bytes to tell.
    Insufficient,
    /// A TLS record, without an AMQP header before it.
    Tls,
    /// A header of AMQP 1.0.
    Protocol(Protocol),
    /// A header of an older AMQP.
    PreStandard,
    Unknown,
}

impl Protocol {
    /// The eight bytes that announce it.
    pub(crate) const fn header(self) -> [u8; 8] {
        let id = match self {
            Self::Amqp => 0,
            Self::Tls => 2,
            Self::Sasl => 3,
        };
        [b'A', b'M', b'Q', b'P', id, 1, 0, 0]
    }
}

impl Detected {
    /// The name that logs and error texts use.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Insufficient => "Insufficient data to determine protocol",
            Self::Tls => "SSL/TLS connection",
            Self::Protocol(Protocol::Amqp) => "AMQP 1.0 layer",
            Self::Protocol(Protocol::Tls) => "AMQP TLS layer",
            Self::Protocol(Protocol::Sasl) => "AMQP SASL layer",
            Self::PreStandard => "Pre standard AMQP connection",
            Self::Unknown => "Unknown protocol",
        }
    }
}

/// Tells what `bytes` begin, as early as they show it. At least three bytes are needed for any answer.
pub(crate) fn detect(bytes: &[u8]) -> Detected {
    let Some(&[first, second, third]) = bytes.first_chunk() else { return Detected::Insufficient };
    if first == 0x16 && second == 3 && third <= 3 {
        return Detected::Tls;
    }
    let (fourth, fifth) = (bytes.get(3).copied(), bytes.get(4).copied());
    // The hello of SSL 2, in which later versions could be offered.
    if third == 1 && !matches!((first, second), (b'A', b'M')) {
        match (fourth, fifth) {
            (None, _) | (Some(2 | 3), None) => return Detected::Insufficient,
            (Some(3), Some(0..=3)) | (Some(2), Some(0)) => return Detected::Tls,
            _ => return Detected::Unknown,
        }
    }
    if [first, second, third] != *b"AMQ" || fourth.is_some_and(|byte| byte != b'P') {
        return Detected::Unknown;
    }
    match (fifth, bytes.get(5).copied(), bytes.get(6..8)) {
        (None, ..) => Detected::Insufficient,
        (Some(4..), ..) => Detected::Unknown,
        (Some(_), None, _) => Detected::Insufficient,
        (Some(_), Some(major), _) if major != 1 => Detected::Unknown,
        (Some(_), Some(_), None) => Detected::Insufficient,
        (Some(0), Some(_), Some(&[0, 0])) => Detected::Protocol(Protocol::Amqp),
        (Some(2), Some(_), Some(&[0, 0])) => Detected::Protocol(Protocol::Tls),
        (Some(3), Some(_), Some(&[0, 0])) => Detected::Protocol(Protocol::Sasl),
        _ => Detected::PreStandard,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn first_bytes_are_recognised() {
        let cases: &[(&[u8], Detected)] = &[
            (b"AMQP\x00\x01\x00\x00", Detected::Protocol(Protocol::Amqp)),
            (b"AMQP\x02\x01\x00\x00", Detected::Protocol(Protocol::Tls)),
            (b"AMQP\x03\x01\x00\x00rest", Detected::Protocol(Protocol::Sasl)),
            (b"AMQP\x01\x01\x00\x00", Detected::PreStandard),
            (b"AMQP\x00\x01\x00\x0a", Detected::PreStandard),
            (b"AMQP\x00\x00\x09\x01", Detected::Unknown),
            (b"AMQP\x04", Detected::Unknown),
            (b"HTTP", Detected::Unknown),
            (b"GET", Detected::Unknown),
            (b"AMQX", Detected::Unknown),
            (b"\x16\x03\x01", Detected::Tls),
            (b"\x80\x2e\x01\x03\x01", Detected::Tls),
            (b"\x80\x2e\x01\x00\x02", Detected::Unknown),
            (b"AM", Detected::Insufficient),
            (b"AMQP\x00\x01\x00", Detected::Insufficient),
            (b"AMQP", Detected::Insufficient),
        ];
        for (bytes, expected) in cases {
            assert_eq!(detect(bytes), *expected, "{bytes:?}");
        }
    }
}
