/* Differential program: reactors, alone and over sockets. Each scenario has one reactor, with both ends of what it
 * connects in it. */
#include "../legacy_net.h"

#include <proton/condition.h>

/* Tells what happens, but not what depends on how the kernel cuts a stream: looks at selectables and waits. */
static bool tell_all;

static void tell(const char *who, pn_event_t *e, pn_event_type_t t)
{
    bool often = t == PN_SELECTABLE_UPDATED || t == PN_REACTOR_QUIESCED || t == PN_TRANSPORT;
    if (tell_all || !often) say("%s%s", who, name_of(t));
    if (t == PN_TRANSPORT_ERROR) {
        pn_condition_t *c = pn_transport_condition(pn_event_transport(e));
        say("%s%s: %s", who, pn_condition_get_name(c), pn_condition_get_description(c));
    }
}

static void watch(pn_handler_t *h, pn_event_t *e, pn_event_type_t t)
{
    (void)h;
    tell("", e, t);
    if (t == PN_CONNECTION_UNBOUND) pn_connection_release(pn_event_connection(e));
}

static pn_reactor_t *reactor_with(void (*dispatch)(pn_handler_t *, pn_event_t *, pn_event_type_t))
{
    pn_reactor_t *r = pn_reactor();
    pn_handler_t *h = pn_handler(dispatch);
    pn_reactor_set_handler(r, h);
    pn_decref(h);
    return r;
}

static void what_is_set_is_remembered(void)
{
    section("settings");
    pn_reactor_t *r = pn_reactor();
    say("timeout %d handler %d global %d", (int)pn_reactor_get_timeout(r), pn_reactor_get_handler(r) != NULL,
        pn_reactor_get_global_handler(r) != NULL);
    say("quiesced %d references %d", pn_reactor_quiesced(r), pn_refcount(r));
    pn_reactor_set_timeout(r, 77);
    pn_handler_t *h = pn_handler(NULL);
    pn_reactor_set_handler(r, h);
    pn_reactor_set_global_handler(r, h);
    say("timeout %d handler %d global %d references %d", (int)pn_reactor_get_timeout(r), pn_reactor_get_handler(r) == h,
        pn_reactor_get_global_handler(r) == h, pn_refcount(h));
    say("object %d class %s", pn_object_reactor(r) == r, pn_class_name(pn_class(r)));
    pn_timestamp_t mark = pn_reactor_mark(r);
    say("now %d", pn_reactor_now(r) == mark);
    say("later %d", pn_reactor_mark(r) >= mark);
    say("wake %d", pn_reactor_wakeup(r));
    pn_reactor_set_global_handler(r, NULL);
    say("references %d", pn_refcount(h));
    pn_decref(h);
    pn_reactor_free(r);
    pn_reactor_free(NULL);
}

static void nothing_to_do(void)
{
    section("empty");
    tell_all = true;
    pn_reactor_t *r = reactor_with(watch);
    pn_reactor_run(r);
    say("timeout %d", (int)pn_reactor_get_timeout(r));
    pn_reactor_free(r);
    tell_all = false;
}

static void step_by_step(void)
{
    section("steps");
    tell_all = true;
    pn_reactor_t *r = reactor_with(watch);
    say("before %d", pn_reactor_process(r));
    pn_reactor_start(r);
    for (int i = 0; i < 4; i++) say("more %d", pn_reactor_process(r));
    pn_reactor_free(r);
    tell_all = false;
}

static void yielding(pn_handler_t *h, pn_event_t *e, pn_event_type_t t)
{
    (void)h;
    say("%s", name_of(t));
    pn_reactor_yield(pn_event_reactor(e));
}

static void a_pause_comes_before_the_next_event(void)
{
    section("yield");
    pn_reactor_t *r = reactor_with(yielding);
    pn_reactor_start(r);
    for (int i = 0; i < 7; i++) say("more %d", pn_reactor_process(r));
    pn_reactor_free(r);
}

