//! What two ends agree on, and what becomes of the bytes between them.

use super::for_every_pair;
use super::pair::{World, context, only, pair, settings};
use crate::tls::backend::{Backend, Role, Verify};
use crate::tls::{Agreed, Read};

for_every_pair! {
    two_ends_agree_and_say_what_on
    each_version_can_be_had_alone
    a_list_of_ciphers_chooses
    ends_without_anything_in_common_fail
    applications_are_agreed_on
    bytes_arrive_whatever_the_pieces
    large_streams_pass_through_small_buffers
    nothing_is_written_before_the_handshake_is_over
    a_reader_without_room_learns_what_there_is
    each_direction_ends_by_itself
    a_stream_that_is_cut_off_is_a_failure
    garbage_is_answered_with_an_alert
    what_came_before_garbage_is_read
    damaged_bytes_are_noticed
}

fn agreed(cipher: &str, strength: u16, protocol: &str) -> Agreed {
    Agreed { cipher: cipher.into(), strength, protocol: protocol.into(), application: None }
}

fn two_ends_agree_and_say_what_on<C: Backend, S: Backend>() {
    let world = World::<C, S>::new();
    let mut pair = world.pair(Some("host.example"));
    assert_eq!((pair.client.session.agreed(), pair.client.session.is_established()), (None, false));
    assert!(!pair.client.session.wire().is_empty(), "a client has its hello ready");
    assert!(pair.server.session.wire().is_empty());
    assert!(pair.settle().is_established());
    assert_eq!(pair.client.session.agreed().unwrap(), agreed("TLS_AES_256_GCM_SHA384", 256, "TLSv1.3"));
    assert_eq!(pair.server.session.agreed(), pair.client.session.agreed());
    assert!(pair.client.session.peer_certificate().is_some());
    assert!(pair.server.session.peer_certificate().is_none());
    assert!(!pair.client.session.is_resumed() && !pair.server.session.is_resumed());
}

fn each_version_can_be_had_alone<C: Backend, S: Backend>() {
    for version in ["TLSv1.2", "TLSv1.3"] {
        for at_server in [true, false] {
            let mut world = World::<C, S>::new();
            if at_server {
                world.server.protocols = only(version);
            } else {
                world.client.protocols = only(version);
            }
            assert_eq!(world.open().client.session.agreed().unwrap().protocol, version);
        }
    }
}

fn a_list_of_ciphers_chooses<C: Backend, S: Backend>() {
    for (cipher, bits) in [
        ("ECDHE-ECDSA-AES128-GCM-SHA256", 128),
        ("ECDHE-ECDSA-CHACHA20-POLY1305", 256),
        ("ECDHE-ECDSA-AES256-GCM-SHA384", 256),
    ] {
        for at_server in [true, false] {
            let mut world = World::<C, S>::new();
            world.client.protocols = only("TLSv1.2");
            let list = if at_server { &mut world.server.ciphers } else { &mut world.client.ciphers };
            *list = Some(cipher.into());
            assert_eq!(world.open().client.session.agreed().unwrap(), agreed(cipher, bits, "TLSv1.2"));
        }
    }
    let mut world = World::<C, S>::new();
    world.server.ciphers = Some("ECDHE-RSA-AES128-GCM-SHA256".into());
    world.open();
    for list in ["", "nonsense", "TLS_AES_128_GCM_SHA256", "ALL:!ALL"] {
        assert!(C::check_ciphers(list).is_err(), "{list}");
    }
    for list in ["ALL:!aNULL:!eNULL:@STRENGTH", "HIGH", "ECDHE+AESGCM:!aNULL", "ECDHE-RSA-AES128-GCM-SHA256"]
    {
        assert!(C::check_ciphers(list).is_ok(), "{list}");
    }
}

fn ends_without_anything_in_common_fail<C: Backend, S: Backend>() {
    for by_cipher in [true, false] {
        let mut world = World::<C, S>::new();
        world.client.protocols = only("TLSv1.2");
        if by_cipher {
            world.client.ciphers = Some("ECDHE-ECDSA-AES128-GCM-SHA256".into());
            world.server.ciphers = Some("ECDHE-ECDSA-AES256-GCM-SHA384".into());
        } else {
            world.server.protocols = only("TLSv1.3");
        }
        let mut pair = world.pair(Some("host.example"));
        pair.settle();
        let expected = if by_cipher { "no shared cipher" } else { "unsupported protocol" };
        assert!(pair.server.fault().text.contains(expected), "{:?}", pair.server.fault());
        assert!(pair.client.fault().text.contains("alert"), "{:?}", pair.client.fault());
    }
}

