/* SASL by a program's own implementation, where it goes wrong or does what a reader would not expect: NULL
 * everywhere, layers that break, calls from inside calls, input in any pieces, and outcomes that say nothing. */
#include "check.h"

#include <proton/connection.h>
#include <proton/condition.h>
#include <proton/logger.h>
#include <proton/sasl.h>
#include <proton/sasl_plugin.h>
#include <proton/transport.h>

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* Names up to 0.32, which no newer header declares. */
void pnx_sasl_succeed_authentication(pn_transport_t *transport, const char *username);
void pnx_sasl_fail_authentication(pn_transport_t *transport);

typedef struct plan_t {
    bool layer, nested;
    int breaks; /* fail when this many pieces have passed */
    int pieces, freed, calls;
    char out[4096];
} plan_t;

static plan_t *plan(pn_transport_t *transport) { return pnx_sasl_get_context(transport); }

/* What a callback may do to its transport: look for output, tick, read settings. */
static void meddle(pn_transport_t *transport)
{
    plan_t *my = plan(transport);
    my->calls++;
    if (!my->nested) return;
    pn_transport_pending(transport);
    pn_transport_head(transport);
    pn_transport_tick(transport, 1);
    pn_transport_quiesced(transport);
    pn_transport_process(transport, 0);
}

static void on_free(pn_transport_t *transport) { plan(transport)->freed++; }

static bool on_init_server(pn_transport_t *transport)
{
    meddle(transport);
    pnx_sasl_set_desired_state(transport, SASL_POSTED_MECHANISMS);
    return true;
}

static bool on_init_client(pn_transport_t *transport)
{
    meddle(transport);
    return true;
}

static const char *on_list(pn_transport_t *transport)
{
    meddle(transport);
    return "MINE";
}

static bool on_mechanisms(pn_transport_t *transport, const char *mechanisms)
{
    meddle(transport);
    pnx_sasl_set_selected_mechanism(transport, mechanisms);
    pnx_sasl_set_desired_state(transport, SASL_POSTED_INIT);
    return true;
}

static void on_init(pn_transport_t *transport, const char *mechanism, const pn_bytes_t *received)
{
    meddle(transport);
    CHECK(!strcmp(mechanism, "MINE") && received->size == 0);
    pnx_sasl_set_succeeded(transport, "me", NULL);
    pnx_sasl_set_desired_state(transport, SASL_POSTED_OUTCOME);
}

static void on_outcome(pn_transport_t *transport, const pn_bytes_t *received)
{
    (void)received;
    meddle(transport);
}

static void on_write(pn_transport_t *transport) { meddle(transport); }
static bool on_can_encrypt(pn_transport_t *transport) { return plan(transport)->layer; }
static ssize_t on_max(pn_transport_t *transport) { (void)transport; return 10; }

static ssize_t flip(pn_transport_t *transport, pn_bytes_t in, pn_bytes_t *out)
{
    plan_t *my = plan(transport);
    meddle(transport);
    if (++my->pieces == my->breaks) return -1;
    for (size_t i = 0; i < in.size; i++) my->out[i] = (char)(in.start[i] ^ 0x33);
    *out = pn_bytes(in.size, my->out);
    return (ssize_t)in.size;
}

static const pnx_sasl_implementation mine = {
    .free = on_free, .list_mechanisms = on_list, .init_server = on_init_server, .init_client = on_init_client,
    .prepare_write = on_write, .process_init = on_init, .process_mechanisms = on_mechanisms,
    .process_outcome = on_outcome, .can_encrypt = on_can_encrypt, .max_encrypt_size = on_max, .encode = flip,
    .decode = flip,
};

typedef struct side_t {
    pn_transport_t *transport;
    pn_connection_t *connection;
    plan_t plan;
} side_t;