static void tasks_come_in_order(void)
{
    section("tasks");
    pn_reactor_t *r = reactor_with(watch);
    pn_task_t *late = pn_reactor_schedule(r, 40, NULL), *never = pn_reactor_schedule(r, 20, NULL);
    pn_reactor_schedule(r, 0, NULL);
    say("reactor %d", pn_object_reactor(late) == r);
    pn_task_cancel(never);
    pn_reactor_run(r);
    pn_reactor_free(r);
}

static void special(pn_handler_t *h, pn_event_t *e, pn_event_type_t t)
{
    say("special %s root %d reactor %d", name_of(t), pn_event_root(e) == h, pn_event_reactor(e) != NULL);
}

static void a_task_has_its_own_handler(void)
{
    section("task handler");
    pn_reactor_t *r = reactor_with(watch);
    pn_handler_t *h = pn_handler(special);
    pn_task_t *task = pn_reactor_schedule(r, 1, h);
    say("handler %d", pn_record_get_handler(pn_task_attachments(task)) == h);
    pn_decref(h);
    pn_reactor_run(r);
    pn_reactor_free(r);
}

static void again(pn_handler_t *h, pn_event_t *e, pn_event_type_t t)
{
    int *left = pn_handler_mem(h);
    if (t != PN_TIMER_TASK) return;
    say("task, %d left", *left);
    if ((*left)-- > 0) pn_reactor_schedule(pn_event_reactor(e), 1, h);
}

static void a_task_may_schedule_the_next(void)
{
    section("recurring");
    pn_reactor_t *r = pn_reactor();
    pn_handler_t *h = pn_handler_new(again, sizeof(int), NULL);
    *(int *)pn_handler_mem(h) = 3;
    pn_reactor_schedule(r, 1, h);
    pn_reactor_run(r);
    pn_decref(h);
    pn_reactor_free(r);
}

static void stopping(pn_handler_t *h, pn_event_t *e, pn_event_type_t t)
{
    (void)h;
    say("%s", name_of(t));
    if (t == PN_TIMER_TASK) pn_reactor_stop(pn_event_reactor(e));
}

static void a_stopped_reactor_leaves_its_tasks(void)
{
    section("stop");
    pn_reactor_t *r = reactor_with(stopping);
    pn_reactor_schedule(r, 1, NULL);
    pn_reactor_schedule(r, 100000, NULL);
    pn_reactor_run(r);
    pn_reactor_free(r);
}

/* Opens, and closes when the peer has opened. */
static void client(pn_handler_t *h, pn_event_t *e, pn_event_type_t t)
{
    (void)h;
    tell("", e, t);
    if (t == PN_CONNECTION_INIT) pn_connection_open(pn_event_connection(e));
    if (t == PN_CONNECTION_REMOTE_OPEN) pn_connection_close(pn_event_connection(e));
    if (t == PN_CONNECTION_UNBOUND) pn_connection_release(pn_event_connection(e));
}

static void nowhere_to_connect(void)
{
    section("no address");
    tell_all = true;
    pn_reactor_t *r = reactor_with(client);
    pn_connection_t *c = pn_reactor_connection(r, NULL);
    say("address %d reactor %d", pn_reactor_get_connection_address(r, c) != NULL, pn_object_reactor(c) == r);
    pn_reactor_run(r);
    pn_reactor_free(r);
    tell_all = false;
}

static void no_such_host(void)
{
    section("lookup");
    tell_all = true;
    pn_reactor_t *r = reactor_with(client);
    pn_connection_set_hostname(pn_reactor_connection(r, NULL), "no.such.host.invalid");
    pn_reactor_run(r);
    pn_reactor_free(r);
    tell_all = false;
}