fn applications_are_agreed_on<C: Backend, S: Backend>() {
    let named = |names: &[&str]| names.iter().map(|name| name.as_bytes().to_vec()).collect::<Vec<_>>();
    for (client, server, expected) in [
        (named(&["amqp", "http"]), named(&["http", "amqp"]), Some("http")),
        (named(&["amqp"]), named(&[]), None),
        (named(&[]), named(&["amqp"]), None),
    ] {
        let mut world = World::<C, S>::new();
        (world.client.applications, world.server.applications) = (client, server);
        let pair = world.open();
        let agreed = pair.client.session.agreed().unwrap().application;
        assert_eq!(agreed.as_deref(), expected.map(str::as_bytes));
        assert_eq!(pair.server.session.agreed().unwrap().application, agreed);
    }
    let mut world = World::<C, S>::new();
    (world.client.applications, world.server.applications) = (named(&["a"]), named(&["b"]));
    let mut pair = world.pair(Some("host.example"));
    pair.settle();
    assert!(pair.server.ended.is_some());
    assert!(pair.client.fault().text.contains("no application protocol"), "{:?}", pair.client.fault());
}

fn bytes_arrive_whatever_the_pieces<C: Backend, S: Backend>() {
    let mut world = World::<C, S>::new();
    let text: Vec<u8> = (0..100_000_u32).map(|n| n.to_le_bytes()[0]).collect();
    for version in ["TLSv1.2", "TLSv1.3"] {
        world.client.protocols = only(version);
        for (most, room) in [(1, 1), (7, 3), (1000, 16_384), (16_401, 20_000), (usize::MAX, 1 << 20)] {
            let mut pair = world.pair(Some("host.example"));
            assert!(pair.settle_in(most, room).is_established(), "{most}");
            assert_eq!(pair.client.session.write(&text).unwrap(), text.len(), "all of it at once");
            assert_eq!(pair.server.session.write(&text[..5000]).unwrap(), 5000);
            pair.settle_in(most, room);
            assert!(pair.server.heard == text && pair.client.heard == text[..5000], "{most} and {room}");
        }
    }
}

fn large_streams_pass_through_small_buffers<C: Backend, S: Backend>() {
    let world = World::<C, S>::new();
    let mut pair = world.open();
    let text: Vec<u8> = (0..4_000_000_u32).map(|n| n.to_le_bytes()[1]).collect();
    assert_eq!(pair.client.session.write(&text).unwrap(), text.len());
    let most_held = pair.server.session.feed(pair.client.session.wire());
    assert!((16_384..100_000).contains(&most_held), "what nobody reads is not taken: {most_held}");
    pair.client.session.sent(most_held);
    assert!(pair.settle().server.heard == text);
}

fn nothing_is_written_before_the_handshake_is_over<C: Backend, S: Backend>() {
    let world = World::<C, S>::new();
    let mut pair = world.pair(Some("host.example"));
    assert_eq!((pair.client.session.write(b"x"), pair.server.session.write(b"x")), (Ok(0), Ok(0)));
    assert!(pair.settle().is_established());
    assert_eq!(pair.client.session.write(b""), Ok(0));
    assert!(pair.client.session.wire().is_empty());
}

fn a_reader_without_room_learns_what_there_is<C: Backend, S: Backend>() {
    let mut pair = World::<C, S>::new().open();
    pair.client.session.write(b"abc").unwrap();
    pair.client.session.close();
    let wire = pair.client.session.wire().to_vec();
    assert_eq!(pair.server.session.feed(&wire), wire.len());
    let server = &mut pair.server.session;
    assert!(!server.holds_plain());
    assert_eq!((server.read(&mut []), server.holds_plain()), (Ok(Read::Nothing), true));
    let mut plain = [0; 2];
    assert_eq!((server.read(&mut plain), server.holds_plain()), (Ok(Read::Bytes(2)), true));
    assert_eq!((server.read(&mut plain), server.holds_plain()), (Ok(Read::Bytes(1)), false));
    assert_eq!(server.read(&mut []), Ok(Read::Closed));
    assert_eq!(server.read(&mut plain), Ok(Read::Closed));
}

fn each_direction_ends_by_itself<C: Backend, S: Backend>() {
    for version in ["TLSv1.2", "TLSv1.3"] {
        for early in [true, false] {
            let mut world = World::<C, S>::new();
            world.client.protocols = only(version);
            let mut pair = world.pair(Some("host.example"));
            if !early {
                pair.settle();
            }
            pair.client.session.close();
            pair.settle();
            pair.client.session.close();
            assert!(pair.client.session.wire().is_empty(), "said once");
            assert_eq!(pair.server.ended, Some(Ok(())), "an end that is due waits for the handshake");
            assert_eq!(pair.client.session.write(b"late"), Ok(0));
            assert_eq!(pair.server.session.write(b"still here"), Ok(10));
            pair.settle();
            assert_eq!((pair.client.heard.as_slice(), &pair.client.ended), (&b"still here"[..], &None));
            pair.server.session.close();
            assert_eq!(pair.settle().client.ended, Some(Ok(())));
            pair.client.session.feed_end();
            assert_eq!(pair.client.session.read(&mut [0; 9]), Ok(Read::Closed));
        }
    }
}

