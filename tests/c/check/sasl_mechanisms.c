/* The mechanisms of SASL that are built in, both sides against each other and against peers that do not keep to the
 * rules, and what protium.h lets a server's program say about users. */
#include "check.h"
#include "../peer.h"

#include <proton/condition.h>
#include <proton/connection.h>
#include <proton/sasl.h>
#include <proton/transport.h>

#include <protium.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What a server's program knows: fred and his password or token, or fred and the keys of RFC 7677. */
typedef struct program_t {
    bool keys, meddles, forbids;
    int lookups, judgements;
    char mechanism[32], user[64], authorization[64];
} program_t;

typedef struct side_t {
    pn_transport_t *transport;
    pn_connection_t *connection;
} side_t;

static bool traced_secret;
static const char *const SECRETS[] = {"secret", "pencil", "73 65 63 72 65 74", "70 65 6e 63 69 6c"};

static void on_trace(pn_transport_t *transport, const char *message)
{
    (void)transport;
    for (size_t i = 0; i < sizeof SECRETS / sizeof *SECRETS; i++)
        if (strstr(message, SECRETS[i])) traced_secret = true;
}

static pn_bytes_t bytes_of(const char *text) { return pn_bytes(strlen(text), text); }

static void remember(program_t *program, pn_transport_t *transport, const char *mechanism, const char *user,
    const char *authorization)
{
    snprintf(program->mechanism, sizeof program->mechanism, "%s", mechanism);
    snprintf(program->user, sizeof program->user, "%s", user);
    snprintf(program->authorization, sizeof program->authorization, "%s", authorization ? authorization : "-");
    if (!program->meddles) return;
    pn_transport_pending(transport);
    pn_transport_tick(transport, 1);
    pn_transport_process(transport, 0);
    pn_sasl_get_user(pn_sasl(transport));
}

static const char SALT[] = "\x5b\x6d\x99\x68\x9d\x12\x35\x8e\xec\xa0\x4b\x14\x12\x36\xfa\x81";
static const char STORED_KEY[] =
    "\x58\x6e\x5d\xf2\x83\xe6\xdc\xeb\x5c\x3e\x79\x1d\x8b\x85\x28\xec"
    "\x19\x1e\x66\x40\x45\xce\x97\x17\x92\xe2\xe6\xb5\xbb\x13\xe2\xa6";
static const char SERVER_KEY[] =
    "\xc1\xf3\xcb\xc1\xc1\x3a\x9d\x35\xa1\x4c\x09\x90\xee\xd9\x76\x29"
    "\xea\x22\x58\x63\xe5\x66\xa4\x31\x4a\xb9\x9f\x3f\x00\xe5\xd9\xd5";

static bool look_up(void *context, pn_transport_t *transport, const char *mechanism, const char *user,
    const char *authorization, protium_sasl_kept_t *kept)
{
    program_t *program = context;
    program->lookups++;
    remember(program, transport, mechanism, user, authorization);
    if (strcmp(user, "fred") || program->forbids) {
        if (program->keys) protium_sasl_kept_iterations(kept, 4096);
        return false;
    }
    if (!program->keys) {
        protium_sasl_kept_password(kept, bytes_of("secret"));
        return true;
    }
    return protium_sasl_kept_keys(kept, pn_bytes(16, SALT), 4096, pn_bytes(32, STORED_KEY), pn_bytes(32, SERVER_KEY));
}

static const char *judge(void *context, pn_transport_t *transport, const char *mechanism, const char *user,
    const char *authorization, pn_bytes_t secret)
{
    program_t *program = context;
    program->judgements++;
    remember(program, transport, mechanism, user, authorization);
    return secret.size == 6 && !memcmp(secret.start, "secret", 7) ? "frederick" : NULL;
}