static void nobody_listens(void)
{
    section("refused");
    tell_all = true;
    pn_reactor_t *r = reactor_with(client);
    const char *port = free_port();
    pn_connection_t *c = pn_reactor_connection_to_host(r, "127.0.0.1", port, NULL);
    say("address %s", without_port(pn_reactor_get_connection_address(r, c), port));
    pn_reactor_run(r);
    pn_reactor_free(r);
    tell_all = false;
}

static void addresses_are_kept_as_urls(void)
{
    section("addresses");
    pn_reactor_t *r = pn_reactor();
    pn_connection_t *c = pn_reactor_connection_to_host(r, "::1", "77", NULL);
    say("%s", pn_reactor_get_connection_address(r, c));
    pn_reactor_set_connection_host(r, c, "host", NULL);
    say("%s", pn_reactor_get_connection_address(r, c));
    pn_reactor_set_connection_host(r, c, "host", "amqp");
    say("%s", pn_reactor_get_connection_address(r, c));
    pn_reactor_free(r);
}

static pn_acceptor_t *acceptor;

static void server(pn_handler_t *h, pn_event_t *e, pn_event_type_t t)
{
    (void)h;
    tell("server ", e, t);
    if (t == PN_CONNECTION_BOUND) say("acceptor %d", pn_connection_acceptor(pn_event_connection(e)) == acceptor);
    if (t == PN_TRANSPORT_CLOSED) pn_acceptor_close(acceptor);
    if (t == PN_CONNECTION_UNBOUND) pn_connection_release(pn_event_connection(e));
}

/* Runs a reactor with a connection to itself, and frees it. How both ends' events interleave is up to the kernel, so
 * only one of them tells what it sees. */
static void run_pair(pn_reactor_t *r, pn_handler_t *ours, pn_handler_t *theirs)
{
    acceptor = pn_reactor_acceptor(r, "127.0.0.1", "0", theirs);
    char port[8];
    snprintf(port, sizeof port, "%d", port_of(pn_selectable_get_fd((pn_selectable_t *)acceptor)));
    pn_reactor_connection_to_host(r, "127.0.0.1", port, ours);
    pn_reactor_run(r);
    pn_reactor_free(r);
    pn_handler_free(theirs);
}

static pn_handler_t *shaking(void (*dispatch)(pn_handler_t *, pn_event_t *, pn_event_type_t))
{
    pn_handler_t *h = pn_handler(dispatch);
    pn_handler_add(h, pn_handshaker());
    return h;
}

static void quiet_client(pn_handler_t *h, pn_event_t *e, pn_event_type_t t)
{
    (void)h;
    if (t == PN_CONNECTION_INIT) pn_connection_open(pn_event_connection(e));
    if (t == PN_CONNECTION_REMOTE_OPEN) pn_connection_close(pn_event_connection(e));
    if (t == PN_CONNECTION_UNBOUND) pn_connection_release(pn_event_connection(e));
}

static void a_server_sees_a_connection_come_and_go(void)
{
    section("server");
    run_pair(reactor_with(quiet_client), NULL, shaking(server));
}

static void closing_client(pn_handler_t *h, pn_event_t *e, pn_event_type_t t)
{
    client(h, e, t);
    if (t == PN_TRANSPORT_CLOSED) pn_acceptor_close(acceptor);
}

static void quiet_server(pn_handler_t *h, pn_event_t *e, pn_event_type_t t)
{
    (void)h;
    if (t == PN_CONNECTION_UNBOUND) pn_connection_release(pn_event_connection(e));
}

static void a_client_sees_a_connection_open_and_close(void)
{
    section("client");
    run_pair(reactor_with(closing_client), NULL, shaking(quiet_server));
}

