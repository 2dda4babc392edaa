//! Which mechanism a client takes of those that a server offers, and why it takes none.

use super::allowed::AllowedMechanisms;
use super::mechanism::{self, Credentials, Mechanism};
use super::text::shown;

/// A server's offer, as a client with certain credentials sees it.
pub(super) struct Choice<'a> {
    offered: &'a [&'a [u8]],
    allowed: &'a AllowedMechanisms,
    credentials: &'a Credentials,
}

/// Why one mechanism was not taken.
const NOT_ALLOWED: &str = "is not allowed";
const BY_NAME_ONLY: &str = "has to be named in pn_sasl_allowed_mechs()";
const UNKNOWN: &str = "is not known";

impl<'a> Choice<'a> {
    pub(super) fn new(
        offered: &'a [&'a [u8]],
        allowed: &'a AllowedMechanisms,
        credentials: &'a Credentials,
    ) -> Self {
        Self { offered, allowed, credentials }
    }

    /// The first mechanism of our own preference that is offered, allowed and possible. ANONYMOUS proves nothing, so
    /// it is left to [`Self::last`]: what others serve comes before it.
    pub(super) fn first(&self) -> Option<&'static dyn Mechanism> {
        mechanism::ALL.into_iter().find(|ours| !is_last(*ours) && self.takes(*ours))
    }

    /// What is taken where nothing better is left.
    pub(super) fn last(&self) -> Option<&'static dyn Mechanism> {
        mechanism::ALL.into_iter().find(|ours| is_last(*ours) && self.takes(*ours))
    }

    fn takes(&self, ours: &dyn Mechanism) -> bool {
        let name = ours.name().as_bytes();
        self.offered.contains(&name) && self.obstacle(name).is_none()
    }

    /// Why a mechanism that is offered cannot be taken.
    fn obstacle(&self, name: &[u8]) -> Option<&'static str> {
        let text = String::from_utf8_lossy(name);
        if !self.allowed.client_may_use(&text) {
            return Some(if self.allowed.is_restricted() { NOT_ALLOWED } else { BY_NAME_ONLY });
        }
        match mechanism::find(name) {
            Some(ours) if ours.is_by_name_only() && !self.allowed.names(&text) => Some(BY_NAME_ONLY),
            Some(ours) => ours.usable(self.credentials).err(),
            None => Some(UNKNOWN),
        }
    }

    /// What was offered, what is allowed, and what was wrong with each; `others` is what Cyrus said of those that are
    /// not built in, if it was asked.
    pub(super) fn complaint(&self, others: Option<&str>) -> String {
        let named: Vec<String> = self.offered.iter().take(MOST_NAMED).map(|name| shown(name)).collect();
        let named = if named.is_empty() { "none".to_owned() } else { named.join(" ") };
        let mut text = format!("{}: offered {named}", others.unwrap_or("no mechanism fits"));
        if self.offered.len() > MOST_NAMED {
            text.push_str(" ...");
        }
        let allowed = self.allowed.shown();
        text.push_str(&format!("; allowed {allowed}"));
        for name in self.offered.iter().take(MOST_NAMED) {
            if let Some(obstacle) = self.obstacle(name) {
                let is_for_others = obstacle == UNKNOWN && others.is_some();
                let obstacle = if is_for_others { "is of no use to Cyrus SASL" } else { obstacle };
                text.push_str(&format!("; {} {obstacle}", shown(name)));
            }
        }
        text
    }
}

/// Whether it is only taken where nothing better is left.
fn is_last(ours: &dyn Mechanism) -> bool {
    ours.name() == "ANONYMOUS"
}

/// A text names no more mechanisms than this.
const MOST_NAMED: usize = 16;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::{Password, Text};

    fn with_password(external_strength: u16) -> Credentials {
        Credentials {
            user: Some(Text::new(b"fred")),
            password: Some(Password::new(b"pw")),
            external_strength,
            ..Credentials::default()
        }
    }

    #[test]
    fn the_order_is_ours_and_not_the_servers() {
        let credentials = with_password(256);
        let mut offered: Vec<&[u8]> = vec![
            b"ANONYMOUS",
            b"PLAIN",
            b"XOAUTH2",
            b"OAUTHBEARER",
            b"SCRAM-SHA-1",
            b"SCRAM-SHA-256",
            b"SCRAM-SHA-512",
            b"EXTERNAL",
        ];
        let named: Vec<u8> = offered.join(&b' ');
        let allowed = AllowedMechanisms::parse(Some(&named));
        let mut taken = Vec::new();
        while !offered.is_empty() {
            let choice = Choice::new(&offered, &allowed, &credentials);
            let name = choice.first().or_else(|| choice.last()).unwrap().name();
            offered.retain(|one| *one != name.as_bytes());
            taken.push(name);
        }
        let expected = mechanism::ALL.map(Mechanism::name);
        assert_eq!(taken, expected);
    }

    #[test]
    fn a_refusal_names_what_was_offered_and_why_each_will_not_do() {
        let (credentials, allowed) = (with_password(0), AllowedMechanisms::parse(None));
        let offered: Vec<&[u8]> = vec![b"PLAIN", b"XOAUTH2", b"GSSAPI", b"CRAM\n5"];
        let choice = Choice::new(&offered, &allowed, &credentials);
        assert!(choice.first().is_none() && choice.last().is_none());
        assert_eq!(
            choice.complaint(None),
            "no mechanism fits: offered PLAIN XOAUTH2 GSSAPI CRAM?5; allowed any; \
             PLAIN needs encryption or pn_sasl_set_allow_insecure_mechs(); \
             XOAUTH2 has to be named in pn_sasl_allowed_mechs(); \
             GSSAPI has to be named in pn_sasl_allowed_mechs(); CRAM?5 is not known"
        );
    }

    #[test]
    fn a_long_offer_makes_no_long_text() {
        let (credentials, allowed) = (with_password(0), AllowedMechanisms::parse(Some(b"")));
        let name = vec![b'X'; 5000];
        let many: Vec<&[u8]> = vec![&name; 5000];
        let choice = Choice::new(&many, &allowed, &credentials);
        assert!(choice.complaint(None).len() < 10_000);
    }
}
