/* Differential program: SASL as the core does it. Both roles against each other and against a peer made of bytes:
 * mechanisms, outcomes, frames out of turn, filters, and what the queries say. Nothing here depends on whether there
 * is Cyrus SASL on the system: no client is offered what it might take. */
#include "engine.h"

static void say_sasl(const char *what, engine_t *engine)
{
    pn_sasl_t *sasl = pn_sasl(engine->transport);
    say("%s %s outcome=%d mech=%s user=%s authorization=%s insecure=%d transport user=%s authenticated=%d", engine->name,
        what, (int)pn_sasl_outcome(sasl), text(pn_sasl_get_mech(sasl)), text(pn_sasl_get_user(sasl)),
        text(pn_sasl_get_authorization(sasl)), pn_sasl_get_allow_insecure_mechs(sasl),
        text(pn_transport_get_user(engine->transport)), pn_transport_is_authenticated(engine->transport));
}

/* An engine with a SASL layer, bound and open. */
static engine_t start(const char *name, bool server, const char *allowed, const char *user, const char *password)
{
    engine_t engine = make_engine(name, server);
    pn_sasl_t *sasl = pn_sasl(engine.transport);
    if (allowed) pn_sasl_allowed_mechs(sasl, allowed);
    pn_connection_set_user(engine.connection, user);
    pn_connection_set_password(engine.connection, password);
    pn_transport_bind(engine.transport, engine.connection);
    pn_connection_open(engine.connection);
    muted = true;
    say_events(&engine);
    muted = false;
    return engine;
}

static void finish(engine_t *engine)
{
    say_sasl("ended", engine);
    muted = true;
    end_engine(engine);
    muted = false;
}

static void defaults(void)
{
    section("a fresh SASL layer");
    pn_transport_t *t = pn_transport();
    pn_sasl_t *sasl = pn_sasl(t);
    say("same %d is the transport %d", pn_sasl(t) == sasl, (void *)sasl == (void *)t);
    say("outcome %d mech %s user %s authorization %s insecure %d", (int)pn_sasl_outcome(sasl), text(pn_sasl_get_mech(sasl)),
        text(pn_sasl_get_user(sasl)), text(pn_sasl_get_authorization(sasl)), pn_sasl_get_allow_insecure_mechs(sasl));
    pn_sasl_set_allow_insecure_mechs(sasl, true);
    say("insecure %d", pn_sasl_get_allow_insecure_mechs(sasl));
    pn_sasl_done(sasl, PN_SASL_TEMP);
    say("done sets the outcome %d", (int)pn_sasl_outcome(sasl));
    say("user %s authenticated %d", text(pn_transport_get_user(t)), pn_transport_is_authenticated(t));
    pn_transport_free(t);
}

static void both_roles(void)
{
    static const struct { const char *name, *client, *server, *user, *password; } cases[] = {
        {"anonymous without a user", NULL, NULL, NULL, NULL},
        {"anonymous with a user", NULL, NULL, "guest", NULL},
        {"plain is not offered", NULL, NULL, "guest", "secret"},
        {"the client allows nothing the server offers", "PLAIN", NULL, "guest", "secret"},
        {"the server allows nothing", NULL, "", NULL, NULL},
        {"the client allows nothing", "", NULL, NULL, NULL},
        {"names of mechanisms are compared without case", "anonymous", "plain Anonymous", NULL, NULL},
        {"names of mechanisms are whole words", "ANONYMOU", NULL, NULL, NULL},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        section(cases[i].name);
        engine_t a = start("A", false, cases[i].client, cases[i].user, cases[i].password);
        engine_t b = start("B", true, cases[i].server, NULL, NULL);
        pn_sasl_set_allow_insecure_mechs(pn_sasl(a.transport), true);
        converse(&a, &b);
        say_sasl("settled", &b);
        finish(&a);
        finish(&b);
    }

    section("a server makes its layer when it reads the header");
    engine_t a = start("A", false, NULL, NULL, NULL), b = bound_engine("B", true);
    converse(&a, &b);
    finish(&a);
    finish(&b);

    section("a server with a layer takes a client without");
    a = bound_engine("A", false);
    b = start("B", true, NULL, NULL, NULL);
    pn_connection_open(a.connection);
    converse(&a, &b);
    say("user %s authenticated %d", text(pn_transport_get_user(b.transport)), pn_transport_is_authenticated(b.transport));
    muted = true;
    end_engines(&a, &b);
    muted = false;

    section("a user of a connection makes a layer when binding");
    a = make_engine("A", false);
    pn_connection_set_user(a.connection, "fred");
    pn_connection_set_authorization(a.connection, "boss");
    pn_transport_bind(a.transport, a.connection);
    say_sasl("bound", &a);
    b = bound_engine("B", true);
    pn_connection_open(a.connection);
    converse(&a, &b);
    finish(&a);
    finish(&b);

    section("an authorization alone makes a layer, a password alone does not");
    for (int i = 0; i < 2; i++) {
        a = make_engine("A", false);
        if (i) pn_connection_set_password(a.connection, "secret");
        else pn_connection_set_authorization(a.connection, "boss");
        pn_transport_bind(a.transport, a.connection);
        pn_connection_open(a.connection);
        hear(&a);
        muted = true;
        end_engine(&a);
        muted = false;
    }
}

