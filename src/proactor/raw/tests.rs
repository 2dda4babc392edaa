//! The rows of section 9 of the proactor's specification, and its defects 1, 4, 10, 11, 12 and 13.

use RawEvent::{
    ClosedRead, ClosedWrite, Connected, Disconnected, DrainBuffers, NeedReadBuffers, NeedWriteBuffers, Read,
    Wake, Written,
};

use super::slots::SLOTS;
use super::*;

const ALL: Ready = Ready { read: true, write: true, hangup: false, error: false };

/// An empty buffer of 10 bytes, the first two to be left alone.
fn empty(context: usize) -> RawBuffer {
    RawBuffer { context, address: context * 1000, capacity: 10, size: 3, offset: 2 }
}

/// A buffer with `size` bytes of 100, from the fifth on.
fn full(context: usize, size: u32) -> RawBuffer {
    RawBuffer { context, address: context * 1000, capacity: 100, size, offset: 4 }
}

fn give_read(raw: &mut RawConnection, contexts: std::ops::RangeInclusive<usize>) -> usize {
    raw.give_read(contexts.map(empty))
}

fn write(raw: &mut RawConnection, context: usize, size: u32) -> usize {
    raw.give_written(std::iter::once(full(context, size)))
}

fn events(raw: &mut RawConnection) -> Vec<RawEvent> {
    std::iter::from_fn(|| raw.next_event()).collect()
}

/// Contexts and sizes of what was read.
fn taken(raw: &mut RawConnection) -> Vec<(usize, u32)> {
    std::iter::from_fn(|| raw.take_read()).map(|buffer| (buffer.context, buffer.size)).collect()
}

fn written(raw: &mut RawConnection) -> Vec<usize> {
    std::iter::from_fn(|| raw.take_written()).map(|buffer| buffer.context).collect()
}

fn close(raw: &mut RawConnection) {
    raw.read_close();
    raw.write_close();
}

fn connecting() -> RawConnection {
    let mut raw = RawConnection::new();
    raw.connecting();
    raw
}

/// A connection that has told everything up to its needs.
fn open() -> RawConnection {
    let mut raw = connecting();
    raw.connected();
    raw.ready(ALL);
    assert_eq!(events(&mut raw), [Connected, NeedWriteBuffers, NeedReadBuffers]);
    raw
}

fn capacities(raw: &RawConnection) -> (usize, usize) {
    (raw.read_capacity(), raw.write_capacity())
}

fn closed(raw: &RawConnection) -> (bool, bool) {
    (raw.is_read_closed(), raw.is_write_closed())
}

fn reason(raw: &RawConnection) -> Option<(&[u8], &[u8])> {
    let condition = &raw.condition;
    Some((condition.name.as_ref()?.bytes(), condition.description.as_ref()?.bytes()))
}

// 9.1 Buffers

#[test]
fn each_direction_takes_sixteen_buffers_at_any_time_before_it_closes() {
    let mut raw = RawConnection::new();
    assert_eq!(capacities(&raw), (SLOTS, SLOTS));
    assert_eq!((give_read(&mut raw, 1..=20), give_read(&mut raw, 1..=1)), (16, 0));
    assert_eq!((write(&mut raw, 1, 1), capacities(&raw)), (1, (0, 15)));
    raw.connecting();
    assert_eq!(write(&mut raw, 2, 1), 1);
    raw.connected();
    raw.received(24);
    assert_eq!(taken(&mut raw), [(1, 8), (2, 8), (3, 8)], "from the front of what was given");
    assert_eq!(capacities(&raw), (3, 14));
    close(&mut raw);
    assert_eq!((capacities(&raw), give_read(&mut raw, 1..=1), write(&mut raw, 1, 1)), ((0, 0), 0, 0));
}

#[test]
fn bytes_go_behind_the_offset_of_several_buffers_in_order() {
    let mut raw = open();
    give_read(&mut raw, 1..=3);
    assert_eq!(raw.receive_parts().collect::<Vec<_>>(), [(1002, 8), (2002, 8), (3002, 8)]);
    raw.received(11);
    assert_eq!(raw.take_read(), Some(RawBuffer { size: 8, ..empty(1) }));
    assert_eq!(raw.take_read(), Some(RawBuffer { size: 3, ..empty(2) }));
    assert_eq!(raw.take_read(), None);
    assert_eq!(raw.receive_parts().collect::<Vec<_>>(), [(3002, 8)]);
}

