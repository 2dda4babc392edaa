/* Cyrus SASL on both sides, with users and configurations of its own: security layers and what breaks them, servers
 * with different configurations in one process, configurations that will not do, many threads, and what the log says.
 * Where there is no libsasl2, or nothing to make users with, it checks nothing. */
#define _GNU_SOURCE
#include "check.h"

#include <proton/condition.h>
#include <proton/connection.h>
#include <proton/delivery.h>
#include <proton/event.h>
#include <proton/link.h>
#include <proton/logger.h>
#include <proton/sasl.h>
#include <proton/session.h>
#include <proton/transport.h>

#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>

#define PASSWORD "open sesame"

/* Less of the same, where everything takes its time. */
static bool brief;

static char folder[] = "/tmp/protium-cyrus-XXXXXX";

static void write_file(const char *name, const char *text)
{
    char path[256];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *file = fopen(path, "w");
    if (!CHECK(file)) exit(checks_result());
    fprintf(file, text, folder);
    fclose(file);
}

/* The user alice, and the configurations: the first that a server has is the process's. */
static bool prepare(void)
{
    char command[512];
    if (!mkdtemp(folder)) return false;
    snprintf(command, sizeof command, "PATH=$PATH:/usr/sbin saslpasswd2 -p -c -f %s/users alice 2>%s/said", folder, folder);
    FILE *pipe = popen(command, "w");
    if (!pipe) return false;
    fputs(PASSWORD "\n", pipe);
    if (pclose(pipe) != 0) return false;
    write_file("first.conf", "pwcheck_method: auxprop\nauxprop_plugin: sasldb\nsasldb_path: %s/users\n"
                             "mech_list: DIGEST-MD5 SCRAM-SHA-1 SCRAM-SHA-256 CRAM-MD5 PLAIN ANONYMOUS EXTERNAL\n");
    write_file("second.conf", "# sasldb is the first one's\nMech_List : CRAM-MD5\n");
    write_file("broken.conf", "mech_list CRAM-MD5\n");
    return true;
}

static void clear(void)
{
    const char *names[] = {"first.conf", "second.conf", "broken.conf", "users", "said"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        char path[256];
        snprintf(path, sizeof path, "%s/%s", folder, names[i]);
        unlink(path);
    }
    rmdir(folder);
}

typedef struct side_t {
    pn_transport_t *transport;
    pn_connection_t *connection;
    pn_collector_t *collector;
    pn_link_t *link;
    size_t seen;      /* octets that it has given */
    bool in_clear;    /* among them was an AMQP header */
    long spoil;       /* the octet to spoil, counted from the start; -1 for none */
    char log[65536];
} side_t;

typedef struct plan_t {
    const char *mechanism, *password, *authorization, *configuration;
    bool insecure;
    size_t piece, body; /* octets carried at once; octets of the message, if there is one */
    long spoil;         /* the client's octet that is spoilt */
    bool silent;        /* carry nothing more after the server's offer */
} plan_t;

static void log_line(intptr_t side, pn_log_subsystem_t subsystem, pn_log_level_t level, const char *text)
{
    (void)subsystem;
    (void)level;
    char *log = ((side_t *)side)->log;
    size_t used = strlen(log);
    snprintf(log + used, sizeof ((side_t *)side)->log - used, "%s\n", text);
}

static void begin(side_t *side, const plan_t *plan, bool server)
{
    memset(side, 0, sizeof *side);
    side->spoil = -1;
    side->transport = pn_transport();
    side->connection = pn_connection();
    side->collector = pn_collector();
    pn_connection_collect(side->connection, side->collector);
    pn_logger_t *logger = pn_transport_logger(side->transport);
    pn_logger_set_log_sink(logger, log_line, (intptr_t)side);
    pn_logger_set_mask(logger, PN_SUBSYSTEM_SASL, PN_LEVEL_ALL);
    if (server) pn_transport_set_server(side->transport);
    pn_sasl_t *sasl = pn_sasl(side->transport);
    pn_sasl_set_allow_insecure_mechs(sasl, plan->insecure);
    if (server) {
        pn_sasl_config_name(sasl, plan->configuration);
        pn_sasl_config_path(sasl, folder);
    } else {
        side->spoil = plan->spoil;
        pn_connection_set_hostname(side->connection, "localhost");
        pn_connection_set_user(side->connection, "alice");
        pn_connection_set_password(side->connection, plan->password);
        if (plan->authorization) pn_connection_set_authorization(side->connection, plan->authorization);
        pn_sasl_allowed_mechs(sasl, plan->mechanism);
    }
    pn_transport_bind(side->transport, side->connection);
    pn_connection_open(side->connection);
}