static side_t begin(bool server, const char *allowed)
{
    side_t side = {pn_transport(), pn_connection()};
    pn_sasl_t *sasl = pn_sasl(side.transport);
    if (server) pn_transport_set_server(side.transport);
    if (allowed) pn_sasl_allowed_mechs(sasl, allowed);
    pn_sasl_set_allow_insecure_mechs(sasl, true);
    pn_transport_set_tracer(side.transport, on_trace);
    pn_transport_trace(side.transport, PN_TRACE_FRM | PN_TRACE_RAW);
    return side;
}

static void open_side(side_t *side)
{
    pn_transport_bind(side->transport, side->connection);
    pn_connection_open(side->connection);
}

static side_t begin_client(const char *allowed, const char *user, const char *password, const char *authorization)
{
    side_t client = begin(false, allowed);
    pn_connection_set_user(client.connection, user);
    pn_connection_set_password(client.connection, password);
    pn_connection_set_authorization(client.connection, authorization);
    open_side(&client);
    return client;
}

static side_t begin_server(const char *allowed)
{
    side_t server = begin(true, allowed);
    open_side(&server);
    return server;
}

static void end(side_t *side)
{
    pn_transport_unbind(side->transport);
    pn_transport_free(side->transport);
    pn_connection_free(side->connection);
}

static bool carry(side_t *from, side_t *to, size_t piece)
{
    bool any = false;
    ssize_t waiting;
    while ((waiting = pn_transport_pending(from->transport)) > 0) {
        size_t size = (size_t)waiting < piece ? (size_t)waiting : piece;
        ssize_t taken = pn_transport_push(to->transport, pn_transport_head(from->transport), size);
        if (taken <= 0) break;
        pn_transport_pop(from->transport, (size_t)taken);
        any = true;
    }
    return any;
}

static void talk(side_t *a, side_t *b, size_t piece)
{
    while (carry(a, b, piece) | carry(b, a, piece)) {}
}

static const char *why(side_t *side)
{
    const char *text = pn_condition_get_description(pn_transport_condition(side->transport));
    return text ? text : "";
}

static bool ends_with(const char *text, const char *end)
{
    size_t size = strlen(text), tail = strlen(end);
    return size >= tail && !strcmp(text + size - tail, end);
}

static bool is_open(side_t *side) { return pn_connection_state(side->connection) & PN_REMOTE_ACTIVE; }

static bool is(const char *text, const char *expected) { return text && !strcmp(text, expected); }

/* One login. `knows` is whether it is to succeed. */
static void log_in(const char *mechanism, const char *user, const char *password, bool knows, program_t *program,
    bool judges, size_t piece)
{
    int failed = checks_failed;
    side_t client = begin_client(mechanism, user, password, "boss"), server = begin_server(mechanism);
    pn_sasl_t *sasl = pn_sasl(server.transport);
    if (judges) protium_sasl_set_judge(sasl, judge, program);
    else protium_sasl_set_lookup(sasl, look_up, program);
    pn_transport_require_auth(server.transport, true);
    talk(&client, &server, piece);
    CHECK(pn_transport_is_authenticated(client.transport) == knows);
    CHECK(pn_transport_is_authenticated(server.transport) == knows);
    CHECK(is_open(&client) == knows && is_open(&server) == knows);
    CHECK(is(pn_sasl_get_mech(sasl), mechanism) && is(program->mechanism, mechanism));
    CHECK(program->lookups + program->judgements == 1);
    if (knows) {
        CHECK(pn_sasl_outcome(sasl) == PN_SASL_OK && pn_sasl_outcome(pn_sasl(client.transport)) == PN_SASL_OK);
        CHECK(is(pn_transport_get_user(server.transport), judges ? "frederick" : "fred"));
        bool names = strcmp(mechanism, "XOAUTH2");
        CHECK(is(pn_sasl_get_authorization(sasl), names ? "boss" : "frederick"));
        CHECK(is(program->authorization, names ? "boss" : "-"));
    } else {
        char expected[80];
        CHECK(pn_sasl_outcome(sasl) == PN_SASL_AUTH && pn_sasl_outcome(pn_sasl(client.transport)) == PN_SASL_AUTH);
        CHECK(!pn_sasl_get_user(sasl) && !pn_sasl_get_authorization(sasl));
        snprintf(expected, sizeof expected, "(Failed to authenticate client [mech=%s])", mechanism);
        CHECK(ends_with(why(&server), expected));
        CHECK(strstr(why(&client), "Authentication failed [mech="));
        CHECK(!strstr(why(&server), password) && !strstr(why(&client), password));
    }
    if (checks_failed > failed) printf("  with %s, %s\n", mechanism, why(&server));
    end(&client);
    end(&server);
}

