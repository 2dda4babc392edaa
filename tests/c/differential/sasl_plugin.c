/* Differential program: SASL by a program's own implementation. Two rounds of questions, refusals, a layer that
 * changes every byte, wrong use, and plug-ins that meet the built-in mechanisms. */
#include "pair.h"

#include <proton/sasl_plugin.h>

/* What one side's implementation does; the knobs are set by the scenarios. */
typedef struct plan_t {
    const char *name;
    const char *mechanisms;   /* what a server offers */
    const char *choice;       /* what a client takes */
    bool late;                /* a server that has nothing to say until it is told */
    bool refuse;              /* a server that fails the client in the end */
    bool no_init, no_choice;  /* a client that does not start, or finds nothing */
    bool early;               /* a server that decides at once */
    bool overrule;            /* a client that calls a success a failure */
    bool layer;
    ssize_t most;
    bool written;             /* prepare_write was told of */
    int round;
    size_t encoded, decoded, largest;
    char out[1024];
} plan_t;

static plan_t *plan(pn_transport_t *transport) { return pnx_sasl_get_context(transport); }

static void say_sasl(const char *name, pn_transport_t *transport)
{
    pn_sasl_t *sasl = pn_sasl(transport);
    say("%s outcome=%d mech=%s user=%s authzid=%s authenticated=%d encrypted=%d transport user=%s", name,
        pn_sasl_outcome(sasl), text(pn_sasl_get_mech(sasl)), text(pn_sasl_get_user(sasl)),
        text(pn_sasl_get_authorization(sasl)), pn_transport_is_authenticated(transport),
        pn_transport_is_encrypted(transport), text(pn_transport_get_user(transport)));
}

static void say_settings(const char *name, pn_transport_t *transport)
{
    say("%s client=%d encrypted=%d insecure=%d required=%d external=%s ssf=%d user=%s password=%s authzid=%s fqdn=%s "
        "mech=%s",
        name, pnx_sasl_is_client(transport), pnx_sasl_is_transport_encrypted(transport),
        pnx_sasl_get_allow_insecure_mechanisms(transport), pnx_sasl_get_authentication_required(transport),
        text(pnx_sasl_get_external_username(transport)), pnx_sasl_get_external_ssf(transport),
        text(pnx_sasl_get_username(transport)), text(pnx_sasl_get_password(transport)),
        text(pnx_sasl_get_authorization(transport)), text(pnx_sasl_get_remote_fqdn(transport)),
        text(pnx_sasl_get_selected_mechanism(transport)));
}

static void plug_free(pn_transport_t *transport) { say("%s free", plan(transport)->name); }

static const char *plug_list(pn_transport_t *transport)
{
    plan_t *my = plan(transport);
    say("%s list_mechanisms", my->name);
    return my->mechanisms;
}

static bool plug_init_server(pn_transport_t *transport)
{
    plan_t *my = plan(transport);
    if (!my->late) {
        say("%s init_server", my->name);
        pnx_sasl_set_desired_state(transport, SASL_POSTED_MECHANISMS);
    }
    return false;
}

static bool plug_init_client(pn_transport_t *transport)
{
    plan_t *my = plan(transport);
    say("%s init_client", my->name);
    say_settings(my->name, transport);
    return !my->no_init;
}

static void plug_prepare_write(pn_transport_t *transport)
{
    plan_t *my = plan(transport);
    if (!my->written) say("%s prepare_write", my->name);
    my->written = true;
}

/* Says something in the next frame. */
static void reply(pn_transport_t *transport, const char *words, enum pnx_sasl_state state)
{
    pnx_sasl_set_bytes_out(transport, pn_bytes(strlen(words), words));
    pnx_sasl_set_desired_state(transport, state);
}

static void judge(pn_transport_t *transport)
{
    plan_t *my = plan(transport);
    if (my->refuse) pnx_sasl_set_failed(transport);
    else pnx_sasl_set_succeeded(transport, "alice", "bob");
    say_sasl("judged", transport);
    reply(transport, "good-bye", SASL_POSTED_OUTCOME);
}

static void plug_init(pn_transport_t *transport, const char *mechanism, const pn_bytes_t *received)
{
    plan_t *my = plan(transport);
    say("%s process_init %s %s", my->name, text(mechanism), bytes(*received));
    say_sasl(my->name, transport);
    if (my->early) judge(transport);
    else reply(transport, "who are you?", SASL_POSTED_CHALLENGE);
}

static void plug_response(pn_transport_t *transport, const pn_bytes_t *received)
{
    plan_t *my = plan(transport);
    say("%s process_response %s", my->name, bytes(*received));
    if (++my->round < 2) reply(transport, "prove it", SASL_POSTED_CHALLENGE);
    else judge(transport);
}

