//! Floating-point numbers in text forms: six significant digits, as `%g` of C's `printf` writes them.

use std::fmt::{self, Write};

/// Appends `value` like `%g`.
pub(crate) fn general(out: &mut impl Write, value: f64) -> fmt::Result {
    let sign = if value.is_sign_negative() { "-" } else { "" };
    if value.is_nan() {
        return write!(out, "{sign}nan");
    }
    if value.is_infinite() {
        return write!(out, "{sign}inf");
    }
    let scientific = format!("{value:.5e}");
    let (mantissa, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    match usize::try_from(5 - exponent) {
        Ok(decimals) if exponent >= -4 => out.write_str(without_zeros(&format!("{value:.decimals$}"))),
        _ => {
            let sign = if exponent < 0 { '-' } else { '+' };
            write!(out, "{}e{sign}{:02}", without_zeros(mantissa), exponent.unsigned_abs())
        }
    }
}

/// `digits` without the zeros at the end of its fraction.
fn without_zeros(digits: &str) -> &str {
    if digits.contains('.') { digits.trim_end_matches('0').trim_end_matches('.') } else { digits }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_read_as_c_prints_them() {
        let cases: [(f64, &str); 14] = [
            (1.5, "1.5"),
            (0.0, "0"),
            (-0.0, "-0"),
            (1e100, "1e+100"),
            (1e10, "1e+10"),
            (0.1 + 0.2, "0.3"),
            (123_456_789.0, "1.23457e+08"),
            (123_456.0, "123456"),
            (999_999.5, "1e+06"),
            (0.0001, "0.0001"),
            (0.000_012_345_67, "1.23457e-05"),
            (f64::INFINITY, "inf"),
            (-f64::NAN, "-nan"),
            (100.0, "100"),
        ];
        for (value, expected) in cases {
            let mut text = String::new();
            general(&mut text, value).unwrap();
            assert_eq!(text, expected);
        }
    }
}