#[test]
fn a_buffer_is_written_when_all_of_it_is_and_comes_back_as_it_was() {
    let mut raw = open();
    write(&mut raw, 1, 10);
    write(&mut raw, 2, 20);
    assert_eq!(raw.send_parts().collect::<Vec<_>>(), [(1004, 10), (2004, 20)]);
    raw.sent(7);
    assert_eq!((events(&mut raw), raw.take_written()), (vec![], None));
    assert_eq!(raw.send_parts().collect::<Vec<_>>(), [(1011, 3), (2004, 20)]);
    raw.sent(8);
    assert_eq!((raw.next_event(), raw.take_written()), (Some(Written), Some(full(1, 10))));
    assert_eq!(raw.send_parts().collect::<Vec<_>>(), [(2009, 15)]);
    assert_eq!(raw.take_written(), None);
}

#[test]
fn a_buffer_without_content_is_written_in_its_turn() {
    let mut raw = open();
    write(&mut raw, 1, 0);
    assert_eq!(events(&mut raw), [Written, NeedWriteBuffers]);
    write(&mut raw, 2, 5);
    write(&mut raw, 3, 0);
    assert_eq!((events(&mut raw), written(&mut raw)), (vec![], vec![1]));
    raw.sent(5);
    assert_eq!((events(&mut raw), written(&mut raw)), (vec![Written, NeedWriteBuffers], vec![2, 3]));
}

#[test]
fn the_kernel_is_told_of_what_does_not_go_out_at_once() {
    let mut raw = open();
    (1..=3).for_each(|context| assert_eq!(write(&mut raw, context, 1), 1));
    assert!(raw.has_more_than(2) && !raw.has_more_than(3));
}

#[test]
fn what_the_kernel_would_cut_short_is_not_offered_at_once() {
    let mut raw = open();
    let large = |context| RawBuffer { size: u32::MAX, capacity: u32::MAX, offset: 0, ..full(context, 0) };
    raw.give_written([large(1), large(2)].into_iter());
    assert_eq!(raw.send_parts().collect::<Vec<_>>(), [(1000, 1 << 26)]);
    raw.sent(1 << 26);
    assert!(raw.may_send(), "all that was offered went out");
    assert_eq!(raw.send_parts().collect::<Vec<_>>(), [(1000 + (1 << 26), 1 << 26)]);
    raw.give_read([RawBuffer { size: 0, ..large(3) }].into_iter());
    assert_eq!(raw.receive_parts().collect::<Vec<_>>(), [(3000, 1 << 26)]);
    raw.received(1 << 26);
    assert_eq!(taken(&mut raw), [(3, 1 << 26)]);
}

// 9.2 Events and order

#[test]
fn events_of_one_round_come_in_their_order() {
    let mut raw = connecting();
    give_read(&mut raw, 1..=2);
    write(&mut raw, 9, 5);
    raw.wake();
    raw.connected();
    raw.ready(ALL);
    raw.received(8);
    raw.received(0);
    raw.sent(5);
    raw.write_close();
    let all = [Connected, Wake, Read, Written, ClosedRead, ClosedWrite, DrainBuffers, Disconnected];
    assert_eq!(events(&mut raw), all);
    assert!(raw.is_finished());
}

#[test]
fn needs_are_told_once_until_buffers_are_given_again() {
    let mut raw = open();
    raw.wake();
    assert_eq!(events(&mut raw), [Wake]);
    give_read(&mut raw, 1..=1);
    write(&mut raw, 2, 5);
    assert_eq!(events(&mut raw), []);
    raw.received(8);
    raw.sent(5);
    assert_eq!(events(&mut raw), [Read, Written, NeedWriteBuffers, NeedReadBuffers]);
    assert_eq!(events(&mut raw), [], "what is not taken is not told again");
}