static bool plug_mechanisms(pn_transport_t *transport, const char *mechanisms)
{
    plan_t *my = plan(transport);
    say("%s process_mechanisms %s", my->name, text(mechanisms));
    if (my->no_choice) return false;
    pnx_sasl_set_selected_mechanism(transport, my->choice);
    pnx_sasl_set_local_hostname(transport, "here.example");
    reply(transport, "hello", SASL_POSTED_INIT);
    return true;
}

static void plug_challenge(pn_transport_t *transport, const pn_bytes_t *received)
{
    plan_t *my = plan(transport);
    say("%s process_challenge %s", my->name, bytes(*received));
    reply(transport, my->round++ ? "" : "it is me", SASL_POSTED_RESPONSE);
}

static void plug_outcome(pn_transport_t *transport, const pn_bytes_t *received)
{
    plan_t *my = plan(transport);
    say("%s process_outcome %s", my->name, bytes(*received));
    say_sasl(my->name, transport);
    if (my->overrule) pnx_sasl_set_failed(transport);
}

static bool plug_can_encrypt(pn_transport_t *transport)
{
    plan_t *my = plan(transport);
    say("%s can_encrypt", my->name);
    return my->layer;
}

static ssize_t plug_max_size(pn_transport_t *transport)
{
    plan_t *my = plan(transport);
    say("%s max_encrypt_size", my->name);
    return my->most;
}

static void flip(plan_t *my, pn_bytes_t in, pn_bytes_t *out)
{
    if (in.size > my->largest) my->largest = in.size;
    for (size_t i = 0; i < in.size && i < sizeof my->out; i++) my->out[i] = (char)(in.start[i] ^ 0x5a);
    *out = pn_bytes(in.size, my->out);
}

static ssize_t plug_encode(pn_transport_t *transport, pn_bytes_t in, pn_bytes_t *out)
{
    plan_t *my = plan(transport);
    my->encoded += in.size;
    flip(my, in, out);
    return (ssize_t)out->size;
}

static ssize_t plug_decode(pn_transport_t *transport, pn_bytes_t in, pn_bytes_t *out)
{
    plan_t *my = plan(transport);
    my->decoded += in.size;
    flip(my, in, out);
    return (ssize_t)out->size;
}

static const pnx_sasl_implementation plug = {
    plug_free,       plug_list,      plug_init_server, plug_init_client, plug_prepare_write,
    plug_init,       plug_response,  plug_mechanisms,  plug_challenge,   plug_outcome,
    plug_can_encrypt, plug_max_size, plug_encode,      plug_decode,
};

static plan_t client, server;

static void log_sasl(pn_transport_t *transport, const char *message)
{
    (void)transport;
    char line[2200];
    snprintf(line, sizeof line, "%s", message);
    char *handle_max = strstr(line, ", handle-max=0x7fffffff");
    if (handle_max) memmove(handle_max, handle_max + 23, strlen(handle_max + 23) + 1);
    say("log %s", line);
}

static void listen_to(pn_transport_t *transport)
{
    pn_transport_set_tracer(transport, log_sasl);
    pn_transport_trace(transport, PN_TRACE_FRM);
    pn_logger_set_mask(pn_transport_logger(transport), PN_SUBSYSTEM_ALL,
                       PN_LEVEL_FRAME | PN_LEVEL_INFO | PN_LEVEL_ERROR | PN_LEVEL_WARNING);
}

/* A pair with a plug-in on either side as asked; what goes over the wire is told from A's end. */
static void begin_plugged(bool on_client, bool on_server)
{
    client = (plan_t){.name = "client", .choice = "TWO-ROUND"};
    server = (plan_t){.name = "server", .mechanisms = "ONE TWO-ROUND"};
    begin_pair(4096);
    pn_connection_set_hostname(A.driver.connection, "there.example");
    pn_sasl(A.driver.transport);
    pn_sasl(B.driver.transport);
    if (on_client) pnx_sasl_set_implementation(A.driver.transport, &plug, &client);
    if (on_server) pnx_sasl_set_implementation(B.driver.transport, &plug, &server);
    listen_to(A.driver.transport);
}

static void talk(void)
{
    pn_connection_open(A.driver.connection);
    settle();
    say_sasl("A", A.driver.transport);
    say_sasl("B", B.driver.transport);
    say("A condition %s", condition_text(pn_transport_condition(A.driver.transport)));
    say("B condition %s", condition_text(pn_transport_condition(B.driver.transport)));
}