static void begin(side_t *side, bool server, const pnx_sasl_implementation *table)
{
    memset(side, 0, sizeof *side);
    side->transport = pn_transport();
    if (server) pn_transport_set_server(side->transport);
    pn_sasl(side->transport);
    pnx_sasl_set_implementation(side->transport, table, &side->plan);
    side->connection = pn_connection();
    pn_connection_set_container(side->connection, server ? "server" : "client");
    pn_transport_bind(side->transport, side->connection);
    pn_connection_open(side->connection);
}

static void end(side_t *side)
{
    pn_transport_unbind(side->transport);
    pn_transport_free(side->transport);
    pn_connection_free(side->connection);
    CHECK(side->plan.freed == 1);
}

/* Carries bytes in pieces of at most `most`; returns how many. */
static size_t carry(side_t *from, side_t *to, size_t most)
{
    size_t carried = 0;
    ssize_t waiting;
    while ((waiting = pn_transport_pending(from->transport)) > 0) {
        size_t n = (size_t)waiting < most ? (size_t)waiting : most;
        ssize_t taken = pn_transport_push(to->transport, pn_transport_head(from->transport), n);
        if (taken <= 0) { /* nobody reads any more */
            pn_transport_pop(from->transport, (size_t)waiting);
            break;
        }
        pn_transport_pop(from->transport, (size_t)taken);
        carried += (size_t)taken;
    }
    if (waiting < 0 && pn_transport_capacity(to->transport) >= 0) pn_transport_close_tail(to->transport);
    return carried;
}

static void talk(side_t *a, side_t *b, size_t most)
{
    for (int rounds = 0; rounds < 1000 && carry(a, b, most) + carry(b, a, most); rounds++) {}
}

static bool is_open(side_t *side) { return pn_connection_state(side->connection) == (PN_LOCAL_ACTIVE | PN_REMOTE_ACTIVE); }

static const char *condition_of(side_t *side)
{
    const char *name = pn_condition_get_name(pn_transport_condition(side->transport));
    return name ? name : "";
}

static void layers_work_in_any_pieces_and_with_calls_inside_calls(void)
{
    for (size_t most = 1; most < 100; most += 7) {
        side_t client, server;
        begin(&client, false, &mine);
        begin(&server, true, &mine);
        client.plan.layer = server.plan.layer = true;
        client.plan.nested = server.plan.nested = most % 2;
        pn_connection_set_hostname(client.connection, "a name that is longer than one piece of the layer");
        talk(&client, &server, most);
        CHECK(is_open(&client) && is_open(&server));
        CHECK(!strcmp(pn_connection_remote_hostname(server.connection),
                      "a name that is longer than one piece of the layer"));
        CHECK(client.plan.pieces > 10 && server.plan.pieces > 10);
        end(&client);
        end(&server);
    }
}

static void a_layer_that_breaks_ends_the_transport(void)
{
    for (int broken = 1; broken < 8; broken++) {
        side_t client, server;
        begin(&client, false, &mine);
        begin(&server, true, &mine);
        client.plan.layer = server.plan.layer = true;
        client.plan.breaks = broken;
        talk(&client, &server, 64);
        pn_transport_close_tail(client.transport);
        pn_transport_close_tail(server.transport);
        CHECK(!strcmp(condition_of(&client), "proton:io:sasl_error"));
        CHECK(pn_transport_pending(client.transport) == PN_EOS);
        end(&client);
        end(&server);
    }
}

static void one_layer_alone_is_a_broken_stream(void)
{
    side_t client, server;
    begin(&client, false, &mine);
    begin(&server, true, &mine);
    client.plan.layer = true;
    talk(&client, &server, 64);
    CHECK(!is_open(&server));
    CHECK(!strcmp(condition_of(&server), "amqp:connection:framing-error"));
    end(&client);
    end(&server);
}