#[test]
fn buffers_given_before_connecting_spare_the_question() {
    let mut raw = connecting();
    give_read(&mut raw, 1..=1);
    write(&mut raw, 2, 1);
    raw.connected();
    assert_eq!(events(&mut raw), [Connected]);
}

#[test]
fn what_was_taken_already_is_not_told() {
    let mut raw = open();
    give_read(&mut raw, 1..=2);
    raw.received(8);
    assert_eq!(taken(&mut raw), [(1, 8)]);
    assert_eq!(events(&mut raw), [], "nor is a buffer missing");
    raw.received(8);
    assert_eq!(events(&mut raw), [Read, NeedReadBuffers]);
}

#[test]
fn the_end_is_an_empty_buffer_after_the_data_and_then_an_event() {
    let mut raw = open();
    give_read(&mut raw, 1..=3);
    raw.received(9);
    raw.received(0);
    assert_eq!(closed(&raw), (true, false));
    assert_eq!(raw.next_event(), Some(Read));
    assert_eq!(taken(&mut raw), [(1, 8), (2, 1), (3, 0)]);
    assert_eq!(events(&mut raw), [ClosedRead]);
    assert!(!raw.may_receive());
    assert!(!raw.batch_done() && !raw.is_finished(), "the program still has to close its own side");
    raw.write_close();
    assert_eq!(events(&mut raw), [ClosedWrite, Disconnected]);
}

#[test]
fn the_end_is_not_looked_for_without_a_buffer() {
    let mut raw = open();
    raw.ready(Ready { hangup: true, ..Ready::default() });
    assert!(!raw.may_receive());
    give_read(&mut raw, 1..=1);
    assert!(raw.may_receive());
}

#[test]
fn buffers_left_are_drained_before_the_last_event() {
    let mut raw = open();
    give_read(&mut raw, 1..=3);
    raw.received(8);
    assert_eq!(events(&mut raw), [Read]);
    close(&mut raw);
    assert_eq!((raw.next_event(), raw.next_event()), (Some(ClosedRead), Some(ClosedWrite)));
    assert_eq!(raw.next_event(), Some(DrainBuffers));
    assert_eq!(taken(&mut raw), [(1, 8), (2, 0), (3, 0)]);
    assert_eq!(events(&mut raw), [Disconnected]);
}

// 9.3 Closing

#[test]
fn a_closed_reading_side_keeps_its_buffers_and_is_shut_down_once() {
    let mut raw = open();
    give_read(&mut raw, 1..=2);
    raw.read_close();
    assert_eq!((closed(&raw), capacities(&raw)), ((true, false), (0, SLOTS)));
    assert_eq!(events(&mut raw), [ClosedRead]);
    assert_eq!(taken(&mut raw), []);
    assert!(!raw.may_receive());
    assert!(raw.take_read_shutdown() && !raw.take_read_shutdown());
    raw.read_close();
    assert_eq!((events(&mut raw), raw.take_read_shutdown()), (vec![], false));
}

#[test]
fn a_side_the_peer_has_ended_is_not_shut_down() {
    let mut raw = open();
    give_read(&mut raw, 1..=1);
    raw.end_of_file();
    raw.read_close();
    assert!(!raw.take_read_shutdown());
    assert_eq!(events(&mut raw), [Read, ClosedRead]);
}

#[test]
fn a_closed_writing_side_is_told_at_once_and_shut_down_when_all_is_written() {
    let mut raw = open();
    write(&mut raw, 1, 5);
    raw.write_close();
    assert_eq!((closed(&raw), capacities(&raw)), ((false, true), (SLOTS, 0)));
    assert_eq!(events(&mut raw), [ClosedWrite]);
    assert!(raw.may_send() && !raw.take_write_shutdown());
    raw.sent(5);
    assert!(raw.take_write_shutdown() && !raw.take_write_shutdown());
    assert_eq!(events(&mut raw), [Written], "and more buffers are not asked for");
}