static void tell_sasl_header(engine_t *engine)
{
    tell_bytes(engine, "AMQP\x03\x01\x00\x00", 8);
}

static void a_client_chooses(void)
{
    static const struct { const char *name, *mechanisms, *user, *password; bool insecure; } cases[] = {
        {"one mechanism as a symbol", ":ANONYMOUS", "me", NULL, false},
        {"plain with a password, allowed in clear", ":PLAIN", "fred", "pw", true},
        {"plain with a password, not allowed in clear", ":PLAIN", "fred", "pw", false},
        {"plain without a password", ":PLAIN", "fred", NULL, true},
        {"external by itself", ":EXTERNAL", NULL, NULL, false},
        {"external with a user", ":EXTERNAL", "fred", "pw", true},
        {"an array of three", "#e01b03a305504c41494e09414e4f4e594d4f55530845585445524e414c", "fred", "pw", true},
        {"an array of two", "#e01202a305504c41494e09414e4f4e594d4f5553", "fred", "pw", true},
        {"an empty array", "#e00200a3", NULL, NULL, true},
        {"no mechanisms at all", "~", NULL, NULL, true},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char name[80];
        snprintf(name, sizeof name, "a client is offered %s", cases[i].name);
        section(name);
        engine_t a = start("A", false, NULL, cases[i].user, cases[i].password);
        pn_sasl_set_allow_insecure_mechs(pn_sasl(a.transport), cases[i].insecure);
        hear(&a);
        tell_sasl_header(&a);
        tell(&a, 0, 0x40, cases[i].mechanisms, "");
        say_sasl("chosen", &a);
        finish(&a);
    }
}

static void outcomes(void)
{
    for (int code = 0; code < 6; code++) {
        static const char *const names[] = {"ok", "auth", "sys", "perm", "temp", "an outcome of its own"};
        char name[64], fields[16];
        snprintf(name, sizeof name, "the server decides: %s", names[code]);
        section(name);
        engine_t a = start("A", false, NULL, "me", NULL);
        muted = true;
        hear(&a);
        tell_sasl_header(&a);
        tell(&a, 0, 0x40, ":ANONYMOUS", "");
        muted = false;
        snprintf(fields, sizeof fields, "b%d", code);
        tell(&a, 0, 0x44, fields, "");
        say("condition %s", condition_text(pn_transport_condition(a.transport)));
        finish(&a);
    }

    section("an outcome with data and the headers in one go");
    engine_t a = start("A", false, NULL, "me", NULL);
    bytes_t all = {0};
    hear(&a);
    put(&all, "AMQP\x03\x01\x00\x00", 8);
    write_frame(&all, 1, 0, 0x40, ":ANONYMOUS", "");
    tell_bytes(&a, all.start, all.size);
    all.size = 0;
    write_frame(&all, 1, 0, 0x44, "b0 'more'", "");
    put(&all, "AMQP\x00\x01\x00\x00", 8);
    write_frame(&all, 0, 0, 0x10, "\"peer\"", "");
    tell_bytes(&a, all.start, all.size);
    finish(&a);
    free(all.start);
}

