/* Differential program: messengers. Two of them in one process talk over a socket and are worked in turns. */
#include "../legacy_net.h"

#include <proton/codec.h>

static pn_messenger_t *tx, *rx;
static pn_subscription_t *subscription;
static char address[64];
static const char *port;

static void work(void)
{
    for (int i = 0; i < 30; i++) {
        pn_messenger_work(tx, 2);
        pn_messenger_work(rx, 2);
    }
}

static void say_error(const char *what, pn_messenger_t *m, int code)
{
    const char *text = pn_error_text(pn_messenger_error(m));
    char first[200] = "(null)";
    if (text) snprintf(first, sizeof first, "%s", without_port(text, port));
    first[strcspn(first, "\n")] = 0;
    say("%s: %d errno %d %s", what, code, pn_messenger_errno(m), first);
    pn_error_clear(pn_messenger_error(m));
}

static void say_outgoing(pn_messenger_t *m, pn_tracker_t t)
{
    say("message %" PRId64 ": status %d buffered %d", t, pn_messenger_status(m, t), pn_messenger_buffered(m, t));
}

static int put(pn_messenger_t *m, const char *to, const char *body)
{
    pn_message_t *msg = pn_message();
    if (to) pn_message_set_address(msg, to);
    pn_data_put_string(pn_message_body(msg), pn_bytes(strlen(body), body));
    int code = pn_messenger_put(m, msg);
    pn_message_free(msg);
    return code;
}

static pn_tracker_t get(void)
{
    pn_message_t *msg = pn_message();
    int code = pn_messenger_get(rx, msg);
    if (code) {
        say("get %d", code);
    } else {
        pn_data_t *body = pn_message_body(msg);
        pn_data_rewind(body);
        pn_data_next(body);
        pn_bytes_t text = pn_data_get_string(body);
        say("get %s to %s", shown(text.start, text.size), without_port(pn_message_get_address(msg), port));
    }
    pn_message_free(msg);
    return pn_messenger_incoming_tracker(rx);
}

static void begin(const char *name, int out_window, int in_window)
{
    section(name);
    tx = pn_messenger("sender");
    rx = pn_messenger("receiver");
    pn_messenger_set_blocking(tx, false);
    pn_messenger_set_blocking(rx, false);
    pn_messenger_set_outgoing_window(tx, out_window);
    pn_messenger_set_incoming_window(rx, in_window);
    port = free_port();
    char source[64];
    snprintf(source, sizeof source, "amqp://~127.0.0.1:%s", port);
    snprintf(address, sizeof address, "amqp://127.0.0.1:%s/queue", port);
    subscription = pn_messenger_subscribe(rx, source);
}

static void end(void)
{
    pn_messenger_stop(tx);
    pn_messenger_stop(rx);
    work();
    say("stopped %d %d", pn_messenger_stopped(tx), pn_messenger_stopped(rx));
    pn_messenger_free(tx);
    pn_messenger_free(rx);
}

static void what_is_set_is_remembered(void)
{
    section("settings");
    pn_messenger_t *m = pn_messenger("name"), *random = pn_messenger(NULL);
    const char *name = pn_messenger_name(random);
    say("name %s random %zu version %c", pn_messenger_name(m), strlen(name), name[14]);
    say("timeout %d blocking %d passive %d flags %d", pn_messenger_get_timeout(m), pn_messenger_is_blocking(m),
        pn_messenger_is_passive(m), pn_messenger_get_flags(m));
    say("windows %d %d", pn_messenger_get_outgoing_window(m), pn_messenger_get_incoming_window(m));
    say("set %d %d %d", pn_messenger_set_timeout(m, 5), pn_messenger_set_blocking(m, false),
        pn_messenger_set_passive(m, true));
    say("timeout %d blocking %d passive %d", pn_messenger_get_timeout(m), pn_messenger_is_blocking(m),
        pn_messenger_is_passive(m));
    say("certificate %s", pn_messenger_get_certificate(m) ? "set" : "unset");
    say("set %d %d %d %d", pn_messenger_set_certificate(m, "c"), pn_messenger_set_private_key(m, "k"),
        pn_messenger_set_password(m, "p"), pn_messenger_set_trusted_certificates(m, "t"));
    say("%s %s %s %s", pn_messenger_get_certificate(m), pn_messenger_get_private_key(m), pn_messenger_get_password(m),
        pn_messenger_get_trusted_certificates(m));
    pn_messenger_set_certificate(m, NULL);
    say("certificate %s", pn_messenger_get_certificate(m) ? "set" : "unset");
    say("counts %d %d %d", pn_messenger_outgoing(m), pn_messenger_incoming(m), pn_messenger_receiving(m));
    say("trackers %d", (int)pn_messenger_status(m, 0));
    say("stopped %d", pn_messenger_stopped(m));
    pn_messenger_free(m);
    pn_messenger_free(random);
    pn_messenger_free(NULL);
}