#[test]
fn closing_waits_for_what_is_queued() {
    let mut raw = open();
    write(&mut raw, 1, 5);
    close(&mut raw);
    assert_eq!(events(&mut raw), [ClosedRead, ClosedWrite]);
    raw.sent(3);
    assert_eq!(events(&mut raw), [], "a peer that does not read blocks this");
    raw.ready(ALL);
    raw.sent(2);
    assert_eq!((raw.next_event(), written(&mut raw)), (Some(Written), vec![1]));
    assert_eq!(events(&mut raw), [Disconnected]);
}

#[test]
fn directions_closed_one_by_one_in_either_order_end_it() {
    for closes in [
        [RawConnection::read_close, RawConnection::write_close],
        [RawConnection::write_close, RawConnection::read_close],
    ] {
        let mut raw = open();
        closes[0](&mut raw);
        assert_eq!(events(&mut raw).len(), 1);
        closes[1](&mut raw);
        assert_eq!(events(&mut raw).last(), Some(&Disconnected));
    }
}

#[test]
fn closing_again_does_nothing() {
    let mut raw = open();
    close(&mut raw);
    close(&mut raw);
    assert_eq!(events(&mut raw), [ClosedRead, ClosedWrite, Disconnected]);
    close(&mut raw);
    assert_eq!((events(&mut raw), capacities(&raw), closed(&raw)), (vec![], (0, 0), (true, true)));
}

#[test]
fn a_peer_that_has_ended_is_still_written_to() {
    let mut raw = open();
    give_read(&mut raw, 1..=1);
    raw.end_of_file();
    assert_eq!(events(&mut raw), [Read, ClosedRead]);
    assert_eq!((write(&mut raw, 2, 5), raw.may_send()), (1, true));
    raw.sent(5);
    raw.write_close();
    assert_eq!(events(&mut raw), [Written, ClosedWrite, DrainBuffers, Disconnected]);
}

// 9.4 Errors

#[test]
fn a_socket_that_breaks_gives_all_back_and_says_why() {
    let mut raw = open();
    give_read(&mut raw, 1..=2);
    write(&mut raw, 3, 5);
    raw.failed("Broken pipe - send error 127.0.0.1:1");
    raw.failed("Connection reset by peer - recv error 127.0.0.1:1");
    assert_eq!(reason(&raw), Some((&b"proton:io"[..], &b"Broken pipe - send error 127.0.0.1:1"[..])));
    assert_eq!((raw.may_send(), raw.may_receive(), closed(&raw)), (false, false, (true, true)));
    let first: Vec<_> = (0..3).filter_map(|_| raw.next_event()).collect();
    assert_eq!(first, [ClosedRead, ClosedWrite, DrainBuffers]);
    assert_eq!((taken(&mut raw), written(&mut raw)), (vec![(1, 0), (2, 0)], vec![3]));
    assert_eq!(events(&mut raw), [Disconnected]);
}

#[test]
fn data_that_came_before_the_failure_is_told_first() {
    let mut raw = open();
    give_read(&mut raw, 1..=1);
    raw.received(8);
    raw.failed("gone");
    assert_eq!(raw.next_event(), Some(Read));
    assert_eq!(taken(&mut raw), [(1, 8)]);
    assert_eq!(events(&mut raw), [ClosedRead, ClosedWrite, Disconnected]);
}

#[test]
fn a_failure_while_closing_does_not_wait_for_the_rest_to_be_written() {
    let mut raw = open();
    write(&mut raw, 1, 5);
    close(&mut raw);
    assert_eq!(events(&mut raw), [ClosedRead, ClosedWrite]);
    raw.failed("gone");
    assert_eq!(events(&mut raw), [DrainBuffers, Disconnected]);
    assert!(!raw.take_write_shutdown() && reason(&raw).is_some());
}

#[test]
fn an_error_nobody_met_is_looked_at_once() {
    let mut raw = open();
    raw.ready(Ready { error: true, hangup: true, ..ALL });
    assert!(raw.take_error() && !raw.take_error());
    close(&mut raw);
    raw.ready(Ready { error: true, ..ALL });
    assert!(!raw.take_error(), "it is over anyway");
}