static void a_table_of_nulls_does_nothing(void)
{
    static const pnx_sasl_implementation nothing = {.free = on_free};
    side_t client, server;
    begin(&client, false, &nothing);
    begin(&server, true, &mine);
    talk(&client, &server, 64);
    CHECK(!is_open(&client));
    CHECK(!strcmp(condition_of(&client), "amqp:unauthorized-access"));
    CHECK(pn_sasl_outcome(pn_sasl(client.transport)) == PN_SASL_PERM);
    end(&client);
    end(&server);
    begin(&client, false, &mine);
    begin(&server, true, &nothing);
    talk(&client, &server, 64);
    CHECK(!is_open(&client) && !is_open(&server));
    end(&client);
    end(&server);
}

static void an_implementation_taken_away_in_the_middle_leaves_no_question_open(void)
{
    side_t client, server;
    begin(&client, false, &mine);
    begin(&server, true, &mine);
    carry(&client, &server, 8);
    pnx_sasl_set_implementation(server.transport, NULL, NULL);
    talk(&client, &server, 64);
    CHECK(!is_open(&client));
    pnx_sasl_set_implementation(server.transport, &mine, &server.plan);
    end(&client);
    end(&server);
}

static void the_error_state_ends_the_exchange(void)
{
    side_t client, server;
    begin(&client, false, &mine);
    begin(&server, true, &mine);
    pnx_sasl_error(client.transport, "no ticket", "app:no-ticket");
    pnx_sasl_set_desired_state(client.transport, SASL_ERROR);
    pnx_sasl_set_desired_state(client.transport, (enum pnx_sasl_state)77);
    talk(&client, &server, 64);
    CHECK(!is_open(&client) && !strcmp(condition_of(&client), "app:no-ticket"));
    end(&client);
    end(&server);
}

static void failing_after_success_takes_the_success_back(void)
{
    pn_transport_t *transport = pn_transport();
    pn_sasl(transport);
    pnx_sasl_succeed_authentication(transport, "me");
    CHECK(pn_transport_is_authenticated(transport));
    CHECK(!strcmp(pn_sasl_get_user(pn_sasl(transport)), "me"));
    pnx_sasl_fail_authentication(transport);
    CHECK(!pn_transport_is_authenticated(transport));
    CHECK(pn_sasl_outcome(pn_sasl(transport)) == PN_SASL_AUTH);
    pn_transport_free(transport);
}

/* A server that ends the exchange before it has begun, with an outcome whose fields are `body`. */
static void outcome(const char *what, const char *body, size_t size, bool accepted)
{
    side_t client;
    memset(&client, 0, sizeof client);
    client.transport = pn_transport();
    client.connection = pn_connection();
    pn_sasl(client.transport);
    pn_transport_bind(client.transport, client.connection);
    pn_connection_open(client.connection);
    static const char offer[] =
        "AMQP\3\1\0\0\0\0\0\x1c\2\1\0\0\0\x53\x40\xc0\x0f\1\xe0\x0c\1\xa3\x09" "ANONYMOUS";
    pn_transport_push(client.transport, offer, sizeof offer - 1);
    while (pn_transport_pending(client.transport) > 0) pn_transport_pop(client.transport, SIZE_MAX);
    char frame[64] = {0, 0, 0, (char)(11 + size), 2, 1, 0, 0, 0, 0x53, 0x44};
    memcpy(frame + 11, body, size);
    pn_transport_push(client.transport, frame, 11 + size);
    while (pn_transport_pending(client.transport) > 0) pn_transport_pop(client.transport, SIZE_MAX);
    check(pn_transport_is_authenticated(client.transport) == accepted, what);
    if (!accepted) check(!strcmp(condition_of(&client), "amqp:connection:framing-error"), what);
    pn_transport_unbind(client.transport);
    pn_transport_free(client.transport);
    pn_connection_free(client.connection);
}

