/* Differential program: selectables, handlers and timers by themselves. */
#include "../legacy_net.h"

#include <proton/selectable.h>

static void tell(const char *what, pn_selectable_t *s)
{
    say("%s: fd %d reading %d writing %d deadline %" PRId64 " registered %d terminal %d", what, pn_selectable_get_fd(s),
        pn_selectable_is_reading(s), pn_selectable_is_writing(s), pn_selectable_get_deadline(s),
        pn_selectable_is_registered(s), pn_selectable_is_terminal(s));
}

static void readable(pn_selectable_t *s) { say("readable %d", pn_selectable_get_fd(s)); }
static void writable(pn_selectable_t *s) { say("writable %d", pn_selectable_get_fd(s)); }
static void error(pn_selectable_t *s) { say("error %d", pn_selectable_get_fd(s)); }
static void expired(pn_selectable_t *s) { say("expired %d", pn_selectable_get_fd(s)); }
static void released(pn_selectable_t *s) { say("released %d", pn_selectable_get_fd(s)); }
static void finalized(pn_selectable_t *s) { say("finalized %d", pn_selectable_get_fd(s)); }

static void call_all(pn_selectable_t *s)
{
    pn_selectable_readable(s);
    pn_selectable_writable(s);
    pn_selectable_error(s);
    pn_selectable_expired(s);
    pn_selectable_release(s);
}

static void what_is_set_is_remembered(void)
{
    section("settings");
    pn_selectable_t *s = pn_selectable();
    tell("fresh", s);
    pn_selectable_set_fd(s, 7);
    pn_selectable_set_reading(s, true);
    pn_selectable_set_writing(s, true);
    pn_selectable_set_deadline(s, 12345);
    pn_selectable_set_registered(s, true);
    tell("set", s);
    pn_selectable_terminate(s);
    tell("terminated", s);
    pn_selectable_set_fd(s, PN_INVALID_SOCKET);
    pn_selectable_set_reading(s, false);
    tell("unset", s);
    say("references %d", pn_refcount(s));
    pn_selectable_free(s);
    pn_selectable_free(NULL);
}

static void callbacks_are_called(void)
{
    section("callbacks");
    pn_selectable_t *s = pn_selectable();
    call_all(s);
    say("nothing set");
    pn_selectable_set_fd(s, 3);
    pn_selectable_on_readable(s, readable);
    pn_selectable_on_writable(s, writable);
    pn_selectable_on_error(s, error);
    pn_selectable_on_expired(s, expired);
    pn_selectable_on_release(s, released);
    pn_selectable_on_finalize(s, finalized);
    call_all(s);
    pn_selectable_on_writable(s, NULL);
    call_all(s);
    pn_incref(s);
    pn_selectable_free(s);
    say("still held");
    pn_decref(s);
}

static void attachments_go_with_their_selectable(void)
{
    section("attachments");
    pn_selectable_t *s = pn_selectable();
    pn_record_t *record = pn_selectable_attachments(s);
    say("same %d", record == pn_selectable_attachments(s));
    pn_handler_t *h = pn_handler(NULL);
    say("handler %d", pn_record_get_handler(record) != NULL);
    pn_record_set_handler(record, h);
    say("handler %d references %d", pn_record_get_handler(record) == h, pn_refcount(h));
    pn_selectable_free(s);
    say("references %d", pn_refcount(h));
    pn_decref(h);
}

static void collected_selectables_report(void)
{
    section("collect");
    pn_collector_t *collector = pn_collector();
    pn_selectable_t *s = pn_selectable();
    pn_selectable_collect(s, collector);
    call_all(s);
    pn_selectable_readable(s);
    for (pn_event_t *e; (e = pn_collector_peek(collector)); pn_collector_pop(collector)) {
        say("%s %s %d", name_of(pn_event_type(e)), pn_class_name(pn_event_class(e)), pn_event_context(e) == s);
    }
    pn_selectable_on_readable(s, readable);
    pn_selectable_readable(s);
    say("queued %d", pn_collector_peek(collector) != NULL);
    pn_selectable_collect(s, NULL);
    pn_selectable_free(s);
    pn_collector_free(collector);
}

static void see(pn_handler_t *h, pn_event_t *e, pn_event_type_t t)
{
    say("%s sees %s", (char *)pn_handler_mem(h), name_of(t));
    (void)e;
}

static void gone(pn_handler_t *h) { say("%s goes", (char *)pn_handler_mem(h)); }

static pn_handler_t *named(const char *name)
{
    pn_handler_t *h = pn_handler_new(see, 16, gone);
    strcpy(pn_handler_mem(h), name);
    return h;
}