static void end(side_t *side)
{
    pn_transport_unbind(side->transport);
    pn_connection_free(side->connection);
    pn_transport_free(side->transport);
    pn_collector_free(side->collector);
}

static bool carry(side_t *from, side_t *to, size_t piece)
{
    ssize_t pending = pn_transport_pending(from->transport);
    if (pending < 0) {
        if (pn_transport_capacity(to->transport) < 0) return false;
        pn_transport_close_tail(to->transport);
        return true;
    }
    ssize_t room = pn_transport_capacity(to->transport);
    size_t n = (size_t)pending;
    if (piece && n > piece) n = piece;
    if (room >= 0 && n > (size_t)room) n = (size_t)room;
    if (!n) return false;
    char octets[4096];
    if (n > sizeof octets) n = sizeof octets;
    memcpy(octets, pn_transport_head(from->transport), n);
    if (memmem(octets, n, "AMQP\0\1\0\0", 8)) from->in_clear = true;
    if (from->spoil >= (long)from->seen && from->spoil < (long)(from->seen + n)) octets[from->spoil - (long)from->seen] ^= 0x10;
    from->seen += n;
    pn_transport_pop(from->transport, n);
    if (room > 0) pn_transport_push(to->transport, octets, n);
    return true;
}

static size_t bodies(side_t *side, size_t wanted)
{
    size_t got = 0;
    pn_event_t *event;
    while ((event = pn_collector_peek(side->collector))) {
        pn_link_t *link = pn_event_link(event);
        switch (pn_event_type(event)) {
        case PN_SESSION_REMOTE_OPEN: pn_session_open(pn_event_session(event)); break;
        case PN_LINK_REMOTE_OPEN:
            pn_link_open(link);
            if (pn_link_is_receiver(link)) pn_link_flow(link, 1);
            break;
        case PN_LINK_FLOW:
            if (pn_link_is_sender(link) && wanted) {
                char *body = malloc(wanted);
                memset(body, 'x', wanted);
                pn_delivery(link, pn_dtag("1", 1));
                pn_link_send(link, body, wanted);
                pn_link_advance(link);
                free(body);
            }
            break;
        case PN_DELIVERY: {
            pn_delivery_t *delivery = pn_event_delivery(event);
            if (pn_link_is_receiver(link) && !pn_delivery_partial(delivery)) got = pn_delivery_pending(delivery);
            break;
        }
        default: break;
        }
        pn_collector_pop(side->collector);
    }
    return got;
}

/* Lets two sides talk until neither has anything to say; gives the size of the message that the server got. */
static size_t talk(side_t *client, side_t *server, const plan_t *plan)
{
    size_t got = 0;
    if (plan->body) {
        pn_session_t *session = pn_session(client->connection);
        pn_session_open(session);
        pn_link_open(pn_sender(session, "letters"));
    }
    for (long rounds = 0, quiet = 0; rounds < 10000000 && quiet < 2; rounds++) {
        bool moved = carry(client, server, plan->piece);
        if (!plan->silent) moved = carry(server, client, plan->piece) || moved;
        bodies(client, plan->body);
        size_t now = bodies(server, 0);
        if (now) got = now;
        quiet = moved ? 0 : quiet + 1;
    }
    return got;
}

static const char *words(side_t *side)
{
    return pn_condition_get_description(pn_transport_condition(side->transport));
}

static bool says(const char *text, const char *part) { return text && strstr(text, part); }

static bool authenticated(side_t *client, side_t *server)
{
    return pn_transport_is_authenticated(client->transport) && pn_transport_is_authenticated(server->transport)
        && pn_sasl_outcome(pn_sasl(client->transport)) == PN_SASL_OK;
}