static void answer_open(void)
{
    pn_connection_open(B.driver.connection);
    settle();
}

static void two_rounds_and_a_success(void)
{
    section("rounds");
    begin_plugged(true, true);
    listen_to(B.driver.transport);
    pn_connection_set_user(A.driver.connection, "fred");
    pn_connection_set_password(A.driver.connection, "secret");
    pn_connection_set_authorization(A.driver.connection, "freda");
    talk();
    answer_open();
    close_pair();
}

static void a_server_refuses(void)
{
    section("refused");
    begin_plugged(true, true);
    server.refuse = true;
    talk();
    end_pair();
}

static void a_server_decides_at_once(void)
{
    section("at once");
    begin_plugged(true, true);
    server.early = true;
    talk();
    close_pair();
}

static void a_server_that_needs_time(void)
{
    section("late");
    begin_plugged(true, true);
    server.late = server.early = true;
    talk();
    say("the server is ready");
    pnx_sasl_set_desired_state(B.driver.transport, SASL_POSTED_MECHANISMS);
    talk();
    close_pair();
}

static void a_client_that_does_not_start(void)
{
    section("no start");
    begin_plugged(true, true);
    client.no_init = true;
    talk();
    end_pair();
}

static void a_client_that_finds_nothing(void)
{
    section("nothing fits");
    begin_plugged(true, true);
    client.no_choice = true;
    talk();
    end_pair();
}

static void what_is_not_allowed_is_neither_offered_nor_seen(void)
{
    section("allowed on the server");
    begin_plugged(true, true);
    pn_sasl_allowed_mechs(pn_sasl(B.driver.transport), "two-round three");
    server.early = true;
    talk();
    close_pair();
    section("allowed on the client");
    begin_plugged(true, true);
    pn_sasl_allowed_mechs(pn_sasl(A.driver.transport), "THREE");
    talk();
    end_pair();
    section("chosen although not allowed");
    begin_plugged(true, true);
    pn_sasl_allowed_mechs(pn_sasl(B.driver.transport), "ONE");
    talk();
    end_pair();
}

static void a_client_may_overrule(void)
{
    section("overruled");
    begin_plugged(true, true);
    server.early = client.overrule = true;
    talk();
    end_pair();
}

static void a_server_that_offers_nothing(void)
{
    section("empty offer");
    begin_plugged(true, true);
    server.mechanisms = "";
    talk();
    end_pair();
    section("many offers");
    begin_plugged(true, true);
    server.early = true;
    server.mechanisms = "M1 M2 M3 M4 M5 M6 M7 M8 TWO-ROUND M9";
    talk();
    close_pair();
}

static void plug_ins_meet_the_built_in_mechanisms(void)
{
    section("built-in client");
    begin_plugged(false, true);
    server.mechanisms = "PLAIN ANONYMOUS";
    server.early = true;
    pn_sasl_set_allow_insecure_mechs(pn_sasl(A.driver.transport), true);
    pn_connection_set_user(A.driver.connection, "fred");
    pn_connection_set_password(A.driver.connection, "secret");
    talk();
    close_pair();
    section("built-in client is asked");
    begin_plugged(false, true);
    server.mechanisms = "ANONYMOUS";
    talk();
    pn_transport_trace(A.driver.transport, PN_TRACE_OFF);
    end_pair();
    section("built-in server");
    begin_plugged(true, false);
    client.choice = "ANONYMOUS";
    talk();
    close_pair();
    section("built-in server refuses");
    begin_plugged(true, false);
    talk();
    end_pair();
}

/* Both ends change every byte, in pieces of at most `most`. */
static void with_layer(const char *name, ssize_t most)
{
    section(name);
    begin_plugged(true, true);
    server.early = client.layer = server.layer = true;
    client.most = server.most = most;
    talk();
    answer_open();
    A.session = pn_session(A.driver.connection);
    pn_session_open(A.session);
    settle();
    pn_session_open(B.session);
    settle();
    attach("layered", 3);
    char body[300];
    memset(body, 'x', sizeof body);
    send_message(A.link, "big", body, sizeof body);
    settle();
    say("B has %zu bytes", pn_delivery_pending(B.delivery));
    pn_delivery_update(B.delivery, PN_ACCEPTED);
    pn_delivery_settle(B.delivery);
    settle();
    say("client encoded=%d decoded=%d largest=%zu", client.encoded > 300, client.decoded > 0, client.largest);
    say("server encoded=%d decoded=%d largest=%zu", server.encoded > 0, server.decoded == client.encoded,
        server.largest);
    close_pair();
}