static void flags_are_added(void)
{
    section("flags");
    pn_messenger_t *m = pn_messenger("name");
    static const int values[] = {4, 1, 5, 0, 2, 8, 3};
    for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
        int code = pn_messenger_set_flags(m, values[i]);
        say("%d: %d, now %d", values[i], code, pn_messenger_get_flags(m));
    }
    pn_messenger_free(m);
}

static void nothing_can_come_from_nowhere(void)
{
    section("no sources");
    pn_messenger_t *m = pn_messenger("name");
    pn_messenger_set_timeout(m, 50);
    port = "";
    say_error("receive", m, pn_messenger_recv(m, 1));
    pn_messenger_set_blocking(m, false);
    say_error("receive without blocking", m, pn_messenger_recv(m, 1));
    say_error("get", m, pn_messenger_get(m, NULL));
    say_error("send", m, pn_messenger_send(m, -1));
    say("work %d", pn_messenger_work(m, 5));
    say("interrupt %d", pn_messenger_interrupt(m));
    say("work %d", pn_messenger_work(m, 5));
    say("work %d", pn_messenger_work(m, 5));
    say_error("start", m, pn_messenger_start(m));
    say_error("stop", m, pn_messenger_stop(m));
    say("deadline %d", (int)pn_messenger_deadline(m));
    pn_messenger_free(m);
}

static void what_is_no_message_is_refused(void)
{
    section("misuse");
    pn_messenger_t *m = pn_messenger("name");
    port = "";
    say_error("null", m, pn_messenger_put(m, NULL));
    say_error("accept", m, pn_messenger_accept(m, 5, 0));
    say_error("reject", m, pn_messenger_reject(m, 5, 0));
    say_error("accept unknown", m, pn_messenger_accept(m, 0x1000000000000005, 0));
    say_error("settle unknown", m, pn_messenger_settle(m, 5, 0));
    say("status %d delivery %d link %d", pn_messenger_status(m, 5), pn_messenger_delivery(m, 5) != NULL,
        pn_messenger_tracker_link(m, 5) != NULL);
    say("link %d idle %d", pn_messenger_get_link(m, "amqp://host/x", true) != NULL,
        (int)pn_messenger_get_remote_idle_timeout(m, "amqp://host/x"));
    pn_messenger_free(m);
}

static void messages_go_and_are_judged(void)
{
    begin("judged", 10, 10);
    say("receive %d", pn_messenger_recv(rx, -1));
    for (int i = 0; i < 3; i++) {
        char body[2] = {(char)('a' + i), 0};
        int code = put(tx, address, body);
        say("put %d tracker %" PRId64 " outgoing %d", code, pn_messenger_outgoing_tracker(tx), pn_messenger_outgoing(tx));
    }
    say_outgoing(tx, 0);
    work();
    say("incoming %d outgoing %d receiving %d", pn_messenger_incoming(rx), pn_messenger_outgoing(tx),
        pn_messenger_receiving(rx));
    for (int i = 0; i < 3; i++) say_outgoing(tx, i);
    pn_tracker_t first = get(), second = get(), third = get();
    say("subscription %d", pn_messenger_incoming_subscription(rx) == subscription);
    say("trackers %" PRIx64 " %" PRIx64 " %" PRIx64, first, second, third);
    say("accept %d reject %d settle %d", pn_messenger_accept(rx, first, 0), pn_messenger_reject(rx, second, 0),
        pn_messenger_settle(rx, third, 0));
    say("again %d", pn_messenger_reject(rx, first, 0));
    for (pn_tracker_t t = first; t <= third; t++) say("status %d", pn_messenger_status(rx, t));
    get();
    work();
    for (int i = 0; i < 3; i++) say_outgoing(tx, i);
    say("subscription %s", without_port(pn_subscription_address(subscription), port));
    say("link %d delivery %d", pn_messenger_tracker_link(tx, 0) == pn_messenger_get_link(tx, address, true),
        pn_messenger_delivery(tx, 0) != NULL);
    end();
}

