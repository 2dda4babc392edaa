//! The rows of section 4 of the specification, and its defect 18.

use super::streams::{End, deliver, exchange, flush};
use super::toy::Toy;
use super::*;

use Side::{Decrypt, Encrypt};

fn pair() -> (End, End) {
    (End::new(Toy::client(), Vec::new()), End::new(Toy::server(), Vec::new()))
}

/// Two ends whose handshake is over.
fn secure() -> (End, End) {
    let (mut client, mut server) = pair();
    exchange(&mut client, &mut server);
    assert!(client.raw.is_secure() && server.raw.is_secure());
    (client, server)
}

fn capacities(raw: &RawTls) -> [usize; 4] {
    let of = |side| [raw.input_capacity(side), raw.output_capacity(side)];
    [of(Encrypt), of(Decrypt)].concat().try_into().unwrap()
}

fn buffer(context: usize) -> Buffer {
    Buffer { context, address: 1 << 40, capacity: 10, size: 4, offset: 2 }
}

fn give(raw: &mut RawTls, buffers: usize) -> [usize; 4] {
    let many = || (1..=buffers).map(buffer);
    [
        raw.give_input(Encrypt, many()),
        raw.give_output(Encrypt, many()),
        raw.give_input(Decrypt, many()),
        raw.give_output(Decrypt, many()),
    ]
}

#[test]
fn nothing_is_taken_before_the_start_and_after_the_stop() {
    let mut raw = RawTls::default();
    assert_eq!((capacities(&raw), give(&mut raw, 2)), ([0; 4], [0; 4]));
    assert_eq!(raw.begin_pass(), Err(Refusal::NotStarted));
    raw.start(|| Ok(Toy::client())).unwrap();
    assert_eq!(capacities(&raw), [4; 4]);
    raw.stop().unwrap();
    assert_eq!((capacities(&raw), give(&mut raw, 2)), ([0; 4], [0; 4]));
    assert_eq!(raw.begin_pass(), Err(Refusal::NotStarted));
}

#[test]
fn a_session_starts_and_stops_once() {
    let mut raw = RawTls::default();
    raw.start(|| Ok(Toy::client())).unwrap();
    assert_eq!(raw.start(|| Ok(Toy::client())), Err(Refusal::Twice));
    assert_eq!(raw.stop(), Ok(()));
    assert_eq!(raw.stop(), Err(Refusal::Twice));
    assert_eq!(raw.start(|| Ok(Toy::client())), Err(Refusal::Twice));
}

#[test]
fn a_session_that_could_not_be_made_says_why_and_may_be_asked_for_again() {
    let mut raw = RawTls::default();
    assert_eq!(raw.start(|| Err(Fault::new("no such cipher"))), Err(Refusal::NoSession));
    assert_eq!(raw.failure().map(|failure| failure.kind), Some(FailureKind::Start));
    assert_eq!(raw.start(|| Ok(Toy::client())), Ok(()));
    assert_eq!(raw.failure(), None);
}

#[test]
fn limits_hold_from_the_start_on() {
    let mut raw = RawTls::default();
    raw.set_input_limit(Encrypt, 1);
    raw.set_output_limit(Encrypt, 2);
    raw.set_input_limit(Decrypt, 3);
    raw.set_output_limit(Decrypt, 9);
    raw.set_output_limit(Decrypt, 0);
    raw.start(|| Ok(Toy::client())).unwrap();
    raw.set_input_limit(Encrypt, 7);
    assert_eq!(capacities(&raw), [1, 2, 3, 4]);
    assert_eq!(give(&mut raw, 10), [1, 2, 3, 4]);
    assert_eq!(capacities(&raw), [0; 4]);
}

#[test]
fn a_client_has_its_first_bytes_at_once() {
    let (mut client, server) = pair();
    assert!(client.raw.needs_output(Encrypt) && client.raw.is_pending(Encrypt));
    assert!(!server.raw.is_pending(Encrypt));
    client.give_room(Encrypt, 10);
    assert!(!client.raw.needs_output(Encrypt), "there is room");
    assert!(client.raw.is_pending(Encrypt));
    client.pass();
    assert_eq!((client.raw.filled(Encrypt), client.raw.newest_size(Encrypt)), (1, 1));
    assert!(client.raw.is_pending(Encrypt), "a buffer can be taken");
    client.take(1);
    assert!(!client.raw.is_pending(Encrypt));
}

#[test]
fn bytes_staged_before_the_handshake_are_encrypted_behind_it() {
    let (mut client, mut server) = pair();
    client.give(Encrypt, b"early");
    client.raw.close_output();
    assert_eq!(client.raw.input_capacity(Encrypt), 0);
    client.pass();
    assert_eq!(client.raw.take_input(Encrypt), None, "nothing is encrypted yet");
    exchange(&mut client, &mut server);
    assert_eq!(server.heard, b"early");
    assert!(server.raw.is_input_closed() && !client.raw.is_input_closed());
}

#[test]
fn either_half_can_be_closed_first() {
    let (mut client, mut server) = secure();
    server.raw.close_output();
    exchange(&mut client, &mut server);
    assert!(client.raw.is_input_closed() && !server.raw.is_input_closed());
    assert_eq!(client.raw.input_capacity(Decrypt), 0);
    client.give(Encrypt, b"afterwards");
    client.raw.close_output();
    exchange(&mut client, &mut server);
    assert_eq!(server.heard, b"afterwards");
    assert!(server.raw.is_input_closed());
}