static void a_layer_hides_what_follows_and_lets_messages_through(void)
{
    static const size_t pieces[] = {0, 1, 7, 1000}, sizes[] = {1, 5000, 400000};
    for (size_t i = 0; i < 4; i++)
        for (size_t j = 0; j < 3; j++) {
            if (pieces[i] == 1 && sizes[j] > 5000) continue;
            if (brief && (pieces[i] != 1000 || sizes[j] != 5000)) continue;
            plan_t plan = {.mechanism = "DIGEST-MD5", .password = PASSWORD, .configuration = "first", .spoil = -1};
            plan.piece = pieces[i];
            plan.body = sizes[j];
            side_t client, server;
            begin(&client, &plan, false);
            begin(&server, &plan, true);
            CHECK(talk(&client, &server, &plan) == sizes[j]);
            CHECK(authenticated(&client, &server));
            CHECK(!client.in_clear && !server.in_clear);
            CHECK(!strcmp(pn_sasl_get_user(pn_sasl(server.transport)), "alice"));
            CHECK(!strcmp(pn_sasl_get_authorization(pn_sasl(server.transport)), "alice"));
            CHECK(says(client.log, "Encryption enabled: buffer=") && says(server.log, "Encryption enabled: buffer="));
            CHECK(says(server.log, "Authorized: userid=alice by authuser=alice @ "));
            CHECK(!says(client.log, PASSWORD) && !says(server.log, PASSWORD));
            end(&client);
            end(&server);
        }
}

static void a_spoilt_octet_breaks_the_layer(void)
{
    plan_t plan = {.mechanism = "DIGEST-MD5", .password = PASSWORD, .configuration = "first", .body = 3000, .spoil = -1};
    side_t client, server;
    begin(&client, &plan, false);
    begin(&server, &plan, true);
    CHECK(talk(&client, &server, &plan) == 3000);
    long all = (long)client.seen;
    end(&client);
    end(&server);
    plan.spoil = all - 1000;
    begin(&client, &plan, false);
    begin(&server, &plan, true);
    CHECK(talk(&client, &server, &plan) == 0);
    CHECK(says(pn_condition_get_name(pn_transport_condition(server.transport)), "proton:io:sasl_error"));
    CHECK(pn_transport_closed(server.transport) && pn_transport_capacity(client.transport) == PN_EOS);
    /* The other direction still works, so the client is told. */
    pn_condition_t *told = pn_connection_remote_condition(client.connection);
    CHECK(says(pn_condition_get_name(told), "proton:io:sasl_error"));
    end(&client);
    end(&server);
}

static void mechanisms_without_a_layer_leave_the_stream_as_it_is(void)
{
    static const char *const names[] = {"CRAM-MD5", "SCRAM-SHA-1", "SCRAM-SHA-256", "PLAIN"};
    for (size_t i = 0; i < 4; i++) {
        plan_t plan = {.mechanism = names[i], .password = PASSWORD, .configuration = "first", .insecure = true, .spoil = -1};
        plan.body = 70000;
        if (i) plan.authorization = "zoe";
        side_t client, server;
        begin(&client, &plan, false);
        begin(&server, &plan, true);
        CHECK(talk(&client, &server, &plan) == 70000);
        CHECK(authenticated(&client, &server) && client.in_clear && server.in_clear);
        CHECK(!strcmp(pn_sasl_get_mech(pn_sasl(server.transport)), names[i]));
        CHECK(!strcmp(pn_sasl_get_user(pn_sasl(server.transport)), "alice"));
        CHECK(!strcmp(pn_sasl_get_authorization(pn_sasl(server.transport)), i ? "zoe" : "alice"));
        end(&client);
        end(&server);
    }
}

static void a_wrong_password_is_refused_and_the_server_knows_why(void)
{
    static const char *const names[] = {"DIGEST-MD5", "CRAM-MD5", "SCRAM-SHA-256", "PLAIN"};
    for (size_t i = 0; i < 4; i++) {
        plan_t plan = {.mechanism = names[i], .password = "guess", .configuration = "first", .insecure = true, .spoil = -1};
        side_t client, server;
        begin(&client, &plan, false);
        begin(&server, &plan, true);
        talk(&client, &server, &plan);
        CHECK(!authenticated(&client, &server));
        CHECK(pn_sasl_outcome(pn_sasl(client.transport)) == PN_SASL_AUTH);
        CHECK(says(words(&server), "SASL(-13): authentication failure"));
        CHECK(says(words(&server), "(Failed to authenticate client [mech="));
        CHECK(!says(words(&server), "guess") && !says(words(&server), PASSWORD));
        CHECK(pn_transport_closed(client.transport) && pn_transport_closed(server.transport));
        end(&client);
        end(&server);
    }
}

