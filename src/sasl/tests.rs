//! Whole exchanges between two sides, frame by frame.

use super::*;

/// Carries the next frame of `from` to `to` and gives its bytes.
fn carry(from: &mut Sasl, to: &mut Sasl) -> Vec<u8> {
    let mut body = Vec::new();
    from.write_frame(&mut body);
    to.receive(&SaslFrame::decode(&body).unwrap()).unwrap();
    body
}

fn text(text: &str) -> Option<Text> {
    Some(Text::new(text.as_bytes()))
}

#[test]
fn anonymous_succeeds_and_both_sides_know() {
    let (mut client, mut server) = (Sasl::new(false), Sasl::new(true));
    server.header_received();
    carry(&mut server, &mut client);
    carry(&mut client, &mut server);
    assert!(!server.is_over(), "the outcome has not been written yet");
    carry(&mut server, &mut client);
    assert!(server.is_over() && server.is_authenticated() && client.is_authenticated());
    assert_eq!(server.user(), text("anonymous").as_ref());
    assert_eq!(client.outcome(), OutcomeCode::OK);
}

#[test]
fn plain_is_not_said_in_the_clear_unless_allowed() {
    for (allow, mechanism) in [(false, "ANONYMOUS"), (true, "PLAIN")] {
        let mut client = Sasl::new(false);
        client.set_credentials(text("fred"), None, Some(Password::new(b"pw")));
        client.set_allow_insecure(allow);
        let offer = Mechanisms { sasl_server_mechanisms: MechanismList::Names(&[b"ANONYMOUS", b"PLAIN"]) };
        client.receive(&SaslFrame::Mechanisms(offer)).unwrap();
        assert_eq!(client.mechanism(), text(mechanism).as_ref());
    }
}

#[test]
fn a_plain_init_carries_user_and_password_and_forgets_the_password() {
    let mut client = Sasl::new(false);
    client.set_credentials(text("fred"), None, Some(Password::new(b"pw")));
    client.set_allow_insecure(true);
    client
        .receive(&SaslFrame::Mechanisms(Mechanisms {
            sasl_server_mechanisms: MechanismList::Names(&[b"PLAIN"]),
        }))
        .unwrap();
    let mut body = Vec::new();
    client.write_frame(&mut body);
    assert!(body.ends_with(b"\xa0\x08\0fred\0pw"));
    assert!(client.credentials.password.is_none() && client.words.is_none());
}

#[test]
fn a_mechanism_that_is_not_listed_is_refused_with_the_reason() {
    let mut server = Sasl::new(true);
    server.set_allowed(Some(b"EXTERNAL"));
    server.header_received();
    let init = Init { mechanism: Symbol(b"PLAIN"), ..Init::default() };
    server.receive(&SaslFrame::Init(init)).unwrap();
    let mut frames = Vec::new();
    while server.has_frame() {
        assert!(server.failure().is_none(), "the peer is told first");
        server.write_frame(&mut frames);
    }
    assert!(frames.ends_with(&[0x00, 0x53, 0x44, 0xc0, 0x03, 0x01, 0x50, 0x01]));
    let expected =
        "Client mechanism not in mechanism inclusion list. (Failed to authenticate client [mech=PLAIN])";
    assert_eq!(server.failure().as_deref(), Some(expected));
}

#[test]
fn a_client_with_no_usable_mechanism_gives_up_without_a_frame() {
    let mut client = Sasl::new(false);
    let offer = Mechanisms { sasl_server_mechanisms: MechanismList::Names(&[b"GSSAPI", b"DIGEST-MD5"]) };
    client.receive(&SaslFrame::Mechanisms(offer)).unwrap();
    assert!(!client.has_frame());
    assert_eq!(client.outcome(), OutcomeCode::PERM);
    assert_eq!(client.failure().as_deref(), Some("Authentication failed [mech=none]"));
}

#[test]
fn frames_of_the_own_side_are_ignored() {
    let mut client = Sasl::new(false);
    client.receive(&SaslFrame::Init(Init { mechanism: Symbol(b"ANONYMOUS"), ..Init::default() })).unwrap();
    assert!(client.mechanism().is_none());
    let mut server = Sasl::new(true);
    server.receive(&SaslFrame::Outcome(Outcome::default())).unwrap();
    assert!(!server.has_succeeded() && !server.has_frame());
}

#[test]
fn an_outcome_without_a_code_is_no_success() {
    let mut client = Sasl::new(false);
    let refused = client.receive(&SaslFrame::decode(&[0x00, 0x53, 0x44, 0x45]).unwrap());
    assert_eq!(refused, Err(Violation::framing("sasl-outcome without a code")));
    assert!(!client.is_authenticated() && client.outcome() == OutcomeCode::NONE);
    let null = client.receive(&SaslFrame::decode(&[0x00, 0x53, 0x44, 0xc0, 0x02, 0x01, 0x40]).unwrap());
    assert!(null.is_err() && !client.has_succeeded());
}

/// Answers all questions of an exchange that is led from outside, by a rule.
fn answer_all(exchange: &mut Sasl, rule: fn(&mut Sasl, &Ask) -> Answer) {
    while let Some(ask) = exchange.take_ask() {
        assert!(exchange.waits() && !exchange.has_frame(), "nothing goes on meanwhile");
        let mut answer = rule(exchange, &ask);
        exchange.answered(&mut answer);
    }
}

fn outside(server: bool) -> Sasl {
    let mut exchange = Sasl::new(server);
    exchange.set_implementation(Some(Implementation(std::ptr::NonNull::dangling())));
    exchange
}

#[test]
fn a_server_led_from_outside_asks_before_each_frame_and_waits() {
    let mut server = outside(true);
    assert!(!server.begin_pass(), "it is asked what to say");
    answer_all(&mut server, |server, ask| {
        if matches!(ask, Ask::InitServer) {
            server.set_desired(Stage::Mechanisms).unwrap();
        }
        Answer::Done
    });
    assert!(!server.has_frame(), "and what it offers");
    answer_all(&mut server, |_, _| Answer::Offer(Some(b"ONE TWO".to_vec())));
    let mut body = Vec::new();
    assert!(server.has_frame());
    server.write_frame(&mut body);
    assert!(body.ends_with(b"\xa3\x03ONE\x03TWO"));
    server.receive(&SaslFrame::Init(Init { mechanism: Symbol(b"TWO"), ..Init::default() })).unwrap();
    assert!(server.waits() && !server.has_succeeded());
    answer_all(&mut server, |server, _| {
        server.set_succeeded(Some(b"alice"), None);
        server.set_desired(Stage::Outcome).unwrap();
        Answer::Done
    });
    assert!(server.is_authenticated() && !server.is_over());
}

#[test]
fn a_client_led_from_outside_may_overrule_the_outcome() {
    let mut client = outside(false);
    client.receive(&SaslFrame::Outcome(Outcome { code: Some(0), ..Outcome::default() })).unwrap();
    assert!(!client.is_authenticated(), "it has not been asked yet");
    answer_all(&mut client, |client, _| {
        client.set_failed();
        Answer::Seen
    });
    assert!(!client.is_authenticated() && client.failure().is_some());
}
