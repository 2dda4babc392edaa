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
    let why = client.failure().unwrap();
    assert!(why.ends_with("(Authentication failed [mech=none])"), "{why}");
    assert!(why.contains("offered GSSAPI DIGEST-MD5; ") && why.contains("; DIGEST-MD5 is "), "{why}");
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

#[test]
fn a_server_cannot_accept_a_client_that_has_not_said_who_it_is() {
    let refusal = || Err(Violation::framing("sasl-outcome before sasl-init"));
    for mut client in [Sasl::new(false), outside(false)] {
        assert_eq!(client.receive(&outcome(0)), refusal());
        assert!(!client.is_authenticated() && !client.has_succeeded());
    }
    let mut client = Sasl::new(false);
    client.receive(&offer(&[b"ANONYMOUS"])).unwrap();
    assert_eq!(client.receive(&outcome(0)), refusal(), "it has chosen and not written");
    let mut refused = Sasl::new(false);
    refused.receive(&outcome(1)).unwrap();
    assert!(refused.failure().is_some(), "a refusal may come at any time");
}

#[test]
fn setting_the_outcome_accepts_nobody() {
    let mut server = Sasl::new(true);
    server.header_received();
    server.receive(&SaslFrame::Init(Init { mechanism: Symbol(b"NONE"), ..Init::default() })).unwrap();
    server.set_outcome(0);
    assert!(!server.has_succeeded());
    let mut frames = Vec::new();
    while server.has_frame() {
        server.write_frame(&mut frames);
    }
    assert!(frames.ends_with(&[0x44, 0xc0, 0x03, 0x01, 0x50, 0x02]) && server.failure().is_some());
}

fn offer<'a>(names: &'a [&'a [u8]]) -> SaslFrame<'a> {
    SaslFrame::Mechanisms(Mechanisms { sasl_server_mechanisms: MechanismList::Names(names) })
}

fn outcome(code: u8) -> SaslFrame<'static> {
    SaslFrame::Outcome(Outcome { code: Some(code), ..Outcome::default() })
}

/// A client of fred's and a server that knows his password and his token, left with one mechanism.
fn pair(mechanism: &str, password: &[u8]) -> (Sasl, Sasl) {
    let (mut client, mut server) = (Sasl::new(false), Sasl::new(true));
    client.set_credentials(text("fred"), text("boss"), Some(Password::new(password)));
    server.set_askable(true, !mechanism.starts_with("PLAIN"));
    for side in [&mut client, &mut server] {
        side.set_allowed(Some(mechanism.as_bytes()));
        side.set_allow_insecure(true);
    }
    server.header_received();
    (client, server)
}

/// What fred's server says of users.
fn know(_: &mut Sasl, ask: &Ask) -> Answer {
    let Ask::About(question) = ask else { panic!("a built-in mechanism asks about users") };
    let fred = question.user.bytes() == b"fred" || question.authorization == text("boss");
    Answer::Told(match &question.secret {
        None if fred => Told::Kept(Secret::Password(Password::new(b"secret"))),
        None => Told::Kept(Secret::Unknown(None)),
        Some(secret) => Told::Judged(text("fred").filter(|_| fred && secret.bytes() == b"secret")),
    })
}

/// Lets both sides talk until they have nothing more to say, and counts the frames.
fn talk(client: &mut Sasl, server: &mut Sasl) -> usize {
    let mut frames = 0;
    for _ in 0..20 {
        answer_all(server, know);
        while client.has_frame() {
            carry(client, server);
            frames += 1;
        }
        answer_all(server, know);
        while server.has_frame() {
            carry(server, client);
            frames += 1;
        }
    }
    frames
}

const WITH_PASSWORD: [(&str, usize); 6] = [
    ("PLAIN", 3),
    ("SCRAM-SHA-1", 7),
    ("SCRAM-SHA-256", 7),
    ("SCRAM-SHA-512", 7),
    ("OAUTHBEARER", 3),
    ("XOAUTH2", 3),
];

#[test]
fn every_mechanism_with_a_password_lets_in_who_knows_it() {
    for (mechanism, frames) in WITH_PASSWORD {
        let (mut client, mut server) = pair(mechanism, b"secret");
        assert_eq!(talk(&mut client, &mut server), frames, "{mechanism}");
        assert!(client.is_authenticated() && server.is_over(), "{mechanism}: {:?}", server.failure());
        assert_eq!(server.user(), text("fred").as_ref(), "{mechanism}");
        let whom = if mechanism == "XOAUTH2" { "fred" } else { "boss" };
        assert_eq!(server.authorization(), text(whom).as_ref(), "{mechanism}");
        assert!(client.password().is_none(), "{mechanism}: the password was used up");
    }
}