#[test]
fn a_connect_that_fails_is_one_event() {
    let mut raw = connecting();
    raw.connect_failed("Name or service not known - connect to  nowhere:1");
    assert_eq!((closed(&raw), capacities(&raw)), ((true, true), (0, 0)));
    assert_eq!(events(&mut raw), [Disconnected]);
    assert!(reason(&raw).is_some());
}

#[test]
fn a_connect_that_fails_gives_buffers_back() {
    let mut raw = connecting();
    give_read(&mut raw, 1..=1);
    write(&mut raw, 2, 5);
    write(&mut raw, 3, 0);
    raw.write_close();
    raw.connect_failed("refused");
    assert_eq!(raw.next_event(), Some(DrainBuffers));
    assert_eq!((taken(&mut raw), written(&mut raw)), (vec![(1, 0)], vec![2, 3]));
    assert_eq!(events(&mut raw), [Disconnected]);
}

#[test]
fn connecting_empties_the_condition() {
    let mut raw = RawConnection::new();
    raw.condition.name = Some(Text::new(b"mine"));
    raw.connecting();
    assert!(!raw.condition.is_set());
    raw.connected();
    raw.condition.name = Some(Text::new(b"mine"));
    raw.failed("gone");
    assert_eq!(raw.condition.name.as_ref().map(Text::bytes), Some(&b"mine"[..]), "an earlier reason stays");
}

// 9.5 Wake

#[test]
fn wakes_are_merged_and_may_come_before_connecting_ends() {
    let mut raw = RawConnection::new();
    raw.wake();
    raw.connecting();
    assert_eq!(events(&mut raw), [], "nobody was there to be woken");
    raw.wake();
    raw.wake();
    assert_eq!(events(&mut raw), [Wake]);
    raw.wake();
    raw.connected();
    assert_eq!(events(&mut raw), [Connected, Wake, NeedWriteBuffers, NeedReadBuffers]);
    raw.wake();
    raw.connect_failed("late");
    raw.failed("gone");
    assert_eq!(events(&mut raw), [Wake, ClosedRead, ClosedWrite, Disconnected]);
}

#[test]
fn a_wake_after_the_end_is_dropped() {
    let mut raw = connecting();
    raw.wake();
    raw.connect_failed("refused");
    assert_eq!(events(&mut raw), [Wake, Disconnected]);
    raw.wake();
    assert_eq!((events(&mut raw), raw.batch_done()), (vec![], false));
}

#[test]
fn nothing_comes_between_draining_and_the_end() {
    let mut raw = open();
    give_read(&mut raw, 1..=1);
    close(&mut raw);
    let first: Vec<_> = (0..3).filter_map(|_| raw.next_event()).collect();
    assert_eq!(first, [ClosedRead, ClosedWrite, DrainBuffers]);
    raw.wake();
    assert_eq!(events(&mut raw), [Disconnected]);
}

// Section 14: defects of the original that are not repeated

#[test]
fn disconnecting_is_closing_with_a_reason_and_without_waiting() {
    let mut raw = open();
    write(&mut raw, 1, 5);
    raw.condition.name = Some(Text::new(b"before"));
    let reason = Condition { name: Some(Text::new(b"n")), ..Condition::default() };
    raw.disconnect(Some(&reason));
    assert_eq!(events(&mut raw), [ClosedRead, ClosedWrite, DrainBuffers, Disconnected]);
    assert_eq!(raw.condition.name.as_ref().map(Text::bytes), Some(&b"n"[..]));
    raw.disconnect(None);
    assert_eq!(events(&mut raw), []);
}

#[test]
fn disconnecting_what_is_not_connected_yet_is_one_event() {
    let mut raw = connecting();
    raw.disconnect(None);
    raw.connected();
    assert_eq!(events(&mut raw), [Disconnected]);
    assert!(!raw.condition.is_set());
}

#[test]
fn a_side_closed_before_connecting_is_told_after_it() {
    for phase in [RawConnection::new, connecting] {
        let mut raw = phase();
        raw.write_close();
        assert_eq!((closed(&raw), capacities(&raw)), ((false, true), (SLOTS, 0)));
        raw.connecting();
        assert_eq!((events(&mut raw), raw.take_write_shutdown()), (vec![], false));
        raw.connected();
        assert_eq!(events(&mut raw), [Connected, ClosedWrite, NeedReadBuffers]);
        assert!(raw.take_write_shutdown());
        raw.read_close();
        assert_eq!(events(&mut raw), [ClosedRead, Disconnected]);
    }
}