static void states_that_may_not_be(void)
{
    section("wrong states");
    begin_plugged(true, true);
    listen_to(B.driver.transport);
    server.early = true;
    pnx_sasl_set_desired_state(A.driver.transport, SASL_POSTED_CHALLENGE);
    pnx_sasl_set_desired_state(A.driver.transport, SASL_POSTED_MECHANISMS);
    pnx_sasl_set_desired_state(A.driver.transport, SASL_POSTED_OUTCOME);
    pnx_sasl_set_desired_state(B.driver.transport, SASL_POSTED_INIT);
    pnx_sasl_set_desired_state(B.driver.transport, SASL_POSTED_RESPONSE);
    pnx_sasl_set_desired_state(B.driver.transport, SASL_RECVED_SUCCESS);
    talk();
    pnx_sasl_set_desired_state(A.driver.transport, SASL_POSTED_INIT);
    pnx_sasl_set_desired_state(B.driver.transport, SASL_POSTED_MECHANISMS);
    pnx_sasl_set_desired_state(B.driver.transport, SASL_POSTED_OUTCOME);
    close_pair();
}

static void errors_are_told(void)
{
    section("error");
    begin_plugged(true, true);
    pnx_sasl_error(A.driver.transport, "no ticket", "app:no-ticket");
    say("%s", condition_text(pn_transport_condition(A.driver.transport)));
    pnx_sasl_error(A.driver.transport, "no luck", "app:no-luck");
    say("%s", condition_text(pn_transport_condition(A.driver.transport)));
    pnx_sasl_logf(A.driver.transport, PN_LEVEL_ERROR, "%d of %s", 3, "them");
    pnx_sasl_logf(A.driver.transport, PN_LEVEL_INFO, "plain words");
    client.no_init = true;
    talk();
    end_pair();
}

static void settings_without_sasl(void)
{
    section("without");
    pn_transport_t *transport = pn_transport();
    pn_transport_require_auth(transport, true);
    say_settings("bare", transport);
    say("context %p", pnx_sasl_get_context(transport));
    pn_sasl(transport);
    say("context %p", pnx_sasl_get_context(transport));
    say("included %d", pnx_sasl_is_mechanism_included(transport, pn_bytes(5, "PLAIN")));
    pn_sasl_allowed_mechs(pn_sasl(transport), "plain other");
    say("included %d %d %d", pnx_sasl_is_mechanism_included(transport, pn_bytes(5, "PLAIN")),
        pnx_sasl_is_mechanism_included(transport, pn_bytes(4, "PLAIN")),
        pnx_sasl_is_mechanism_included(transport, pn_bytes(5, "OTHER")));
    pn_sasl_set_allow_insecure_mechs(pn_sasl(transport), true);
    say_settings("made", transport);
    pn_connection_t *connection = pn_connection();
    pn_connection_set_hostname(connection, "there.example");
    pn_connection_set_user(connection, "fred");
    pn_connection_set_password(connection, "secret");
    pn_transport_bind(transport, connection);
    say_settings("bound", transport);
    pnx_sasl_clear_password(transport);
    pnx_sasl_set_selected_mechanism(transport, "MINE");
    say_settings("cleared", transport);
    pnx_sasl_set_succeeded(transport, "alice", NULL);
    say_sasl("succeeded", transport);
    pn_transport_unbind(transport);
    pn_connection_free(connection);
    pn_transport_free(transport);
}

static void a_default_for_every_transport(void)
{
    section("default");
    client = (plan_t){.name = "client", .choice = "TWO-ROUND"};
    server = (plan_t){.name = "server", .mechanisms = "ONE TWO-ROUND"};
    server.early = true;
    begin_pair(4096);
    pnx_sasl_set_default_implementation(&plug);
    pn_sasl(A.driver.transport);
    pn_sasl(B.driver.transport);
    pnx_sasl_set_context(A.driver.transport, &client);
    pnx_sasl_set_context(B.driver.transport, &server);
    pnx_sasl_set_default_implementation(NULL);
    talk();
    answer_open();
    close_pair();
}

int main(void)
{
    two_rounds_and_a_success();
    a_server_refuses();
    a_server_decides_at_once();
    a_server_that_needs_time();
    a_client_that_does_not_start();
    a_client_that_finds_nothing();
    what_is_not_allowed_is_neither_offered_nor_seen();
    a_client_may_overrule();
    a_server_that_offers_nothing();
    plug_ins_meet_the_built_in_mechanisms();
    with_layer("layer", 100);
    with_layer("wide layer", 1024);
    states_that_may_not_be();
    errors_are_told();
    settings_without_sasl();
    a_default_for_every_transport();
    return 0;
}