static void logins(void)
{
    static const char *const kept[] = {"PLAIN", "SCRAM-SHA-1", "SCRAM-SHA-256", "SCRAM-SHA-512"};
    static const char *const judged[] = {"PLAIN", "OAUTHBEARER", "XOAUTH2"};
    static const size_t pieces[] = {1, 7};
    for (size_t m = 0; m < 4; m++) {
        program_t programs[4] = {{.meddles = true}, {0}, {0}, {.forbids = true}};
        log_in(kept[m], "fred", "secret", true, &programs[0], false, 100000);
        log_in(kept[m], "fred", "secre", false, &programs[1], false, 100000);
        log_in(kept[m], "freda", "secret", false, &programs[2], false, 100000);
        log_in(kept[m], "fred", "secret", false, &programs[3], false, 100000);
    }
    for (size_t m = 0; m < 3; m++) {
        program_t programs[2] = {{.meddles = true}, {0}};
        log_in(judged[m], "fred", "secret", true, &programs[0], true, 100000);
        log_in(judged[m], "fred", "secre", false, &programs[1], true, 100000);
    }
    for (size_t p = 0; p < 2; p++) {
        program_t programs[3] = {{0}, {0}, {.meddles = true}};
        log_in("PLAIN", "fred", "secret", true, &programs[0], false, pieces[p]);
        log_in("XOAUTH2", "fred", "secre", false, &programs[1], true, pieces[p]);
        log_in("SCRAM-SHA-1", "fred", "secret", true, &programs[2], false, pieces[p]);
    }
}

