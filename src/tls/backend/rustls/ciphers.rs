//! OpenSSL's words for the cipher suites of TLS 1.2, as far as they mean something here: six suites, all of them with
//! ephemeral keys on elliptic curves and authenticated encryption.
//!
//! A list goes from left to right like OpenSSL's: a word adds suites at the end, `+` before it moves them there, `-`
//! takes them away, `!` for good, and `@STRENGTH` sorts by the bits of the key. `+` inside a word is "and". A word that
//! OpenSSL has and that fits none of these suites is no mistake; a list is one if nothing is left.

use rustls::crypto::ring::cipher_suite as ring;
use rustls::{CipherSuite, SupportedCipherSuite};

use crate::tls::Fault;

/// What is told of a suite.
pub(super) struct Facts {
    /// OpenSSL's name.
    pub(super) name: &'static str,
    pub(super) bits: u16,
}

/// The suites of TLS 1.2 that a list stands for, in its order.
pub(super) fn choose(list: &str) -> Result<Vec<SupportedCipherSuite>, Fault> {
    let mut chosen: Vec<&Known> = Vec::new();
    let mut banned: Vec<&Known> = Vec::new();
    for word in list.split([':', ',', ';', ' ']).filter(|word| !word.is_empty()) {
        if let Some(command) = word.strip_prefix('@') {
            if command == "STRENGTH" {
                chosen.sort_by_key(|suite| std::cmp::Reverse(suite.bits));
            }
            continue;
        }
        let (operation, word) = match word.split_at_checked(1) {
            Some((operation @ ("!" | "-" | "+"), rest)) => (operation, rest),
            _ => ("", word),
        };
        let meant = || KNOWN.iter().filter(|suite| word.split('+').all(|part| suite.is_meant_by(part)));
        let is_meant = |suite: &&Known| meant().any(|other| other.name == suite.name);
        match operation {
            "!" => {
                chosen.retain(|suite| !is_meant(suite));
                banned.extend(meant());
            }
            "-" => chosen.retain(|suite| !is_meant(suite)),
            "+" => chosen.sort_by_key(is_meant),
            _ => {
                for suite in meant() {
                    if ![&chosen, &banned].iter().any(|all| all.iter().any(|other| other.name == suite.name))
                    {
                        chosen.push(suite);
                    }
                }
            }
        }
    }
    if chosen.is_empty() {
        return Err(Fault::new(NONE_LEFT));
    }
    Ok(chosen.into_iter().map(|suite| suite.suite).collect())
}

/// What is told of a suite that a session uses.
pub(super) fn facts(suite: CipherSuite) -> Option<Facts> {
    let (name, bits) = match suite {
        CipherSuite::TLS13_AES_256_GCM_SHA384 => ("TLS_AES_256_GCM_SHA384", 256),
        CipherSuite::TLS13_AES_128_GCM_SHA256 => ("TLS_AES_128_GCM_SHA256", 128),
        CipherSuite::TLS13_CHACHA20_POLY1305_SHA256 => ("TLS_CHACHA20_POLY1305_SHA256", 256),
        other => {
            let known = KNOWN.iter().find(|known| known.suite.suite() == other)?;
            (known.name, known.bits)
        }
    };
    Some(Facts { name, bits })
}

const NONE_LEFT: &str =
    "no cipher match (with rustls, TLS 1.2 has the six suites of ECDHE with AES-GCM or ChaCha20)";

/// A suite of TLS 1.2.
struct Known {
    suite: SupportedCipherSuite,
    name: &'static str,
    bits: u16,
    /// The words besides those that mean all of them.
    words: &'static [&'static str],
}

impl Known {
    /// Whether one word, without operators, means this suite.
    fn is_meant_by(&self, word: &str) -> bool {
        word == self.name || self.words.contains(&word) || FOR_ALL.contains(&word)
    }
}

/// The words that mean every one of the suites.
const FOR_ALL: [&str; 8] = ["ALL", "DEFAULT", "HIGH", "TLSv1.2", "ECDHE", "EECDH", "kECDHE", "kEECDH"];