static void an_outcome_has_to_say_that_it_is_a_success(void)
{
    outcome("code 0", "\xc0\x03\x01\x50\x00", 5, true);
    outcome("no fields", "\x45", 1, false);
    outcome("null", "\xc0\x02\x01\x40", 4, false);
    outcome("another type", "\xc0\x02\x01\x41", 4, false);
    outcome("only data", "\xc0\x05\x02\x40\xa0\x01x", 7, false);
}

static char heard[200];
static void hear(pn_transport_t *transport, const char *message)
{
    (void)transport;
    snprintf(heard, sizeof heard, "%s", message);
}

static void log_lines_of_both_generations_are_understood(void)
{
    pn_transport_t *transport = pn_transport();
    pn_transport_set_tracer(transport, hear);
    pn_logger_set_mask(pn_transport_logger(transport), PN_SUBSYSTEM_SASL, PN_LEVEL_ALL);
    pnx_sasl_logf(transport, PN_LEVEL_INFO, "%d of %s", 3, "them");
    CHECK(!strcmp(heard, "INFO: 3 of them"));
    /* Up to 0.32 there was no level. */
    void (*old)(pn_transport_t *, const char *, ...) = (void (*)(pn_transport_t *, const char *, ...))(void *)(uintptr_t)pnx_sasl_logf;
    old(transport, "%d of %s", 4, "those");
    CHECK(strstr(heard, "4 of those"));
    pnx_sasl_logf(transport, PN_LEVEL_INFO, NULL);
    pn_transport_free(transport);
}

/* Every function with NULL, and on a transport that has no SASL. */
static void nothing_for(pn_transport_t *transport)
{
    pn_bytes_t none = {0, NULL};
    pnx_sasl_set_implementation(transport, &mine, NULL);
    pnx_sasl_set_context(transport, &none);
    CHECK(!pnx_sasl_get_context(transport));
    pnx_sasl_logf(transport, PN_LEVEL_ERROR, "%s", "");
    pnx_sasl_error(transport, NULL, NULL);
    CHECK(!pnx_sasl_is_client(transport));
    CHECK(!pnx_sasl_is_mechanism_included(transport, pn_bytes(5, "PLAIN")));
    CHECK(!pnx_sasl_is_transport_encrypted(transport));
    CHECK(!pnx_sasl_get_allow_insecure_mechanisms(transport));
    CHECK(!pnx_sasl_get_authentication_required(transport));
    CHECK(!pnx_sasl_get_external_username(transport));
    CHECK(pnx_sasl_get_external_ssf(transport) == 0);
    CHECK(!pnx_sasl_get_username(transport));
    CHECK(!pnx_sasl_get_password(transport));
    CHECK(!pnx_sasl_get_authorization(transport));
    pnx_sasl_clear_password(transport);
    CHECK(!pnx_sasl_get_remote_fqdn(transport));
    CHECK(!pnx_sasl_get_selected_mechanism(transport));
    pnx_sasl_set_bytes_out(transport, none);
    pnx_sasl_set_desired_state(transport, SASL_POSTED_INIT);
    pnx_sasl_set_selected_mechanism(transport, NULL);
    pnx_sasl_set_local_hostname(transport, NULL);
    pnx_sasl_set_succeeded(transport, NULL, NULL);
    pnx_sasl_set_failed(transport);
    CHECK(!pn_transport_is_authenticated(transport));
}

int main(void)
{
    layers_work_in_any_pieces_and_with_calls_inside_calls();
    a_layer_that_breaks_ends_the_transport();
    one_layer_alone_is_a_broken_stream();
    a_table_of_nulls_does_nothing();
    an_implementation_taken_away_in_the_middle_leaves_no_question_open();
    the_error_state_ends_the_exchange();
    failing_after_success_takes_the_success_back();
    an_outcome_has_to_say_that_it_is_a_success();
    log_lines_of_both_generations_are_understood();
    nothing_for(NULL);
    pn_transport_t *bare = pn_transport();
    nothing_for(bare);
    pn_transport_free(bare);
    return checks_result();
}