static void logins_with_keys(void)
{
    static const struct { const char *mechanism, *user, *password; bool knows; } cases[] = {
        {"SCRAM-SHA-256", "fred", "pencil", true}, {"SCRAM-SHA-256", "fred", "pencils", false},
        {"SCRAM-SHA-256", "nobody", "pencil", false}, {"PLAIN", "fred", "pencil", true},
        {"PLAIN", "fred", "pencils", false}, {"PLAIN", "nobody", "pencil", false},
        {"SCRAM-SHA-512", "fred", "pencil", false}, {"SCRAM-SHA-1", "fred", "pencil", false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        program_t program = {.keys = true};
        log_in(cases[i].mechanism, cases[i].user, cases[i].password, cases[i].knows, &program, false, 100000);
    }
}

/* Which mechanism two sides agree on. */
static void agree(bool secure_words, bool required, const char *password, const char *expected)
{
    program_t program = {0};
    side_t client = begin_client(NULL, "fred", password, NULL), server = begin_server(NULL);
    pn_sasl_set_allow_insecure_mechs(pn_sasl(client.transport), secure_words);
    pn_sasl_set_allow_insecure_mechs(pn_sasl(server.transport), secure_words);
    protium_sasl_set_lookup(pn_sasl(server.transport), look_up, &program);
    pn_transport_require_auth(server.transport, required);
    talk(&client, &server, 100000);
    if (!expected) {
        CHECK(!pn_sasl_get_mech(pn_sasl(client.transport)) && !pn_transport_is_authenticated(server.transport));
        CHECK(strstr(why(&client), "SCRAM-SHA-512 needs a user and a password"));
        CHECK(ends_with(why(&client), "(Authentication failed [mech=none])"));
    } else {
        CHECK(is(pn_sasl_get_mech(pn_sasl(client.transport)), expected) && pn_transport_is_authenticated(server.transport));
    }
    end(&client);
    end(&server);
}

static void choices(void)
{
    agree(false, false, "secret", "SCRAM-SHA-512");
    agree(true, true, "secret", "SCRAM-SHA-512");
    agree(true, false, NULL, "ANONYMOUS");
    agree(true, true, NULL, NULL);

    side_t client = begin_client("PLAIN", "fred", "secret", NULL), server = begin_server(NULL);
    program_t program = {0};
    protium_sasl_set_judge(pn_sasl(server.transport), judge, &program);
    pn_sasl_set_allow_insecure_mechs(pn_sasl(client.transport), false);
    talk(&client, &server, 100000);
    CHECK(strstr(why(&client), "offered PLAIN ANONYMOUS; allowed PLAIN; "));
    CHECK(strstr(why(&client), "PLAIN needs encryption or pn_sasl_set_allow_insecure_mechs()"));
    CHECK(strstr(why(&client), "ANONYMOUS is not allowed"));
    CHECK(program.judgements == 0);
    end(&client);
    end(&server);
}

/* A client whose peer is made of bytes, up to the server's header. */
static side_t client_of_bytes(const char *allowed)
{
    side_t client = begin_client(allowed, "fred", "secret", NULL);
    pn_transport_pop(client.transport, (size_t)pn_transport_pending(client.transport));
    pn_transport_push(client.transport, "AMQP\x03\x01\x00\x00", 8);
    return client;
}

static void push(side_t *side, bytes_t *bytes)
{
    for (size_t done = 0; done < bytes->size;) {
        ssize_t taken = pn_transport_push(side->transport, (const char *)bytes->start + done, bytes->size - done);
        if (taken <= 0) break;
        done += (size_t)taken;
    }
    free(bytes->start);
    memset(bytes, 0, sizeof *bytes);
}

static void push_frame(side_t *side, unsigned type, const void *body, size_t size)
{
    bytes_t bytes = {0};
    put_frame(&bytes, type, 0, body, size);
    push(side, &bytes);
}

static void push_challenge(side_t *side, const char *words, size_t size)
{
    bytes_t body = {0};
    put(&body, "\x00\x53\x42\xc0", 4);
    put_byte(&body, (unsigned)size + 3);
    put(&body, "\x01\xa0", 2);
    put_byte(&body, (unsigned)size);
    put(&body, words, size);
    push_frame(side, 1, body.start, body.size);
    free(body.start);
}

/* The nonce in the client's first words of SCRAM, which wait in its output. */
static void find_nonce(side_t *side, char *nonce, size_t size)
{
    ssize_t waiting = pn_transport_pending(side->transport);
    const char *head = pn_transport_head(side->transport);
    nonce[0] = 0;
    for (ssize_t i = 0; i + 2 < waiting; i++)
        if (!memcmp(head + i, ",r=", 3)) snprintf(nonce, size, "%.*s", (int)(waiting - i - 3), head + i + 3);
    if (waiting > 0) pn_transport_pop(side->transport, (size_t)waiting);
}

#define OFFER_ANONYMOUS "\x00\x53\x40\xc0\x0c\x01\xa3\x09" "ANONYMOUS"
#define OFFER_SCRAM "\x00\x53\x40\xc0\x10\x01\xa3\x0d" "SCRAM-SHA-256"
#define ACCEPT "\x00\x53\x44\xc0\x03\x01\x50\x00"
#define OPEN "\x00\x53\x10\xc0\x03\x01\xa1\x00"
#define SIZED(text) text, sizeof text - 1

static void kept_out(side_t *client, const char *expected)
{
    pn_transport_pending(client->transport);
    CHECK(!pn_transport_is_authenticated(client->transport) && !is_open(client));
    if (!check(strstr(why(client), expected), expected)) printf("  but: %s\n", why(client));
    CHECK(pn_transport_closed(client->transport));
    end(client);
}

static void hostile_servers(void)
{
    side_t client = client_of_bytes(NULL);
    push_frame(&client, 1, SIZED(ACCEPT));
    kept_out(&client, "sasl-outcome before sasl-init");

    client = client_of_bytes("ANONYMOUS");
    bytes_t both = {0};
    put_frame(&both, 1, 0, SIZED(OFFER_ANONYMOUS));
    put_frame(&both, 1, 0, SIZED(ACCEPT));
    push(&client, &both);
    kept_out(&client, "sasl-outcome before sasl-init");

    client = client_of_bytes(NULL);
    push_frame(&client, 1, SIZED(OFFER_SCRAM));
    pn_transport_pop(client.transport, (size_t)pn_transport_pending(client.transport));
    push_frame(&client, 1, SIZED(ACCEPT));
    CHECK(pn_sasl_outcome(pn_sasl(client.transport)) == PN_SASL_AUTH);
    kept_out(&client, "the server accepts without proof that it knows the password");

    static const struct { const char *rest, *expected; } challenges[] = {
        {"x,s=QSXCR+Q6sek8bf92,i=2147483648", "asks for 2147483648 iterations"},
        {"x,s=QSXCR+Q6sek8bf92,i=1", "asks for 1 iterations"},
        {"x,s=QSXCR+Q6sek8bf92,i=x", "malformed"}, {",s=QSXCR+Q6sek8bf92,i=4096", "nonce"}, {"x", "malformed"},
    };
    for (size_t i = 0; i < sizeof challenges / sizeof *challenges; i++) {
        char nonce[64], words[160];
        client = client_of_bytes(NULL);
        push_frame(&client, 1, SIZED(OFFER_SCRAM));
        find_nonce(&client, nonce, sizeof nonce);
        CHECK(strlen(nonce) >= 24);
        snprintf(words, sizeof words, "r=%s%s", nonce, challenges[i].rest);
        push_challenge(&client, words, strlen(words));
        CHECK(pn_sasl_outcome(pn_sasl(client.transport)) == PN_SASL_AUTH);
        kept_out(&client, challenges[i].expected);
    }

    /* A server that makes up its signature. */
    char nonce[64], words[160];
    client = client_of_bytes(NULL);
    push_frame(&client, 1, SIZED(OFFER_SCRAM));
    find_nonce(&client, nonce, sizeof nonce);
    snprintf(words, sizeof words, "r=%sx,s=QSXCR+Q6sek8bf92,i=4096", nonce);
    push_challenge(&client, words, strlen(words));
    CHECK(pn_transport_pending(client.transport) > 0);
    pn_transport_pop(client.transport, (size_t)pn_transport_pending(client.transport));
    push_challenge(&client, SIZED("v=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="));
    kept_out(&client, "the server has not proven that it knows the password");

    client = client_of_bytes("ANONYMOUS");
    push_frame(&client, 1, SIZED(OFFER_ANONYMOUS));
    pn_transport_pop(client.transport, (size_t)pn_transport_pending(client.transport));
    push_challenge(&client, SIZED("who?"));
    kept_out(&client, "the server asks although everything was said");

    client = client_of_bytes(NULL);
    push_frame(&client, 0, SIZED(OPEN));
    CHECK(is(pn_condition_get_name(pn_transport_condition(client.transport)), "amqp:connection:framing-error"));
    kept_out(&client, "Unknown performative");
}

/* More mechanisms than any fixed table has room for. */
static void a_long_offer(void)
{
    bytes_t body = {0}, frame = {0};
    const unsigned count = 2000;
    put(&body, "\x00\x53\x40\xd0", 4);
    put_u32(&body, 4 + 10 + count * 9);
    put_u32(&body, 1);
    put_byte(&body, 0xf0);
    put_u32(&body, 5 + count * 9);
    put_u32(&body, count);
    put_byte(&body, 0xa3);
    for (unsigned i = 0; i < count; i++) {
        char name[16];
        snprintf(name, sizeof name, "MECH%04u", i);
        put_byte(&body, 8);
        put(&body, name, 8);
    }
    put_frame(&frame, 1, 0, body.start, body.size);
    free(body.start);
    side_t client = client_of_bytes(NULL);
    push(&client, &frame);
    pn_transport_pending(client.transport);
    CHECK(strstr(why(&client), "offered MECH0000 MECH0001") && strlen(why(&client)) < 4000);
    kept_out(&client, "(Authentication failed [mech=none])");
}

static void hostile_clients(void)
{
    static const struct { const char *init; size_t size; const char *expected; } cases[] = {
        {SIZED("\x00\x53\x41\xc0\x07\x01\xa3\x04NONE"), "no such mechanism, offered SCRAM-SHA-512"},
        {SIZED("\x00\x53\x41\xc0\x0e\x02\xa3\x05PLAIN\xa0\x04" "a\0b\0"), "the client's words are not those of PLAIN"},
        {SIZED("\x00\x53\x41\xc0\x08\x01\xa3\x05PLAIN"), "the client's words are not those of PLAIN"},
        {SIZED("\x00\x53\x41\xc0\x15\x02\xa3\x0bSCRAM-SHA-1\xa0\x05n,,n="), "malformed"},
        {SIZED("\x00\x53\x41\xc0\x15\x02\xa3\x0bSCRAM-SHA-1\xa0\x05p=x,,"), "channel binding"},
        {SIZED("\x00\x53\x41\xc0\x0b\x01\xa3\x08" "EXTERNAL"), "needs a client certificate that was verified"},
        {SIZED("\x00\x53\x41\xc0\x0a\x01\xa3\x07XOAUTH2"), "has to be named in pn_sasl_allowed_mechs()"},
        {SIZED(OPEN), "Unknown performative"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        program_t program = {0};
        side_t server = begin_server(NULL);
        protium_sasl_set_lookup(pn_sasl(server.transport), look_up, &program);
        protium_sasl_set_judge(pn_sasl(server.transport), judge, &program);
        pn_transport_push(server.transport, "AMQP\x03\x01\x00\x00", 8);
        push_frame(&server, 1, cases[i].init, cases[i].size);
        ssize_t waiting;
        while ((waiting = pn_transport_pending(server.transport)) > 0) pn_transport_pop(server.transport, (size_t)waiting);
        CHECK(program.lookups + program.judgements == 0);
        kept_out(&server, cases[i].expected);
    }
}

/* What is wrong with keys, and nothing at all. */
static void nothing(void)
{
    protium_sasl_set_lookup(NULL, look_up, NULL);
    protium_sasl_set_judge(NULL, judge, NULL);
    protium_sasl_kept_password(NULL, bytes_of("secret"));
    protium_sasl_kept_iterations(NULL, 1);
    CHECK(!protium_sasl_kept_keys(NULL, bytes_of("salt"), 1, bytes_of("k"), bytes_of("k")));

    /* A function that is taken away again. */
    program_t program = {0};
    side_t client = begin_client(NULL, "fred", "secret", NULL), server = begin_server(NULL);
    protium_sasl_set_lookup(pn_sasl(server.transport), look_up, &program);
    protium_sasl_set_lookup(pn_sasl(server.transport), NULL, NULL);
    talk(&client, &server, 100000);
    CHECK(is(pn_sasl_get_mech(pn_sasl(server.transport)), "ANONYMOUS") && program.lookups == 0);
    end(&client);
    end(&server);
}

int main(void)
{
    logins();
    logins_with_keys();
    choices();
    hostile_servers();
    a_long_offer();
    hostile_clients();
    nothing();
    CHECK(!traced_secret);
    return checks_result();
}