#[test]
fn what_was_queued_and_closed_before_connecting_is_written() {
    let mut raw = RawConnection::new();
    write(&mut raw, 1, 5);
    close(&mut raw);
    raw.connecting();
    raw.connected();
    assert_eq!(events(&mut raw), [Connected, ClosedRead, ClosedWrite]);
    assert!(raw.may_send());
    raw.sent(5);
    assert_eq!(events(&mut raw), [Written, DrainBuffers, Disconnected]);
}

#[test]
fn a_buffer_without_room_is_not_the_peers_end() {
    let mut raw = open();
    give_read(&mut raw, 1..=1);
    raw.give_read([RawBuffer { offset: 10, ..empty(2) }, RawBuffer { offset: 11, ..empty(3) }].into_iter());
    assert_eq!((raw.next_event(), closed(&raw)), (Some(Read), (false, false)));
    assert_eq!(taken(&mut raw), [(2, 0), (3, 0)]);
    assert_eq!((events(&mut raw), raw.may_receive()), (vec![], true));
}

#[test]
fn nothing_is_written_or_asked_for_before_it_is_connected() {
    let mut raw = connecting();
    raw.ready(ALL);
    write(&mut raw, 1, 0);
    write(&mut raw, 2, 5);
    raw.wake();
    assert!(!raw.may_send() && !raw.may_receive());
    assert_eq!(events(&mut raw), [Wake]);
    raw.connected();
    assert_eq!(events(&mut raw), [Connected, Written, NeedReadBuffers]);
}

// Readiness is told once, when it begins

#[test]
fn a_socket_is_read_until_it_has_no_more() {
    let mut raw = open();
    give_read(&mut raw, 1..=2);
    raw.received(16);
    assert!(!raw.may_receive(), "no buffers");
    give_read(&mut raw, 3..=3);
    assert!(raw.may_receive(), "there may be more");
    raw.received(7);
    give_read(&mut raw, 4..=4);
    assert!(!raw.may_receive(), "there was room for more");
    raw.ready(ALL);
    assert!(raw.may_receive());
    raw.receive_blocked();
    assert!(!raw.may_receive());
}

#[test]
fn an_end_that_was_announced_is_read_up_to() {
    let mut raw = open();
    give_read(&mut raw, 1..=2);
    raw.ready(Ready { hangup: true, ..ALL });
    raw.received(3);
    assert!(raw.may_receive(), "nobody tells again that the end follows");
}

#[test]
fn a_socket_is_written_to_until_it_takes_no_more() {
    let mut raw = open();
    write(&mut raw, 1, 10);
    raw.sent(4);
    assert!(!raw.may_send());
    raw.ready(ALL);
    assert!(raw.may_send());
    raw.send_blocked();
    assert!(!raw.may_send());
    raw.ready(ALL);
    raw.sent(6);
    assert!(!raw.may_send(), "nothing is left");
    write(&mut raw, 2, 10);
    assert!(raw.may_send());
}

// Batches

#[test]
fn a_batch_ends_though_the_peer_never_stops() {
    let mut raw = open();
    assert!(!raw.batch_done());
    let mut rounds = 0;
    while raw.begin_round() {
        rounds += 1;
        give_read(&mut raw, 1..=1);
        raw.received(8);
        assert_eq!(raw.next_event(), Some(Read));
        taken(&mut raw);
    }
    assert!(rounds > 1);
    give_read(&mut raw, 1..=1);
    assert!(raw.batch_done(), "there may be more to read");
    assert!(raw.begin_round());
}

#[test]
fn what_was_not_told_in_a_batch_asks_for_another() {
    let mut raw = connecting();
    raw.connected();
    assert_eq!(raw.next_event(), Some(Connected));
    assert!(raw.batch_done());
    events(&mut raw);
    assert!(!raw.batch_done());
    write(&mut raw, 1, 1);
    assert!(raw.batch_done());
}