static void an_acceptor_that_cannot_be(void)
{
    section("acceptor");
    pn_reactor_t *r = pn_reactor();
    pn_acceptor_t *a = pn_reactor_acceptor(r, "127.0.0.1", "0", NULL);
    char port[8];
    snprintf(port, sizeof port, "%d", port_of(pn_selectable_get_fd((pn_selectable_t *)a)));
    pn_acceptor_t *b = pn_reactor_acceptor(r, "127.0.0.1", port, NULL);
    say("second %d %s", b != NULL, pn_error_text(pn_reactor_error(r)));
    b = pn_reactor_acceptor(r, "no.such.host.invalid", "1", NULL);
    say("nowhere %d %s", b != NULL, pn_error_text(pn_reactor_error(r)));
    pn_acceptor_close(a);
    pn_acceptor_close(a);
    pn_reactor_run(r);
    pn_reactor_free(r);
}

static int pipes[2];

static void read_pipe(pn_selectable_t *s)
{
    char bytes[16];
    ssize_t n = read(pn_selectable_get_fd(s), bytes, sizeof bytes);
    say("read %zd", n);
    if (n <= 0) {
        pn_selectable_terminate(s);
        pn_reactor_update(pn_object_reactor(s), s);
    } else if (bytes[0] == 'b') {
        close(pipes[1]);
    } else {
        if (write(pipes[1], "b", 1) != 1) say("cannot write");
    }
}

static void hang_up(pn_selectable_t *s)
{
    say("hung up");
    pn_selectable_terminate(s);
    pn_reactor_update(pn_object_reactor(s), s);
}

static void close_pipe(pn_selectable_t *s) { say("closed %d", close(pn_selectable_get_fd(s))); }

static void a_program_s_own_pipe(void)
{
    section("pipe");
    if (pipe(pipes)) return;
    pn_reactor_t *r = reactor_with(watch);
    pn_selectable_t *s = pn_reactor_selectable(r);
    pn_selectable_set_fd(s, pipes[0]);
    pn_selectable_set_reading(s, true);
    pn_selectable_on_readable(s, read_pipe);
    pn_selectable_on_error(s, hang_up);
    pn_selectable_on_finalize(s, close_pipe);
    pn_reactor_update(r, s);
    if (write(pipes[1], "a", 1) != 1) say("cannot write");
    pn_reactor_run(r);
    pn_reactor_free(r);
}

static void on_selectable(pn_handler_t *h, pn_event_t *e, pn_event_type_t t)
{
    (void)h;
    if (t == PN_SELECTABLE_UPDATED || t == PN_REACTOR_QUIESCED) return;
    say("%s", name_of(t));
    pn_selectable_t *s = pn_event_context(e);
    if (t == PN_SELECTABLE_READABLE || t == PN_SELECTABLE_EXPIRED) {
        pn_selectable_terminate(s);
        pn_reactor_update(pn_event_reactor(e), s);
    }
}

static void selectables_report_where_nothing_is_called(void)
{
    section("selectable events");
    if (pipe(pipes)) return;
    pn_reactor_t *r = reactor_with(on_selectable);
    pn_selectable_t *s = pn_reactor_selectable(r);
    pn_selectable_set_fd(s, pipes[0]);
    pn_selectable_set_reading(s, true);
    pn_reactor_update(r, s);
    if (write(pipes[1], "a", 1) != 1) say("cannot write");
    pn_reactor_run(r);
    pn_reactor_free(r);
    close(pipes[0]);
    close(pipes[1]);
}

static void a_deadline_passes(void)
{
    section("deadline");
    pn_reactor_t *r = reactor_with(on_selectable);
    pn_selectable_t *s = pn_reactor_selectable(r);
    pn_selectable_set_deadline(s, pn_reactor_now(r) + 5);
    pn_reactor_update(r, s);
    pn_reactor_run(r);
    pn_reactor_free(r);
}

static void updates_end_with_the_end(void)
{
    section("final once");
    tell_all = true;
    pn_reactor_t *r = reactor_with(watch);
    pn_selectable_t *s = pn_reactor_selectable(r);
    pn_incref(s);
    pn_reactor_update(r, s);
    pn_selectable_terminate(s);
    pn_reactor_update(r, s);
    pn_reactor_update(r, s);
    pn_reactor_run(r);
    say("references %d", pn_refcount(s));
    pn_decref(s);
    pn_reactor_free(r);
    tell_all = false;
}