#[test]
fn every_mechanism_with_a_password_keeps_out_who_does_not() {
    for (mechanism, _) in WITH_PASSWORD {
        let (mut client, mut server) = pair(mechanism, b"guess");
        talk(&mut client, &mut server);
        assert!(!client.is_authenticated() && !server.is_authenticated(), "{mechanism}");
        assert_eq!((client.outcome(), server.outcome()), (OutcomeCode::AUTH, OutcomeCode::AUTH));
        let told = server.failure().unwrap();
        assert!(told.ends_with(&format!("(Failed to authenticate client [mech={mechanism}])")), "{told}");
        let heard = client.failure().unwrap();
        assert!(
            heard.ends_with(&format!("Authentication failed [mech={mechanism}]")) || heard.ends_with("])")
        );
        assert!(!told.contains("guess") && !heard.contains("guess"));
        assert!(server.user().is_none());
    }
}

#[test]
fn a_client_does_not_believe_a_server_that_has_not_proven_itself() {
    let (mut client, mut server) = pair("SCRAM-SHA-256", b"secret");
    carry(&mut server, &mut client);
    client.write_frame(&mut Vec::new());
    client.receive(&outcome(0)).unwrap();
    assert!(!client.is_authenticated() && client.outcome() == OutcomeCode::AUTH);
    let why = client.failure().unwrap();
    assert!(why.starts_with("the server accepts without proof"), "{why}");
}

#[test]
fn a_client_fails_where_its_mechanism_has_no_more_to_say() {
    let mut client = Sasl::new(false);
    client.receive(&offer(&[b"ANONYMOUS"])).unwrap();
    client.write_frame(&mut Vec::new());
    let ask = SaslFrame::Challenge(Challenge { challenge: Binary(b"who?") });
    assert_eq!(client.receive(&ask), Ok(true));
    assert_eq!(client.outcome(), OutcomeCode::AUTH);
    assert!(client.failure().is_some() && !client.has_frame());
}

#[test]
fn a_client_with_nothing_more_to_say_may_be_prompted_once() {
    let mut client = Sasl::new(false);
    client.receive(&offer(&[b"EXTERNAL"])).unwrap();
    client.write_frame(&mut Vec::new());
    let prompt = SaslFrame::Challenge(Challenge { challenge: Binary(b"") });
    client.receive(&prompt).unwrap();
    let mut body = Vec::new();
    client.write_frame(&mut body);
    assert_eq!(body, [0x00, 0x53, 0x43, 0xc0, 0x03, 0x01, 0xa0, 0x00]);
    client.receive(&prompt).unwrap();
    assert!(client.failure().is_some_and(|why| why.contains("everything was said")));
}

#[test]
fn two_challenges_at_once_are_against_the_rules() {
    let (mut client, mut server) = pair("XOAUTH2", b"secret");
    carry(&mut server, &mut client);
    client.write_frame(&mut Vec::new());
    let ask = SaslFrame::Challenge(Challenge { challenge: Binary(b"{}") });
    assert_eq!(client.receive(&ask), Ok(true));
    assert!(client.receive(&ask).is_err());
}

#[test]
fn a_server_offers_what_it_can_judge_and_may_hear() {
    let offered = |server: &Sasl| {
        let names = server.own_offer();
        String::from_utf8(names.join(&b' ')).unwrap()
    };
    let mut server = Sasl::new(true);
    assert_eq!(offered(&server), "ANONYMOUS");
    server.set_askable(true, false);
    assert_eq!(offered(&server), "SCRAM-SHA-512 SCRAM-SHA-256 SCRAM-SHA-1 ANONYMOUS");
    server.set_external(128, text("CN=fred"));
    assert_eq!(offered(&server), "EXTERNAL SCRAM-SHA-512 SCRAM-SHA-256 SCRAM-SHA-1 PLAIN ANONYMOUS");
    server.set_askable(false, true);
    server.set_required(true);
    assert_eq!(offered(&server), "EXTERNAL PLAIN");
    server.set_allowed(Some(b"oauthbearer xoauth2 anonymous"));
    assert_eq!(offered(&server), "OAUTHBEARER XOAUTH2");
}

/// Answers all questions of an exchange, by a rule.
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
    client.set_desired(Stage::Init).unwrap();
    client.write_frame(&mut Vec::new());
    client.receive(&SaslFrame::Outcome(Outcome { code: Some(0), ..Outcome::default() })).unwrap();
    assert!(!client.is_authenticated(), "it has not been asked yet");
    answer_all(&mut client, |client, _| {
        client.set_failed();
        Answer::Seen
    });
    assert!(!client.is_authenticated() && client.failure().is_some());
}