static void each_server_has_the_configuration_it_was_given(void)
{
    plan_t plan = {.mechanism = "DIGEST-MD5", .password = PASSWORD, .configuration = "second", .spoil = -1};
    side_t client, server;
    begin(&client, &plan, false);
    begin(&server, &plan, true);
    talk(&client, &server, &plan);
    CHECK(pn_sasl_outcome(pn_sasl(client.transport)) == PN_SASL_PERM); /* not among what it offers */
    end(&client);
    end(&server);
    plan.mechanism = "CRAM-MD5 DIGEST-MD5";
    begin(&client, &plan, false);
    begin(&server, &plan, true);
    talk(&client, &server, &plan);
    CHECK(authenticated(&client, &server));
    CHECK(!strcmp(pn_sasl_get_mech(pn_sasl(client.transport)), "CRAM-MD5"));
    end(&client);
    end(&server);
}

static void a_configuration_that_will_not_do_fails_the_connection_on_both_sides(void)
{
    plan_t plan = {.mechanism = "DIGEST-MD5", .password = PASSWORD, .configuration = "broken", .spoil = -1};
    for (int again = 0; again < 2; again++) {
        side_t client, server;
        begin(&client, &plan, false);
        begin(&server, &plan, true);
        talk(&client, &server, &plan);
        CHECK(says(words(&server), "broken.conf"));
        CHECK(!authenticated(&client, &server));
        CHECK(pn_transport_closed(client.transport) && pn_transport_closed(server.transport));
        end(&client);
        end(&server);
    }
}

static void an_exchange_may_end_anywhere(void)
{
    plan_t plan = {.mechanism = "DIGEST-MD5", .password = PASSWORD, .configuration = "first", .spoil = -1, .silent = true};
    side_t client, server;
    begin(&client, &plan, false);
    begin(&server, &plan, true);
    talk(&client, &server, &plan);
    for (int steps = 0; steps < 4; steps++) {
        carry(&server, &client, 0);
        carry(&client, &server, 0);
        pn_transport_pending(client.transport);
    }
    end(&client);
    end(&server);
}

static void *many_exchanges(void *argument)
{
    static const char *const names[] = {"DIGEST-MD5", "CRAM-MD5", "SCRAM-SHA-1"};
    long good = 0;
    for (long i = 0; i < (brief ? 3 : 12); i++) {
        plan_t plan = {.mechanism = names[i % 3], .password = PASSWORD, .spoil = -1, .body = 40000};
        plan.configuration = (long)(intptr_t)argument % 2 && i % 3 == 1 ? "second" : "first";
        side_t *client = malloc(sizeof *client), *server = malloc(sizeof *server);
        begin(client, &plan, false);
        begin(server, &plan, true);
        good += talk(client, server, &plan) == 40000 && authenticated(client, server);
        end(client);
        end(server);
        free(client);
        free(server);
    }
    return (void *)(intptr_t)good;
}

static void threads_do_not_get_in_each_others_way(void)
{
    pthread_t threads[4];
    for (long i = 0; i < 4; i++) pthread_create(&threads[i], NULL, many_exchanges, (void *)(intptr_t)i);
    for (int i = 0; i < 4; i++) {
        void *good = NULL;
        pthread_join(threads[i], &good);
        CHECK((long)(intptr_t)good == (brief ? 3 : 12));
    }
}

int main(int argc, char **argv)
{
    brief = argc > 1 && !strcmp(argv[1], "brief");
    pn_sasl_config_name(NULL, NULL);
    pn_sasl_config_path(NULL, NULL);
    if (!pn_sasl_extended() || !prepare()) {
        puts("there is no Cyrus SASL here, or no saslpasswd2");
        clear();
        return checks_result();
    }
    a_layer_hides_what_follows_and_lets_messages_through();
    a_spoilt_octet_breaks_the_layer();
    mechanisms_without_a_layer_leave_the_stream_as_it_is();
    a_wrong_password_is_refused_and_the_server_knows_why();
    each_server_has_the_configuration_it_was_given();
    a_configuration_that_will_not_do_fails_the_connection_on_both_sides();
    an_exchange_may_end_anywhere();
    threads_do_not_get_in_each_others_way();
    clear();
    return checks_result();
}