/// In OpenSSL's order.
static KNOWN: [Known; 6] = [
    Known {
        suite: ring::TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384,
        name: "ECDHE-ECDSA-AES256-GCM-SHA384",
        bits: 256,
        words: &["aECDSA", "ECDSA", "AES", "AESGCM", "AES256", "FIPS"],
    },
    Known {
        suite: ring::TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384,
        name: "ECDHE-RSA-AES256-GCM-SHA384",
        bits: 256,
        words: &["aRSA", "AES", "AESGCM", "AES256", "FIPS"],
    },
    Known {
        suite: ring::TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256,
        name: "ECDHE-ECDSA-CHACHA20-POLY1305",
        bits: 256,
        words: &["aECDSA", "ECDSA", "CHACHA20"],
    },
    Known {
        suite: ring::TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256,
        name: "ECDHE-RSA-CHACHA20-POLY1305",
        bits: 256,
        words: &["aRSA", "CHACHA20"],
    },
    Known {
        suite: ring::TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256,
        name: "ECDHE-ECDSA-AES128-GCM-SHA256",
        bits: 128,
        words: &["aECDSA", "ECDSA", "AES", "AESGCM", "AES128", "FIPS"],
    },
    Known {
        suite: ring::TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,
        name: "ECDHE-RSA-AES128-GCM-SHA256",
        bits: 128,
        words: &["aRSA", "AES", "AESGCM", "AES128", "FIPS"],
    },
];

#[cfg(test)]
mod tests {
    use super::*;

    fn names(list: &str) -> Vec<&'static str> {
        let chosen = choose(list).unwrap_or_default();
        chosen.into_iter().map(|suite| facts(suite.suite()).unwrap().name).collect()
    }

    #[test]
    fn names_choose_suites_in_their_order() {
        let two = ["ECDHE-RSA-AES128-GCM-SHA256", "ECDHE-RSA-AES256-GCM-SHA384"];
        assert_eq!(names(&two.join(":")), two);
        assert_eq!(names(&two.join(" , ")), two);
        assert_eq!(names(&[two[0], two[0], "AES128-SHA", two[1]].join(";")), two);
    }

    #[test]
    fn words_choose_as_in_openssl() {
        let all: Vec<_> = KNOWN.iter().map(|suite| suite.name).collect();
        for list in
            ["ALL", "ALL:!aNULL:!eNULL:@STRENGTH", "ALL:aNULL:!eNULL:@STRENGTH", "HIGH:!MD5:@SECLEVEL=2"]
        {
            assert_eq!(names(list), all, "{list}");
        }
        let rsa_aes = ["ECDHE-RSA-AES256-GCM-SHA384", "ECDHE-RSA-AES128-GCM-SHA256"];
        for list in
            ["aRSA+AESGCM", "kECDHE+AESGCM+aRSA", "ALL:!CHACHA20:-ECDSA", "ALL:!CHACHA20:!ECDSA:ECDSA"]
        {
            assert_eq!(names(list), rsa_aes, "{list}");
        }
        assert_eq!(names("aRSA:-AES256:AES256"), ["ECDHE-RSA-CHACHA20-POLY1305", rsa_aes[1], all[0], all[1]]);
        assert_eq!(names("AES256:AES128:+ECDSA"), [all[1], all[5], all[0], all[4]]);
        assert_eq!(names("AES128:AES256:@STRENGTH"), [all[0], all[1], all[4], all[5]]);
    }

    #[test]
    fn a_list_without_a_suite_means_nothing() {
        for list in [
            "",
            ":",
            "RC4-SHA",
            "aNULL",
            "ADH:AES256-SHA",
            "ALL:!ALL",
            "TLS_AES_256_GCM_SHA384",
            "@STRENGTH",
            "!",
        ] {
            let text = choose(list).unwrap_err().text;
            assert!(text.starts_with("no cipher match"), "{list}");
        }
    }
}