static void handlers_see_events_depth_first(void)
{
    section("handlers");
    pn_collector_t *collector = pn_collector();
    pn_handler_t *a = named("a"), *b = named("b"), *c = named("c"), *d = named("d"), *none = pn_handler(NULL);
    pn_handler_add(a, b);
    pn_handler_add(b, c);
    pn_handler_add(a, none);
    pn_incref(none);
    pn_handler_add(a, d);
    say("references %d %d %d", pn_refcount(a), pn_refcount(b), pn_refcount(c));
    pn_timer_t *t = pn_timer(collector);
    pn_timer_schedule(t, 1);
    pn_timer_tick(t, 1);
    pn_event_t *e = pn_collector_peek(collector);
    pn_handler_dispatch(a, e, PN_TIMER_TASK);
    pn_handler_dispatch(none, e, PN_TIMER_TASK);
    pn_handler_dispatch(b, e, PN_CONNECTION_INIT);
    pn_handler_clear(b);
    say("references %d", pn_refcount(c));
    pn_handler_dispatch(a, e, PN_TIMER_TASK);
    pn_decref(c);
    pn_handler_free(a);
    pn_handler_free(NULL);
    pn_handler_free(none);
    pn_decref(t);
    pn_collector_free(collector);
}

static void a_child_that_is_held_lives_on(void)
{
    section("held child");
    pn_handler_t *a = named("a"), *b = named("b");
    pn_handler_add(a, b);
    pn_incref(b);
    pn_handler_free(a);
    say("references %d", pn_refcount(b));
    pn_decref(b);
}

static void a_parent_that_is_let_go_lets_go(void)
{
    section("let go");
    pn_handler_t *a = named("a"), *b = named("b");
    pn_handler_add(a, b);
    pn_handler_add(a, b);
    say("references %d", pn_refcount(b));
    pn_decref(a);
    say("references %d", pn_refcount(b));
    pn_decref(b);
}

static void memory_is_zero_at_first(void)
{
    section("memory");
    pn_handler_t *h = pn_handler_new(NULL, 100, NULL);
    const char *memory = pn_handler_mem(h);
    int sum = 0;
    for (int i = 0; i < 100; i++) sum += memory[i];
    say("sum %d aligned %d same %d", sum, (int)((uintptr_t)memory % 8), memory == pn_handler_mem(h));
    pn_handler_free(h);
}

static void say_timer(const char *what, pn_timer_t *t, pn_collector_t *collector)
{
    int reported = 0;
    for (; pn_collector_peek(collector); pn_collector_pop(collector)) {
        reported += pn_event_type(pn_collector_peek(collector)) == PN_TIMER_TASK;
    }
    say("%s: tasks %d deadline %" PRId64 " reported %d", what, pn_timer_tasks(t), pn_timer_deadline(t), reported);
}

static void tasks_become_due(void)
{
    section("timer");
    pn_collector_t *collector = pn_collector();
    pn_timer_t *t = pn_timer(collector);
    say_timer("empty", t, collector);
    pn_task_t *late = pn_timer_schedule(t, 30);
    pn_timer_schedule(t, 10);
    pn_timer_schedule(t, 20);
    say_timer("three", t, collector);
    pn_timer_tick(t, 9);
    say_timer("early", t, collector);
    pn_timer_tick(t, 10);
    say_timer("due", t, collector);
    pn_task_cancel(late);
    say_timer("cancelled", t, collector);
    pn_timer_tick(t, 100);
    say_timer("all", t, collector);
    pn_timer_schedule(t, 5);
    pn_timer_tick(t, 100);
    say_timer("long due", t, collector);
    pn_decref(t);
    pn_collector_free(collector);
}

static void a_cancelled_task_in_front_is_forgotten(void)
{
    section("cancel");
    pn_collector_t *collector = pn_collector();
    pn_timer_t *t = pn_timer(collector);
    pn_task_t *first = pn_timer_schedule(t, 10);
    pn_timer_schedule(t, 20);
    pn_task_cancel(first);
    say_timer("first cancelled", t, collector);
    pn_timer_tick(t, 50);
    say_timer("ticked", t, collector);
    pn_decref(t);
    pn_collector_free(collector);
}

static void tasks_have_attachments(void)
{
    section("task");
    pn_collector_t *collector = pn_collector();
    pn_timer_t *t = pn_timer(collector);
    pn_task_t *task = pn_timer_schedule(t, 1);
    pn_handler_t *h = named("h");
    pn_record_set_handler(pn_task_attachments(task), h);
    pn_timer_tick(t, 1);
    pn_event_t *e = pn_collector_peek(collector);
    say("class %s same %d handler %d", pn_class_name(pn_event_class(e)), pn_event_context(e) == task,
        pn_record_get_handler(pn_task_attachments(pn_event_context(e))) == h);
    pn_collector_pop(collector);
    pn_decref(t);
    pn_decref(h);
    pn_collector_free(collector);
}

int main(void)
{
    what_is_set_is_remembered();
    callbacks_are_called();
    attachments_go_with_their_selectable();
    collected_selectables_report();
    handlers_see_events_depth_first();
    a_child_that_is_held_lives_on();
    a_parent_that_is_let_go_lets_go();
    memory_is_zero_at_first();
    tasks_become_due();
    a_cancelled_task_in_front_is_forgotten();
    tasks_have_attachments();
    return 0;
}