/* Sends three messages through a link that a flow controller keeps in credit. */
static void sender(pn_handler_t *h, pn_event_t *e, pn_event_type_t t)
{
    int *left = pn_handler_mem(h);
    pn_connection_t *c = pn_event_connection(e);
    if (t == PN_CONNECTION_INIT) {
        pn_connection_open(c);
        pn_session_t *s = pn_session(c);
        pn_session_open(s);
        pn_link_t *l = pn_sender(s, "link");
        pn_terminus_set_address(pn_link_target(l), "there");
        pn_link_open(l);
    }
    if (t == PN_LINK_FLOW) {
        pn_link_t *l = pn_event_link(e);
        while (pn_link_credit(l) > 0 && *left > 0) {
            char tag = (char)--*left;
            pn_delivery(l, pn_dtag(&tag, 1));
            pn_link_send(l, "hello", 5);
            pn_link_advance(l);
        }
    }
    if (t == PN_DELIVERY) {
        pn_delivery_t *d = pn_event_delivery(e);
        if (!pn_delivery_updated(d)) return;
        say("outcome %d settled %d", (int)pn_delivery_remote_state(d), pn_delivery_settled(d));
        pn_delivery_settle(d);
        if (*left == 0 && pn_delivery_tag(d).start[0] == 0) pn_connection_close(c);
    }
    if (t == PN_CONNECTION_UNBOUND) pn_connection_release(c);
}

static void receiver(pn_handler_t *h, pn_event_t *e, pn_event_type_t t)
{
    (void)h;
    if (t == PN_LINK_REMOTE_OPEN) {
        say("target %s", pn_terminus_get_address(pn_link_remote_target(pn_event_link(e))));
    }
    if (t == PN_LINK_LOCAL_OPEN) {
        say("mirrored %s", pn_terminus_get_address(pn_link_target(pn_event_link(e))));
    }
    if (t == PN_DELIVERY) {
        pn_delivery_t *d = pn_event_delivery(e);
        if (!pn_delivery_readable(d) || pn_delivery_partial(d)) return;
        char bytes[16];
        ssize_t n = pn_link_recv(pn_event_link(e), bytes, sizeof bytes);
        say("got %s", shown(bytes, n > 0 ? (size_t)n : 0));
        pn_link_advance(pn_event_link(e));
        pn_delivery_update(d, PN_ACCEPTED);
        pn_delivery_settle(d);
    }
    if (t == PN_TRANSPORT_CLOSED) pn_acceptor_close(acceptor);
    if (t == PN_CONNECTION_UNBOUND) pn_connection_release(pn_event_connection(e));
}

static void messages_flow(int window, int messages)
{
    pn_handler_t *h = pn_handler_new(sender, sizeof(int), NULL), *s = shaking(receiver);
    *(int *)pn_handler_mem(h) = messages;
    pn_handler_add(s, pn_flowcontroller(window));
    run_pair(pn_reactor(), h, s);
    pn_decref(h);
}

static void credit_is_kept_up(void)
{
    section("flow, window above messages");
    messages_flow(10, 1);
    section("flow, window of two");
    messages_flow(2, 1);
}

static void nothing_is_left(void)
{
    section("children");
    pn_reactor_t *r = pn_reactor();
    pn_connection_t *c = pn_reactor_connection(r, NULL);
    pn_selectable_t *s = pn_reactor_selectable(r);
    say("references %d %d", pn_refcount(c) >= 1, pn_refcount(s) >= 1);
    say("collector %d", pn_connection_collector(c) == pn_reactor_collector(r));
    pn_incref(c);
    pn_incref(s);
    pn_reactor_free(r);
    say("alive %d", pn_connection_state(c));
    pn_decref(c);
    pn_decref(s);
}