static void without_windows_nothing_is_known(void)
{
    begin("no windows", 0, 0);
    pn_messenger_recv(rx, -1);
    say("put %d", put(tx, address, "a"));
    say_outgoing(tx, 0);
    work();
    say_outgoing(tx, 0);
    pn_tracker_t t = get();
    say("status %d", pn_messenger_status(rx, t));
    say("accept %d", pn_messenger_accept(rx, t, 0));
    end();
}

static void a_message_that_leaves_the_window_is_settled(void)
{
    begin("windows", 2, 1);
    pn_messenger_recv(rx, -1);
    for (int i = 0; i < 4; i++) put(tx, address, "a");
    for (int i = 0; i < 4; i++) say_outgoing(tx, i);
    work();
    for (int i = 0; i < 4; i++) {
        pn_tracker_t t = get();
        say("status %d before %d", pn_messenger_status(rx, t), i ? (int)pn_messenger_status(rx, t - 1) : 0);
    }
    work();
    for (int i = 0; i < 4; i++) say_outgoing(tx, i);
    end();
}

static void one_word_for_many(void)
{
    begin("cumulative", 10, 10);
    pn_messenger_recv(rx, -1);
    for (int i = 0; i < 4; i++) put(tx, address, "a");
    work();
    pn_tracker_t t = 0;
    for (int i = 0; i < 4; i++) t = get();
    say("reject %d accept %d", pn_messenger_reject(rx, t - 2, 0), pn_messenger_accept(rx, t - 1, PN_CUMULATIVE));
    say("settle %d", pn_messenger_settle(rx, t - 1, PN_CUMULATIVE));
    work();
    for (int i = 0; i < 4; i++) say_outgoing(tx, i);
    say("settle %d", pn_messenger_settle(tx, 2, PN_CUMULATIVE));
    for (int i = 0; i < 4; i++) say_outgoing(tx, i);
    end();
}

static void as_many_as_were_asked_for(void)
{
    begin("credit", 10, 0);
    pn_messenger_recv(rx, 2);
    for (int i = 0; i < 4; i++) put(tx, address, "a");
    work();
    say("incoming %d receiving %d outgoing %d", pn_messenger_incoming(rx), pn_messenger_receiving(rx),
        pn_messenger_outgoing(tx));
    for (int i = 0; i < 4; i++) say_outgoing(tx, i);
    get();
    get();
    get();
    pn_messenger_recv(rx, 1);
    work();
    say("incoming %d receiving %d outgoing %d", pn_messenger_incoming(rx), pn_messenger_receiving(rx),
        pn_messenger_outgoing(tx));
    end();
}

static void manual_credit_is_the_program_s(void)
{
    begin("manual", 10, 0);
    pn_messenger_recv(rx, -2);
    put(tx, address, "a");
    work();
    say("incoming %d receiving %d outgoing %d", pn_messenger_incoming(rx), pn_messenger_receiving(rx),
        pn_messenger_outgoing(tx));
    end();
}

static void a_reply_address_gets_a_name(void)
{
    begin("reply", 0, 0);
    pn_messenger_recv(rx, -1);
    static const char *const replies[] = {"~", "~/x", "~x", "amqp://h/y", ""};
    for (size_t i = 0; i < sizeof replies / sizeof *replies; i++) {
        pn_message_t *msg = pn_message();
        pn_message_set_address(msg, address);
        pn_message_set_reply_to(msg, replies[i]);
        pn_messenger_put(tx, msg);
        say("%s becomes %s", replies[i], pn_message_get_reply_to(msg));
        pn_message_free(msg);
    }
    end();
}

static void credentials_stay_here(void)
{
    begin("credentials", 0, 0);
    pn_messenger_recv(rx, -1);
    char to[80];
    snprintf(to, sizeof to, "amqp://user:secret@127.0.0.1:%s/queue", port);
    pn_message_t *msg = pn_message();
    pn_message_set_address(msg, to);
    say("put %d", pn_messenger_put(tx, msg));
    say("kept %s", without_port(pn_message_get_address(msg), port));
    pn_message_free(msg);
    work();
    get();
    end();
}