static void a_client_is_told_nonsense(void)
{
    static const struct { const char *name; unsigned code; const char *fields; } cases[] = {
        {"a challenge nobody asked for", 0x42, "'c'"},
        {"an outcome before mechanisms", 0x44, "b0"},
        {"an empty frame", 0, ""},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char name[80];
        snprintf(name, sizeof name, "a client is told %s", cases[i].name);
        section(name);
        engine_t a = start("A", false, NULL, "me", NULL);
        muted = true;
        hear(&a);
        tell_sasl_header(&a);
        muted = false;
        if (cases[i].code) tell(&a, 0, cases[i].code, cases[i].fields, "");
        else tell_bytes(&a, "\0\0\0\x08\x02\x01\0\0", 8);
        say("condition %s", condition_text(pn_transport_condition(a.transport)));
        finish(&a);
    }

    section("a client's stream ends during SASL");
    for (int step = 0; step < 3; step++) {
        engine_t a = start("A", false, NULL, "me", NULL);
        muted = true;
        hear(&a);
        if (step > 0) tell_sasl_header(&a);
        if (step > 1) tell(&a, 0, 0x40, ":ANONYMOUS", "");
        muted = false;
        tell_end(&a);
        finish(&a);
    }
}

static void a_server_decides(void)
{
    static const struct { const char *name, *allowed, *init; } cases[] = {
        {"anonymous", NULL, ":ANONYMOUS 'who'"},
        {"anonymous without a response", NULL, ":ANONYMOUS"},
        {"anonymous with a host name", NULL, ":ANONYMOUS 'who' \"host\""},
        {"plain", NULL, ":PLAIN '\001fred\001pw'"},
        {"external without TLS", NULL, ":EXTERNAL ''"},
        {"a mechanism nobody knows", NULL, ":X ''"},
        {"a mechanism that is not allowed", "PLAIN", ":ANONYMOUS 'who'"},
        {"a mechanism in lower case", NULL, ":anonymous"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char name[80];
        snprintf(name, sizeof name, "a server is asked for %s", cases[i].name);
        section(name);
        engine_t b = start("B", true, cases[i].allowed, NULL, NULL);
        tell_sasl_header(&b);
        tell(&b, 0, 0x41, cases[i].init, "");
        say_sasl("decided", &b);
        say("condition %s", condition_text(pn_transport_condition(b.transport)));
        finish(&b);
    }

    section("a client that sends everything at once is served");
    engine_t b = start("B", true, NULL, NULL, NULL);
    bytes_t all = {0};
    put(&all, "AMQP\x03\x01\x00\x00", 8);
    write_frame(&all, 1, 0, 0x41, ":ANONYMOUS 'me'", "");
    put(&all, "AMQP\x00\x01\x00\x00", 8);
    write_frame(&all, 0, 0, 0x10, "\"peer\"", "");
    tell_bytes(&b, all.start, all.size);
    finish(&b);
    free(all.start);

    section("a server's stream ends during SASL");
    b = start("B", true, NULL, NULL, NULL);
    tell_sasl_header(&b);
    tell_end(&b);
    finish(&b);

    section("a SASL header twice is no frame");
    b = start("B", true, NULL, NULL, NULL);
    tell_bytes(&b, "AMQP\x03\x01\x00\x00" "AMQP\x03\x01\x00\x00", 16);
    finish(&b);

    section("a SASL header behind SASL is not allowed");
    b = start("B", true, NULL, NULL, NULL);
    muted = true;
    tell_sasl_header(&b);
    tell(&b, 0, 0x41, ":ANONYMOUS 'me'", "");
    muted = false;
    tell_sasl_header(&b);
    finish(&b);

    section("authentication that is required is met by anonymous");
    b = start("B", true, NULL, NULL, NULL);
    pn_transport_require_auth(b.transport, true);
    tell_sasl_header(&b);
    tell(&b, 0, 0x41, ":ANONYMOUS 'me'", "");
    tell_header(&b);
    finish(&b);
}

int main(void)
{
    defaults();
    both_roles();
    a_client_chooses();
    outcomes();
    a_client_is_told_nonsense();
    a_server_decides();
    return 0;
}