static void rooted(pn_handler_t *h, pn_event_t *e, pn_event_type_t t)
{
    const char *name = pn_handler_mem(h);
    if (t == PN_TRANSPORT || t == PN_REACTOR_QUIESCED || t == PN_SELECTABLE_UPDATED) return;
    say("%s: %s", name, name_of(t));
    if (t == PN_CONNECTION_UNBOUND) pn_connection_release(pn_event_connection(e));
}

static pn_handler_t *rooted_handler(const char *name)
{
    pn_handler_t *h = pn_handler_new(rooted, 16, NULL);
    strcpy(pn_handler_mem(h), name);
    return h;
}

static void the_nearest_handler_sees_an_event(void)
{
    section("nearest");
    pn_reactor_t *r = pn_reactor();
    pn_handler_t *all = rooted_handler("reactor"), *c = rooted_handler("connection"), *s = rooted_handler("session");
    pn_handler_t *l = rooted_handler("link");
    pn_reactor_set_handler(r, all);
    pn_connection_t *connection = pn_reactor_connection(r, c);
    pn_session_t *session = pn_session(connection);
    pn_record_set_handler(pn_session_attachments(session), s);
    pn_link_t *link = pn_sender(session, "l");
    pn_record_set_handler(pn_link_attachments(link), l);
    say("objects %d %d %d", pn_object_reactor(connection) == r, pn_object_reactor(session) == r,
        pn_object_reactor(link) == r);
    pn_connection_open(connection);
    pn_session_open(session);
    pn_link_open(link);
    pn_link_close(link);
    pn_session_close(session);
    pn_connection_close(connection);
    pn_reactor_run(r);
    pn_reactor_free(r);
    pn_decref(all);
    pn_decref(c);
    pn_decref(s);
    pn_decref(l);
}

static void handlers_may_be_replaced(void)
{
    section("replaced handler");
    pn_reactor_t *r = pn_reactor();
    pn_handler_t *a = rooted_handler("a"), *b = rooted_handler("b");
    pn_connection_t *c = pn_reactor_connection(r, a);
    say("a %d", pn_record_get_handler(pn_connection_attachments(c)) == a);
    pn_record_set_handler(pn_connection_attachments(c), b);
    say("references %d %d", pn_refcount(a), pn_refcount(b));
    pn_record_set_handler(pn_connection_attachments(c), NULL);
    say("references %d %d", pn_refcount(a), pn_refcount(b));
    pn_reactor_free(r);
    pn_decref(a);
    pn_decref(b);
}

static void without_input_and_output_nothing_moves(void)
{
    section("no I/O handler");
    pn_reactor_t *r = reactor_with(watch);
    pn_handler_t *nothing = pn_handler(NULL);
    pn_reactor_set_global_handler(r, nothing);
    pn_decref(nothing);
    pn_connection_t *c = pn_reactor_connection(r, NULL);
    pn_connection_open(c);
    pn_reactor_start(r);
    for (int i = 0; i < 3; i++) say("more %d", pn_reactor_process(r));
    say("transport %d", pn_connection_transport(c) != NULL);
    pn_reactor_free(r);
}

static void woken(pn_handler_t *h, pn_event_t *e, pn_event_type_t t)
{
    int *times = pn_handler_mem(h);
    if (t == PN_REACTOR_QUIESCED && (*times)++ == 0) say("wake %d", pn_reactor_wakeup(pn_event_reactor(e)));
    if (t == PN_TIMER_TASK) say("task");
}

static void a_wake_ends_a_wait(void)
{
    section("wake");
    pn_reactor_t *r = pn_reactor();
    pn_handler_t *h = pn_handler_new(woken, sizeof(int), NULL);
    pn_reactor_set_handler(r, h);
    pn_reactor_schedule(r, 30, NULL);
    pn_reactor_run(r);
    pn_reactor_free(r);
    pn_decref(h);
}