fn a_stream_that_is_cut_off_is_a_failure<C: Backend, S: Backend>() {
    let world = World::<C, S>::new();
    for moment in 0..4 {
        let mut pair = world.pair(Some("host.example"));
        if moment > 0 {
            pair.settle();
        }
        if moment >= 2 {
            pair.client.session.write(b"abcdef").unwrap();
            let wire = pair.client.session.wire();
            let end = if moment == 2 { 10 } else { wire.len() };
            let wire = wire[..end].to_vec();
            pair.server.session.feed(&wire);
        }
        pair.server.session.feed_end();
        pair.server.read_all(100);
        assert_eq!(pair.server.heard, if moment == 3 { &b"abcdef"[..] } else { b"" });
        let fault = pair.server.fault().clone();
        assert!(fault.text.contains("unexpected eof while reading"), "{fault}");
        assert_eq!(pair.server.session.write(b"x"), Err(fault), "it stays failed");
        assert!(!pair.server.session.is_established());
    }
}

fn garbage_is_answered_with_an_alert<C: Backend, S: Backend>() {
    let world = World::<C, S>::new();
    for (garbage, hears_of_it) in
        [(&b"GET / HTTP/1.0\r\n\r\n"[..], false), (b"\x16\x03\x01\x00\x04\x01\x00\x00\x00", true)]
    {
        let mut pair = world.pair(Some("host.example"));
        assert_eq!(pair.server.session.feed(garbage), garbage.len());
        pair.server.read_all(100);
        assert!(!pair.server.fault().text.is_empty());
        assert_eq!(pair.server.session.feed(garbage), garbage.len(), "what comes later is dropped");
        assert!(!hears_of_it || !pair.server.session.wire().is_empty());
    }
    let mut pair = world.open();
    pair.server.session.feed(&[0x17; 100]);
    pair.server.read_all(100);
    assert!(pair.server.ended.as_ref().unwrap().is_err());
    pair.settle();
    assert!(pair.client.ended.as_ref().is_some_and(Result::is_err), "{:?}", pair.client.ended);
}

fn what_came_before_garbage_is_read<C: Backend, S: Backend>() {
    let mut pair = World::<C, S>::new().open();
    pair.client.session.write(b"good").unwrap();
    let wire = [pair.client.session.wire(), &[0x17; 50]].concat();
    assert_eq!(pair.server.session.feed(&wire), wire.len());
    pair.server.read_all(3);
    assert_eq!(pair.server.heard, b"good");
    assert!(pair.server.ended.as_ref().unwrap().is_err());
}

fn damaged_bytes_are_noticed<C: Backend, S: Backend>() {
    let world = World::<C, S>::new();
    for at in [0, 5, 60, 105] {
        let mut pair = world.open();
        pair.client.session.write(&[7; 100]).unwrap();
        let mut wire = pair.client.session.wire().to_vec();
        wire[at] ^= 0x40;
        pair.server.session.feed(&wire);
        pair.server.read_all(100);
        assert!(pair.server.ended.as_ref().unwrap().is_err(), "{at}");
        assert_eq!(pair.server.heard, b"");
    }
}

#[test]
fn ends_without_certificates_are_told_that_rustls_needs_one() {
    use crate::tls::backend::openssl::OpenSsl;
    use crate::tls::backend::rustls::Rustls;
    let rustls_client = context(&settings::<Rustls>(Role::Client, Verify::Anonymous));
    let rustls_server = context(&settings::<Rustls>(Role::Server, Verify::Anonymous));
    let openssl_client = context(&settings::<OpenSsl>(Role::Client, Verify::Anonymous));
    let openssl_server = context(&settings::<OpenSsl>(Role::Server, Verify::Anonymous));
    let mut own = pair::<Rustls, Rustls>(&rustls_client, &rustls_server, None, None);
    let mut served = pair::<OpenSsl, Rustls>(&openssl_client, &rustls_server, None, None);
    let mut called = pair::<Rustls, OpenSsl>(&rustls_client, &openssl_server, None, None);
    for pair in [&mut own, &mut served, &mut called] {
        assert!(!pair.settle().is_established());
        assert!(pair.client.ended.is_some() && pair.server.ended.is_some());
    }
    for server in [&own.server, &served.server] {
        assert!(server.fault().text.contains("the server needs one"), "{:?}", server.fault());
    }
    for client in [&own.client, &called.client] {
        assert!(client.fault().text.contains("alert"), "{:?}", client.fault());
        assert!(client.fault().details[0].contains("the server needs one"));
    }
}