static void addresses_are_rewritten(void)
{
    begin("rewrite", 0, 0);
    pn_messenger_recv(rx, -1);
    say("rules %d %d", pn_messenger_rewrite(tx, "%://%/secret/*", "public/$3"), pn_messenger_rewrite(tx, "*/drop", NULL));
    char to[80];
    snprintf(to, sizeof to, "amqp://127.0.0.1:%s/secret/a/b", port);
    put(tx, to, "rewritten");
    put(tx, address, "as it is");
    work();
    get();
    get();
    end();
}

static void routes_lead_elsewhere(void)
{
    begin("routes", 0, 0);
    pn_messenger_recv(rx, -1);
    char target[80];
    snprintf(target, sizeof target, "amqp://127.0.0.1:%s/$1-$0", port);
    pn_messenger_route(tx, "short:*", target);
    pn_messenger_route(tx, "*", "amqp://127.0.0.1:1/never");
    say("put %d", put(tx, "short:name", "routed"));
    work();
    get();
    say("link %d", pn_messenger_get_link(tx, "short:name", true) != NULL);
    end();
}

static void nobody_is_there(void)
{
    section("unreachable");
    pn_messenger_t *m = pn_messenger("name");
    pn_messenger_set_outgoing_window(m, 10);
    pn_messenger_set_timeout(m, 300);
    port = "";
    say_error("put", m, put(m, "amqp://no.such.host.invalid/x", "a"));
    say_error("put", m, put(m, "amqp://no.such.host.invalid:99/x", "a"));
    say_error("subscribe", m, pn_messenger_subscribe(m, "amqp://no.such.host.invalid/x") != NULL);
    say_error("listen", m, pn_messenger_subscribe(m, "~127.0.0.1:no-such-service") != NULL);
    pn_messenger_free(m);
}

static void refused_connections_abort_messages(void)
{
    section("refused");
    pn_messenger_t *m = pn_messenger("name");
    pn_messenger_set_outgoing_window(m, 10);
    pn_messenger_set_timeout(m, 2000);
    port = free_port();
    char to[64];
    snprintf(to, sizeof to, "amqp://127.0.0.1:%s/x", port);
    say_error("put", m, put(m, to, "a"));
    say_outgoing(m, 0);
    say_error("send", m, pn_messenger_send(m, -1));
    say("status %d outgoing %d", pn_messenger_status(m, 0), pn_messenger_outgoing(m));
    pn_messenger_free(m);
}

static void contexts_are_kept(void)
{
    begin("context", 0, 0);
    static int mine;
    say("none %d", pn_subscription_get_context(subscription) != NULL);
    pn_subscription_set_context(subscription, &mine);
    say("set %d", pn_subscription_get_context(subscription) == &mine);
    end();
}

static void large_messages_come_whole(void)
{
    begin("large", 5, 5);
    pn_messenger_recv(rx, -1);
    static char body[200001];
    memset(body, 'x', 200000);
    say("put %d", put(tx, address, body));
    work();
    pn_message_t *msg = pn_message();
    say("get %d", pn_messenger_get(rx, msg));
    pn_data_t *data = pn_message_body(msg);
    pn_data_next(data);
    say("size %zu", pn_data_get_string(data).size);
    pn_message_free(msg);
    end();
}

static void a_peer_s_end_is_noticed(void)
{
    begin("peer goes", 10, 10);
    pn_messenger_recv(rx, -1);
    put(tx, address, "a");
    work();
    say_outgoing(tx, 0);
    pn_messenger_stop(rx);
    work();
    say("stopped %d", pn_messenger_stopped(rx));
    pn_messenger_free(rx);
    rx = pn_messenger("other");
    work();
    say("link %d", pn_messenger_get_link(tx, address, true) != NULL);
    end();
}

int main(void)
{
    what_is_set_is_remembered();
    flags_are_added();
    nothing_can_come_from_nowhere();
    what_is_no_message_is_refused();
    messages_go_and_are_judged();
    without_windows_nothing_is_known();
    a_message_that_leaves_the_window_is_settled();
    one_word_for_many();
    as_many_as_were_asked_for();
    manual_credit_is_the_program_s();
    a_reply_address_gets_a_name();
    credentials_stay_here();
    addresses_are_rewritten();
    routes_lead_elsewhere();
    nobody_is_there();
    refused_connections_abort_messages();
    contexts_are_kept();
    large_messages_come_whole();
    a_peer_s_end_is_noticed();
    return 0;
}