/* A server that closes what it is asked to open. */
static void closing_server(pn_handler_t *h, pn_event_t *e, pn_event_type_t t)
{
    (void)h;
    if (t == PN_LINK_REMOTE_OPEN) {
        pn_link_open(pn_event_link(e));
        pn_link_close(pn_event_link(e));
    }
    if (t == PN_LINK_REMOTE_CLOSE) pn_session_close(pn_event_session(e));
    if (t == PN_SESSION_REMOTE_CLOSE) pn_connection_close(pn_event_connection(e));
    if (t == PN_TRANSPORT_CLOSED) pn_acceptor_close(acceptor);
    if (t == PN_CONNECTION_UNBOUND) pn_connection_release(pn_event_connection(e));
}

static void shaking_client(pn_handler_t *h, pn_event_t *e, pn_event_type_t t)
{
    (void)h;
    if (t == PN_CONNECTION_INIT) {
        pn_connection_open(pn_event_connection(e));
        pn_session_t *s = pn_session(pn_event_connection(e));
        pn_session_open(s);
        pn_link_open(pn_sender(s, "link"));
    }
    if (t == PN_LINK_LOCAL_CLOSE || t == PN_SESSION_LOCAL_CLOSE || t == PN_CONNECTION_LOCAL_CLOSE) say("%s", name_of(t));
    if (t == PN_CONNECTION_UNBOUND) pn_connection_release(pn_event_connection(e));
}

static void closes_are_answered(void)
{
    section("handshaker");
    pn_handler_t *c = shaking(shaking_client);
    run_pair(pn_reactor(), c, shaking(closing_server));
    pn_handler_free(c);
}

static void reopening(pn_handler_t *h, pn_event_t *e, pn_event_type_t t)
{
    int *left = pn_handler_mem(h);
    pn_connection_t *c = pn_event_connection(e);
    if (t == PN_CONNECTION_INIT) pn_connection_open(c);
    if (t == PN_TRANSPORT_ERROR) say("error");
    if (t == PN_CONNECTION_UNBOUND) {
        say("unbound, %d left", *left);
        if ((*left)-- > 0) {
            pn_connection_reset(c);
            pn_connection_open(c);
        } else {
            pn_connection_release(c);
        }
    }
}

static void a_connection_may_be_opened_again(void)
{
    section("again");
    pn_reactor_t *r = pn_reactor();
    pn_handler_t *h = pn_handler_new(reopening, sizeof(int), NULL);
    *(int *)pn_handler_mem(h) = 2;
    pn_connection_t *c = pn_reactor_connection(r, h);
    pn_connection_set_hostname(c, "no.such.host.invalid");
    pn_reactor_run(r);
    pn_reactor_free(r);
    pn_decref(h);
}

int main(void)
{
    what_is_set_is_remembered();
    nothing_to_do();
    step_by_step();
    a_pause_comes_before_the_next_event();
    tasks_come_in_order();
    a_task_has_its_own_handler();
    a_task_may_schedule_the_next();
    a_stopped_reactor_leaves_its_tasks();
    nowhere_to_connect();
    no_such_host();
    nobody_listens();
    addresses_are_kept_as_urls();
    a_server_sees_a_connection_come_and_go();
    a_client_sees_a_connection_open_and_close();
    an_acceptor_that_cannot_be();
    a_program_s_own_pipe();
    selectables_report_where_nothing_is_called();
    a_deadline_passes();
    updates_end_with_the_end();
    credit_is_kept_up();
    nothing_is_left();
    the_nearest_handler_sees_an_event();
    handlers_may_be_replaced();
    without_input_and_output_nothing_moves();
    a_wake_ends_a_wait();
    closes_are_answered();
    a_connection_may_be_opened_again();
    return 0;
}