#[test]
fn a_buffer_that_is_partly_full_is_filled_further_unless_it_is_taken() {
    let (mut client, mut server) = secure();
    server.give_room(Decrypt, 100);
    client.give(Encrypt, b"one");
    let wire = flush(&mut client);
    server.give(Decrypt, &wire);
    server.pass();
    assert_eq!((server.raw.filled(Decrypt), server.raw.newest_size(Decrypt)), (1, 3));
    client.give(Encrypt, b"two");
    let wire = flush(&mut client);
    server.give(Decrypt, &wire);
    server.pass();
    assert_eq!((server.raw.filled(Decrypt), server.raw.newest_size(Decrypt)), (1, 6));
    server.take(1);
    assert_eq!((server.raw.filled(Decrypt), server.raw.newest_size(Decrypt)), (0, 0));
    assert_eq!(server.heard, b"onetwo");
}

#[test]
fn buffers_without_room_come_back_and_hold_nothing_up() {
    let (mut client, mut server) = secure();
    client.give(Encrypt, b"ab");
    let wire = flush(&mut client);
    server.give(Decrypt, &wire);
    for room in [0, 1, 0] {
        assert!(server.give_room(Decrypt, room));
    }
    server.pass();
    assert_eq!(server.raw.filled(Decrypt), 1);
    assert!(server.raw.needs_output(Decrypt));
    let sizes = std::iter::from_fn(|| server.raw.take_output(Decrypt)).map(|buffer| buffer.size);
    assert_eq!(sizes.collect::<Vec<_>>(), [0, 0, 1]);
    server.give_room(Decrypt, 1);
    server.pass();
    server.take(1);
    assert_eq!(server.heard, b"b");
}

#[test]
fn descriptions_that_make_no_sense_are_buffers_without_bytes_or_room() {
    let (mut client, _) = secure();
    let nowhere = Buffer { address: 0, ..buffer(1) };
    let beyond = Buffer { offset: u32::MAX, size: 0, ..buffer(2) };
    assert_eq!(client.raw.give_input(Encrypt, [nowhere, beyond].into_iter()), 2);
    assert_eq!(client.raw.give_output(Encrypt, [nowhere, beyond].into_iter()), 2);
    client.pass();
    let taken: Vec<_> = std::iter::from_fn(|| client.raw.take_input(Encrypt)).collect();
    assert_eq!(taken, [nowhere, beyond]);
    let taken = std::iter::from_fn(|| client.raw.take_output(Encrypt)).map(|buffer| buffer.size);
    assert_eq!(taken.collect::<Vec<_>>(), [0, 0]);
}

#[test]
fn a_failure_sticks_and_its_alert_can_be_taken() {
    let (mut client, mut server) = secure();
    server.give(Encrypt, b"staged");
    deliver(&mut server, b"?");
    assert_eq!(server.raw.failure().map(|failure| failure.fault.text.as_str()), Some("wrong version number"));
    assert!(!server.raw.is_secure());
    assert_eq!((server.raw.input_capacity(Encrypt), server.raw.input_capacity(Decrypt)), (0, 0));
    assert!(server.raw.output_capacity(Encrypt) > 0);
    assert!(server.raw.is_pending(Encrypt));
    let alert = flush(&mut server);
    assert_eq!(alert, b"!", "what was staged is not sent");
    deliver(&mut client, &alert);
    assert_eq!(client.raw.failure().map(|failure| failure.fault.text.as_str()), Some("alert"));
    client.raw.close_output();
    assert_eq!(flush(&mut client), b"", "nothing is said behind a failure");
}

#[test]
fn what_was_decrypted_can_be_taken_after_the_end() {
    let (mut client, mut server) = secure();
    client.give(Encrypt, b"last");
    client.raw.close_output();
    let wire = flush(&mut client);
    server.give_room(Decrypt, 100);
    server.give(Decrypt, &wire);
    server.pass();
    assert!(server.raw.is_input_closed() && server.raw.is_pending(Decrypt));
    server.take(1);
    assert_eq!(server.heard, b"last");
    assert!(!server.raw.is_pending(Decrypt));
}

#[test]
fn stopping_gives_every_buffer_back() {
    let (mut client, _) = secure();
    client.give_room(Decrypt, 10);
    client.give(Encrypt, b"written");
    client.give_room(Encrypt, 4);
    client.give_room(Encrypt, 100);
    client.give_room(Encrypt, 100);
    client.pass();
    client.give(Encrypt, b"not written");
    client.give(Decrypt, b"D");
    client.raw.stop().unwrap();
    assert!(!client.raw.is_secure());
    let mut inputs = |side| std::iter::from_fn(|| client.raw.take_input(side)).count();
    assert_eq!((inputs(Encrypt), inputs(Decrypt)), (2, 1));
    let mut sizes = |side| -> Vec<u32> {
        std::iter::from_fn(|| client.raw.take_output(side)).map(|buffer| buffer.size).collect()
    };
    assert_eq!((sizes(Encrypt), sizes(Decrypt)), (vec![4, 5, 0], vec![0]));
}

#[test]
fn what_was_agreed_on_is_known_from_the_handshake_on_and_to_the_end() {
    let (mut client, _) = pair();
    assert_eq!(client.raw.agreed(), None);
    let (mut client, _) = secure();
    client.raw.stop().unwrap();
    assert_eq!(client.raw.agreed().map(|agreed| agreed.cipher.as_str()), Some("TOY"));
}

#[test]
fn no_more_is_encrypted_than_there_is_use_for() {
    let (mut client, _) = secure();
    client.give(Encrypt, &vec![1; 10 * ENOUGH_TO_SEND]);
    client.pass();
    let waiting = client.raw.session().unwrap().wire().len();
    assert!((ENOUGH_TO_SEND..2 * ENOUGH_TO_SEND).contains(&waiting), "{waiting}");
}
